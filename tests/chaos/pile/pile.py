"""The stack that is broken: services, the watch over them, partners, and what an outsider can do to Airflow."""

from __future__ import annotations

import os
import threading
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import psutil
from sqlalchemy import Engine, text

from demo.services import Services
from flux.config import Reglages
from flux.contexte import Contexte
from flux.errors import ErreurFlux, ErreurTransitoire
from flux.registre.connexion import lecture, moteur
from flux.transport.entrepot import Entrepot
from tests.chaos.pile.depots import Fabrique
from tests.chaos.pile.partenaire import PartenaireChaos
from tests.chaos.pile.surveillant import Surveillant
from tests.chaos.pile.volumes import volumes
from tests.services import lancer_openssh

MARQUEUR = "mrq777"
PARTENAIRES = {
    "abc123": ("ABC123", "Premier"),
    "xyz789": ("XYZ789", "Second"),
    "dst001": ("DST001", "Destinataires"),
    MARQUEUR: ("MRQ777", "Marqueurs"),
}
#: Seconds between two deposits of a partner, least and most.
PAUSE = (3.0, 9.0)


@dataclass
class Pile:
    """Everything a fault may touch."""

    services: Services
    surveillant: Surveillant
    partenaires: dict[str, PartenaireChaos]
    fabrique: Fabrique
    engine: Engine
    disques: tuple[str, ...]
    hasard: Random
    fils: list[threading.Thread] = field(default_factory=list)

    @property
    def contexte(self) -> Contexte:
        """What steps run by another process than Airflow's need."""
        reglages = Reglages(
            dossier=self.services.dossier, base=None, sftp_racine=self.services.sftp.vue, regles_cache=self.services.dossier / "regles"
        )
        return Contexte(reglages, self.engine, Entrepot.depuis(reglages))

    def a_part(self, quoi: Callable[[], None]) -> None:
        """Do something meanwhile; infrastructure that fails under it is no news here."""

        def faire() -> None:
            with suppress(ErreurFlux, psutil.Error, OSError):
                quoi()

        fil = threading.Thread(target=faire, daemon=True)
        self.fils.append(fil)
        fil.start()

    def api(self, methode: str, chemin: str, corps: dict[str, Any] | None = None) -> Any:
        """Call Airflow's REST API; ``None`` when it refuses or is down."""
        with suppress(ErreurTransitoire, urllib.error.HTTPError):
            return self.services.airflow.appeler(methode, chemin, corps)
        return None

    def lots(self, limite: int = 8) -> list[int]:
        """The last lots, the newest first; none while the ledger is down."""
        with suppress(ErreurFlux), lecture(self.engine, "chaos") as conn:
            return list(
                conn.execute(text("SELECT id FROM lots WHERE lance_le IS NOT NULL ORDER BY id DESC LIMIT :n"), {"n": limite}).scalars()
            )
        return []

    def taches(self) -> list[tuple[psutil.Process, psutil.Process]]:
        """(worker that supervises, process of the task) of every task that runs."""
        chef = self.surveillant.chef("scheduler")
        trouves = []
        with suppress(psutil.Error):
            for ouvrier in chef.children() if chef else ():
                trouves += [(ouvrier, tache) for tache in ouvrier.children()]
        return trouves


@contextmanager
def ouvrir(dossier: Path, graine: int, pause: tuple[float, float] = PAUSE) -> Iterator[Pile]:
    """Start everything on a folder; leave nothing running. The disks are small where the machine allows it."""
    os.environ["FLUX_SFTP_RACINE"] = str(dossier.resolve() / "sftp")  # for every process of the stack: sshd closes nobody in
    with volumes(dossier) as disques, Services(dossier, PARTENAIRES, receveur="dst001", lancer=lancer_openssh) as services:
        surveillant = Surveillant(services, tuple(PARTENAIRES))
        engine = moteur(Reglages(dossier=dossier, base=None))
        fabrique = Fabrique(dossier / "depots", graine)
        partenaires = {
            compte: PartenaireChaos(
                compte, code, services.sftp, fabrique, Random(f"{graine}:{compte}"), (0.0, 0.0) if compte == MARQUEUR else pause
            )
            for compte, (code, _) in PARTENAIRES.items()
        }
        pile = Pile(services, surveillant, partenaires, fabrique, engine, disques, Random(graine))
        surveillant.demarrer()
        for partenaire in partenaires.values():
            partenaire.demarrer()
        try:
            yield pile
        finally:
            for partenaire in partenaires.values():
                partenaire.arreter()
            surveillant.arreter()
            engine.dispose()
