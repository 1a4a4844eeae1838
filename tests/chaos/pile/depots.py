"""What partners deposit while things break, and what must become of each file."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random

from flux.enveloppe import NomFlux
from flux.fabrique import Demande, ecrire_exemple


@dataclass(slots=True)
class Depot:
    """One file deposited.

    :ivar cle: what the feedback calls it (IdFlux). :ivar statut: IdStatut that its feedback must bear.
    :ivar acceptees, rejetees: invoices that it must leave in the ledger, for good and refused.
    :ivar sur: False while nobody can tell whether the server got it (its connection was cut): an answer is then allowed, not owed.
    :ivar fois: times it was deposited for sure. :ivar essais: times it may have been. :ivar marqueur: it measures a recovery.
    """

    partenaire: str
    nom: str
    cle: str
    contenu: bytes
    statut: str
    acceptees: int = 0
    rejetees: int = 0
    sorte: str = ""
    sur: bool = False
    fois: int = 0
    essais: int = 0
    marqueur: bool = False

    @property
    def sha256(self) -> str:
        """Digest of the bytes."""
        return sha256(self.contenu).hexdigest()


@dataclass(frozen=True, slots=True)
class Sorte:
    """A kind of file: its weight among deposits, what :class:`Demande` is told, and what must come of it."""

    nom: str
    poids: int
    interface: str
    statut: str
    acceptees: int
    rejetees: int
    factures: int = 1
    defaut: str | None = None
    part_fautive: float = 1.0


SORTES = (
    Sorte("ubl", 5, "FSO1140A", "90", 1, 0),
    Sorte("cii", 2, "FSO1146A", "90", 1, 0),
    Sorte("factur-x", 1, "FSO1147A", "90", 1, 0),
    Sorte("ubl fautif", 2, "FSO1140A", "93", 0, 1, defaut="total-faux"),
    Sorte("archive", 2, "FSO1140A", "96", 36, 4, factures=40, defaut="total-faux", part_fautive=0.1),
    Sorte("archive tronquée", 1, "FSO1146A", "93", 0, 0, factures=3, defaut="archive-tronquee"),
)
MARQUEUR = SORTES[0]


class Fabrique:
    """Makes deposits that never clash: one sequence for all. Safe to call from several threads."""

    def __init__(self, dossier: Path, graine: int) -> None:
        self._dossier, self._graine = dossier, graine
        self._rangs, self._verrou = count(1), threading.Lock()

    def faire(self, partenaire: str, code: str, sorte: Sorte, *, hors_grammaire: bool = False) -> Depot:
        """Make one file of a kind; a name outside the grammar is refused whatever the file holds."""
        with self._verrou:
            rang = next(self._rangs)
        demande = Demande(
            interface=sorte.interface,
            factures=sorte.factures,
            lignes=3,
            graine=self._graine * 1_000_000 + rang,
            application=code,
            sequence=rang,
            defauts=(sorte.defaut,) if sorte.defaut else (),
            part_fautive=sorte.part_fautive,
        )
        dossier = self._dossier / str(rang)
        dossier.mkdir(parents=True)
        chemin = ecrire_exemple(demande, dossier).chemin
        contenu = chemin.read_bytes()
        chemin.unlink()
        dossier.rmdir()
        if hors_grammaire:
            nom = f"facture-{rang}.xml"
            return Depot(partenaire, nom, nom, contenu, "93", sorte="nom hors grammaire")
        lu = NomFlux.lire(chemin.name)
        assert lu is not None
        return Depot(partenaire, chemin.name, lu.identifiant, contenu, sorte.statut, sorte.acceptees, sorte.rejetees, sorte.nom)


def tirer(hasard: Random) -> Sorte:
    """Draw a kind of file."""
    return hasard.choices(SORTES, [sorte.poids for sorte in SORTES])[0]
