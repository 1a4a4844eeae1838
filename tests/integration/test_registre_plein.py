"""What is asked of the ledger every few minutes reads what is recent or waits, however much the ledger holds."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, event, text

from flux.registre.battements import battements
from flux.registre.bloques import flux_bloques
from flux.registre.journal_sceaux import premier_jour_sans_sceau
from flux.registre.mesures import files, mesurer
from raccordement.exemple import creer_partenaire

MAINTENANT = datetime(2026, 11, 26, 9, tzinfo=UTC)
FLUX = 20_000


@pytest.fixture
def plein(registre: Engine) -> Engine:
    """Three weeks of flows, a thousand a day, known to the planner."""
    who = creer_partenaire(registre, "ABC123", "Partenaire", "abc123", MAINTENANT)
    with registre.begin() as conn:
        conn.execute(
            text("""
            INSERT INTO flux (partenaire_id, nom, reclamation, sha256, taille, recu_le, etat, statut, repondu_le, membres)
            SELECT :who, 'f' || n, 'r' || n, repeat('a', 64), 1, CAST(:le AS timestamptz) - (:flux - n) * interval '90 seconds', 'repondu',
              'INTEGRE', CAST(:le AS timestamptz), 0 FROM generate_series(1, :flux) n"""),
            {"who": who.id, "le": MAINTENANT, "flux": FLUX},
        )
        conn.execute(
            text("""
            INSERT INTO sorties (partenaire_id, flux_id, numero, interface, nom, sha256, taille, cle, cree_le, etat, emise_le, emissions,
              retiree_le) SELECT partenaire_id, id, id, 'CSO1140A', 'CSO' || id, repeat('b', 64), 1, 'x', recu_le, 'emise', recu_le, 1, recu_le
            FROM flux""")
        )
    with registre.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE flux"))
        conn.execute(text("ANALYZE sorties"))
    return registre


def _noeuds(plan: dict) -> Iterator[dict]:
    yield plan
    for one in plan.get("Plans", ()):
        yield from _noeuds(one)


def lues(engine: Engine, demander: Callable[[Engine], object]) -> int:
    """Return how many rows of tables the statements of a function read."""
    asked = []
    event.listen(engine, "before_cursor_execute", lambda _c, _k, statement, values, *_: asked.append((statement, values)))
    demander(engine)
    total = 0
    for statement, values in [one for one in asked if one[0].lstrip().startswith(("SELECT", "WITH"))]:
        with engine.begin() as conn:
            ((found,),) = conn.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values).all()
        for node in _noeuds((found if isinstance(found, list) else json.loads(found))[0]["Plan"]):
            if "Relation Name" in node:
                total += (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
    return total


@pytest.mark.parametrize(
    "demander",
    [
        lambda engine: mesurer(engine, MAINTENANT - timedelta(days=1)),
        files,
        battements,
        premier_jour_sans_sceau,
        lambda engine: flux_bloques(engine, MAINTENANT),
    ],
    ids=["mesurer", "files", "battements", "premier_jour_sans_sceau", "flux_bloques"],
)
def test_weeks_of_flows_are_not_read_again(plein, demander):
    assert lues(plein, demander) < FLUX / 5
