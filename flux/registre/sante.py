"""What health asks of the ledger, each by one small query. Every function raises ErreurRegistre when it does not answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from flux.registre.connexion import Source, lecture

_ETAT = """
SELECT now() AS heure, (SELECT min(recu_le) FROM flux WHERE etat <> 'repondu') AS sans_reponse,
  (SELECT min(cree_le) FROM sorties WHERE etat = 'a_emettre') AS a_emettre, (SELECT count(*) FROM envois WHERE refus IS NOT NULL) AS refus
"""
_CERTIFICATS = """
SELECT p.code_application AS fiche, max(c.not_after) AS fin
FROM certificats_partenaire c JOIN partenaires p ON p.id = c.partenaire_id
WHERE c.etat = 'en_vigueur' AND p.etat IN ('qualification', 'production') GROUP BY 1 ORDER BY 2, 1
"""


@dataclass(frozen=True, slots=True)
class EtatRegistre:
    """:ivar heure: the database's. :ivar sans_reponse, a_emettre: since when the oldest waits. :ivar refus: messages put aside."""

    heure: datetime
    sans_reponse: datetime | None
    a_emettre: datetime | None
    refus: int


def revision(source: Source) -> str | None:
    """Return the revision of the ledger, ``None`` when it was never migrated."""
    with lecture(source, "revision") as conn:
        if conn.execute(text("SELECT to_regclass('alembic_version')")).scalar_one() is None:
            return None
        return conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


def etat(source: Source) -> EtatRegistre:
    """Return what waits."""
    with lecture(source, "sante") as conn:
        return EtatRegistre(**conn.execute(text(_ETAT)).mappings().one())


def fins_de_certificat(source: Source) -> list[tuple[str, datetime]]:
    """Return each open record with the end of its last certificate in force, the next to end first."""
    with lecture(source, "fins_de_certificat") as conn:
        return [(row.fiche, row.fin) for row in conn.execute(text(_CERTIFICATS))]
