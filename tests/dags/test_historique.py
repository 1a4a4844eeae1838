"""Airflow's history is cleaned on a real metadata database (PostgreSQL), by the real command, from where a task stands."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, text

from flux.config import Reglages
from flux.contexte import Contexte
from flux.errors import ErreurConfiguration, ErreurTransitoire
from flux.etapes.historique import nettoyer_chaque_jour, nettoyer_historique
from flux.registre.embarque import adresse
from flux.reglages_retention import ReglagesRetention
from flux.transport.entrepot import Entrepot

MAINTENANT = datetime(2026, 11, 26, 3, tzinfo=UTC)
_BASE = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
_LIGNES = """
INSERT INTO log (dttm, event) VALUES (:vieux, 'vieux'), (:recent, 'recent');
INSERT INTO trigger (id, classpath, kwargs, created_date) VALUES (1, 'flux.orchestration.declencheur.DepotTrigger', '{}', :vieux);
INSERT INTO dag_run (dag_id, run_id, run_type, run_after, start_date, state, clear_number)
  VALUES ('emission', 'vieux', 'scheduled', :vieux, :vieux, 'success', 0), ('emission', 'recent', 'scheduled', :recent, :recent, 'success', 0)
"""


@pytest.fixture(scope="module")
def base(dossier_postgres: Path) -> str:
    """The address of a metadata database that Airflow's own migrations made."""
    url = adresse(dossier_postgres, "airflow", pilote="psycopg2")
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], env=os.environ | {_BASE: url}, check=True, capture_output=True)
    return url


@pytest.fixture
def metadonnees(base: str) -> Iterator[Engine]:
    engine = create_engine(base)
    with engine.begin() as conn:
        conn.execute(text("TRUNCATE log, trigger, dag_run CASCADE"))
        dates = {"vieux": MAINTENANT - timedelta(days=91), "recent": MAINTENANT - timedelta(days=89)}
        for requete in _LIGNES.split(";"):
            conn.execute(text(requete), {nom: le for nom, le in dates.items() if f":{nom}" in requete})
    yield engine
    engine.dispose()


@pytest.fixture
def contexte(registre: Engine, base: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Contexte:
    monkeypatch.setenv(_BASE, "airflow-db-not-allowed:///")  # what Airflow's supervisor does to a task
    settings = Reglages(dossier=tmp_path, retention=ReglagesRetention(airflow_base=SecretStr(base)))
    return Contexte(settings, registre, Entrepot(str(tmp_path / "entrepot")), lambda: MAINTENANT)


def _restent(metadonnees: Engine) -> dict[str, list[str]]:
    with metadonnees.connect() as conn:
        colonnes = {"log": "event", "dag_run": "run_id", "trigger": "id::text"}
        return {
            table: sorted(conn.execute(text(f"SELECT {colonne} FROM {table} WHERE {colonne} NOT LIKE 'cli%'")).scalars())
            for table, colonne in colonnes.items()
        }


_TOUT = {"log": ["recent", "vieux"], "dag_run": ["recent", "vieux"], "trigger": ["1"]}


def test_the_dry_run_counts_what_the_run_removes_and_triggers_stay(contexte: Contexte, metadonnees: Engine) -> None:
    dit = nettoyer_historique(contexte, a_blanc=True)
    assert _restent(metadonnees) == _TOUT
    fait = nettoyer_chaque_jour(contexte)
    assert isinstance(fait, dict)
    assert (dit["historique"], dit["a_blanc"]) == (fait["historique"], True)
    assert {table: nombre for table, nombre in fait["historique"].items() if nombre} == {"log": 1, "dag_run": 1}
    assert _restent(metadonnees) == {"log": ["recent"], "dag_run": ["recent"], "trigger": ["1"]}
    with metadonnees.connect() as conn:  # nothing is kept aside either
        assert conn.execute(text(r"SELECT count(*) FROM pg_tables WHERE tablename LIKE '\_airflow\_deleted%'")).scalar_one() == 0
    with contexte.engine.connect() as conn:
        assert list(conn.execute(text("SELECT rapport -> 'historique' ->> 'log' FROM entretiens")).scalars()) == ["1"]
    assert str(nettoyer_chaque_jour(contexte)).startswith("fait / done")


def test_a_refusal_is_said_without_the_password(contexte: Contexte) -> None:
    settings = Reglages(
        dossier=contexte.reglages.dossier,
        retention=ReglagesRetention(airflow_base=SecretStr("postgresql+psycopg2://flux:t0psecret@127.0.0.1:1/airflow")),
    )
    with pytest.raises(ErreurTransitoire, match="airflow db clean ended with code 1") as refus:
        nettoyer_historique(Contexte(settings, contexte.engine, contexte.entrepot, contexte.horloge))
    assert "t0psecret" not in f"{refus.value} {refus.value.facts}"


def test_without_address_a_task_has_nothing_to_do_and_says_which_setting(contexte: Contexte) -> None:
    sans = Contexte(Reglages(dossier=contexte.reglages.dossier), contexte.engine, contexte.entrepot, contexte.horloge)
    assert "FLUX_RETENTION__AIRFLOW_BASE" in str(nettoyer_chaque_jour(sans))
    with pytest.raises(ErreurConfiguration, match="FLUX_RETENTION__AIRFLOW_BASE"):
        nettoyer_historique(sans)
