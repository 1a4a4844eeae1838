"""The engine of the ledger, its transactions, and the one place where driver errors become this project's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import sqlalchemy
from sqlalchemy import Connection, Engine, FromClause, Select, create_engine, func, select, text
from sqlalchemy.engine import make_url

from flux.config import Reglages
from flux.errors import ErreurConfiguration, ErreurInvariant, ErreurRegistre
from flux.registre.embarque import adresse, existe


def moteur(reglages: Reglages, *, neuf: bool = False) -> Engine:
    """Return an engine on the ledger: ``reglages.base``, else the embedded server of ``reglages.dossier`` (started when needed).

    Sessions speak UTC. No connection is made yet on a server of yours.

    :param neuf: make the embedded server when there is none. Else a shell without its settings would be answered by an empty platform,
        where nothing is ever stuck.
    :raises ErreurConfiguration: the URL is not one of PostgreSQL through psycopg, or there is no ledger. Facts: ``setting``; ``path``.
    :raises ErreurRegistre: the embedded server does not start.
    """
    if reglages.base is None and not neuf and not existe(reglages.dossier):
        ici = reglages.dossier.expanduser().resolve()
        raise ErreurConfiguration(
            f"FLUX_BASE n'est pas défini et {ici} n'a pas de registre : chargez les réglages de la plateforme (FLUX_BASE), ou nommez le "
            f"dossier de la démonstration (FLUX_DOSSIER) / FLUX_BASE is not set and {ici} has no ledger: load the platform's settings "
            "(FLUX_BASE), or name the folder of the demonstration (FLUX_DOSSIER)",
            path=str(ici),
        )  # fmt: skip
    return creer_moteur(reglages.base.get_secret_value() if reglages.base else adresse(reglages.dossier))


def creer_moteur(url: str) -> Engine:
    """Return an engine on ``url`` (``postgresql+psycopg://…``). Raises :class:`ErreurConfiguration` like :func:`moteur`."""
    try:
        parsed = make_url(url)
        if parsed.drivername != "postgresql+psycopg":
            raise ErreurConfiguration("the ledger's URL must begin with postgresql+psycopg://", setting="base")
        # hide_parameters: what a statement writes is invoice data, and a traceback in a log would quote it.
        return create_engine(
            parsed,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "options": "-c timezone=UTC",
                "connect_timeout": 10,
                "fallback_application_name": "chorus-flux",
                # A host that vanishes answers nothing: without these a query that waits for it would wait for two hours.
                "keepalives_idle": 30,
                "keepalives_interval": 10,
                "keepalives_count": 3,
            },
        )
    except (sqlalchemy.exc.ArgumentError, ValueError):  # ValueError: a port that is no number
        # The URL may hold a password: neither it nor the library's sentence, which quotes a part of it, is told.
        raise ErreurConfiguration("the ledger's URL is malformed: write postgresql+psycopg://user@host/database", setting="base") from None


@contextmanager
def traduire(operation: str) -> Iterator[None]:
    """Turn what SQLAlchemy and psycopg raise into this project's errors.

    The driver's own error is not chained: its details quote the row that was refused, and a trace in a log would tell them.

    :raises ErreurInvariant: a constraint or the type of a column refused the write: a fault of ours. Facts: ``operation``, ``sqlstate``,
        ``table``, ``colonne``, ``contrainte``.
    :raises ErreurRegistre: anything else: connection lost, deadlock, disk full… Facts: ``operation``, ``sqlstate``.
    """
    try:
        yield
    except (sqlalchemy.exc.IntegrityError, sqlalchemy.exc.DataError, psycopg.IntegrityError, psycopg.DataError) as error:
        facts = _lieu(_origine(error))
        where = " ".join(f"{name} {value}" for name, value in facts.items())
        refusal = type(_origine(error)).__name__
        raise ErreurInvariant(
            f"the ledger refused to write ({operation}): {refusal} {where}".rstrip(), operation=operation, **facts
        ) from None
    except (sqlalchemy.exc.SQLAlchemyError, psycopg.Error) as error:
        origine = _origine(error)
        said = str(origine).splitlines()[0] if str(origine) else type(origine).__name__
        state = getattr(origine, "sqlstate", None)
        raise ErreurRegistre(f"the ledger did not answer ({operation}): {said}", operation=operation, sqlstate=state) from None


def _origine(error: BaseException) -> BaseException:
    """Return the driver's error under SQLAlchemy's."""
    origine = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
    return origine or error


def _lieu(origine: BaseException) -> dict[str, str]:
    """Return where a write was refused: names of ours only, never the sentence, which may quote a value."""
    if not isinstance(origine, psycopg.Error):
        return {}
    found = origine.diag
    places = {"sqlstate": origine.sqlstate, "table": found.table_name, "colonne": found.column_name, "contrainte": found.constraint_name}
    if origine.sqlstate == "23001":  # raised by our own triggers: their sentence is ours
        places["raison"] = found.message_primary
    return {name: value for name, value in places.items() if value}


@contextmanager
def transaction(engine: Engine, operation: str) -> Iterator[Connection]:
    """One transaction: committed at the end, rolled back on any error; errors as :func:`traduire` says."""
    with traduire(operation), engine.begin() as conn:
        yield conn


#: How a session is called while its transaction may wait long for others than the ledger: the store, a partner's server.
LONGUE = "chorus-flux, long: "


def annoncer(conn: Connection, operation: str) -> None:
    """Call the session :data:`LONGUE` and ``operation`` until the transaction ends: ``flux sante`` gives such a one more time."""
    conn.execute(text("SELECT set_config('application_name', :nom, true)"), {"nom": f"{LONGUE}{operation}"})


@contextmanager
def instantane(engine: Engine, operation: str) -> Iterator[Connection]:
    """A transaction that reads the ledger as it stood at its first statement, whatever is written meanwhile, and writes nothing.

    Errors as :func:`traduire` says.
    """
    with transaction(engine, operation) as conn:
        conn.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        annoncer(conn, operation)
        yield conn


#: What a reading function takes: a connection (reads in its transaction) or an engine (reads in a transaction of its own).
Source = Connection | Engine


@contextmanager
def lecture(source: Source, operation: str) -> Iterator[Connection]:
    """A connection to read from; errors as :func:`traduire` says."""
    if isinstance(source, Engine):
        with transaction(source, operation) as conn:
            yield conn
    else:
        with traduire(operation):
            yield source


def verrouiller(conn: Connection, nom: str) -> None:
    """Hold the advisory lock ``nom`` until the transaction ends. Other databases of the server have locks of their own."""
    conn.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(nom, 0))))


def joindre_sans_boucles(conn: Connection) -> None:
    """Have the planner join by hash or merge, never row by row, until the transaction ends.

    The rows of a flow just stored are newer than any statistics: the planner takes them for one, and joins two tables of a flow by
    reading all of the second for each row of the first. Four thousand invoices took ten million comparisons, ten thousand take sixty.
    """
    conn.execute(text("SET LOCAL enable_nestloop = off"))


def par_cle(requete: Select[Any]) -> FromClause:
    """Return a question that a join asks once for each row before it, by the key that it names, whatever the planner believes.

    ``OFFSET 0`` keeps the planner from another way to join, which may read all of a flow for each row: see :func:`joindre_sans_boucles`.
    """
    return requete.offset(0).lateral()
