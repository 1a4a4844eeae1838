"""The sessions of the ledger's server that sit in a transaction and do nothing: what they hold, nobody else gets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from flux.registre.connexion import LONGUE, Source, lecture

_INACTIVES = """
SELECT s.pid, coalesce(s.datname, '') AS base, coalesce(s.usename, '') AS role, s.application_name AS application, s.state_change AS depuis,
  (SELECT count(*) FROM pg_stat_activity b WHERE b.wait_event_type = 'Lock' AND s.pid = ANY (pg_blocking_pids(b.pid))) AS attendent
FROM pg_stat_activity s WHERE s.state LIKE 'idle in transaction%' AND s.pid <> pg_backend_pid() ORDER BY s.state_change, s.pid
"""
# What a role may not see of another's session is NULL.
_CACHEES = "SELECT count(*) FROM pg_stat_activity WHERE datid IS NOT NULL AND state IS NULL"


@dataclass(frozen=True, slots=True)
class Session:
    """A session idle in a transaction. :ivar pid: of its process on the server. :ivar base: its database, any of the server's.

    :ivar depuis: since when it does nothing. :ivar attendent: sessions that wait for what it holds.
    """

    pid: int
    base: str
    role: str
    application: str
    depuis: datetime
    attendent: int

    @property
    def longue(self) -> bool:
        """Whether it is one of our own transactions that wait for others than the ledger (:func:`flux.registre.connexion.annoncer`)."""
        return self.application.startswith(LONGUE)


def sessions_inactives(source: Source) -> tuple[list[Session], int]:
    """Return the sessions of every database of the server that are idle in a transaction, the longest idle first.

    And how many sessions this role may not look at: the role ``pg_read_all_stats`` may. Raises ErreurRegistre.
    """
    with lecture(source, "sessions_inactives") as conn:
        rows = conn.execute(text(_INACTIVES)).mappings()
        return [Session(**row) for row in rows], conn.execute(text(_CACHEES)).scalar_one()
