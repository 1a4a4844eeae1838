"""An archive through the whole path on several processes, as mapped tasks run it: invoices a second, and the share of each step.

``python -m tests.bench.archive --factures 10000`` makes its own ledger, measures both formats and prints one table each.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]  # its stubs are no dependency of ours
from rich.console import Console
from rich.table import Table

from flux import controle
from flux.etapes import TacheTraiter, ouvrir, repondre, traitement, traiter
from flux.fabrique import Demande, ecrire_exemple
from flux.registre.connexion import creer_moteur
from flux.registre.embarque import adresse, arreter
from flux.registre.migrations import migrer
from flux.regles.officielles.moteur import ReglesOfficielles
from tests.bench.chemin import contexte_de, enregistrer, taire

INTERFACES = {"UBL": "FSO1140A", "CII": "FSO1146A"}
LIGNES, FACTURES, RAPIDE = 5, 10_000, 1_000


class Chronometre:
    """Processor seconds by step. A step inside another one counts for itself only: parts add up to the whole."""

    def __init__(self) -> None:
        self.parts: dict[str, float] = defaultdict(float)
        self._interieur: list[float] = []

    def autour(self, etape: str, fonction: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``fonction``, timed as ``etape``."""

        def chronometree(*args: Any, **nommes: Any) -> Any:
            debut = time.process_time()
            self._interieur.append(0.0)
            try:
                return fonction(*args, **nommes)
            finally:
                passe = time.process_time() - debut
                self.parts[etape] += passe - self._interieur.pop()
                if self._interieur:
                    self._interieur[-1] += passe

        return chronometree

    @contextmanager
    def poser(self) -> Iterator[None]:
        """Time the steps of :func:`flux.etapes.traiter` while the block runs."""
        poses: list[tuple[Any, str, str]] = [
            (controle, "lire_xml", "lecture"),
            (controle, "valider", "XSD"),
            (controle, "controler", "règles de gestion"),
            (ReglesOfficielles, "evaluer", "règles officielles"),
            (controle, "_juger_ensemble", "verdict"),
            (traitement, "enregistrer_tranche", "registre"),
        ]
        avant = [(objet, nom, getattr(objet, nom)) for objet, nom, _ in poses]
        lecteurs = dict(controle._LECTEURS)
        for objet, nom, etape in poses:
            setattr(objet, nom, self.autour(etape, getattr(objet, nom)))
        controle._LECTEURS.update({cle: self.autour("modèle", lire) for cle, lire in lecteurs.items()})
        try:
            yield
        finally:
            for objet, nom, fonction in avant:
                setattr(objet, nom, fonction)
            controle._LECTEURS.update(lecteurs)


@dataclass(frozen=True, slots=True)
class Archive:
    """One archive taken through.

    :ivar secondes: from reception to the last answer, by the clock.
    :ivar parts: step → processor milliseconds an invoice, all processes together. On a machine that does something else too they say more
        than the clock.
    """

    format: str
    factures: int
    processus: int
    secondes: float
    parts: dict[str, float]

    @property
    def debit(self) -> float:
        """Invoices a second, by the clock."""
        return self.factures / self.secondes

    @property
    def processeur(self) -> float:
        """Processor milliseconds an invoice."""
        return sum(self.parts.values())


def mesurer(nom: str, base: str, dossier: Path, factures: int, processus: int, sequence: int) -> Archive:
    """Take one archive of ``factures`` invoices through: opened and answered in this process, treated in ``processus`` others.

    Those have imported, compiled and connected before the clock starts.
    """
    demande = Demande(interface=INTERFACES[nom], factures=factures, lignes=LIGNES, graine=sequence, sequence=sequence, avoirs=False)
    echauffement = Demande(interface=INTERFACES[nom], factures=1, lignes=LIGNES, graine=sequence, sequence=sequence + 1, avoirs=False)
    flux, un_seul = ecrire_exemple(demande, dossier).chemin, ecrire_exemple(echauffement, dossier).chemin
    contexte = contexte_de(base, dossier)
    with ProcessPoolExecutor(
        processus, get_context("spawn"), _preparer, (base, str(dossier), INTERFACES[nom], un_seul.read_bytes())
    ) as pool:
        list(pool.map(time.sleep, [0.5] * processus * 2))
        chronometre, serveur = Chronometre(), -secondes_du_serveur(dossier)
        debut = time.perf_counter()
        lot = chronometre.autour("recevoir", enregistrer)(contexte, flux)
        taches = chronometre.autour("ouvrir", ouvrir)(contexte, lot)
        for found in pool.map(_traiter_ici, taches):
            for etape, secondes in found.items():
                chronometre.parts[etape] += secondes
        chronometre.autour("répondre", repondre)(contexte, lot)
        passe = time.perf_counter() - debut
        chronometre.parts["PostgreSQL"] = serveur + secondes_du_serveur(dossier)
    flux.unlink()
    un_seul.unlink()
    parts = {etape: secondes * 1000 / factures for etape, secondes in chronometre.parts.items()}
    return Archive(nom, factures, processus, passe, parts)


def secondes_du_serveur(dossier: Path) -> float:
    """Return the processor seconds that the ledger's server has used until now."""
    serveur = psutil.Process(int((dossier / "postgres" / "postmaster.pid").read_text().split()[0]))
    finis = serveur.cpu_times()
    total: float = finis.children_user + finis.children_system
    for one in (serveur, *serveur.children()):
        with suppress(psutil.NoSuchProcess):  # it ended meanwhile
            temps = one.cpu_times()
            total += temps.user + temps.system
    return total


_ICI: dict[str, Any] = {}


def _preparer(base: str, dossier: str, interface: str, document: bytes) -> None:
    """Make this process ready: imports, schemas, official rules, one document judged, the ledger reached."""
    taire()
    contexte = contexte_de(base, Path(dossier))
    controle.juger(
        "echauffement.xml", document, controle.INTERFACES[interface], contexte.reglages.limites,
        le=contexte.horloge().date(), officielles=contexte.officielles,
    )  # fmt: skip
    with contexte.engine.connect():
        _ICI["contexte"] = contexte


def _traiter_ici(tache: TacheTraiter) -> dict[str, float]:
    """Treat one task in a worker; return seconds by step."""
    chronometre = Chronometre()
    with chronometre.poser():
        chronometre.autour("autre", traiter)(_ICI["contexte"], tache)
    return dict(chronometre.parts)


def tableau(one: Archive) -> Table:
    """Return what a person reads of one archive."""
    table = Table(
        title=f"{one.format}, {one.factures} factures de {LIGNES} lignes, {one.processus} processus : {one.debit:.0f} factures/s ; "
        f"{one.processeur:.2f} ms de processeur chacune, soit {one.processus * 1000 / one.processeur:.0f} factures/s à pleine charge"
    )
    for column in ("étape", "ms par facture", "part"):
        table.add_column(column, justify="left" if column == "étape" else "right")
    for etape, ms in one.parts.items():
        table.add_row(etape, f"{ms:.3f}", f"{ms / one.processeur:.0%}")
    return table


def principal() -> None:
    """Measure both formats, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--factures", type=int, default=FACTURES)
    parser.add_argument("--processus", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--format", choices=list(INTERFACES), action="append")
    given = parser.parse_args()
    taire()
    with tempfile.TemporaryDirectory(prefix="flux-bench-") as folder:
        dossier = Path(folder)
        try:
            base = adresse(dossier)
            engine = creer_moteur(base)
            migrer(engine)
            engine.dispose()
            for rank, nom in enumerate(given.format or INTERFACES):
                Console().print(tableau(mesurer(nom, base, dossier, given.factures, given.processus, 100 + 10 * rank)))
        finally:
            arreter(dossier)


if __name__ == "__main__":
    principal()
