"""Statuses and invoices that wait → grouped files in the outbox."""

from airflow.sdk import CronTriggerTimetable, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from flux.orchestration.communs import FILET, REPONSES, TACHES
from flux.orchestration.notices import NOTICES


@task(doc_md=NOTICES["groupage.grouper"], outlets=[REPONSES])
def grouper() -> int:
    """Make the files that are due; return how many."""
    from flux import etapes

    if made := etapes.grouper(etapes.contexte()):
        return made
    raise AirflowSkipException("no grouped file is due")


@dag(
    schedule=CronTriggerTimetable(FILET, timezone="UTC"), catchup=False, max_active_runs=1, default_args=TACHES,
    tags=["flux", "cycle de vie", "sortie"], doc_md=NOTICES["groupage"],
)  # fmt: skip
def groupage() -> None:
    """One run at a time; the files leave with ``emission``, which each of them wakes."""
    grouper()


groupage()
