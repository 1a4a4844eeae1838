"""What the DAG files share: names, assets, and how a task is retried."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from airflow.sdk import (
    Asset,
    AssetAlias,
    AssetOrTimeSchedule,
    AssetWatcher,
    Context,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
)

from flux.errors import ErreurFlux
from flux.journalisation import renforcer
from flux.orchestration.declencheur import DepotTrigger

#: Pool of the tasks that use a whole core each; give it as many slots as the workers have cores.
POOL_CPU = "flux_cpu"

#: Updated when deposited files wait; its watcher is the project's own trigger.
DEPOTS = Asset("flux-depots", watchers=[AssetWatcher(name="sas-sftp", trigger=DepotTrigger())])

#: Updated when answers enter the outbox.
REPONSES = Asset("flux-reponses")

#: Updated when a certificate was deposited as a file and waits to be judged.
CERTIFICATS = Asset("flux-certificats")

#: Outlet of a task that updates :data:`CERTIFICATS` only when one waits.
CERTIFICATS_DEPOSES = AssetAlias("flux-certificats-deposes")

#: Outlet of a task that updates :data:`REPONSES` only when answers wait (see :mod:`flux.orchestration.reveil`).
REEMISSIONS = AssetAlias("flux-reemissions")

#: Parameter of the runs of ``integration``.
LOT = Param(type="integer", minimum=1, description="number of the lot in the ledger")

#: When certificates are looked at although none was deposited (cron, UTC): each is judged once a day, or when its re-check is due.
HEURES = "17 * * * *"

#: When reception and emission run although nothing woke them (cron, UTC): a safety net under the events.
FILET = "*/5 * * * *"

_journal = structlog.get_logger(__name__)


def signaler_echec(context: Context) -> None:
    """Write one log line with the facts of a failed task (Airflow's ``on_failure_callback``).

    Of an error that is not ours its kind only: its sentence may quote an invoice.
    """
    renforcer()
    instance, panne = context["ti"], context.get("exception")
    faits, message = (panne.facts, str(panne)) if isinstance(panne, ErreurFlux) else ({}, "")
    _journal.error(
        "tache_en_echec",
        dag=instance.dag_id,
        run=instance.run_id,
        tache=instance.task_id,
        rang=instance.map_index,
        erreur=type(panne).__name__,
        message=message,
        faits=faits,
        **({"flux_id": faits["flux_id"]} if "flux_id" in faits else {}),
    )


#: What Airflow raises in a task when its API server is down: at an XCom, at an asset; at a connection, which it then holds for undefined.
_API_MUETTE: list[type[BaseException] | str] = [
    "airflow.sdk.exceptions.AirflowRuntimeError",
    "airflow.sdk.exceptions.AirflowNotFoundException",
]

#: ``default_args`` of every DAG. The first retries come soon, since a killed process needs no rest; none waits longer than half a minute,
#: so that work goes on soon after an outage; all of them together outlast one of some ten minutes. Only what may pass by itself is tried
#: again; a killed process is too, for it raises nothing.
TACHES: dict[str, Any] = {
    "owner": "flux",
    "start_date": datetime(2026, 1, 1, tzinfo=UTC),
    "retries": 24,
    "retry_delay": timedelta(seconds=3),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(seconds=30),
    "retry_policy": ExceptionRetryPolicy(
        rules=[
            RetryRule("flux.errors.ErreurTransitoire", RetryAction.RETRY, reason="the infrastructure did not answer"),
            RetryRule(_API_MUETTE, RetryAction.RETRY, reason="Airflow's own API did not answer"),
        ],
        default=RetryAction.FAIL,
    ),
    "on_failure_callback": signaler_echec,
}


def au_reveil(evenement: Asset, filet: str = FILET) -> AssetOrTimeSchedule:
    """Return the schedule of a DAG woken by an asset, and by a cron in UTC: the safety net."""
    return AssetOrTimeSchedule(timetable=CronTriggerTimetable(filet, timezone="UTC"), assets=[evenement])
