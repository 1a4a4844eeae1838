"""Upkeep of the partners' ``out`` folders: what was fetched is noted, what stayed too long is purged."""

from airflow.sdk import CronTriggerTimetable, dag, task

from flux.orchestration.communs import TACHES
from flux.orchestration.notices import NOTICES


@task(doc_md=NOTICES["entretien.entretenir"])
def entretenir() -> dict[str, int]:
    """Return how many files were seen to be fetched, and how many were purged."""
    from flux import etapes
    from flux.orchestration.sftp import connexion

    with connexion() as sftp:
        fetched, purged = etapes.entretenir(etapes.contexte(), sftp)
    return {"retirees": fetched, "purgees": purged}


@task(doc_md=NOTICES["entretien.lacunes"])
def lacunes() -> None:
    """Red when a number has no file or a message was put aside."""
    from flux import etapes

    etapes.verifier_lacunes(etapes.contexte())


@task(doc_md=NOTICES["entretien.sceller"])
def sceller() -> bool:
    """Return whether yesterday got its seal now."""
    from flux import etapes

    return etapes.sceller_la_veille(etapes.contexte())


@dag(
    schedule=CronTriggerTimetable("7 * * * *", timezone="UTC"), catchup=False, max_active_runs=1, default_args=TACHES,
    tags=["flux", "sftp", "sortie"], doc_md=NOTICES["entretien"],
)  # fmt: skip
def entretien() -> None:
    """One run an hour."""
    entretenir()
    lacunes()
    sceller()


entretien()
