"""What the answers of a flow cost the ledger grows with its invoices, not with their square, also when no statistics know them yet.

The server's own count of rows read through its indexes tells: no clock.
"""

from sqlalchemy import Engine, text

from flux.registre.comptes import compter_reponses
from flux.registre.connexion import transaction
from flux.registre.lectures import statuts_du_flux
from flux.registre.tranches import enregistrer_tranche
from tests.integration.registre.aides import accepte, flux_ouvert, flux_repondu

#: All rows of one table read for each row of another would be 90,000 of 300.
FACTURES = 300


def _lues(engine: Engine) -> int:
    """Rows that all indexes of the ledger have given until now."""
    with engine.connect() as conn:
        conn.execute(text("SELECT pg_stat_force_next_flush()"))
        conn.commit()
        return int(conn.execute(text("SELECT sum(idx_tup_read) FROM pg_stat_user_indexes")).scalar_one())


def test_les_reponses_d_un_flux_se_lisent_en_temps_proportionnel(registre: Engine) -> None:
    flux_repondu(registre, "ancien", None)
    with registre.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE"))  # the planner now knows the first flow, and takes any other for empty
    flux_id = flux_ouvert(registre, (FACTURES,), "NEU001")
    enregistrer_tranche(registre, flux_id, 0, [accepte(n) for n in range(FACTURES)])
    avant = _lues(registre)
    with transaction(registre, "test") as conn:
        assert compter_reponses(conn, flux_id).avec_cycle_de_vie == FACTURES
    assert len(list(statuts_du_flux(registre, flux_id))) == FACTURES
    assert FACTURES <= _lues(registre) - avant < 20 * FACTURES
