"""Every DAG file loads, and an operator finds on each DAG and task who owns it, what it does and what to do."""

from pathlib import Path

import pytest

from tests.dags.conftest import RACINE

ATTENDUS = {
    "reception": {"recevoir", "lancer", "confirmer"},
    "integration": {"ouvrir", "traiter", "repondre", "verdict"},
    "emission": {"emettre"},
    "groupage": {"grouper"},
    "entretien": {"entretenir", "historique", "lacunes", "purger", "sceller"},
    "surveillance": {"bloques"},
    "bilan": {"complet"},
    "certificats": {"listes", "sante", "juger", "prevenir", "rapport"},
}


@pytest.fixture(scope="session")
def sac(airflow: None):
    from airflow.dag_processing.dagbag import DagBag

    return DagBag(RACINE / "dags")


def test_every_file_loads(sac) -> None:
    assert sac.import_errors == {}
    assert {nom: set(dag.task_ids) for nom, dag in sac.dags.items()} == ATTENDUS


@pytest.mark.parametrize("nom", ATTENDUS)
def test_a_dag_speaks_to_the_operator(sac, nom: str) -> None:
    dag = sac.dags[nom]
    assert dag.tags >= {"flux"}
    for notice in (dag.doc_md, *(tache.doc_md for tache in dag.tasks)):
        assert "**FR.**" in notice
        assert "**Rouge :**" in notice
        assert "**EN.**" in notice
        assert "**Red:**" in notice
    assert {tache.owner for tache in dag.tasks} == {"flux"}


@pytest.mark.parametrize("nom", ATTENDUS)
def test_only_what_may_pass_is_tried_again(sac, nom: str) -> None:
    from airflow.sdk import RetryAction
    from airflow.sdk.exceptions import AirflowNotFoundException, AirflowRuntimeError, ErrorType
    from airflow.sdk.execution_time.comms import ErrorResponse

    from flux.errors import ErreurInvariant, ErreurTransport

    muette = AirflowRuntimeError(ErrorResponse(error=ErrorType.API_SERVER_ERROR, detail={"message": "[Errno 111] Connection refused"}))
    table = {
        ErreurTransport("x"): RetryAction.RETRY,
        muette: RetryAction.RETRY,
        AirflowNotFoundException("The conn_id `flux_sftp` isn't defined"): RetryAction.RETRY,
        ErreurInvariant("x"): RetryAction.FAIL,
        KeyError("x"): RetryAction.FAIL,
    }
    for tache in sac.dags[nom].tasks:
        arguments = tache.partial_kwargs if tache.is_mapped else vars(tache)
        assert arguments["retries"] == 24
        if (politique := arguments["retry_policy"]) is not None:
            assert {panne: politique.evaluate(panne, 1, 5).action for panne in table} == table


@pytest.mark.parametrize("nom", ATTENDUS)
def test_a_dag_file_stays_thin(nom: str) -> None:
    assert len(Path(RACINE / "dags" / f"{nom}.py").read_text().splitlines()) <= 50


def test_mapped_tasks_share_the_cores(sac) -> None:
    from flux.orchestration.communs import POOL_CPU

    assert sac.dags["integration"].get_task("traiter").pool == POOL_CPU


def test_reception_and_emission_run_one_at_a_time_and_wake_by_themselves(sac) -> None:
    for nom, reveil in (("reception", "flux-depots"), ("emission", "flux-reponses")):
        dag = sac.dags[nom]
        assert dag.max_active_runs == 1
        assert [actif.name for actif in dag.timetable.asset_condition.objects] == [reveil]
        assert dag.timetable.timetable.expression == "*/5 * * * *"
        assert not dag.catchup
