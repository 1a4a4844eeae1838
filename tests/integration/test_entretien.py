"""The partners' out folders on a real server: files fetched are noted, files left too long are purged, files sent again are the same."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

import pytest

from flux.errors import ErreurTransport
from flux.etapes import entretenir
from flux.etapes import entretien as etape
from flux.etapes.entretien import rejouer
from raccordement.exemple import creer_partenaire
from tests.integration.test_etapes import DEBUT, Maison, maison
from tests.services import PARTENAIRE

__all__ = ["maison"]  # the fixture


def _entretenir(maison: Maison) -> tuple[int, int]:
    with maison.serveur.client() as sftp:
        return entretenir(maison.contexte, sftp)


def _integrer(maison: Maison) -> list[str]:
    maison.deposer(maison.fabriquer())
    maison.tout()
    return sorted(maison.reponses())


def test_a_file_that_the_partner_took_away_is_noted_once(maison):
    first, *others = _integrer(maison)
    with maison.serveur.client(PARTENAIRE) as sftp:
        sftp.remove(f"/out/{first}")
    assert _entretenir(maison) == (1, 0)
    assert maison.lignes("SELECT nom FROM sorties WHERE retiree_le IS NOT NULL") == [(first,)]
    assert _entretenir(maison) == (0, 0)
    assert sorted(maison.reponses()) == others


def test_a_file_that_waits_to_leave_is_not_taken_for_fetched(maison):
    maison.deposer(maison.fabriquer())
    maison.recevoir()
    maison.integrer()
    assert _entretenir(maison) == (0, 0)


def test_a_file_left_seven_days_is_purged_and_its_bytes_stay_in_the_store(maison):
    names = _integrer(maison)
    maison.contexte.horloge.instant += timedelta(days=7) - timedelta(hours=1)
    assert _entretenir(maison) == (0, 0)
    maison.contexte.horloge.instant += timedelta(hours=2)
    assert _entretenir(maison) == (0, 3)
    assert maison.reponses() == {}
    assert maison.lignes("SELECT count(*) FROM sorties WHERE purgee_le IS NOT NULL AND retiree_le IS NULL") == [(3,)]
    assert _entretenir(maison) == (0, 0)
    assert rejouer(maison.contexte, names) == names
    maison.emettre()
    assert sorted(maison.reponses()) == names


def test_a_file_sent_again_is_the_same_to_the_byte(maison):
    _integrer(maison)
    before = maison.relever()
    _entretenir(maison)
    rejouer(maison.contexte, sorted(before))
    assert maison.emettre() == 3
    assert maison.reponses() == before
    assert maison.lignes("SELECT DISTINCT emissions FROM sorties WHERE retiree_le IS NULL") == [(2,)]


def test_answers_given_again_to_a_repeated_deposit_are_watched_again(maison):
    names = _integrer(maison)
    with maison.serveur.client(PARTENAIRE) as sftp:
        for one in names:
            sftp.remove(f"/out/{one}")
    assert _entretenir(maison) == (3, 0)
    maison.deposer(maison.fabriquer())
    maison.tout()
    assert sorted(maison.reponses()) == names
    maison.contexte.horloge.instant += timedelta(days=8)
    assert _entretenir(maison) == (0, 3)
    assert maison.reponses() == {}


def _pendant(monkeypatch: pytest.MonkeyPatch, objet: object, geste: str, ailleurs: Callable[[], object]) -> None:
    """Have another process do something once, just before the upkeep makes a move."""
    vrai, attend = getattr(objet, geste), [ailleurs]

    def faire(*args: object, **kwargs: object) -> object:
        while attend:
            attend.pop()()
        return vrai(*args, **kwargs)

    monkeypatch.setattr(objet, geste, faire)


def _redeposer(maison: Maison) -> None:
    maison.deposer(maison.fabriquer())
    maison.recevoir()
    assert maison.emettre() == 3


def test_answers_given_again_while_the_upkeep_looks_are_not_those_that_stood_too_long(maison, monkeypatch):
    names = _integrer(maison)
    maison.contexte.horloge.instant += timedelta(days=8)
    _pendant(monkeypatch, etape.transport, "lister", lambda: _redeposer(maison))
    assert _entretenir(maison) == (0, 0)
    assert sorted(maison.reponses()) == names


def test_answers_given_again_are_not_taken_for_those_that_a_killed_upkeep_left(maison, monkeypatch):
    names = _integrer(maison)
    maison.contexte.horloge.instant += timedelta(days=8)
    assert _entretenir(maison) == (0, 3)
    _pendant(monkeypatch, etape.transport, "lister", lambda: _redeposer(maison))
    assert _entretenir(maison) == (0, 0)
    assert sorted(maison.reponses()) == names


def test_answers_given_again_while_the_upkeep_removes_them_leave_afterwards(maison, monkeypatch):
    names = _integrer(maison)
    maison.contexte.horloge.instant += timedelta(days=8)
    with ThreadPoolExecutor() as pool:
        ailleurs = []

        def commencer() -> None:
            ailleurs.append(pool.submit(_redeposer, maison))
            wait(ailleurs, timeout=2)  # it waits for the removal, or this waits for it

        _pendant(monkeypatch, etape.transport, "effacer", commencer)
        assert _entretenir(maison)[1] >= 1
        ailleurs[0].result(timeout=60)
    assert sorted(maison.reponses()) == names


def test_an_answer_given_again_while_the_upkeep_notes_it_as_fetched_is_still_watched(maison, monkeypatch):
    _integrer(maison)
    maison.relever()
    _pendant(monkeypatch, etape, "noter_retirees", lambda: _redeposer(maison))
    assert _entretenir(maison) == (0, 0)
    assert maison.lignes("SELECT count(*) FROM sorties WHERE retiree_le IS NOT NULL") == [(0,)]
    maison.contexte.horloge.instant += timedelta(days=8)
    assert _entretenir(maison) == (0, 3)


def test_what_others_put_in_the_folder_is_left_alone(maison):
    _integrer(maison)
    with maison.serveur.client() as sftp, sftp.open(f"/{PARTENAIRE}/out/note.txt", "w") as note:
        note.write("lire")
    maison.contexte.horloge.instant += timedelta(days=30)
    assert _entretenir(maison) == (0, 3)
    assert list(maison.reponses()) == ["note.txt"]


@pytest.mark.desequilibre  # an outgoing file that never was
def test_a_folder_that_is_gone_is_no_fetch_and_does_not_hold_back_the_others(maison):
    creer_partenaire(maison.contexte.engine, "AAA001", "Sans dossier", "absent", DEBUT)
    names = _integrer(maison)
    with maison.contexte.engine.begin() as conn:
        conn.exec_driver_sql(
            "INSERT INTO sorties (partenaire_id, interface, nom, sha256, taille, cle, cree_le, etat, emise_le) "
            "SELECT id, 'CSO1140A', 'CSO1140A_AAA001_CPP0011140000000000000009', repeat('a', 64), 1, 'x', now(), 'emise', now() "
            "FROM partenaires WHERE code_application = 'AAA001'"
        )
    maison.relever()
    with pytest.raises(ErreurTransport, match="absent/out is not there"):
        _entretenir(maison)
    assert maison.lignes("SELECT count(*) FROM sorties WHERE retiree_le IS NOT NULL") == [(len(names),)]
