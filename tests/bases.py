"""Fixtures of the database: the real embedded server, started once a session, and an empty ledger for each test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine, text

from flux.registre.connexion import creer_moteur
from flux.registre.embarque import adresse, arreter
from flux.registre.migrations import migrer
from flux.registre.tables import metadata


@pytest.fixture(scope="session")
def dossier_postgres() -> Iterator[Path]:
    """A data folder whose server runs without fsync.

    Not under pytest's own folder: pytest takes back, at each new session, the rights that the server's system user needs.
    """
    dossier = Path(tempfile.mkdtemp(prefix="flux-pg-"))
    try:
        adresse(dossier)
        with psycopg.connect(host=str(dossier / "postgres"), user="postgres", autocommit=True) as conn:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                conn.execute(f"ALTER SYSTEM SET {setting} = off")
            conn.execute("SELECT pg_reload_conf()")
        yield dossier
    finally:
        arreter(dossier)
        shutil.rmtree(dossier)


@pytest.fixture(scope="session")
def url_registre(dossier_postgres: Path) -> str:
    """The URL of a migrated ledger."""
    url = adresse(dossier_postgres)
    engine = creer_moteur(url)
    migrer(engine)
    engine.dispose()
    return url


@pytest.fixture
def registre(url_registre: str) -> Iterator[Engine]:
    """An empty ledger; ids begin at 1."""
    engine = creer_moteur(url_registre)
    vider(engine)
    yield engine
    engine.dispose()


def vider(engine: Engine) -> None:
    """Empty the ledger; ids begin at 1 again."""
    with engine.begin() as conn:
        conn.execute(text("SET lock_timeout = '10s'"))  # a test that left a transaction open fails the next one instead of hanging
        conn.execute(text("SET LOCAL session_replication_role = replica"))  # the history and the journal refuse to be emptied
        conn.execute(text(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY CASCADE"))
