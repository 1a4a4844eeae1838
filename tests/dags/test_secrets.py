"""What Airflow keeps of a run holds no secret: XCom, rendered templates, parameters, the code of the DAGs."""

import sqlite3
from pathlib import Path

import pytest

from flux.config import reglages
from tests.dags.conftest import RACINE
from tests.dags.test_parcours import Plateforme, plateforme
from tests.securite.aides import SECRET, base_secrete

__all__ = ["plateforme"]


def test_airflow_keeps_no_secret_of_a_run(plateforme: Plateforme, monkeypatch: pytest.MonkeyPatch) -> None:
    from airflow.settings import engine

    monkeypatch.setenv("FLUX_BASE", base_secrete(plateforme.registre.url.render_as_string(hide_password=False)))
    monkeypatch.setenv("FLUX_CERTIFICATS__SMTP_MOT_DE_PASSE", SECRET)
    reglages.cache_clear()
    assert SECRET in reglages().base.get_secret_value()
    plateforme.deposer(1)
    runs = [plateforme.lancer("reception"), plateforme.lancer("integration", lot_id=1), plateforme.lancer("emission")]
    assert {str(run.state) for run in runs} == {"success"}
    with sqlite3.connect(engine.url.database) as base:
        kept = "\n".join(base.iterdump())
        assert base.execute("SELECT count(*) FROM xcom").fetchone()[0] > 0
    assert "integration" in kept
    cle = Path(plateforme.serveur.cle()).read_text().splitlines()[2]
    for secret in (SECRET, SECRET.encode().hex(), cle):
        assert secret not in kept


def test_the_code_of_the_dags_names_no_setting_that_is_secret() -> None:
    for fichier in (RACINE / "dags").glob("*.py"):
        code = fichier.read_text(encoding="utf-8")
        assert "get_secret_value" not in code
        assert "FLUX_BASE" not in code
        assert "environ" not in code
