"""What does not move any more → a red run."""

from airflow.sdk import CronTriggerTimetable, dag, task

from flux.orchestration.communs import FILET, TACHES
from flux.orchestration.notices import NOTICES


@task(doc_md=NOTICES["surveillance.bloques"])
def bloques() -> str:
    """Read the ledger: green means that nothing is stuck."""
    from flux import etapes

    return etapes.surveiller(etapes.contexte())


@dag(
    schedule=CronTriggerTimetable(FILET, timezone="UTC"),
    catchup=False,
    max_active_runs=1,
    default_args=TACHES,
    tags=["flux", "surveillance"],
    doc_md=NOTICES["surveillance"],
)
def surveillance() -> None:
    """One look every five minutes."""
    bloques()


surveillance()
