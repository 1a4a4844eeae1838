"""Alembic migrations of the ledger. :func:`migrer` brings a database to the newest revision."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, inspect

from flux.errors import ErreurConfiguration
from flux.registre.connexion import transaction, verrouiller


def configuration(conn: Connection) -> Config:
    """Return what Alembic's commands take to bring the database of ``conn`` to a revision, inside its transaction."""
    config = _config()
    config.attributes["connection"] = conn
    return config


def migrer(engine: Engine) -> None:
    """Upgrade the database to the newest revision; one transaction, and one process at a time (advisory lock).

    :raises ErreurConfiguration: the database is at a revision this version does not know, or holds another application's tables.
        Facts: ``reason``.
    :raises ErreurRegistre: the database did not answer.
    """
    with transaction(engine, "migrer") as conn:
        verrouiller(conn, "flux.migrations")
        _verifier_a_nous(conn)
        try:
            command.upgrade(configuration(conn), "head")
        except CommandError as error:
            raise ErreurConfiguration(
                f"the ledger cannot be migrated: {error}; install the version that wrote it, or a newer one", reason=str(error)
            ) from error


def _verifier_a_nous(conn: Connection) -> None:
    """Leave a database alone that holds tables and was never migrated by us: its address is a slip. Raises ErreurConfiguration."""
    tables = inspect(conn).get_table_names()
    if tables and "alembic_version" not in tables:
        raise ErreurConfiguration(
            f"la base de FLUX_BASE contient les tables d'une autre application ({tables[0]}, …) : donnez une base vide / the database of "
            f"FLUX_BASE holds another application's tables ({tables[0]}, …): give an empty one",
            reason="tables", tables=len(tables),
        )  # fmt: skip


def derniere() -> str | None:
    """Return the newest revision that this version knows."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def connues() -> frozenset[str]:
    """Return the revisions that this version can migrate from, the newest among them."""
    return frozenset(one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config
