"""The journal of every flow: written in the transaction of the change it tells of, each entry chained to the flow's entry before.

Two transactions that write to one flow's chain wait for each other at its first entry, which each holds until it ends. So that nobody
waits in a circle, :func:`inscrire` is the last thing a transaction does, once, for all its flows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select, text

from flux.errors import ErreurInvariant
from flux.modele.journal import DEBUTS, Entree, Evenement, empreinte, texte_de
from flux.registre import tables as t
from flux.registre.connexion import Source, lecture
from flux.registre.copie import copier, propre

_COLONNES = ("flux_id", "rang", "le", "genre", "sujet", "texte", "empreinte")
_TENIR = "SELECT flux_id FROM journal WHERE flux_id = ANY (:ids) AND rang = 0 ORDER BY flux_id FOR NO KEY UPDATE"
# A statement of its own, after the lock: it sees what another transaction wrote before letting go of it.
_TETES = """
SELECT k.flux_id, t.rang, t.empreinte, clock_timestamp() AS le FROM unnest(CAST(:ids AS bigint[])) AS k (flux_id)
LEFT JOIN LATERAL (SELECT rang, empreinte FROM journal j WHERE j.flux_id = k.flux_id ORDER BY rang DESC LIMIT 1) t ON true
"""
_CONNUS = """
SELECT flux_id, genre, sujet FROM journal
JOIN unnest(CAST(:ids AS bigint[]), CAST(:genres AS text[]), CAST(:sujets AS text[])) AS k (flux_id, genre, sujet)
  USING (flux_id, genre, sujet)
"""


def inscrire(conn: Connection, evenements: Sequence[Evenement]) -> int:
    """Add events to the chains of their flows, in the order given; return how many were new.

    One that its flow's journal has already (same ``genre`` and ``sujet``) is left out. Call it once, at the end of the transaction.

    :raises ErreurInvariant: a flow has no chain, and the event begins none. Facts: ``flux_id``, ``genre``.
    """
    if not evenements:
        return 0
    ids = sorted({one.flux_id for one in evenements})
    conn.execute(text(_TENIR), {"ids": ids})
    tetes: dict[int, tuple[int, str | None]] = {}
    now: datetime | None = None
    for row in conn.execute(text(_TETES), {"ids": ids}):
        now = row.le
        tetes[row.flux_id] = (-1, None) if row.rang is None else (row.rang, row.empreinte)
    connus = _connus(conn, evenements)
    rows: list[tuple[object, ...]] = []
    for one in evenements:
        cle = (one.flux_id, one.genre.value, sujet := propre(one.sujet))
        if cle in connus:
            continue
        connus.add(cle)
        rang, precedent = tetes[one.flux_id]
        if rang < 0 and one.genre not in DEBUTS:
            raise ErreurInvariant(f"flow {one.flux_id} has no journal: its chain was removed", flux_id=one.flux_id, genre=one.genre)
        le = one.le or now
        if le is None:  # unnest gives one row an id
            raise ErreurInvariant("the ledger told no time", flux_id=one.flux_id)
        texte = propre(texte_de(one, rang + 1, precedent, le))
        tetes[one.flux_id] = (rang + 1, digest := empreinte(texte))
        rows.append((one.flux_id, rang + 1, le, one.genre.value, sujet, texte, digest))
    return copier(conn, t.journal, _COLONNES, rows) if rows else 0


def _connus(conn: Connection, evenements: Sequence[Evenement]) -> set[tuple[int, str, str]]:
    values = {
        "ids": [one.flux_id for one in evenements],
        "genres": [one.genre.value for one in evenements],
        "sujets": [propre(one.sujet) for one in evenements],
    }
    return {(row.flux_id, row.genre, row.sujet) for row in conn.execute(text(_CONNUS), values)}


def journal_du_flux(source: Source, flux_id: int) -> list[Entree]:
    """Return the entries of one flow, in order. Raises ErreurRegistre."""
    return list(entrees(source, t.journal.c.flux_id == flux_id))


def entrees(source: Source, *conditions: ColumnElement[bool]) -> Iterator[Entree]:
    """Yield entries by flow, then in order; all without condition. Raises ErreurRegistre."""
    c = t.journal.c
    requete = select(c.flux_id, c.rang, c.le, c.genre, c.sujet, c.texte, c.empreinte).where(*conditions).order_by(c.flux_id, c.rang)
    with lecture(source, "journal") as conn:
        for row in conn.execute(requete, execution_options={"yield_per": 2000}):
            yield Entree(*row)
