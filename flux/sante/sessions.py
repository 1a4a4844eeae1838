"""What ``flux sante`` sees of the database server's sessions: those that hold a transaction open and do nothing."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from sqlalchemy import URL

from flux.registre.sessions import sessions_inactives
from flux.sante.modele import Etat, Ligne, Patient, depasse, duree

#: Sessions told one by one at most, those idle for longest.
MONTREES = 20


def sessions(patient: Patient) -> Iterator[Ligne]:
    """Tell each session idle in a transaction for too long: its process may live, or be dead and its socket held by a child."""
    settings = patient.reglages.sante
    found, hidden = sessions_inactives(patient.engine)
    sick: list[Ligne] = []
    for one in found:
        limit = settings.transaction_longue if one.longue else settings.transaction
        age = (patient.maintenant - one.depuis).total_seconds()
        if (state := depasse(age, limit)) is not Etat.VERT:
            said = f"{duree(age)} : {one.role}, {one.application or '—'}; {one.attendent} attendent / wait"
            sick.append(Ligne("transaction", state, said, duree(limit), f"{one.base}, pid {one.pid}", _finir(patient.engine.url, one.pid)))
    yield from sick[:MONTREES]
    if not sick:
        unseen = f" ; {hidden} non vues / not seen (pg_read_all_stats)" if hidden else ""
        yield Ligne("transaction", Etat.VERT, f"aucune / none{unseen}", duree(settings.transaction))


def _finir(url: URL, pid: int) -> str:
    """Return the command that ends a session, if it still is idle in a transaction; it asks for the password when there is one."""
    host, port = url.host or url.query.get("host"), url.port or url.query.get("port")
    where = {"-h": host, "-p": port, "-U": url.username, "-d": url.database}
    ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND pid = "
    options = [part for option, value in where.items() if value for part in (option, str(value))]
    return shlex.join(["psql", *options, "-c", f"{ending}{pid}"])
