"""Which partner speaks for which public structure: it receives its invoices and says what becomes of them."""

from __future__ import annotations

import re

from sqlalchemy import Engine, delete, select
from sqlalchemy.dialects.postgresql import insert

from flux.errors import ErreurUsage
from flux.registre import tables as t
from flux.registre.connexion import Source, lecture, transaction


def representer(engine: Engine, siret: str, partenaire_id: int) -> None:
    """Declare that a partner speaks for a structure, in one transaction; it takes over from the one who did.

    :raises ErreurUsage: malformed SIRET (fact ``siret``).
    """
    if not re.fullmatch(r"[0-9]{14}", siret):
        raise ErreurUsage(f"{siret!r} n'est pas un SIRET de 14 chiffres / is not a SIRET of 14 digits", siret=siret)
    with transaction(engine, "representer") as conn:
        conn.execute(
            insert(t.representations)
            .values(siret=siret, partenaire_id=partenaire_id)
            .on_conflict_do_update(index_elements=["siret"], set_={"partenaire_id": partenaire_id})
        )


def ne_plus_representer(engine: Engine, siret: str) -> bool:
    """Declare that nobody speaks for a structure any more. Returns False when nobody did."""
    with transaction(engine, "ne_plus_representer") as conn:
        return conn.execute(delete(t.representations).where(t.representations.c.siret == siret)).rowcount == 1


def structures_de(source: Source, partenaire_id: int) -> frozenset[str]:
    """Return the SIRETs a partner speaks for. Raises ErreurRegistre."""
    with lecture(source, "structures_de") as conn:
        return frozenset(
            conn.execute(select(t.representations.c.siret).where(t.representations.c.partenaire_id == partenaire_id)).scalars()
        )


def toutes(source: Source) -> list[tuple[str, str]]:
    """Return (application code, SIRET) of every declaration, in that order. Raises ErreurRegistre."""
    r, p = t.representations.c, t.partenaires.c
    with lecture(source, "representations") as conn:
        rows = conn.execute(
            select(p.code_application, r.siret).join(t.partenaires, p.id == r.partenaire_id).order_by(p.code_application, r.siret)
        )
        return [(row.code_application, row.siret) for row in rows]
