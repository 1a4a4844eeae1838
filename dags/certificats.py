"""Every certificate looked at: trusted lists, the verification service, revocation and ends, notices; then one report."""

from airflow.sdk import TriggerRule, chain, dag, task

from flux.orchestration.communs import CERTIFICATS, HEURES, REEMISSIONS, TACHES, au_reveil
from flux.orchestration.notices import NOTICES


@task(trigger_rule=TriggerRule.ALL_DONE, outlets=[REEMISSIONS])
def etape(nom: str, outlet_events: object = None) -> str:
    """Do one step, wake emission for the answers it leaves, return its report."""
    from flux import etapes
    from flux.orchestration.reveil import reveiller_emission

    rapport = etapes.ETAPES_CERTIFICATS[nom](contexte := etapes.contexte())
    reveiller_emission(contexte, outlet_events)
    return rapport


@task(doc_md=NOTICES["certificats.rapport"])
def rapport(parties: list[str]) -> str:
    """Join the reports; left out when a step failed, so that the run is red."""
    from flux import etapes

    return etapes.joindre_rapports(parties)


@dag(
    schedule=au_reveil(CERTIFICATS, HEURES),
    max_active_runs=1,
    default_args=TACHES,
    tags=["flux", "certificats"],
    doc_md=NOTICES["certificats"],
)
def certificats() -> None:
    """One run at a time. A list or a mail server that does not answer does not stop the judging."""
    noms = ("listes", "sante", "juger", "prevenir")
    parties = [etape.override(task_id=nom, doc_md=NOTICES[f"certificats.{nom}"])(nom) for nom in noms]
    chain(*parties)
    rapport(parties)


certificats()
