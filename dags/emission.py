"""Outbox → the partners' ``out`` folders."""

from airflow.sdk import dag, task

from flux.orchestration.communs import REPONSES, TACHES, au_reveil
from flux.orchestration.notices import NOTICES


@task(doc_md=NOTICES["emission.emettre"])
def emettre() -> int:
    """Publish what waits; return how many answers left."""
    from flux import etapes
    from flux.orchestration.sftp import connexion

    with connexion() as sftp:
        return etapes.emettre(etapes.contexte(), sftp)


@dag(schedule=au_reveil(REPONSES), max_active_runs=1, default_args=TACHES, tags=["flux", "sftp", "sortie"], doc_md=NOTICES["emission"])
def emission() -> None:
    """One run at a time: answers written meanwhile leave with the next."""
    emettre()


emission()
