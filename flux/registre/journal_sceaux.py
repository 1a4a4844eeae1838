"""Daily seals of the journal: each hashes where every chain stood that grew since the one before, and the seal before.

The chain of a flow is written by one transaction at a time, so what a snapshot sees of it is its beginning. A seal takes what its snapshot
sees; an entry committed later is further down its chain, and the next seal takes it.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine, func, insert, select, text

from flux.modele.journal import VERSION, canonique, empreinte, instant
from flux.modele.temps import PARIS
from flux.registre import tables as t
from flux.registre.connexion import Source, lecture, transaction, verrouiller

_TETES = """
SELECT DISTINCT ON (j.flux_id) j.flux_id, j.rang, j.empreinte FROM journal j
WHERE NOT EXISTS (SELECT FROM sceaux_tetes s WHERE s.flux_id = j.flux_id AND s.rang >= j.rang)
ORDER BY j.flux_id, j.rang DESC
"""
# The days of each hole between two seals, and those of them that the journal tells something of.
_SAUTES = """
SELECT s.avant + n
FROM (SELECT jour, lag(jour) OVER (ORDER BY numero) AS avant FROM sceaux) s, generate_series(1, s.jour - s.avant - 1) AS n
WHERE s.avant + n >= :depuis AND EXISTS (
  SELECT FROM journal j WHERE j.le >= CAST(s.avant + n AS timestamp) AT TIME ZONE 'Europe/Paris'
    AND j.le < CAST(s.avant + n + 1 AS timestamp) AT TIME ZONE 'Europe/Paris')
ORDER BY 1
"""


def sceller(engine: Engine, jour: date, le: datetime) -> str | None:
    """Set the seal of a day, in one transaction; return its canonical text, ``None`` when that day, or a later one, has its seal.

    :param jour: last day that it answers for, Europe/Paris. :param le: now.
    :raises ErreurRegistre: the ledger did not answer.
    """
    with transaction(engine, "sceller") as conn:
        verrouiller(conn, "flux.sceaux")
        c = t.sceaux.c
        dernier = conn.execute(select(c.numero, c.jour, c.empreinte).order_by(c.numero.desc()).limit(1)).one_or_none()
        if dernier is not None and dernier.jour >= jour:
            return None
        numero = 1 if dernier is None else dernier.numero + 1
        rows = conn.execute(text(_TETES)).all()
        texte = canonique({
            "v": VERSION, "sceau": numero, "jour": jour.isoformat(), "le": instant(le), "flux": len(rows),
            "precedent": None if dernier is None else dernier.empreinte,
            "tetes": empreinte_des_tetes([(row.flux_id, row.rang, row.empreinte) for row in rows]),
        })  # fmt: skip
        conn.execute(insert(t.sceaux).values(numero=numero, jour=jour, texte=texte, empreinte=empreinte(texte)))
        if rows:
            conn.execute(
                insert(t.sceaux_tetes),
                [{"flux_id": row.flux_id, "sceau": numero, "rang": row.rang, "empreinte": row.empreinte} for row in rows],
            )
        return texte


def premier_jour_sans_sceau(source: Source) -> date | None:
    """Return the first day (Paris) that no seal answers for, that of the journal's first entry when there is no seal; ``None``: no journal.

    :raises ErreurRegistre: the ledger did not answer.
    """
    with lecture(source, "premier_jour_sans_sceau") as conn:
        jour: date | None = conn.execute(select(func.max(t.sceaux.c.jour))).scalar_one()
        if jour is not None:
            return jour + timedelta(days=1)
        le = conn.execute(select(t.journal.c.le).order_by(t.journal.c.flux_id, t.journal.c.rang).limit(1)).scalar_one_or_none()
        return None if le is None else le.astimezone(PARIS).date()


def jours_sautes(source: Source, depuis: date) -> list[date]:
    """Return the days (Paris) from ``depuis`` on that have entries and no seal of their own: a later day's answers for them.

    :raises ErreurRegistre: the ledger did not answer.
    """
    with lecture(source, "jours_sautes") as conn:
        return list(conn.execute(text(_SAUTES), {"depuis": depuis}).scalars())


def sceaux_poses(source: Source) -> list[str]:
    """Return the canonical text of every seal, oldest first. Raises ErreurRegistre."""
    with lecture(source, "sceaux_poses") as conn:
        return list(conn.execute(select(t.sceaux.c.texte).order_by(t.sceaux.c.numero)).scalars())


def empreinte_des_tetes(tetes: list[tuple[int, int, str]]) -> str:
    """Return the digest of heads: one line each, ``flow rank digest``, by flow."""
    digest = hashlib.sha256()
    for flux_id, rang, found in sorted(tetes):
        digest.update(f"{flux_id} {rang} {found}\n".encode())
    return digest.hexdigest()


def tetes_du_sceau(conn: Connection, numero: int) -> list[tuple[int, int, str]]:
    """Return the heads that a seal took."""
    c = t.sceaux_tetes.c
    return [(row.flux_id, row.rang, row.empreinte) for row in conn.execute(select(c.flux_id, c.rang, c.empreinte).where(c.sceau == numero))]
