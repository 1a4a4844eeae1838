"""Rows of Airflow's database that a session holds while it does nothing are free again after a while."""

from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from demo import airflow_local
from flux.registre.embarque import adresse


def test_a_session_that_stands_still_in_a_transaction_does_not_keep_what_it_locked(
    dossier_postgres: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(airflow_local, "OISIVE", 1)
    url = airflow_local.base_sans_oisives(adresse(dossier_postgres, "oisive", pilote="psycopg2"))
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as conn:
        conn.execute(text("CREATE TABLE dag_run AS SELECT 1 AS id"))
    mort = engine.connect()
    mort.execute(text("SELECT id FROM dag_run FOR UPDATE"))
    with engine.begin() as conn:
        conn.execute(text("SET LOCAL lock_timeout = '20s'"))
        assert conn.execute(text("SELECT id FROM dag_run FOR UPDATE SKIP LOCKED")).all() == []
        assert conn.execute(text("SELECT id FROM dag_run FOR UPDATE")).all() == [(1,)]  # it waits until the other session is ended
    with pytest.raises(DBAPIError):
        mort.execute(text("SELECT 1"))
    mort.close()
