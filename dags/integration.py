"""One lot: open its flows, judge its invoices by batches, answer, give a verdict."""

from airflow.sdk import Param, TriggerRule, dag, task
from airflow.sdk.exceptions import AirflowSkipException

from flux.orchestration.communs import LOT, POOL_CPU, REPONSES, TACHES
from flux.orchestration.notices import NOTICES


@task(doc_md=NOTICES["integration.ouvrir"])
def ouvrir(lot_id: int) -> list[dict[str, object]]:
    """Open the flows; return one item a mapped task."""
    from flux import etapes

    return [dict(tache) for tache in etapes.ouvrir(etapes.contexte(), lot_id)]


@task(doc_md=NOTICES["integration.traiter"], pool=POOL_CPU, map_index_template="{{ task.op_kwargs['tache']['titre'] }}")
def traiter(tache: dict[str, object]) -> None:
    """Judge and store one batch."""
    from flux import etapes

    etapes.traiter(etapes.contexte(), tache)


@task(doc_md=NOTICES["integration.repondre"], trigger_rule=TriggerRule.ALL_DONE, outlets=[REPONSES])
def repondre(lot_id: int) -> int:
    """Write the answers; return how many flows were answered."""
    from flux import etapes

    if reponses := etapes.repondre(etapes.contexte(), lot_id):
        return reponses
    raise AirflowSkipException("no flow of this lot waits for an answer")


@task(doc_md=NOTICES["integration.verdict"], trigger_rule=TriggerRule.ALL_DONE)
def verdict(lot_id: int) -> str:
    """Read the ledger: green means complete."""
    from flux import etapes

    return etapes.verdict(etapes.contexte(), lot_id)


@dag(schedule=None, max_active_runs=8, default_args=TACHES, tags=["flux", "factures"], doc_md=NOTICES["integration"])
def integration(lot_id: Param = LOT) -> None:
    """One run a lot, named after it."""
    traiter.expand(tache=ouvrir(lot_id)) >> repondre(lot_id) >> verdict(lot_id)


integration()
