"""What health asks of the ledger, each by one small query. Every function raises ErreurRegistre when it does not answer."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import text

from flux.registre.connexion import Source, lecture

_CERTIFICATS = """
SELECT p.code_application AS fiche, max(c.not_after) AS fin
FROM certificats_partenaire c JOIN partenaires p ON p.id = c.partenaire_id
WHERE c.etat = 'en_vigueur' AND p.etat IN ('qualification', 'production') GROUP BY 1 ORDER BY 2, 1
"""


def revision(source: Source) -> str | None:
    """Return the revision of the ledger, ``None`` when it was never migrated."""
    with lecture(source, "revision") as conn:
        if conn.execute(text("SELECT to_regclass('alembic_version')")).scalar_one() is None:
            return None
        return conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def heure(source: Source) -> datetime:
    """Return the database's time."""
    with lecture(source, "heure") as conn:
        found: datetime = conn.execute(text("SELECT clock_timestamp()")).scalar_one()
        return found


def fins_de_certificat(source: Source) -> list[tuple[str, datetime]]:
    """Return each open record with the end of its last certificate in force, the next to end first."""
    with lecture(source, "fins_de_certificat") as conn:
        return [(row.fiche, row.fin) for row in conn.execute(text(_CERTIFICATS))]
