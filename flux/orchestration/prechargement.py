"""What tasks import, imported once by the scheduler before it makes the processes that run them (LocalExecutor).

Each task is a process of its own. Without this, each spends a second of processor time on the same imports: most of what a small
flow costs, and of the time to catch up after a failure. Airflow finds the plugin by the entry point of the package.
"""

from __future__ import annotations

import sys
from importlib import import_module

from airflow.listeners import hookimpl
from airflow.plugins_manager import AirflowPlugin

#: Modules of the steps and of what they import late.
MODULES = ("flux.etapes", "flux.orchestration.sftp", "flux.orchestration.reveil", "airflow.providers.sftp.hooks.sftp")


@hookimpl
def on_starting(component: object) -> None:  # noqa: ARG001  # it does not know yet which component it is of
    """Import them when ``airflow scheduler`` starts; no other component runs steps."""
    if sys.argv[1:2] == ["scheduler"]:
        for nom in MODULES:
            import_module(nom)


class Prechargement(AirflowPlugin):
    """The plugin; its listener is this module."""

    name = "chorus_flux_prechargement"
    listeners = [sys.modules[__name__]]  # noqa: RUF012  # as Airflow types it
