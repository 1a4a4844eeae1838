"""The platform without Airflow: every step again and again until nothing is left to do, as its tasks and their retries would."""

from __future__ import annotations

import fcntl
import json
import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import paramiko
from sqlalchemy import text

from flux.contexte import Contexte
from flux.errors import ErreurConfiguration, ErreurInvariant, ErreurTransitoire
from flux.etapes import (
    TacheTraiter,
    confirmer_lance,
    emettre,
    entretenir,
    grouper,
    ouvrir,
    purger,
    recevoir,
    repondre,
    sceller_la_veille,
    surveiller,
    traiter,
    verdict,
    verifier_lacunes,
)
from tests.chaos.scenario import PAR_VAGUE, PARTENAIRES
from tests.chaos.sonde import ENTRE_DEUX, Sonde

#: Where systems put OpenSSH's SFTP server.
SERVEURS = ("/usr/lib/openssh/sftp-server", "/usr/libexec/openssh/sftp-server", "/usr/lib/ssh/sftp-server", "/usr/libexec/sftp-server")
SERVEUR = next((one for one in SERVEURS if Path(one).exists()), None)
#: Turns after which a platform that still has work is held to be stuck.
TOURS_MAX = 12

Session = Callable[[], Any]


class _Prise(socket.socket):
    """A socket that looks like paramiko's channel."""

    @property
    def closed(self) -> bool:
        return self.fileno() < 0

    def get_name(self) -> str:
        return "direct"


@contextmanager
def session_directe() -> Iterator[paramiko.SFTPClient]:
    """OpenSSH's own SFTP server over a pair of sockets: all of the protocol, none of the ciphers."""
    if SERVEUR is None:
        raise ErreurConfiguration("no sftp-server of OpenSSH here: install it (Debian: openssh-sftp-server)")
    ici, la = socket.socketpair()
    with la:
        serveur = subprocess.Popen([SERVEUR], stdin=la, stdout=la, stderr=subprocess.DEVNULL)
    prise = _Prise(fileno=ici.detach())
    try:
        yield paramiko.SFTPClient(prise)
    finally:
        prise.close()
        serveur.wait()


@dataclass(slots=True)
class Horloge:
    """A clock that stands still between two waves of deposits, whichever process deposited them."""

    dossier: Path
    debut: datetime
    avance: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return self.debut + len(list(self.dossier.glob("attente/*/commencee"))) * PAR_VAGUE + self.avance


@dataclass(slots=True)
class Vie:
    """One process of the platform.

    :ivar repetition: when set, steps are done again, at once or long after, with what they were given then.
    :ivar erreurs: ``step: class`` of what steps raised, in order. :ivar tours: turns taken. :ivar repetes: steps done again.
    :ivar calme: when nothing was left to do for the first time, on the clock of ``time.monotonic``, which processes share.
    """

    contexte: Contexte
    dossier: Path
    session: Session
    sonde: Sonde
    horloge: Horloge
    repetition: Random | None = None
    erreurs: list[str] = field(default_factory=list)
    invariants: list[str] = field(default_factory=list)
    passees: list[tuple[str, Callable[[], Any]]] = field(default_factory=list)
    tours: int = 0
    repetes: int = 0
    calme: float | None = None

    def vivre(self) -> None:
        """Take the waves one after the other, then fetch, age and purge what stands in the folders."""
        while True:
            if not self._jusqu_au_calme():
                self.invariants.append(f"not at rest after {TOURS_MAX} turns: {self.erreurs[-5:]}")
                return
            self._relever()
            if not self._deposer():
                break
        self.horloge.avance = timedelta(days=30)
        for _ in range(TOURS_MAX):
            done = self._sftp("entretenir", lambda sftp: entretenir(self.contexte, sftp)) is not None
            done &= self._etape("lacunes", lambda: verifier_lacunes(self.contexte) or True) is not None
            done &= self._etape("purger", lambda: purger(self.contexte)) is not None
            done &= self._etape("surveiller", lambda: surveiller(self.contexte)) is not None
            if done and self._sceller():
                return

    def _sceller(self) -> bool:
        """Set the daily seal, and put a copy of it outside of the ledger, as an operator would."""
        if self._etape("sceller", lambda: sceller_la_veille(self.contexte)) is None:
            return False
        with self.contexte.engine.connect() as conn:
            for numero, texte in conn.execute(text("SELECT numero, texte FROM sceaux")):
                garde = self.dossier / "sceaux" / f"{numero}"
                if not garde.exists():
                    garde.write_text(texte)
        return True

    def _jusqu_au_calme(self) -> bool:
        for _ in range(TOURS_MAX):
            self.tours += 1
            self._tour()
            if not self._reste():
                self.calme = self.calme or time.monotonic()
                return True
        return False

    def _tour(self) -> None:
        lots = self._sftp("recevoir", lambda sftp: recevoir(self.contexte, sftp, intervalle=0)) or []
        for lot in lots:
            self._run(lot.lot_id).touch()
            self._etape("confirmer", lambda lot=lot: confirmer_lance(self.contexte, lot.lot_id))
        for run in sorted((self.dossier / "runs").glob("lot-*")):
            if not run.with_name(f"fait-{run.name}").exists():
                self._integrer(run, int(run.name.split("-")[1]))
        self._etape("grouper", lambda: grouper(self.contexte, tout=True))
        self._sftp("emettre", lambda sftp: emettre(self.contexte, sftp))
        self._sceller()

    def _run(self, lot_id: int) -> Path:
        return self.dossier / "runs" / f"lot-{lot_id:06d}"

    def _integrer(self, run: Path, lot_id: int) -> None:
        """One run of the DAG: what ``ouvrir`` returned is kept for its retries, as XCom keeps it."""
        if run.stat().st_size:
            taches = [TacheTraiter(**{**one, "tranches": [tuple(pair) for pair in one["tranches"]]}) for one in json.loads(run.read_text())]
        else:
            opened = self._etape("ouvrir", lambda: ouvrir(self.contexte, lot_id))
            if opened is None:
                return
            taches = opened
            provisoire = run.with_name(f"xcom-{os.getpid()}-{run.name}")
            provisoire.write_text(json.dumps(taches))
            provisoire.replace(run)
        for tache in taches:
            self._etape("traiter", lambda tache=tache: traiter(self.contexte, tache))
        self._etape("repondre", lambda: repondre(self.contexte, lot_id))
        if self._etape("verdict", lambda: verdict(self.contexte, lot_id)):
            run.with_name(f"fait-{run.name}").touch()

    def _etape(self, nom: str, faire: Callable[[], Any]) -> Any:
        """Do one step. With ``repetition``, now and then the same once more, or one of long ago: a task that was cleared, or held up."""
        rendu = self._une_fois(nom, faire)
        if self.repetition is not None:
            self.passees.append((nom, faire))
            while self.repetition.random() < 0.4:
                self.repetes += 1
                self._une_fois(*(self.passees[-1] if self.repetition.random() < 0.5 else self.repetition.choice(self.passees)))
        return rendu

    def _une_fois(self, nom: str, faire: Callable[[], Any]) -> Any:
        """Do a step; what may pass by itself is done again next turn, anything else than the house's errors ends the process."""
        self.sonde.etape = nom
        try:
            return faire()
        except ErreurTransitoire as error:
            self.erreurs.append(f"{nom}: {type(error).__name__}")
        except ErreurInvariant as error:
            self.erreurs.append(f"{nom}: {type(error).__name__}")
            self.invariants.append(f"{nom}: {error}")
        finally:
            self.sonde.frappe = self.sonde.frappe if not self.sonde.tenace else ""
            self.sonde.etape = ENTRE_DEUX
        return None

    def _sftp(self, nom: str, faire: Callable[[paramiko.SFTPClient], Any]) -> Any:
        def avec() -> Any:
            with self.session() as sftp:
                return faire(sftp)

        return self._etape(nom, avec)

    def _reste(self) -> bool:
        """Whether anything is left to do, as people would see it."""
        for compte in PARTENAIRES:
            for place in ("in", "traitement"):
                if any((self.dossier / "sftp" / compte / place).iterdir()):
                    return True
        runs = list((self.dossier / "runs").glob("lot-*"))
        if any(not one.with_name(f"fait-{one.name}").exists() for one in runs):
            return True
        with self.contexte.engine.connect() as conn:
            return bool(
                conn.execute(
                    text(
                        "SELECT EXISTS (SELECT FROM flux WHERE etat <> 'repondu') OR EXISTS (SELECT FROM sorties WHERE etat = 'a_emettre') "
                        "OR EXISTS (SELECT FROM envois WHERE sortie_id IS NULL AND refus IS NULL) OR EXISTS (SELECT FROM statuts WHERE a_emettre)"
                    )
                ).scalar_one()
            )

    def _deposer(self) -> bool:
        """The next wave, once all is at rest: each file moves in one go, so that a kill deposits none twice. False: there is none left."""
        with (self.dossier / "verrou").open("w") as verrou:  # two processes of one platform deposit one wave
            fcntl.flock(verrou, fcntl.LOCK_EX)
            if self._reste():
                return True
            for vague in sorted((self.dossier / "attente").iterdir()):
                fichiers = sorted(one for one in vague.glob("*/*") if one.is_file())
                if fichiers:
                    (vague / "commencee").touch()
                for one in fichiers:
                    one.rename(self.dossier / "sftp" / one.parent.name / "in" / one.name)
                if fichiers:
                    return True
        return False

    def _relever(self) -> None:
        releve = self.dossier / "releve"
        for compte in PARTENAIRES:
            relever(self.dossier / "sftp" / compte / "out", releve / compte, retirer=compte != "xyz789")


def relever(out: Path, releve: Path, *, retirer: bool) -> None:
    """Fetch what stands in a folder; a name that comes again with other bytes is kept beside, as ``name~2``."""
    releve.mkdir(parents=True, exist_ok=True)
    for one in sorted(out.iterdir()):
        if one.name.endswith(".tmp"):
            continue
        try:
            data = one.read_bytes()
        except FileNotFoundError:
            continue
        kept = sorted(releve.glob(f"{one.name}*"))
        if all(other.read_bytes() != data for other in kept):
            (releve / (f"{one.name}~{len(kept) + 1}" if kept else one.name)).write_bytes(data)
        if retirer:
            one.unlink(missing_ok=True)
