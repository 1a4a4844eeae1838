"""An Airflow of its own for the tests of this folder: settled in the environment before anything imports airflow."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

RACINE = Path(__file__).resolve().parents[2]
_MAISON = tempfile.TemporaryDirectory(prefix="flux-airflow-", ignore_cleanup_errors=True)

os.environ.update(
    {
        "AIRFLOW_HOME": _MAISON.name,
        "AIRFLOW__CORE__DAGS_FOLDER": str(RACINE / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__UNIT_TEST_MODE": "False",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{_MAISON.name}/airflow.db",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }
)

from tests.services import serveur_asyncssh  # noqa: E402  # after the environment, like everything that may import airflow


@pytest.fixture(scope="session")
def airflow() -> Iterator[None]:
    """The metadata database, made once (SQLite: one process uses it)."""
    from airflow.utils.db import initdb

    initdb()
    yield
    _MAISON.cleanup()


__all__ = ["airflow", "serveur_asyncssh"]
