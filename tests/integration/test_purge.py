"""The store loses what was kept long enough and nothing needs, on a real ledger, a real store and a real SFTP server."""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from flux.errors import ErreurTransport, ErreurUsage
from flux.etapes import purger
from flux.etapes.bilan import bilan_complet
from flux.etapes.entretien import entretenir, rejouer
from flux.etapes.purge import purger_a_blanc
from flux.registre.journal_fichiers import dire_envoi
from flux.registre.journal_verification import verifier_journal
from flux.registre.purges import Classe, compter, noter_purges
from tests.integration.test_etapes import Maison, maison

__all__ = ["maison"]  # the fixture


def _objets(maison: Maison) -> set[str]:
    root = maison.dossier / "entrepot"
    return {str(one.relative_to(root)) for one in root.rglob("*") if one.is_file()}


def _executer(maison: Maison, requete: str) -> None:
    with maison.contexte.engine.begin() as conn:
        conn.execute(text(requete))


def _vieillir(maison: Maison, jours: int) -> None:
    maison.contexte.horloge.instant += timedelta(days=jours)


def _integrer(maison: Maison, *, finir: bool = True) -> Path:
    flux = maison.fabriquer()
    maison.deposer(flux)
    maison.tout()
    maison.relever()
    with maison.serveur.client() as sftp:
        entretenir(maison.contexte, sftp)
    if finir:
        _finir(maison)
    return flux


def _finir(maison: Maison) -> None:
    _executer(maison, "UPDATE statuts SET code = 'MISE_EN_PAIEMENT'")
    _executer(maison, "UPDATE factures SET etat = 'MISE_EN_PAIEMENT'")


def _purges(rapport: dict) -> dict[str, int]:
    return {one["classe"]: one["purges"]["nombre"] for one in rapport["classes"] if "purges" in one}


def test_batches_go_after_a_week_and_originals_and_answers_after_ten_years(maison):
    _integrer(maison)
    before = _objets(maison)
    assert _purges(purger(maison.contexte)) == {"tranches": 0, "originaux": 0, "reponses": 0}
    assert _objets(maison) == before
    _vieillir(maison, 8)
    assert _purges(purger(maison.contexte)) == {"tranches": 1, "originaux": 0, "reponses": 0}
    assert _objets(maison) == {one for one in before if not one.startswith("tranches")}
    _vieillir(maison, 3653)
    assert _purges(purger(maison.contexte)) == {"tranches": 0, "originaux": 1, "reponses": 3}
    assert _objets(maison) == set()
    assert maison.lignes("SELECT count(sha256), count(original_purge_le) FROM flux") == [(1, 1)]
    assert maison.lignes("SELECT count(*) FROM entretiens") == [(3,)]
    assert _purges(purger(maison.contexte)) == {"tranches": 0, "originaux": 0, "reponses": 0}


def test_the_journal_tells_each_purge_once_and_still_verifies(maison):
    _integrer(maison)
    _vieillir(maison, 9999)
    purger(maison.contexte)
    purger(maison.contexte)
    told = maison.lignes("SELECT sujet FROM journal WHERE genre = 'purge' ORDER BY rang")
    answers = maison.lignes("SELECT 'reponse ' || nom FROM sorties ORDER BY id")
    assert told[:2] == [("tranche 0",), ("original",)]
    assert sorted(told[2:]) == sorted(answers)
    assert verifier_journal(maison.contexte.engine) == []


def test_a_dry_run_says_what_the_run_does_and_changes_nothing(maison):
    _integrer(maison)
    _vieillir(maison, 4000)
    before = _objets(maison)
    rapport = purger_a_blanc(maison.contexte)
    assert _objets(maison) == before
    assert maison.lignes("SELECT count(*) FROM entretiens") == [(0,)]
    said = {one["classe"]: one["a_purger"]["nombre"] for one in rapport["classes"]}
    done = _purges(purger(maison.contexte))
    assert said == {"sorties": 0, **done} == {"sorties": 0, "tranches": 1, "originaux": 1, "reponses": 3}


@pytest.mark.parametrize(
    ("requete", "raison"),
    [
        ("UPDATE factures SET etat = 'DEPOSEE'", "facture_en_vie"),
        ("UPDATE statuts SET a_emettre = true", "statut_a_emettre"),
        ("UPDATE sorties SET etat = 'a_emettre'", "reponse_a_emettre"),
        (
            (
                "INSERT INTO envois (partenaire_id, interface, flux_id, membre_rang, statut_rang, cree_le, octets) "
                "SELECT partenaire_id, 'FSO1301A', flux_id, membre_rang, 5, now(), 1 FROM factures"
            ),
            "message_a_grouper",
        ),
        (
            (
                "INSERT INTO envois (partenaire_id, interface, flux_id, membre_rang, statut_rang, cree_le, octets, refus) "
                "SELECT partenaire_id, 'FSO1301A', flux_id, membre_rang, 5, now(), 1, 'trop long' FROM factures"
            ),
            "message_mis_de_cote",
        ),
    ],
)
def test_what_something_waits_for_stays_however_old(maison, requete, raison):
    _integrer(maison)
    _executer(maison, requete)
    _vieillir(maison, 9999)
    before = {one for one in _objets(maison) if one.startswith("tranches") or one.endswith(maison.lignes("SELECT sha256 FROM flux")[0][0])}
    rapport = purger(maison.contexte)
    assert before <= _objets(maison)
    (originaux,) = [one for one in rapport["classes"] if one["classe"] == "originaux"]
    assert [one["raison"] for one in originaux["gardes"]] == [raison]
    _executer(maison, "UPDATE statuts SET code = 'DEPOSEE'" if raison == "facture_en_vie" else "SELECT 1")


def test_what_a_grouped_file_tells_of_stays_until_that_file_left(maison):
    _integrer(maison)
    with maison.contexte.engine.begin() as conn:
        group = conn.execute(
            text(
                "INSERT INTO sorties (partenaire_id, interface, nom, sha256, taille, cle, cree_le) "
                "SELECT partenaire_id, 'FSO1301A', 'groupe', sha256, taille, cle, cree_le FROM sorties LIMIT 1 RETURNING id"
            )
        ).scalar_one()
        conn.execute(
            text(
                "INSERT INTO envois (partenaire_id, interface, flux_id, membre_rang, statut_rang, cree_le, octets, sortie_id) "
                "SELECT partenaire_id, 'FSO1301A', flux_id, membre_rang, 5, now(), 1, :g FROM factures"
            ),
            {"g": group},
        )
        dire_envoi(conn, group, maison.contexte.horloge())
    _vieillir(maison, 9999)
    assert _purges(purger(maison.contexte)) == {"tranches": 0, "originaux": 0, "reponses": 0}
    maison.emettre()
    assert _purges(purger(maison.contexte)) == {"tranches": 1, "originaux": 1, "reponses": 3}


def test_a_flow_without_answer_stays(maison):
    maison.deposer(maison.fabriquer())
    maison.recevoir()
    _vieillir(maison, 9999)
    before = _objets(maison)
    purger(maison.contexte)
    assert _objets(maison) == before
    maison.integrer()
    maison.emettre()


def test_a_kill_between_the_note_and_the_removal_heals_and_so_does_a_file_removed_too_soon(maison):
    _integrer(maison)
    _vieillir(maison, 9999)
    now = maison.contexte.horloge()
    assert len(noter_purges(maison.contexte.engine, Classe.ORIGINAUX, now, now, 10)) == 1  # then killed
    sha256 = maison.lignes("SELECT sha256 FROM flux")[0][0]
    kept = f"sha256/{sha256[:2]}/{sha256}"
    assert kept in _objets(maison)
    for one in (maison.dossier / "entrepot" / "tranches").rglob("*"):
        one.is_file() and one.unlink()
    purger(maison.contexte)
    assert kept not in _objets(maison)
    assert compter(maison.contexte.engine, Classe.TRANCHES, now) == []


def test_a_content_that_another_flow_needs_stays(maison):
    flux = _integrer(maison)
    _vieillir(maison, 3660)
    maison.deposer(flux)  # the same bytes, ten years later
    maison.tout()
    sha256 = maison.lignes("SELECT DISTINCT sha256 FROM flux")[0][0]
    purger(maison.contexte)
    assert any(one.endswith(sha256) for one in _objets(maison))


def test_answers_whose_bytes_are_gone_do_not_leave_again_and_the_deposit_is_answered_all_the_same(maison):
    flux = _integrer(maison)
    names = [nom for (nom,) in maison.lignes("SELECT nom FROM sorties")]
    _vieillir(maison, 3660)
    purger(maison.contexte)
    with pytest.raises(ErreurUsage, match="purgé"):
        rejouer(maison.contexte, names)
    maison.deposer(flux)
    maison.tout()
    assert [nom[:8] for nom in maison.reponses()] == ["CSO1140A", "FEN1202A"]
    assert maison.lignes("SELECT code FROM anomalies a JOIN flux f ON f.id = a.flux_id WHERE f.id = 2") != []


def test_a_store_that_refuses_is_said_and_taken_up_again(maison, monkeypatch):
    _integrer(maison)
    _vieillir(maison, 9999)
    store = maison.dossier / "entrepot"
    store.rename(maison.dossier / "ailleurs")
    store.write_bytes(b"")  # no folder any more
    with pytest.raises(ErreurTransport):
        purger(maison.contexte)
    store.unlink()
    (maison.dossier / "ailleurs").rename(store)
    purger(maison.contexte)
    assert _objets(maison) == set()


def _abandonner(maison: Maison, cle: str) -> str:
    """Bytes that no row names, as a process that died leaves them; return their key."""
    with maison.contexte.entrepot.ecrire_sous(cle) as out:
        out.write(b"half an answer")
    moment = maison.contexte.horloge().timestamp()
    os.utime(maison.dossier / "entrepot" / cle, (moment, moment))
    return cle


def test_what_no_row_names_waits_in_the_bin_then_goes(maison):
    _integrer(maison)
    kept = _objets(maison)
    keys = [_abandonner(maison, one) for one in (f"sha256/ab/{'ab' * 32}", "tranches/000000000009/000000")]
    theirs = {_abandonner(maison, one) for one in ("tranches/notes.txt", "corbeille/lisez-moi", "ailleurs/x")}
    assert purger(maison.contexte)["orphelins"]["ecartes"]["nombre"] == 0  # a day old they are not: their row may be on its way
    _vieillir(maison, 2)
    said = purger_a_blanc(maison.contexte)["orphelins"]
    done = purger(maison.contexte)["orphelins"]
    assert said == done == {"ecartes": {"nombre": 2, "octets": 28}, "recents": {"nombre": 0, "octets": 0}}
    assert _objets(maison) == kept | theirs | {f"corbeille/20261125/{one}" for one in keys}
    _vieillir(maison, 30)
    assert purger_a_blanc(maison.contexte)["corbeille"]["effaces"] == {"nombre": 0, "octets": 0}
    _vieillir(maison, 1)
    assert purger(maison.contexte)["corbeille"]["effaces"] == {"nombre": 2, "octets": 28}
    assert {one for one in _objets(maison) if "corbeille" in one} == {"corbeille/lisez-moi"}
    assert theirs < _objets(maison)  # what the platform did not write is not its to remove


def test_what_went_to_the_bin_comes_back_when_a_row_needs_it(maison):
    _integrer(maison)
    (cle,) = maison.lignes("SELECT sha256 FROM flux")[0]
    (name,) = [one for one in _objets(maison) if one.endswith(cle)]
    _vieillir(maison, 2)
    assert maison.contexte.entrepot.deplacer(name, f"corbeille/20261124/{name}")  # taken while its row was being written
    assert name not in _objets(maison)
    assert purger(maison.contexte)["corbeille"]["rendus"]["nombre"] == 1
    assert name in _objets(maison)


def test_the_store_is_walked_once_a_day(maison):
    assert "orphelins" in purger(maison.contexte)
    assert "orphelins" not in purger(maison.contexte)
    assert "orphelins" in purger(maison.contexte, tout=True)
    _vieillir(maison, 1)
    assert "orphelins" in purger(maison.contexte)


def test_an_attachment_whose_declaration_was_withdrawn_stays_for_its_invoice_and_the_balance_knows_it(maison):
    _integrer(maison)
    kept = maison.contexte.entrepot.deposer([b"%PDF bon de commande"])
    _executer(
        maison,
        "INSERT INTO pieces_jointes (flux_id, membre_rang, rang, nom, taille, sha256) "
        f"SELECT flux_id, membre_rang, 9, 'bdc.pdf', {kept.taille}, '{kept.sha256}' FROM factures LIMIT 1",
    )
    os.utime(maison.dossier / "entrepot" / kept.cle, (0, 0))
    purger(maison.contexte, tout=True)
    assert kept.cle in _objets(maison)
    assert bilan_complet(maison.contexte).constats == ()


def test_two_upkeeps_at_once_purge_each_thing_once(maison):
    for number in range(1, 6):
        maison.deposer(maison.fabriquer(sequence=number, graine=number, factures=6))
    maison.tout()
    maison.relever()
    with maison.serveur.client() as sftp:
        entretenir(maison.contexte, sftp)
    _finir(maison)
    _vieillir(maison, 9999)
    with ThreadPoolExecutor(4) as pool:
        reports = list(pool.map(lambda _: purger(maison.contexte), range(4)))
    assert sum((Counter(_purges(one)) for one in reports), Counter()) == {"tranches": 10, "originaux": 5, "reponses": 15}
    assert maison.lignes("SELECT count(*) FROM journal WHERE genre = 'purge'") == [(30,)]
    assert _objets(maison) == set()
    assert verifier_journal(maison.contexte.engine) == []
