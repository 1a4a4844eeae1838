"""What the tests of the journal share."""

from datetime import date

from sqlalchemy import Engine, text

from flux.registre.connexion import transaction
from flux.registre.sorties import marquer_emise, sorties_a_emettre
from tests.integration.registre.aides import LE

JOUR = date(2026, 11, 23)


def changer(engine: Engine, requete: str, **valeurs: object) -> None:
    """Change the ledger or its journal as only the owner of the database can."""
    with engine.begin() as conn:
        conn.execute(text("SET LOCAL session_replication_role = replica"))
        conn.execute(text(requete), valeurs)


def faire_partir(engine: Engine) -> None:
    """Note every file that waits as gone out."""
    with transaction(engine, "essai") as conn:
        for one in sorties_a_emettre(conn):
            marquer_emise(conn, one.id, LE)
