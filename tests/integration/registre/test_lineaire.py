"""What a flow costs the ledger grows with its invoices, not with their square, also when no statistics know it yet.

The server's own count of the rows that it read tells: no clock.
"""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, text

from flux.registre.bilan import bilan
from flux.registre.bilan_jours import bilan_par_jour
from flux.registre.comptes import compter_reponses
from flux.registre.connexion import transaction
from flux.registre.envois import documents_des_envois, planifier_pivots, planifier_statuts
from flux.registre.journal_verification import verifier_journal
from flux.registre.lectures import anomalies_du_flux, compteurs_du_flux, lignes_du_flux, statuts_des_envois, statuts_du_flux
from flux.registre.tranches import enregistrer_tranche
from tests.integration.registre.aides import LE, accepte, clore, flux_ouvert

#: All rows of one table read for each row of another would be 90,000 of 300, many times what any question reads.
FACTURES, PAR_FACTURE = 1500, 30


def lues(engine: Engine) -> int:
    """Rows that the tables and all indexes of the ledger have given until now.

    Not those of the subscriptions: no flow makes them more, and a table of one page is sooner read than looked up.
    """
    with engine.connect() as conn:
        conn.execute(text("SELECT pg_stat_force_next_flush()"))
        conn.commit()
        return sum(
            int(conn.execute(text(f"SELECT sum({one}) FROM {vue} WHERE relname <> 'abonnements'")).scalar_one())
            for one, vue in (("idx_tup_read", "pg_stat_user_indexes"), ("seq_tup_read", "pg_stat_user_tables"))
        )


def _envois(engine: Engine, flux_id: int) -> list[int]:
    planifier_statuts(engine, {"DEPOSEE": ("FSO1301A",)}, LE)
    with engine.connect() as conn:
        return list(conn.execute(text("SELECT id FROM envois WHERE flux_id = :flux"), {"flux": flux_id}).scalars())


def _avec(question: Callable[..., object]) -> Callable[[Engine, int], object]:
    """A question asked in a transaction."""

    def demander(engine: Engine, flux_id: int) -> object:
        with transaction(engine, "test") as conn:
            return question(conn, flux_id)

    return demander


def _pivots(conn, flux_id):
    return planifier_pivots(conn, flux_id, "FEN0111A", LE)


QUESTIONS: dict[str, Callable[[Engine, int], object]] = {
    "comptes": _avec(compter_reponses),
    "compteurs": compteurs_du_flux,
    "statuts": lambda engine, flux_id: list(statuts_du_flux(engine, flux_id)),
    "anomalies": lambda engine, flux_id: list(anomalies_du_flux(engine, flux_id)),
    "pivots": _avec(_pivots),
    "clore": clore,
    "planifier": lambda engine, _: planifier_statuts(engine, {"DEPOSEE": ("FSO1301A",)}, LE),
    "envois": lambda engine, flux_id: list(statuts_des_envois(engine, _envois(engine, flux_id))),
    "documents": _avec(lambda conn, _: documents_des_envois(conn, list(range(1, 1000)))),
    "lignes": lambda engine, flux_id: list(lignes_du_flux(engine, flux_id + 1)),
    "bilan": lambda engine, _: bilan(engine),
    "bilan-du-flux": lambda engine, flux_id: bilan(engine, [flux_id, flux_id + 1]),
    "jours": _avec(lambda conn, _: bilan_par_jour(conn, [])),
    "journal": lambda engine, _: verifier_journal(engine),
}


#: A file of statuses for each invoice, in a flow of its own.
_LIGNES = """
INSERT INTO lignes_statut (flux_id, membre_rang, rang, code_lu, statut, issue, facture_flux_id, facture_membre_rang, statut_rang)
SELECT :statuts, membre_rang, 1, 'DEPOSEE', 'DEPOSEE', 'applique', flux_id, membre_rang, 0 FROM factures WHERE flux_id = :flux
"""


#: What the server writes down when it looks at a table while the transaction that fills it is open.
_VIDES = "UPDATE pg_class SET reltuples = 0, relpages = 5 WHERE relname = ANY (:tables)"
#: The tables that a flow fills.
_REMPLIES = (
    "flux", "tranches", "membres", "factures", "lignes", "pieces_jointes", "anomalies", "statuts", "lignes_statut", "sorties", "envois",
    "journal",
)  # fmt: skip


@pytest.fixture(
    params=[
        (0, False, ()), (0, True, _REMPLIES), *((0, False, (one,)) for one in _REMPLIES),
        (3, False, ()), (3, True, ()), (900, False, ()), (900, True, ()),
    ],
    ids=lambda one: f"{one[0]}-{'pour' if one[1] else 'sans'}-{'tous' if len(one[2]) > 1 else ''.join(one[2])}",
)  # fmt: skip
def neuf(registre: Engine, request: pytest.FixtureRequest) -> int:
    """A flow newer than the statistics, which know an older one of so many invoices; a partner speaks for its recipients, or nobody does.

    They may take tables for empty that are not. The next flow sets statuses of its invoices.
    """
    anciennes, represente, vides = request.param
    if anciennes:
        ancien = flux_ouvert(registre, (anciennes,), "ABC001")
        enregistrer_tranche(registre, ancien, 0, [accepte(n) for n in range(anciennes)])
        clore(registre, ancien, "INTEGRE")
    with registre.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE"))
    flux_id = flux_ouvert(registre, (FACTURES,), "NEU001")
    enregistrer_tranche(registre, flux_id, 0, [accepte(n) for n in range(FACTURES)])
    statuts_id = flux_ouvert(registre, (FACTURES,), "STA001")
    with registre.begin() as conn:
        if represente:
            conn.execute(text("INSERT INTO representations (siret, partenaire_id) SELECT '21750001600019', min(id) FROM partenaires"))
        conn.execute(text(_LIGNES), {"flux": flux_id, "statuts": statuts_id})
        conn.execute(text("UPDATE statuts SET a_emettre = true WHERE flux_id = :flux"), {"flux": flux_id})
        conn.execute(text(_VIDES), {"tables": list(vides)})
    yield flux_id
    with registre.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text("ANALYZE"))


def test_un_flux_se_lit_en_temps_proportionnel(registre: Engine, neuf: int) -> None:
    with registre.connect() as conn:
        factures = conn.execute(text("SELECT count(*) FROM factures")).scalar_one()
    found = {}
    for nom, question in QUESTIONS.items():
        avant = lues(registre)
        question(registre, neuf)
        found[nom] = round((lues(registre) - avant) / factures)
    assert {nom: lues for nom, lues in found.items() if lues > PAR_FACTURE} == {}
