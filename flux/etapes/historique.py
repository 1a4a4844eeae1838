"""Airflow's own history: ``airflow db clean`` removes the rows of old runs from its metadata database, in a process of its own.

A task of Airflow 3 has no way to that database: its supervisor puts an address that leads nowhere in the task's environment. The child gets
the address from a setting, through its environment: an argument would show in the list of processes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import timedelta

import structlog

from flux.contexte import Contexte
from flux.errors import ErreurConfiguration, ErreurTransitoire
from flux.modele.anomalie import visible
from flux.registre.purges import CHAQUE_JOUR, dernier_entretien, noter_entretien

#: Left out on purpose: ``trigger`` (taken by age alone, its rows in use go too, and with them the watchers of assets), ``dag`` and
#: ``dag_version`` (they do not grow with time, and rows that are kept refer to them). What hangs on a run (task instances, XCom…)
#: goes with it.
TABLES = (
    "asset_event", "callback", "celery_taskmeta", "celery_tasksetmeta", "connection_test_request", "dag_run", "deadline",
    "import_error", "job", "log", "revoked_token", "task_instance", "task_instance_history", "task_reschedule", "xcom",
)  # fmt: skip
#: Seconds after which the command is given up; what it removed until then stays removed.
PATIENCE = 3600
_LOT = "10000"
_BASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
_INTERDITE = "airflow-db-not-allowed:"
_TABLE = re.compile(r"^Checking table (\w+)\s+Found (\d+) rows", re.MULTILINE)

_journal = structlog.get_logger(__name__)


def nettoyer_historique(contexte: Contexte, *, a_blanc: bool = False) -> dict[str, object]:
    """Remove the history of Airflow that is older than ``FLUX_RETENTION__AIRFLOW`` days; return how many rows of which table.

    The address is ``FLUX_RETENTION__AIRFLOW_BASE``, else what Airflow's own configuration says here.

    :param a_blanc: only count.
    :raises ErreurConfiguration: there is no address: a task has none of its own. Facts: ``setting``.
    :raises ErreurTransitoire: the command failed, on one table at least. Facts: ``code``.
    """
    now = contexte.horloge()
    limit = now - timedelta(days=contexte.reglages.retention.airflow)
    base = contexte.reglages.retention.airflow_base
    said = _lancer(limit.isoformat(), None if base is None else base.get_secret_value(), a_blanc=a_blanc)
    counts = {table: int(count) for table, count in _TABLE.findall(said)}
    if not counts:
        raise ErreurConfiguration(
            "airflow db clean looked at no table: is this Airflow the one that is pinned?", setting="retention.airflow_base"
        )
    report: dict[str, object] = {"le": now.isoformat(), "a_blanc": a_blanc, "avant": limit.isoformat(), "historique": counts}
    if not a_blanc:
        noter_entretien(contexte.engine, now, report)
        _journal.info("historique_nettoye", **report)
    return report


def nettoyer_chaque_jour(contexte: Contexte) -> dict[str, object] | str:
    """Do :func:`nettoyer_historique` once a day; return its report, or why there was nothing to do."""
    if contexte.reglages.retention.airflow_base is None:
        return "FLUX_RETENTION__AIRFLOW_BASE n'est pas réglé / is not set: see docs/operators.md"
    last = dernier_entretien(contexte.engine, "historique")
    if last is not None and contexte.horloge() < last + CHAQUE_JOUR:
        return f"fait / done: {last.isoformat()}"
    return nettoyer_historique(contexte)


def _lancer(avant: str, base: str | None, *, a_blanc: bool) -> str:
    """Run the command and return what it printed."""
    command = [
        sys.executable, "-m", "airflow", "db", "clean", "--clean-before-timestamp", avant, "--tables", ",".join(TABLES),
        "--skip-archive", "--batch-size", _LOT, "--error-on-cleanup-failure", "--yes", *(["--dry-run"] if a_blanc else []),
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 this interpreter, our own arguments
            command, env=_environnement(base), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ErreurTransitoire(f"airflow db clean did not end: {type(error).__name__}. It will be tried again.", code=None) from error
    if done.returncode:
        raise ErreurTransitoire(f"airflow db clean ended with code {done.returncode}: {_raison(done.stderr, base)}", code=done.returncode)
    return done.stdout


def _environnement(base: str | None) -> dict[str, str]:
    env = {name: value for name, value in os.environ.items() if not value.startswith(_INTERDITE)}
    if base is None:
        if len(env) < len(os.environ):
            raise ErreurConfiguration(
                "a task does not know Airflow's database: set FLUX_RETENTION__AIRFLOW_BASE", setting="retention.airflow_base"
            )
        return env
    return {name: value for name, value in env.items() if not name.startswith(_BASE)} | {_BASE: base}


def _raison(stderr: str, base: str | None) -> str:
    """Return the last line of what went wrong, without the address: it may hold a password."""
    lines = [line for line in stderr.splitlines() if line.strip()]
    last = lines[-1] if lines else "no word"
    secret = re.search(r"//[^/]*:([^/@]*)@", base or "")
    for hidden in filter(None, (base, secret and secret[1])):
        last = last.replace(hidden, "…")
    return visible(last)[:300]
