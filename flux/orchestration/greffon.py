"""What Airflow's components do when they start (an Airflow plugin, found by the entry point of the package).

The scheduler imports what tasks import, once, before it forks the processes that run them (LocalExecutor): each task spent a second of
processor time on the same imports, most of what a small flow costs and of the time to catch up after a failure.

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

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

#: Modules of the steps and of what they import late.
MODULES = ("flux.etapes", "flux.orchestration.sftp", "flux.orchestration.reveil", "airflow.providers.sftp.hooks.sftp")
#: Commands of ``airflow`` whose processes fork others.
COMPOSANTS = frozenset({"scheduler", "triggerer", "dag-processor"})
_PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal that the kernel sends to a process when the one that forked it ends."""


@hookimpl
def on_starting(component: object) -> None:  # noqa: ARG001  # it does not know yet which component it is of
    """Prepare the process of a component; tasks, which are told too, need nothing more."""
    commande = sys.argv[1] if len(sys.argv) > 1 else ""
    if commande in COMPOSANTS:
        lier_les_enfants()
    if commande == "scheduler":
        for nom in MODULES:
            import_module(nom)


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
