"""Alembic migrations of the ledger. :func:`migrer` brings a database to the newest revision."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine

from flux.errors import ErreurConfiguration
from flux.registre.connexion import transaction, verrouiller


def configuration(conn: Connection) -> Config:
    """Return what Alembic's commands take to bring the database of ``conn`` to a revision, inside its transaction."""
    config = _config()
    config.attributes["connection"] = conn
    return config


def migrer(engine: Engine) -> None:
    """Upgrade the database to the newest revision; one transaction, and one process at a time (advisory lock).

    :raises ErreurConfiguration: the database is at a revision this version does not know. Facts: ``reason``.
    :raises ErreurRegistre: the database did not answer.
    """
    with transaction(engine, "migrer") as conn:
        verrouiller(conn, "flux.migrations")
        try:
            command.upgrade(configuration(conn), "head")
        except CommandError as error:
            raise ErreurConfiguration(
                f"the ledger cannot be migrated: {error}; install the version that wrote it, or a newer one", reason=str(error)
            ) from error


def derniere() -> str | None:
    """Return the newest revision that this version knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
