"""Nothing of an invoice is in Airflow's logs, nor in XCom: they are read by more people than the ledger is."""

import os
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from flux.registre.battements import battements
from tests.dags.test_parcours import Plateforme, etats, plateforme
from tests.marqueur import MARQUEUR, facture_marquee
from tests.services import PARTENAIRE

__all__ = ["plateforme"]


def deposer(plateforme: Plateforme, graine: int, *, partout: bool) -> None:
    flux = facture_marquee(plateforme.atelier, graine, partout=partout)
    depot = plateforme.serveur.disque / PARTENAIRE / "in" / flux.name
    depot.write_bytes(flux.read_bytes())
    os.utime(depot, (1_700_000_000 + graine, 1_700_000_000 + graine))


def xcoms() -> list[Any]:
    from airflow.models.xcom import XComModel
    from airflow.settings import Session

    return [row.value for row in Session().query(XComModel)]


def test_logs_and_xcom_hold_nothing_of_an_invoice(
    plateforme: Plateforme, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    deposer(plateforme, 1, partout=False)
    deposer(plateforme, 2, partout=True)
    plateforme.lancer("reception")
    with plateforme.registre.begin() as conn:  # PostgreSQL quotes the row that it refuses
        conn.execute(text(f"ALTER TABLE factures ADD CONSTRAINT piege CHECK (numero NOT LIKE '{MARQUEUR}%')"))
    try:
        failed = plateforme.lancer("integration", lot_id=1)
    finally:
        with plateforme.registre.begin() as conn:
            conn.execute(text("ALTER TABLE factures DROP CONSTRAINT piege"))
    assert etats(failed)["traiter[0]"] == "failed"
    told = capfd.readouterr()
    assert "the ledger refused to write" in told.out + told.err
    assert "flux_id" in told.out + told.err
    assert battements(plateforme.registre)["traiter"].echecs == 1

    integration = plateforme.lancer("integration", lot_id=1)
    assert etats(integration)["verdict"] == "success"
    plateforme.lancer("emission")
    again = capfd.readouterr()
    files = [one.read_text(errors="replace") for one in Path(os.environ["AIRFLOW_HOME"]).rglob("*.log")]
    kept = xcoms()
    assert kept
    for one in (told.out, told.err, again.out, again.err, caplog.text, *files, *map(str, kept)):
        assert MARQUEUR not in one
