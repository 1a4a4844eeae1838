"""What components do when they start: the scheduler imports what tasks need; what any of them forks ends with it."""

import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from flux.config import reglages
from flux.orchestration import greffon
from tests.chaos.pile.surveillant import vit

PROJET = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
CODE = """
import sys
from airflow.jobs.job import Job
from airflow.listeners.listener import get_listener_manager
from flux.orchestration import greffon
gestionnaire = get_listener_manager()
if not gestionnaire.pm.is_registered(greffon):
    gestionnaire.add_listener(greffon)
avant = "flux.etapes" in sys.modules
Job()
print(avant, "flux.etapes" in sys.modules)
"""


@pytest.mark.parametrize(("component", "imported"), [("scheduler", "True"), ("triggerer", "False")])
def test_the_scheduler_alone_imports_the_steps(component: str, imported: str) -> None:
    """Airflow tells its listeners when a component makes its ``Job``, and not which component it is."""
    fait = subprocess.run([sys.executable, "-c", CODE, component], capture_output=True, text=True, check=True)
    assert fait.stdout.split()[-2:] == ["False", imported]


def test_airflow_finds_the_plugin_by_its_entry_point() -> None:
    ((nom, objet),) = PROJET["entry-points"]["airflow.plugins"].items()
    plugin = EntryPoint(nom, objet, "airflow.plugins").load()
    assert plugin.name == nom
    assert all(hasattr(one, "on_starting") for one in plugin.listeners)


@pytest.fixture
def schedulers(airflow: None) -> Iterator[Callable[[], list[str]]]:
    """Jobs that the metadata database calls running; gives their states now."""
    from airflow.jobs.job import Job
    from airflow.utils.session import create_session
    from sqlalchemy import delete, insert, select

    rows = [("SchedulerJob", "ici"), ("SchedulerJob", "ailleurs"), ("TriggererJob", "ici")]
    with create_session() as session:
        session.execute(insert(Job), [{"job_type": genre, "hostname": hote, "state": "running"} for genre, hote in rows])

    def etats() -> list[str]:
        with create_session() as session:
            return list(session.scalars(select(Job.state).order_by(Job.id)))

    yield etats
    with create_session() as session:
        session.execute(delete(Job))


@pytest.mark.parametrize(
    ("composant", "seul", "etat"), [("scheduler", "true", "failed"), ("scheduler", "false", "running"), ("triggerer", "true", "running")]
)
def test_a_scheduler_alone_on_its_host_takes_the_one_before_it_for_dead(
    schedulers: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch, composant: str, seul: str, etat: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["airflow", composant])
    monkeypatch.setattr(greffon, "lier_les_enfants", lambda: None)
    monkeypatch.setenv("FLUX_SCHEDULER_SEUL", seul)
    reglages.cache_clear()
    greffon.on_starting(SimpleNamespace(hostname="ici"))
    reglages.cache_clear()
    assert schedulers() == [etat, "running", "running"]


#: Forks a child, which forks another; both then wait for ever, as workers of the scheduler do.
FAMILLE = """
import os, sys, time
from flux.orchestration import greffon
sys.argv = ["airflow", sys.argv[1]]
greffon.MODULES = ()
greffon.on_starting(None)
tube, bout = os.pipe()
if os.fork() == 0:
    petit = os.fork()
    if petit:
        os.write(bout, f"{os.getpid()} {petit}".encode())
    time.sleep(60)
print(os.read(tube, 100).decode(), flush=True)
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel tells children of their parent's end on Linux only")
@pytest.mark.parametrize(("component", "left"), [("scheduler", 0), ("triggerer", 0), ("dag-processor", 0), ("api-server", 2)])
def test_what_a_killed_component_forked_ends_with_it(component: str, left: int) -> None:
    """A child that lives on holds the component's connection to the database, and so the rows that it had locked."""
    with subprocess.Popen([sys.executable, "-c", FAMILLE, component], stdout=subprocess.PIPE, text=True) as chef:
        assert chef.stdout is not None
        enfants = [psutil.Process(int(pid)) for pid in chef.stdout.readline().split()]
        assert len(enfants) == 2
        assert all(one.is_running() for one in enfants)
        chef.kill()
    fin = time.monotonic() + (10 if left == 0 else 0.5)
    while (restes := [one for one in enfants if vit(one)]) and time.monotonic() < fin:
        time.sleep(0.02)
    for one in restes:
        one.kill()
    assert len(restes) == left
