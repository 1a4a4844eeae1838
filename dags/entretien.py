"""Upkeep: what partners fetched is noted, what stayed too long in ``out`` or in the store is purged."""

from airflow.sdk import CronTriggerTimetable, dag, task

from flux.orchestration.communs import TACHES
from flux.orchestration.notices import NOTICES

#: Tasks that run one step, without SFTP.
ETAPES = {"lacunes": "verifier_lacunes", "purger": "purger", "historique": "nettoyer_chaque_jour", "sceller": "sceller_la_veille"}


@task(doc_md=NOTICES["entretien.entretenir"])
def entretenir() -> dict[str, int]:
    """Return how many files were seen to be fetched, and how many were purged."""
    from flux import etapes
    from flux.orchestration.sftp import connexion

    with connexion() as sftp:
        fetched, purged = etapes.entretenir(etapes.contexte(), sftp)
    return {"retirees": fetched, "purgees": purged}


@task
def executer(etape: str) -> object:
    """Return what one step says; a sentence says why it had nothing to do."""
    from airflow.sdk.exceptions import AirflowSkipException

    from flux import etapes

    report = getattr(etapes, etape)(etapes.contexte())
    if isinstance(report, str):
        raise AirflowSkipException(report)
    return report


@dag(
    schedule=CronTriggerTimetable("7 * * * *", timezone="UTC"), catchup=False, max_active_runs=1, default_args=TACHES,
    tags=["flux", "sftp", "sortie"], doc_md=NOTICES["entretien"],
)  # fmt: skip
def entretien() -> None:
    """One run an hour."""
    entretenir()
    for nom, etape in ETAPES.items():
        executer.override(task_id=nom, doc_md=NOTICES[f"entretien.{nom}"])(etape)


entretien()
