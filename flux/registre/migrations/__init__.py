"""Alembic migrations of the ledger. :func:`migrer` brings a database to the newest revision."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Engine

from flux.errors import ErreurConfiguration
from flux.registre.connexion import transaction, verrouiller


def migrer(engine: Engine) -> None:
    """Upgrade the database to the newest revision; one transaction, and one process at a time (advisory lock).

    :raises ErreurConfiguration: the database is at a revision this version does not know. Facts: ``reason``.
    :raises ErreurRegistre: the database did not answer.
    """
    config = _config()
    with transaction(engine, "migrer") as conn:
        verrouiller(conn, "flux.migrations")
        config.attributes["connection"] = conn
        try:
            command.upgrade(config, "head")
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
