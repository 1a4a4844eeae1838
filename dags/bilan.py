"""The full balance, once a day → a red run when what came in is not all somewhere."""

from airflow.sdk import CronTriggerTimetable, dag, task

from flux.orchestration.communs import TACHES
from flux.orchestration.notices import NOTICES


@task(doc_md=NOTICES["bilan.complet"])
def complet() -> str:
    """Count the ledger and read every stored file again: green means that nothing is missing."""
    from flux import etapes

    return etapes.verifier_bilan_complet(etapes.contexte())


@dag(
    schedule=CronTriggerTimetable("37 2 * * *", timezone="UTC"), catchup=False, max_active_runs=1, default_args=TACHES,
    tags=["flux", "surveillance"], doc_md=NOTICES["bilan"],
)  # fmt: skip
def bilan() -> None:
    """One balance a day, when little moves."""
    complet()


bilan()
