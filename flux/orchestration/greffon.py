"""What Airflow's components do when they start (an Airflow plugin, found by the entry point of the package).

The scheduler imports what tasks import, once, before it forks the processes that run them (LocalExecutor): each task spent a second of
processor time on the same imports, most of what a small flow costs and of the time to catch up after a failure.

A scheduler that starts need not wait until the one before it counts as dead, where only one runs under a host name
(``FLUX_SCHEDULER_SEUL``).

The processes that a component forks end with it. Forked, they hold its connection to the database: while one of them lives, PostgreSQL
does not see that the component is dead, and keeps its open transaction and the rows that it had locked, which the component started
again then passes over for ever (``docs/decisions/0021-chaos.md``).
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from importlib import import_module
from typing import Any

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

#: Modules of the steps and of what they import late.
MODULES = ("flux.etapes", "flux.orchestration.sftp", "flux.orchestration.reveil", "airflow.providers.sftp.hooks.sftp")
#: Commands of ``airflow`` whose processes fork others.
COMPOSANTS = frozenset({"scheduler", "triggerer", "dag-processor"})
_PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal that the kernel sends to a process when the one that forked it ends."""


@hookimpl
def on_starting(component: Any) -> None:  # noqa: ANN401  # as Airflow types it
    """Prepare the process of a component, told by its ``Job``, which does not know yet what it is of; tasks, told too, need nothing."""
    commande = sys.argv[1] if len(sys.argv) > 1 else ""
    if commande in COMPOSANTS:
        lier_les_enfants()
    if commande == "scheduler":
        for nom in MODULES:
            import_module(nom)
        from flux.config import reglages  # noqa: PLC0415  # of the scheduler only

        if reglages().scheduler_seul:
            enterrer(str(component.hostname))


def enterrer(hote: str) -> None:
    """Mark the schedulers of a host that the metadata database calls running as failed.

    The one that starts then resets what they had queued or running in its first second (``adopt_or_reset_orphaned_tasks``).
    """
    from airflow.jobs.job import Job, JobState  # noqa: PLC0415  # tasks, which load this plugin too, may not touch the database
    from airflow.utils.session import create_session  # noqa: PLC0415
    from sqlalchemy import update  # noqa: PLC0415

    morts = update(Job).where(Job.job_type == "SchedulerJob", Job.state == JobState.RUNNING, Job.hostname == hote)
    with create_session() as session:
        session.execute(morts.values(state=JobState.FAILED), execution_options={"synchronize_session": False})


def lier_les_enfants() -> None:
    """Have what this process forks from now on, and what that forks, killed when the process that forked it ends.

    On Linux only: elsewhere what remains of a killed component is the business of what starts it again, and of the database's
    ``idle_in_transaction_session_timeout``.
    """
    if sys.platform != "linux":
        return
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parents = [os.getpid()]

    def finir_avec_le_parent() -> None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parents[0]:  # it ended before the kernel was told
            os.kill(os.getpid(), signal.SIGKILL)
        parents[0] = os.getpid()

    os.register_at_fork(after_in_child=finir_avec_le_parent)


class Greffon(AirflowPlugin):
    """The plugin; its listener is this module."""

    name = "chorus_flux"
    listeners = [sys.modules[__name__]]  # noqa: RUF012  # as Airflow types it
