"""The scheduler imports what tasks need before it forks the processes that run them; no other component does."""

import subprocess
import sys
import tomllib
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

PROJET = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
CODE = """
import sys
from airflow.jobs.job import Job
from airflow.listeners.listener import get_listener_manager
from flux.orchestration import prechargement
gestionnaire = get_listener_manager()
if not gestionnaire.pm.is_registered(prechargement):
    gestionnaire.add_listener(prechargement)
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
