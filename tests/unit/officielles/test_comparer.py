"""``flux regles comparer``: what it prints, what it writes, how it ends."""

from __future__ import annotations

import tarfile

import pytest
from typer.testing import CliRunner

from flux.cli import app
from flux.errors import ErreurUsage
from flux.fabrique import Niveau, fabriquer_facture
from flux.fabrique.ecrire_facturx import ecrire_facturx
from flux.limites import Limites
from flux.regles.officielles import JeuDeRegles, sources
from tests.unit.officielles.documents import LE, messages

MESSAGES = dict(messages())


@pytest.fixture
def dossier(tmp_path):
    for nom in ("cdar-200-pa.xml", "cdar-INTEGRE-ppf.xml"):
        (tmp_path / nom).write_bytes(MESSAGES[nom])
    return tmp_path


def lancer(*arguments: object):
    return CliRunner().invoke(app, ["regles", "comparer", *map(str, arguments)])


def test_it_counts_and_ends_well_when_the_engines_agree(dossier):
    done = lancer(dossier, "--mutants", 4, "--graine", 1, "--jeu", "br-fr-cdv", "--cache", dossier / "cache")
    assert done.exit_code == 0, done.output
    lignes = done.output.splitlines()
    assert lignes[0].split()[0] == "6"
    assert lignes[-1].split()[0] == "0"
    assert "différences / differences" in lignes[-1]


def test_a_document_in_disagreement_is_told_and_written(dossier, monkeypatch):
    monkeypatch.setattr(JeuDeRegles, "evaluer", lambda _jeu, _document: [])
    monkeypatch.setattr(JeuDeRegles, "evaluer_avec_reserve", lambda _jeu, _document: ([], False))
    (dossier / "fautif.xml").write_bytes(
        MESSAGES["cdar-200-pa.xml"].replace(b"<ram:ProcessConditionCode>200", b"<ram:ProcessConditionCode>999")
    )
    done = lancer(dossier / "fautif.xml", "--jeu", "br-fr-cdv", "--cache", dossier / "cache", "--ecarts", dossier / "ecarts")
    assert done.exit_code == 1, done.output
    assert "fautif.xml br-fr-cdv" in done.output
    assert [one.name for one in (dossier / "ecarts").iterdir()] == ["0000-br-fr-cdv-fautif.xml.xml"]


def test_an_unknown_rule_set_is_refused(dossier):
    assert isinstance(lancer(dossier, "--jeu", "inconnu").exception, ErreurUsage)


def test_documents_come_out_of_pdfs_and_archives(tmp_path):
    pdf = tmp_path / "facture.pdf"
    pdf.write_bytes(ecrire_facturx(fabriquer_facture(1, 0, 1, LE), Niveau.BASIC))
    with tarfile.open(tmp_path / "lot.tar.gz", "w:gz") as archive:
        archive.add(pdf, "dedans.pdf")
    (tmp_path / "vide.xml").write_bytes(b"")
    trouves = dict(sources.documents([tmp_path], Limites()))
    assert sorted(nom.rpartition("/")[2] for nom in trouves) == ["facture.pdf", "lot.tar.gz!dedans.pdf"]
    assert all(b"CrossIndustryInvoice" in xml for xml in trouves.values())
