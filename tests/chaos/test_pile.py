"""A small run of the whole stack under faults: real PostgreSQL, OpenSSH and Airflow. `make chaos` does many."""

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from demo import processus
from tests.chaos.pile.deroulement import Deroulement
from tests.chaos.pile.pile import Pile, ouvrir

FAUTES = ("tâche tuée", "PostgreSQL tué", "lot traité deux fois")


@pytest.fixture
def pile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Pile]:
    """The stack, with its partners at work; nothing is left of it at the end."""
    monkeypatch.setenv("FLUX_SFTP_RACINE", "")  # set by the stack: put back at the end
    dossier = Path(tempfile.mkdtemp(prefix="flux-chaos-"))
    with ExitStack() as fin:
        fin.callback(shutil.rmtree, dossier)
        fin.callback(signal.signal, signal.SIGTERM, signal.getsignal(signal.SIGTERM))
        with ouvrir(dossier, 1) as ouverte:
            yield ouverte
        assert processus.vivants(dossier) == []


@pytest.mark.standalone
@pytest.mark.timeout(900)
def test_a_stack_that_is_broken_loses_nothing_and_doubles_nothing(pile: Pile) -> None:
    run = Deroulement(pile, 1, print)
    run.casser(FAUTES * 3, len(FAUTES), 300)
    constat = run.constater()
    assert [sorte for sorte, _, _ in run.faites]
    assert dict(constat.rompus) == {}
    # And the same run with one answer hidden, one altered: the checks are not blind.
    abc = pile.partenaires["abc123"]
    nom = next(one for one in abc.recus if one.startswith("CSO"))
    abc.recus[nom].empreintes.add("0")
    del abc.recus[next(one for one in abc.recus if one.startswith("CSO") and one != nom)]
    assert {"contenu", "sans réponse"} <= set(run.verifier().rompus)
