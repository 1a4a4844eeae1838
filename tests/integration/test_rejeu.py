"""A stored original judged again: the same verdict by the rules of then, what differs by others, and nothing written unless asked."""

import io
import json
import sys
import tarfile
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from flux.cli import app
from flux.config import reglages
from flux.errors import ErreurInvariant, ErreurUsage
from flux.etapes import entretenir, purger
from flux.etapes.rejeu import rejouer_flux
from flux.modele.verdict import Decision
from flux.referentiel.jeux import MoteurRegles
from flux.registre.journal import journal_du_flux
from flux.registre.journal_verification import verifier_journal
from flux.registre.tables import metadata
from flux.regles.officielles.moteur import regles_officielles
from tests.integration.test_etapes import Maison, maison

__all__ = ["maison"]  # the fixture

#: The day before the reform's rule set; and one before BR-FR-CPRO's.
VEILLE, CLASSIQUE = date(2026, 8, 31), date(2025, 6, 1)


def vidage(maison: Maison) -> dict[str, list[tuple[object, ...]]]:
    """Every row of the ledger but the journal's."""
    return {nom: maison.lignes(f"SELECT t::text FROM {nom} t ORDER BY 1") for nom in metadata.tables if nom != "journal"}


def rejouer(maison: Maison, flux_id: int = 1, au: date | None = None, *, ecrire: bool = False):
    shown = []
    total = rejouer_flux(maison.contexte, flux_id, au, montrer=shown.append, ecrire=ecrire)
    return total, [one for one in shown if one.differe]


@pytest.fixture
def reforme(maison: Maison) -> Maison:
    """A platform that judges by the official rules, as it does when nothing is set otherwise."""
    settings = maison.contexte.reglages
    maison.contexte = replace(maison.contexte, officielles=regles_officielles(MoteurRegles.NATIF, settings.regles_cache))
    return maison


def sql(maison: Maison, *statements: str) -> None:
    with maison.contexte.engine.begin() as conn:
        for one in statements:
            conn.execute(text(one))


def archive(fichiers: list[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as tar:
        for name, data in fichiers:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return out.getvalue()


def membres(fichier) -> list[tuple[str, bytes]]:
    with tarfile.open(fichier) as tar:
        return [(one.name, tar.extractfile(one).read()) for one in tar]


def deposer(maison: Maison, fichiers: list[tuple[str, bytes]], sequence: int) -> None:
    path = maison.dossier / f"FSO1140A_ABC123_ABC1231140{sequence:015d}"
    path.write_bytes(archive(fichiers))
    maison.deposer(path)
    maison.tout()


def test_by_the_rules_of_then_nothing_differs_whatever_the_flow(reforme):
    """Good and bad, unreadable, empty, doubled within the flow and of another flow, in several batches."""
    first = membres(reforme.fabriquer(factures=6))
    bad = membres(
        reforme.fabriquer(factures=6, graine=2, sequence=2, defauts=("total-faux", "montant-illisible", "xml-tronque"), part_fautive=0.5)
    )
    deposer(reforme, first, 1)
    deposer(reforme, [("vide.xml", b""), *bad, first[0], ("encore.xml", bad[0][1]), ("encore2.xml", bad[1][1])], 2)
    assert reforme.lignes("SELECT DISTINCT rule FROM anomalies WHERE rule LIKE 'DBL%' ORDER BY 1") == [("DBL-01",), ("DBL-02",)]
    for flux_id, tranches in ((1, 2), (2, 3)):
        total, other = rejouer(reforme, flux_id)
        assert other == []
        assert (total.identique, total.tranches, total.tranches_autres) == (True, tranches, [])
        assert total.change == ()
    assert total.fichiers == 10
    assert {now for _, now in total.decisions} == set(Decision)


def test_a_flow_of_one_batch_after_the_other_is_told_the_same_doubles(reforme):
    """The second batch was stored first: it holds the number, and the first one is the double."""
    one = membres(reforme.fabriquer(factures=5))
    reforme.deposer(reforme.dossier / _poser(reforme, [*one[:4], ("dernier.xml", one[0][1])]))
    reforme.recevoir()
    from flux.etapes import ouvrir, repondre, traiter

    for lot in reforme.lots:
        for tache in ouvrir(reforme.contexte, lot):
            for pair in reversed(tache["tranches"]):
                traiter(reforme.contexte, {**tache, "tranches": [pair]})
        for tache in reversed(ouvrir(reforme.contexte, lot)):
            traiter(reforme.contexte, tache)
        repondre(reforme.contexte, lot)
    reforme.emettre()
    total, other = rejouer(reforme)
    assert (other, total.identique) == ([], True)


def _poser(maison: Maison, fichiers) -> str:
    name = f"FSO1140A_ABC123_ABC1231140{7:015d}"
    (maison.dossier / name).write_bytes(archive(fichiers))
    return name


def test_the_rules_of_another_day_show_what_they_tell_and_do_not(reforme):
    """EN 16931 judges from 1 September 2026: the day before, no official rule asks for a supplier's SIREN."""
    reforme.deposer(reforme.fabriquer(factures=4, defauts=("siren-absent",), part_fautive=0.25))
    reforme.tout()
    total, other = rejouer(reforme, au=VEILLE)
    assert (total.jeu_alors, total.jeu, total.au) == ("2026-09-01", "2026-02-01", VEILLE)
    assert set(total.change) == {"jeu", "officielles"}
    assert total.tranches == 0 == len(total.tranches_autres)  # the journal speaks of other rules
    before, _ = rejouer(reforme, au=CLASSIQUE)
    assert before.jeu == "2024-07-24"
    (faulty,) = [one for one in other if one.alors is Decision.REJETE]
    gone = {one.rule for one in faulty.disparues}
    assert "BR-FR-10_BT-30" in gone
    assert [one.rang for one in other] == [faulty.rang]  # the day of reception stays: no invoice is of a day to come
    assert (faulty.maintenant, total.differents) == (Decision.ACCEPTE, 1)
    assert reforme.lignes("SELECT count(*) FROM factures WHERE etat = 'NON_CONFORME'") == [(1,)]


def test_what_was_refused_then_and_has_been_deposited_again_since_is_no_double_of_itself(reforme):
    """The same invoice came right in a later flow; the first flow, judged again, does not count that one as before it."""
    (name, data), *_ = membres(reforme.fabriquer(factures=2, defauts=("siren-absent",), part_fautive=1.0))
    reforme.deposer(reforme.dossier / _poser(reforme, [(name, data)]))
    reforme.tout()
    (good, *_) = membres(reforme.fabriquer(factures=2))
    deposer(reforme, [good], 8)
    assert reforme.lignes("SELECT flux_id, etat FROM factures ORDER BY 1") == [(1, "NON_CONFORME"), (2, "DEPOSEE")]
    assert reforme.lignes("SELECT count(DISTINCT numero) FROM factures") == [(1,)]
    _, (other,) = rejouer(reforme, au=VEILLE)
    assert not {"DBL-01", "DBL-02"} & {one.rule for one in other.nouvelles}


def test_a_flow_refused_as_a_whole_is_refused_again(maison):
    broken = maison.dossier / f"FSO1140A_ABC123_ABC1231140{3:015d}"
    broken.write_bytes(archive(membres(maison.fabriquer(factures=3)))[:-200])
    maison.deposer(broken)
    maison.tout()
    total, other = rejouer(maison)
    assert (other, total.fichiers, total.memes) == ([], 0, 1)


def test_a_verdict_changed_in_the_ledger_is_shown_and_the_journal_still_agrees_with_the_original(maison):
    maison.deposer(maison.fabriquer(factures=4, defauts=("montant-illisible",), part_fautive=0.25))
    maison.tout()
    ((rule,),) = maison.lignes("SELECT DISTINCT rule FROM anomalies WHERE severity = 'error'")
    sql(maison, "UPDATE anomalies SET rule = 'XSD-99' WHERE severity = 'error'")
    total, (other,) = rejouer(maison)
    sql(maison, f"UPDATE anomalies SET rule = '{rule}' WHERE severity = 'error'")  # the fixture compares the ledger with the journal
    assert {one.rule for one in other.disparues} == {"XSD-99"}
    assert {one.rule for one in other.nouvelles} == {rule}
    assert (total.tranches, total.tranches_autres, total.identique) == (1, [], False)


def test_nothing_is_written_unless_asked_and_then_one_entry_of_the_journal(maison):
    maison.deposer(maison.fabriquer(factures=3))
    maison.tout()
    before, told = vidage(maison), len(journal_du_flux(maison.contexte.engine, 1))
    rejouer(maison)
    assert len(journal_du_flux(maison.contexte.engine, 1)) == told
    for _ in range(2):
        total, _ = rejouer(maison, au=CLASSIQUE, ecrire=True)
    assert vidage(maison) == before
    *_, one, last = journal_du_flux(maison.contexte.engine, 1)
    assert (one.genre, last.genre, last.rang) == ("rejoue", "rejoue", told + 1)
    said = json.loads(last.texte)["contenu"]
    assert (said["au"], said["detail"], said["regles"]["jeu"]) == ("2025-06-01", total.empreinte, "2024-07-24")
    assert verifier_journal(maison.contexte.engine) == []


def _original(maison: Maison):
    ((sha,),) = maison.lignes("SELECT sha256 FROM flux WHERE id = 1")
    return maison.dossier / "entrepot" / "sha256" / sha[:2] / sha


@pytest.mark.desequilibre
def test_an_original_that_changed_is_not_judged(maison):
    maison.deposer(maison.fabriquer(factures=2))
    maison.tout()
    path = _original(maison)
    path.write_bytes(path.read_bytes()[:-1] + b"\1")
    with pytest.raises(ErreurInvariant, match="a changé dans l'entrepôt / the original of flow 1 changed"):
        rejouer(maison)
    path.unlink()
    with pytest.raises(ErreurInvariant, match="rien ne l'a purgé / the original of flow 1 is not in the store, and nothing purged it"):
        rejouer(maison)


def test_a_purged_original_is_said_to_be_in_both_languages(maison):
    maison.deposer(maison.fabriquer())
    maison.tout()
    sql(maison, "UPDATE statuts SET code = 'MISE_EN_PAIEMENT'", "UPDATE factures SET etat = 'MISE_EN_PAIEMENT'")
    maison.relever()
    with maison.serveur.client() as sftp:
        entretenir(maison.contexte, sftp)
    maison.contexte.horloge.instant += timedelta(days=4000)
    purger(maison.contexte)
    with pytest.raises(ErreurUsage, match=r"a été purgé le \d\d/\d\d/2037, .* / the original of flow 1 was purged"):
        rejouer(maison)


def test_what_cannot_be_judged_again_says_why(maison):
    with pytest.raises(ErreurUsage, match="inconnu / unknown"):
        rejouer(maison, 9)
    flux = maison.fabriquer()
    maison.deposer(flux)
    maison.recevoir()
    with pytest.raises(ErreurUsage, match="pas encore jugé / flow 1 is not judged yet"):
        rejouer(maison)
    maison.integrer()
    maison.emettre()
    maison.deposer(flux)
    maison.tout()
    with pytest.raises(ErreurUsage, match="flow 2 repeats flow 1: replay that one"):
        rejouer(maison, 2)


def test_the_command_shows_what_differs_and_its_exit_code_says_it(reforme, monkeypatch):
    reforme.deposer(reforme.fabriquer(factures=3, defauts=("siren-absent",), part_fautive=0.34))
    reforme.tout()
    monkeypatch.setenv("FLUX_DOSSIER", str(reforme.dossier))
    monkeypatch.setenv("FLUX_BASE", reforme.contexte.engine.url.render_as_string(hide_password=False))
    reglages.cache_clear()
    try:
        same = CliRunner().invoke(app, ["rejouer", "1"])
        assert same.exit_code == 0
        assert "Aucune différence. / No difference." in same.stdout
        other = CliRunner().invoke(app, ["rejouer", "1", "--regles", "2026-08-31"])
        assert other.exit_code == 1
        assert "BR-FR-10" in other.stdout
        lines = [
            json.loads(line) for line in CliRunner().invoke(app, ["rejouer", "1", "--regles", "2026-08-31", "--json"]).stdout.splitlines()
        ]
        assert lines[-1]["differents"] == len(lines) - 1
        assert lines[-1]["identique"] is False
        assert lines[0]["disparues"][0]["fr"]
    finally:
        reglages.cache_clear()


@pytest.mark.desequilibre
def test_an_altered_original_has_an_exit_code_of_its_own(maison, monkeypatch):
    maison.deposer(maison.fabriquer())
    maison.tout()
    path = _original(maison)
    path.write_bytes(path.read_bytes()[:-1] + b"\1")
    monkeypatch.setattr("flux.cli.rendu.contexte", lambda: maison.contexte)
    done = CliRunner().invoke(app, ["rejouer", "1", "--json"])
    assert done.exit_code == 4
    assert "the original of flow 1 changed in the store" in done.stderr
    assert done.stdout == ""


def test_an_outage_does_not_look_like_an_altered_original(maison, monkeypatch):
    def panne(*_: object, **__: object):
        raise ErreurInvariant("the ledger refused to write (rejouer_flux)", operation="rejouer_flux")

    monkeypatch.setattr("flux.cli.rendu.contexte", lambda: maison.contexte)
    monkeypatch.setattr(sys.modules["flux.cli.rejouer"], "rejouer_flux", panne)  # the function hides its module
    assert isinstance(CliRunner().invoke(app, ["rejouer", "1"]).exception, ErreurInvariant)


def test_the_help_tells_every_exit_code():
    told = CliRunner().invoke(app, ["rejouer", "--help"], env={"COLUMNS": "200", "TERM": "dumb"}).output
    line = " ".join(told.split()).partition("Exit code")[2]
    assert all(f" {code} " in line for code in range(5))
