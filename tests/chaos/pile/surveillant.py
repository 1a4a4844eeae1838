"""What systemd does in production, done here: a dead process is started again about a second later.

As with ``KillMode=control-group``, what is left of the dead process's children is killed first, unless a fault asked to leave them alive
(:attr:`Surveillant.orphelins`), as a supervisor without control groups would.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import psutil

from demo import processus
from demo.airflow_local import COMPOSANTS
from demo.services import Services
from flux.errors import ErreurFlux
from flux.registre import embarque
from tests.services import lancer_openssh

BASE, SFTP = "postgres", "sftp"
ROLES = (*COMPOSANTS, SFTP, BASE)
_DELAI = 1.0


class Surveillant:
    """Watches every service of a stack and starts it again.

    :ivar relances: how often each was started again. :ivar orphelins: roles whose children outlive them.
    """

    def __init__(self, services: Services, comptes: tuple[str, ...]) -> None:
        self._services, self._comptes = services, comptes
        self.relances: dict[str, int] = dict.fromkeys(ROLES, 0)
        self.orphelins: set[str] = set()
        self.sshd: psutil.Process | None = self._trouver_sshd()
        self._fin = threading.Event()
        self._fil = threading.Thread(target=self._veiller, daemon=True)

    def demarrer(self) -> None:
        """Begin to watch."""
        self._fil.start()

    def arreter(self) -> None:
        """Stop watching, so that the services may end."""
        self._fin.set()
        self._fil.join(120)
        if self.sshd is not None:
            tuer(self.sshd, enfants=True)

    def chef(self, role: str) -> psutil.Process | None:
        """The first process of a service, alive."""
        with suppress(psutil.Error, OSError):
            if role == BASE:
                lignes = (self._services.dossier / "postgres" / "postmaster.pid").read_text().splitlines()
                trouve = psutil.Process(int(lignes[0]))
                return trouve if trouve.name() == "postgres" and vit(trouve) else None
            trouve = self.sshd if role == SFTP else psutil.Process(self._services.airflow.composant(role).pid)
            return trouve if trouve is not None and vit(trouve) else None
        return None

    def _veiller(self) -> None:
        morts: dict[str, float] = {}
        while not self._fin.wait(0.2):
            for role in ROLES:
                if self.chef(role) is not None:
                    morts.pop(role, None)
                elif time.monotonic() - morts.setdefault(role, time.monotonic()) >= _DELAI:
                    morts.pop(role)
                    self._relancer(role)

    def _relancer(self, role: str) -> None:
        self.relances[role] += 1
        dossier = self._services.dossier
        if role == BASE:
            with suppress(ErreurFlux):  # another process may start it meanwhile; not up yet: the next look tries again
                embarque.adresse(dossier)
            return
        if role == SFTP:
            lancer_openssh(dossier, *self._comptes, port=self._services.sftp.port)
            self.sshd = self._trouver_sshd()
            return
        self._services.airflow.composant(role).poll()
        if role in self.orphelins:
            self.orphelins.discard(role)
        else:
            for reste in processus.vivants(dossier, role):
                with suppress(psutil.Error):
                    reste.kill()
        self._services.airflow.lancer(role)

    def _trouver_sshd(self) -> psutil.Process | None:
        conf = str(self._services.dossier / "sshd_config")
        for one in psutil.process_iter():
            with suppress(psutil.Error):
                if one.name() == "sshd" and conf in " ".join(one.cmdline()) and vit(one):
                    return one
        return None


def vit(one: psutil.Process) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    with suppress(psutil.Error):
        return bool(one.is_running() and one.status() != psutil.STATUS_ZOMBIE)
    return False


def tuer(one: psutil.Process, *, enfants: bool = False) -> None:
    """Kill -9, with its children if asked."""
    with suppress(psutil.Error):
        for reste in one.children(recursive=True) if enfants else ():
            with suppress(psutil.Error):
                reste.kill()
        one.kill()
