"""Deposited files → ledger → one ``integration`` run a lot."""

from airflow.providers.standard.operators.trigger_dagrun import TriggerDagRunOperator
from airflow.sdk import TriggerRule, dag, task

from flux.orchestration.communs import CERTIFICATS_DEPOSES, DEPOTS, REEMISSIONS, TACHES, au_reveil
from flux.orchestration.notices import NOTICES


@task(doc_md=NOTICES["reception.recevoir"], outlets=[REEMISSIONS, CERTIFICATS_DEPOSES])
def recevoir(outlet_events: object = None, ti: object = None) -> list[dict[str, object]]:
    """Claim and register; what was refused is told by ``confirmer``, for it must hold up no lot."""
    from flux import etapes
    from flux.orchestration.reveil import reveiller_certificats, reveiller_emission
    from flux.orchestration.sftp import connexion

    with connexion() as sftp:
        lots = etapes.recevoir(contexte := etapes.contexte(), sftp, refus=(refus := []))
    reveiller_emission(contexte, outlet_events)
    reveiller_certificats(contexte, outlet_events)
    ti.xcom_push("refus", [str(one) for one in refus[:20]])
    return [{"trigger_run_id": lot.run_id, "conf": {"lot_id": lot.lot_id}, "note": lot.note} for lot in lots]


@task(doc_md=NOTICES["reception.confirmer"], trigger_rule=TriggerRule.NONE_FAILED)
def confirmer(lots: list[dict[str, object]], refus: list[str]) -> None:
    """Note that every run exists, then tell what was refused."""
    from flux.etapes import contexte
    from flux.etapes.reception import confirmer_lots

    confirmer_lots(contexte(), [lot["conf"]["lot_id"] for lot in lots], refus)


@dag(schedule=au_reveil(DEPOTS), max_active_runs=1, default_args=TACHES, tags=["flux", "sftp", "entrée"], doc_md=NOTICES["reception"])
def reception() -> None:
    """One run at a time: files that come meanwhile are taken together by the next."""
    lancer = TriggerDagRunOperator.partial(
        task_id="lancer",
        trigger_dag_id="integration",
        logical_date=None,
        skip_when_already_exists=True,
        retry_policy=None,  # only Airflow's own API can fail here: always worth another try
        map_index_template="{{ task.trigger_run_id }}",
        doc_md=NOTICES["reception.lancer"],
    )
    lots = recevoir()
    lancer.expand_kwargs(lots) >> confirmer(lots, lots["refus"])


reception()
