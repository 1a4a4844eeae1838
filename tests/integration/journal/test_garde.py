"""The seals kept in a file outside the database, and the life of a flow as an issuer reads it."""

from codecs import BOM_UTF8
from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from flux.cli import app
from flux.cli.journal_recit import phrase
from flux.cli.texte import Langue
from flux.config import Reglages
from flux.contexte import Contexte
from flux.errors import ErreurInvariant, ErreurTransport
from flux.etapes import sceller_la_veille
from flux.etapes.scellement import garder_les_sceaux
from flux.modele.journal import Entree, Evenement, Genre, texte_de
from flux.registre.journal_sceaux import sceaux_poses, sceller
from flux.transport.entrepot import Entrepot
from tests.integration.journal.aides import JOUR, changer, faire_partir
from tests.integration.registre.aides import LE, flux_repondu


@pytest.fixture
def contexte(registre, tmp_path, monkeypatch):
    settings = Reglages(dossier=tmp_path, journal_sceaux=tmp_path / "sceaux.txt")
    ctx = Contexte(settings, registre, Entrepot.depuis(settings), lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))
    monkeypatch.setattr("flux.cli.rendu.contexte", lambda: ctx)
    monkeypatch.setenv("COLUMNS", "400")
    return ctx


def test_each_seal_is_kept_once_in_the_file(contexte):
    flux_repondu(contexte.engine)
    path = contexte.reglages.journal_sceaux
    assert sceller_la_veille(contexte)
    assert not sceller_la_veille(contexte)
    assert path.read_text().splitlines() == sceaux_poses(contexte.engine)
    sceller(contexte.engine, JOUR.replace(day=24), LE)
    assert garder_les_sceaux(contexte) == 1
    assert path.read_text().splitlines() == sceaux_poses(contexte.engine)


def test_a_line_half_written_is_written_again(contexte):
    flux_repondu(contexte.engine)
    sceller_la_veille(contexte)
    path = contexte.reglages.journal_sceaux
    (whole,) = sceaux_poses(contexte.engine)
    path.write_text(whole[:50])
    assert garder_les_sceaux(contexte) == 1
    assert path.read_text() == f"{whole}\n"


def test_a_file_that_an_editor_saved_with_its_mark_is_gone_on_with(contexte):
    flux_repondu(contexte.engine)
    sceller_la_veille(contexte)
    path = contexte.reglages.journal_sceaux
    path.write_bytes(BOM_UTF8 + path.read_bytes())
    sceller(contexte.engine, JOUR.replace(day=24), LE)
    assert garder_les_sceaux(contexte) == 1
    assert path.read_text(encoding="utf-8-sig").splitlines() == sceaux_poses(contexte.engine)


@pytest.mark.parametrize("requete", ["DELETE FROM sceaux", "UPDATE sceaux SET texte = replace(texte, '11-23', '11-22')"])
def test_a_seal_removed_or_written_anew_stops_the_task(contexte, requete):
    flux_repondu(contexte.engine)
    sceller_la_veille(contexte)
    changer(contexte.engine, requete)
    with pytest.raises(ErreurInvariant, match="not in the ledger any more"):
        garder_les_sceaux(contexte)
    with pytest.raises(ErreurInvariant, match="not in the ledger any more"):
        sceller_la_veille(contexte)


def test_a_file_that_cannot_be_written_stops_the_task_and_the_seal_is_kept_later(contexte):
    flux_repondu(contexte.engine)
    path = contexte.reglages.journal_sceaux
    path.mkdir()
    with pytest.raises(ErreurTransport):
        sceller_la_veille(contexte)
    path.rmdir()
    assert not sceller_la_veille(contexte)
    assert path.read_text().splitlines() == sceaux_poses(contexte.engine)


@pytest.mark.parametrize(("langue", "mots"), [("fr", "Répondu INTEGRE_PARTIEL"), ("en", "Answered INTEGRE_PARTIEL")])
def test_an_issuer_reads_what_was_received_judged_and_answered(contexte, langue, mots):
    flux_repondu(contexte.engine)
    faire_partir(contexte.engine)
    found = CliRunner().invoke(app, ["journal", "montrer", "1", "--langue", langue])
    assert found.exit_code == 0, found.output
    assert mots in found.output
    assert found.output.count("c" * 64) == 2  # answered, and gone out, under that digest
    assert "a" * 64 in found.output


def test_one_file_of_a_flow_can_be_followed_alone(contexte):
    flux_repondu(contexte.engine)
    assert CliRunner().invoke(app, ["journal", "montrer", "1", "--facture", "0"]).output.count("SHA-256") >= 2
    assert CliRunner().invoke(app, ["journal", "montrer", "1", "--facture", "9"]).exit_code == 1


@pytest.mark.parametrize("langue", list(Langue))
@pytest.mark.parametrize("genre", list(Genre))
def test_every_kind_of_event_has_its_sentence(genre, langue):
    facts = {"nom": "N", "flux": 2, "tranche": 3, "statut": "INTEGRE", "au": "2026-11-23", "numero": 1}
    evenement = Evenement(1, genre, "sujet", facts)
    said = phrase(Entree(1, 0, LE, genre.value, "sujet", texte_de(evenement, 0, None, LE), "0" * 64), langue)
    assert said
    assert "{" not in said


def test_an_entry_that_was_spoilt_is_still_shown():
    assert phrase(Entree(1, 0, LE, "recu", "sujet", "[1, 2", "0" * 64), Langue.FR) == phrase(
        Entree(1, 0, LE, "recu", "sujet", '{"contenu": []}', "0" * 64), Langue.FR
    )
