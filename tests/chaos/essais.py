"""One run: the platform lives in a forked process, something happens to it, it is started again, every promise is checked."""

from __future__ import annotations

import gc
import json
import logging
import os
import shutil
import signal
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace

import psycopg
import structlog
import tenacity.nap
from psycopg import sql
from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from flux.config import Reglages
from flux.contexte import Contexte
from flux.registre.connexion import creer_moteur
from flux.registre.embarque import adresse, arreter
from flux.registre.migrations import migrer
from flux.registre.tables import metadata
from flux.transport.entrepot import Entrepot
from tests.chaos import scenario
from tests.chaos.photo import Photo, photographier
from tests.chaos.promesses import Rupture, verifier
from tests.chaos.sonde import Mal, Point, Sonde, brancher
from tests.chaos.vie import Horloge, Session, Vie, relever, session_directe
from tests.services import serveur_openssh

REPRISES_MAX = 30
#: Seconds after which a process is held to be stuck, and killed.
ATTENTE = 300


@dataclass(frozen=True, slots=True)
class Coup:
    """What happens to one process. ``numero`` -1: nothing. :ivar hasard: seed of its waits. :ivar repete: seed of the steps that it does again."""

    mal: Mal = Mal.RIEN
    numero: int = -1
    tenace: bool = False
    hasard: int | None = None
    repete: int | None = None


#: A life in the parent.
A_BLANC = Coup()


@dataclass(slots=True)
class Constat:
    """What became of one run.

    :ivar frappes: step and effect struck, one for each blow that fell. :ivar reprises: processes started after the first.
    :ivar remise: seconds from the last death to the first instant at which nothing was left to do. :ivar repetes: steps done again.
    """

    points: list[Point] = field(default_factory=list)
    frappes: list[str] = field(default_factory=list)
    ruptures: list[Rupture] = field(default_factory=list)
    erreurs: Counter[str] = field(default_factory=Counter)
    tues: int = 0
    reprises: int = 0
    tours: int = 0
    flux: int = 0
    repetes: int = 0
    mort: float | None = None
    remise: float | None = None


@dataclass(slots=True)
class Atelier:
    """A ledger, a staging store and SFTP folders that are emptied before each run."""

    url: str
    dossier: Path
    prevu: scenario.Vagues
    sshd: Session | None = None  # opens a session with a real sshd; without it, its SFTP server is spoken to directly
    remplies: list[str] = field(default_factory=list)
    engine: Engine | None = None  # of its forks, with what it compiled

    @property
    def libpq(self) -> str:
        url = make_url(self.url)
        return f"host={url.query['host']} user=postgres dbname={url.database}"

    def vider(self) -> None:
        with psycopg.connect(self.libpq, autocommit=True) as conn:
            conn.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            if not self.remplies:
                self.remplies = [
                    nom for nom in metadata.tables
                    if conn.execute(sql.SQL("SELECT NOT EXISTS (SELECT FROM {})").format(sql.Identifier(nom))).fetchone() == (True,)
                ]  # fmt: skip
            with conn.transaction():
                conn.execute("SET LOCAL session_replication_role = replica")
                for nom in self.remplies:
                    conn.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(nom)))
        for nom in ("sftp", "entrepot", "attente", "runs", "releve", "sceaux"):
            shutil.rmtree(self.dossier / nom, ignore_errors=True)
        for nom in ("runs", "sceaux"):
            (self.dossier / nom).mkdir(parents=True)
        scenario.preparer(self.dossier, self.prevu)

    def chauffer(self) -> None:
        """Live once here, before any fork: what is loaded and compiled once is so for all."""
        self.vider()
        self.engine = creer_moteur(self.url)
        journaux = structlog.get_config()
        self._vivre(0, A_BLANC, self.dossier / "blanc")
        structlog.configure(**journaux)
        gc.freeze()  # what the forks share is not looked through again, and so not copied

    def essayer(self, *coups: Coup, doubles: int = 1, sshd: bool = False) -> Constat:
        """Live once, with a real sshd when there is one and ``sshd`` asks for it. The first ``doubles`` blows fall on processes that live at the same time, each next one on what is started after."""
        self.vider()
        constat = Constat()
        premiers = [self._lancer(0, n, coups[n] if n < len(coups) else Coup(hasard=None), sshd=sshd) for n in range(doubles)]
        reste = list(coups[doubles:])
        calmes = [self._attendre(pid, constat, self.dossier / f"rapport-0-{n}") for n, pid in enumerate(premiers)]  # all are waited for
        bien = all(calmes)
        while not bien and constat.reprises < REPRISES_MAX:
            self._voir()
            constat.reprises += 1
            pid = self._lancer(constat.reprises, 0, reste.pop(0) if reste else Coup(), sshd=sshd)
            bien = self._attendre(pid, constat, self.dossier / f"rapport-{constat.reprises}-0")
        if not bien:
            constat.ruptures.append(Rupture("sans-reponse", f"not at rest after {REPRISES_MAX} new starts"))
        self._juger(constat)
        return constat

    def _juger(self, constat: Constat) -> None:
        self._voir()
        engine = creer_moteur(self.url)
        try:
            deposes = [one for vague in self.prevu for one in vague]
            constat.ruptures += verifier(
                engine, Entrepot(str(self.dossier / "entrepot")), self.dossier / "sftp", deposes, self.dossier / "releve",
                sceaux=[one.read_text() for one in sorted((self.dossier / "sceaux").iterdir())],
            )  # fmt: skip
            with engine.connect() as conn:
                constat.flux = conn.execute(text("SELECT count(*) FROM flux")).scalar_one()
        finally:
            engine.dispose()

    def photo(self) -> Photo:
        """What people find in the end, without what a second start may change: ids, instants, numbers."""
        engine = creer_moteur(self.url)
        try:
            return photographier(engine, self.dossier)
        finally:
            engine.dispose()

    def _voir(self) -> None:
        """A partner looks between two processes: what it sees published may never change."""
        for compte in scenario.PARTENAIRES:
            relever(self.dossier / "sftp" / compte / "out", self.dossier / "releve" / compte, retirer=False)
        for one in (self.dossier / "entrepot" / "_tmp").glob("*"):  # left by the dead: as old as the clock of the scenario
            os.utime(one, (scenario.DEBUT.timestamp(), scenario.DEBUT.timestamp()))

    def _lancer(self, lancement: int, rang: int, coup: Coup, *, sshd: bool) -> int:
        pid = os.fork()
        if pid:
            return pid
        rapport = self.dossier / f"rapport-{lancement}-{rang}"
        code = 1
        try:
            signal.alarm(ATTENTE)
            self._vivre(lancement, coup, rapport, sshd=sshd)
            code = 0
        except BaseException:  # noqa: BLE001 - the process ends here, whatever it was
            rapport.with_suffix(".erreur").write_text(traceback.format_exc())
        finally:
            os._exit(code)

    def _vivre(self, lancement: int, coup: Coup, rapport: Path, *, sshd: bool = False) -> None:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        hasard = None if coup.hasard is None else Random(coup.hasard)
        sonde = Sonde(
            self.dossier / "entrepot", coup.mal, coup.numero, coup.tenace, hasard,
            noter=lambda dit: (rapport.with_suffix(".frappe").write_text(dit), None)[1],
        )  # fmt: skip
        horloge = Horloge(self.dossier, scenario.DEBUT + timedelta(minutes=2 * lancement))
        settings = Reglages(dossier=self.dossier, tranche_factures=3, groupage_delai=0, lot_flux=3, sftp_racine=str(self.dossier / "sftp"))
        contexte = Contexte(settings, self.engine or creer_moteur(self.url), Entrepot(str(self.dossier / "entrepot")), horloge)
        session = self.sshd if sshd and self.sshd is not None else session_directe
        vie = Vie(contexte, self.dossier, session, sonde, horloge, None if coup.repete is None else Random(coup.repete))
        if coup is not A_BLANC:
            tenacity.nap.time = SimpleNamespace(sleep=lambda _: None)  # type: ignore[attr-defined]  # retries do not wait
            brancher(sonde, self.libpq)
        vie.vivre()
        contexte.engine.dispose()
        rapport.write_text(json.dumps({
            "points": [(one.genre, one.effet, one.etape) for one in sonde.points], "erreurs": vie.erreurs, "tours": vie.tours,
            "invariants": vie.invariants, "repetes": vie.repetes, "calme": vie.calme,
        }))  # fmt: skip

    def _attendre(self, pid: int, constat: Constat, rapport: Path) -> bool:
        """Take note of how a process ended; True when it came to rest."""
        _, status = os.waitpid(pid, 0)
        frappe, erreur = rapport.with_suffix(".frappe"), rapport.with_suffix(".erreur")
        if frappe.exists():
            constat.frappes.append(frappe.read_text())
            frappe.unlink()
        if erreur.exists():
            last = erreur.read_text()
            constat.ruptures.append(Rupture("erreur-non-typee", last[-1500:]))
            erreur.unlink()
        code = os.waitstatus_to_exitcode(status)
        if code == -signal.SIGALRM:
            constat.ruptures.append(Rupture("bloque", f"a process was not at rest after {ATTENTE} s"))
        if code != 0:
            constat.mort = time.monotonic()
            constat.tues += code == -signal.SIGKILL
            return False
        said = json.loads(rapport.read_text())
        rapport.unlink()
        constat.points = constat.points or [Point(*one) for one in said["points"]]
        constat.erreurs.update(said["erreurs"])
        constat.tours += said["tours"]
        constat.repetes += said["repetes"]
        if constat.mort is not None and said["calme"] is not None:
            constat.remise = max(0.0, said["calme"] - constat.mort)
        for one in said["invariants"]:
            if "have no answer yet" not in one and "numbers without file" not in one:
                constat.ruptures.append(Rupture("invariant", one))
        return True


@contextmanager
def ateliers(nombre: int, graine: int, *, sshd: bool = False) -> Iterator[list[Atelier]]:
    """Start one PostgreSQL, one sshd if asked for, and ``nombre`` workshops with a ledger each, in memory where the machine has a folder for that."""
    ram = Path("/dev/shm")
    dossier = Path(tempfile.mkdtemp(prefix="flux-pas-", dir=ram if os.access(ram, os.W_OK) else None))
    try:
        url = adresse(dossier, "modele")
        with psycopg.connect(host=str(dossier / "postgres"), user="postgres", autocommit=True) as conn:
            for setting in ("fsync", "synchronous_commit", "full_page_writes", "jit"):
                conn.execute(f"ALTER SYSTEM SET {setting} = off")
            conn.execute("SELECT pg_reload_conf()")
            engine = creer_moteur(url)
            migrer(engine)
            scenario.peupler(engine)
            engine.dispose()
            prevu = scenario.vagues(graine)
            made = []
            for n in range(nombre):
                conn.execute(f"CREATE DATABASE pas{n} TEMPLATE modele")
                (dossier / f"a{n}").mkdir()
                made.append(Atelier(make_url(url).set(database=f"pas{n}").render_as_string(), dossier / f"a{n}", prevu))
        made[0].chauffer()
        if sshd:
            with serveur_openssh(dossier / "sshd") as serveur:
                for one in made:
                    one.sshd = serveur.client
                yield made
        else:
            yield made
    finally:
        arreter(dossier)
        shutil.rmtree(dossier)
