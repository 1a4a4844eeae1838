"""A partner that deposits and fetches without rest, over a real SFTP server that is killed under it."""

from __future__ import annotations

import posixpath
import threading
import time
from collections import defaultdict
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

import paramiko

from demo.partenaire import lire_retour
from demo.services import ServeurSftp
from tests.chaos.pile.depots import Depot, Fabrique, tirer

#: Deposits of one partner that may wait for their answer; it waits for one before it deposits more, so that a slow machine is not drowned.
EN_VOL = 4
PANNES = (OSError, EOFError, paramiko.SSHException)


@dataclass(slots=True)
class Recu:
    """Files fetched by a partner under one name: digests seen, times, when first (monotonic)."""

    empreintes: set[str] = field(default_factory=set)
    fois: int = 0
    a: float = 0.0
    contenu: bytes = b""


class PartenaireChaos:
    """One partner: a thread deposits, another fetches; both go on whatever breaks, as a partner's robot does.

    :ivar depots: what was deposited. :ivar recus: what was fetched, by name.
    """

    def __init__(
        self, compte: str, code: str, serveur: ServeurSftp, fabrique: Fabrique, hasard: Random, pause: tuple[float, float]
    ) -> None:
        self.compte, self.code = compte, code
        self._serveur, self._fabrique, self._hasard, self._pause = serveur, fabrique, hasard, pause
        self.depots: list[Depot] = []
        self.recus: dict[str, Recu] = defaultdict(Recu)
        self.retours: dict[str, float] = {}
        self.coupures = 0
        self._fin, self._plus = threading.Event(), threading.Event()
        self._fils = [threading.Thread(target=self._relever_toujours, daemon=True)]
        if pause[1]:
            self._fils.append(threading.Thread(target=self._deposer_toujours, daemon=True))

    def demarrer(self) -> None:
        """Begin."""
        for fil in self._fils:
            fil.start()

    def cesser_de_deposer(self) -> None:
        """Deposit nothing more; go on fetching."""
        self._plus.set()
        for fil in self._fils[1:]:
            fil.join(60)

    def arreter(self) -> None:
        """Stop for good."""
        self._plus.set()
        self._fin.set()
        for fil in self._fils:
            fil.join(60)

    def deposer(self, depot: Depot, limite: float = 300) -> bool:
        """Deposit, under a temporary name then renamed, until the server has it; False when it has not within ``limite`` seconds."""
        if depot not in self.depots:
            self.depots.append(depot)
        fin = time.monotonic() + limite
        while time.monotonic() < fin:
            depot.essais += 1
            try:
                with self._serveur.client(self.compte) as sftp:
                    with sftp.open(f"in/{depot.nom}.tmp", "wb") as out:
                        out.write(depot.contenu)
                    sftp.rename(f"in/{depot.nom}.tmp", f"in/{depot.nom}")
            except PANNES:
                # Cut at the rename, it may be there: depositing the same again is safe, and what a partner does.
                self.coupures += 1
                time.sleep(0.4)
            else:
                depot.sur = True
                depot.fois += 1
                return True
        return False

    def couper(self, depot: Depot) -> None:
        """Begin to upload and vanish half-way, without a word; what was begun stays under its temporary name."""
        with suppress(*PANNES), ExitStack() as pile:
            sftp = pile.enter_context(self._serveur.client(self.compte))
            canal = sftp.get_channel()
            out = sftp.open(f"in/{depot.nom}.tmp", "wb")
            out.write(depot.contenu[: len(depot.contenu) // 2])
            out.flush()
            if canal is not None:
                canal.get_transport().sock.close()

    def attendus(self) -> list[Depot]:
        """Deposits that wait for their answer."""
        return [one for one in list(self.depots) if one.cle not in self.retours]

    def _deposer_toujours(self) -> None:
        while not self._plus.wait(self._hasard.uniform(*self._pause)):
            if len(self.attendus()) >= EN_VOL:
                continue
            sort = self._hasard.random()
            sur = [one for one in self.depots if one.sur and not one.marqueur and one.cle in self.retours]
            if sort < 0.1 and sur:
                self.deposer(self._hasard.choice(sur))  # the same again: the same answers must come
            elif sort < 0.15:
                self.couper(depot := self._fabrique.faire(self.compte, self.code, tirer(self._hasard)))
                self.deposer(depot)  # and again, whole, as a robot does
            else:
                self.deposer(self._fabrique.faire(self.compte, self.code, tirer(self._hasard), hors_grammaire=sort > 0.96))

    def _relever_toujours(self) -> None:
        while not self._fin.is_set():
            with suppress(*PANNES), self._serveur.client(self.compte) as sftp:
                while not self._fin.wait(0.3):
                    self._relever(sftp)

    def _relever(self, sftp: paramiko.SFTPClient) -> None:
        for nom in sftp.listdir("out"):
            if nom.endswith(".tmp"):
                continue
            with sftp.open(posixpath.join("out", nom), "rb") as source:
                contenu = source.read()
            recu = self.recus[nom]
            recu.empreintes.add(sha256(contenu).hexdigest())
            recu.fois += 1
            recu.contenu, recu.a = recu.contenu or contenu, recu.a or time.monotonic()
            if nom.startswith("CSO"):
                self.retours.setdefault(lire_retour(contenu).id_flux, recu.a)
            sftp.remove(posixpath.join("out", nom))
