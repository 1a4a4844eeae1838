"""What the steps log: each line of a flow bears its id, and nothing of an invoice is in any, failures of the ledger included."""

import io
import json
import sys
from collections.abc import Iterator

import pytest
import structlog
from sqlalchemy import text

from flux.config import FormatJournal
from flux.errors import ErreurInvariant
from flux.etapes import grouper
from flux.journalisation import configurer
from tests.integration.test_etapes import Maison, maison
from tests.marqueur import MARQUEUR, facture_marquee

__all__ = ["maison"]

#: What is logged before the ledger has given the flow an id: by the claim, which the ledger keeps.
AVANT_LE_FLUX = {"depot_reclame"}


@pytest.fixture
def journal() -> Iterator[io.StringIO]:
    before, configured = structlog.get_config().copy(), structlog.is_configured()
    out = io.StringIO()
    configurer(FormatJournal.JSON, out)
    for name, module in list(sys.modules.items()):  # Airflow, in another test of this process, had each logger keep its set-up
        if name.startswith(("flux.", "raccordement.")) and "_journal" in vars(module):
            vars(vars(module)["_journal"]).pop("bind", None)
    yield out
    structlog.configure(**before) if configured else structlog.reset_defaults()


def lignes(journal: io.StringIO) -> list[dict[str, object]]:
    return [json.loads(one) for one in journal.getvalue().splitlines()]


def piege(maison: Maison, pose: bool) -> None:
    """Have the ledger refuse the marked invoice: PostgreSQL quotes the whole row in its detail."""
    with maison.contexte.engine.begin() as conn:
        conn.execute(text("ALTER TABLE factures DROP CONSTRAINT IF EXISTS piege"))
        if pose:
            conn.execute(text(f"ALTER TABLE factures ADD CONSTRAINT piege CHECK (numero NOT LIKE '{MARQUEUR}%')"))


def test_every_line_of_a_flow_bears_its_id_and_its_step(maison: Maison, journal: io.StringIO) -> None:
    for graine in (1, 2):
        maison.deposer(facture_marquee(maison.dossier, graine, partout=graine == 2))
    maison.tout()
    found = lignes(journal)
    assert {one["event"] for one in found} == {
        "depot_reclame", "flux_enregistre", "flux_ouvert", "tranche_traitee", "flux_repondu", "fichier_publie", "sortie_emise",
    }  # fmt: skip
    assert {one["event"] for one in found if "flux_id" not in one} == AVANT_LE_FLUX
    assert {(one["event"], one["flux_id"]) for one in found if one["event"] != "depot_reclame"} >= {
        (event, flux) for event in {one["event"] for one in found} - AVANT_LE_FLUX for flux in (1, 2)
    }
    assert all("etape" in one for one in found)
    assert {one["reclamation"] for one in found if one["event"] == "flux_enregistre"} == {
        row[0] for row in maison.lignes("SELECT reclamation FROM flux")
    }
    assert maison.lignes("SELECT acceptees, rejetees FROM flux ORDER BY id") == [(1, 0), (0, 1)]


def test_nothing_of_an_invoice_is_logged_even_when_the_ledger_refuses_it(maison: Maison, journal: io.StringIO) -> None:
    piege(maison, True)
    try:
        maison.deposer(facture_marquee(maison.dossier, 1, partout=False))
        maison.recevoir()
        with pytest.raises(ErreurInvariant) as refused:
            maison.integrer()
        structlog.get_logger().error("tache_en_echec", exc_info=refused.value)  # as Airflow logs the trace of a failed task
    finally:
        piege(maison, False)
    assert refused.value.facts["flux_id"] == 1
    assert (refused.value.facts["contrainte"], refused.value.facts["sqlstate"]) == ("piege", "23514")
    maison.integrer()
    maison.emettre()
    grouper(maison.contexte, tout=True)
    assert maison.lignes("SELECT numero FROM factures") == [(f"{MARQUEUR}-1",)]
    assert "Traceback" in journal.getvalue()
    assert MARQUEUR not in journal.getvalue()
