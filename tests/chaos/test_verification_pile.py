"""The chaos harness's own checker: it speaks when a promise is broken. A checker that cannot fail proves nothing."""

from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import Engine

from tests.chaos.pile.depots import Depot
from tests.chaos.pile.deroulement import seules
from tests.chaos.pile.fautes import FAUTES, programme
from tests.chaos.pile.partenaire import Recu
from tests.chaos.pile.verification import verifier, verifier_airflow

CONTENU = b"<Invoice/>"
RETOUR = b"<CPPStatut><IdFlux>%s</IdFlux><IdStatut>90</IdStatut></CPPStatut>"
CLE = "ABC1231140000000000000001"


def depot(**autre: object) -> Depot:
    return Depot("abc123", f"FSO1140A_ABC123_{CLE}", CLE, CONTENU, "90", acceptees=1, sur=True, fois=1, **autre)


def recu(contenu: bytes, *autres: bytes) -> Recu:
    return Recu({sha256(one).hexdigest() for one in (contenu, *autres)}, 1 + len(autres), 1.0, contenu)


def retour(cle: str) -> bytes:
    return RETOUR % cle.encode()


def test_a_deposit_that_left_no_trace_is_said_lost_unanswered_and_without_original(registre: Engine, tmp_path: Path) -> None:
    constat = verifier(registre, tmp_path, [depot()], {"abc123": {}})
    assert not constat.tenu
    assert set(constat.rompus) == {"perdu", "sans réponse", "original", "statut manquant"}


def test_an_upload_that_was_cut_may_leave_no_trace(registre: Engine, tmp_path: Path) -> None:
    coupe = depot()
    coupe.sur = False
    assert verifier(registre, tmp_path, [coupe], {"abc123": {}}).tenu


def test_two_feedbacks_two_contents_and_a_hole_in_the_numbers_are_seen(registre: Engine, tmp_path: Path) -> None:
    fichiers = {
        "CSO1140A_ABC123_CPP0011140000000000000001": recu(retour(CLE), b"autre"),
        "CSO1140A_ABC123_CPP0011140000000000000003": recu(retour(CLE)),
        "CSO1140A_ABC123_CPP0011140000000000000004": recu(retour("INCONNU")),
    }
    rompus = verifier(registre, tmp_path, [depot()], {"abc123": fichiers}).rompus
    assert {"double réponse", "contenu", "trou", "réponse sans dépôt"} <= set(rompus)


def test_runs_that_do_not_end_or_are_red_are_seen() -> None:
    runs = [{"dag_id": "integration", "dag_run_id": etat, "state": etat} for etat in ("running", "failed", "success")]
    assert [promesse for promesse, _ in verifier_airflow(runs)] == ["exécution sans fin", "exécution rouge"]


def test_a_seed_draws_the_same_faults_and_every_kind_comes() -> None:
    assert programme(100, 7) == programme(100, 7) != programme(100, 8)
    assert set(programme(len(FAUTES), 7)) == set(FAUTES)


@pytest.mark.parametrize(
    ("fautes", "seule"),
    [
        ([], []),
        ([(0.0, 9.0), (10.0, 5.0)], [True, True]),
        ([(0.0, 11.0), (10.0, 5.0), (20.0, 1.0)], [False, False, True]),
        ([(0.0, 30.0), (10.0, 5.0), (20.0, 1.0), (40.0, 1.0)], [False, False, False, True]),
        ([(0.0, None), (10.0, 5.0)], [False, False]),
    ],
)
def test_a_fault_is_alone_when_no_other_lies_between_it_and_its_answer(fautes: list[tuple[float, float | None]], seule: list[bool]) -> None:
    assert seules(fautes) == seule
