"""What the demonstration deposits, and the answers it expects for each deposit: a mixed set, good and bad."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

#: Answers of a readable flow, and of one that cannot be read or named.
LISIBLE = ("CSO", "FSO1301A", "FEN1202A")
ILLISIBLE = ("CSO", "FEN1202A")


@dataclass(frozen=True, slots=True)
class DepotPrevu:
    """One deposit.

    :ivar titre: what the table shows. :ivar partenaire: its folder. :ivar interface: code it is made for.
    :ivar factures: invoices in it. :ivar defaut: fault of ``flux fabriquer``, or none. :ivar part_fautive: share of invoices at fault.
    :ivar reponses: interfaces (or their three first letters) of the answers expected. :ivar statut: IdStatut expected in the CSO.
    :ivar nom: name to deposit under when it is not the right one.
    """

    titre: str
    partenaire: str
    interface: str
    statut: str
    factures: int = 1
    defaut: str | None = None
    part_fautive: float = 1.0
    reponses: tuple[str, ...] = LISIBLE
    nom: str | None = None


PARTENAIRES = {
    "abc123": ("ABC123", "Éditions de l'Exemple"),
    "xyz789": ("XYZ789", "Travaux Publics d'Essai"),
    "dst001": ("DST001", "Destinataires d'exemple"),
}
#: Folder of the partner that speaks for every recipient of the example flows.
RECEVEUR = "dst001"

DEPOTS = (
    DepotPrevu("UBL juste", "abc123", "FSO1140A", "90"),
    DepotPrevu("UBL, montant illisible", "abc123", "FSO1140A", "93", defaut="montant-illisible"),
    DepotPrevu("UBL, total faux", "abc123", "FSO1140A", "93", defaut="total-faux"),
    DepotPrevu("CII juste", "abc123", "FSO1146A", "90"),
    DepotPrevu("CII, élément manquant", "abc123", "FSO1146A", "93", defaut="element-manquant"),
    DepotPrevu("Factur-X juste", "xyz789", "FSO1147A", "90"),
    DepotPrevu("Factur-X sans factur-x.xml", "xyz789", "FSO1147A", "93", defaut="pdf-sans-xml", reponses=ILLISIBLE),
    DepotPrevu("archive de 200 UBL, 20 fautives", "xyz789", "FSO1140A", "96", factures=200, defaut="montant-illisible", part_fautive=0.1),
    DepotPrevu("archive tronquée", "xyz789", "FSO1146A", "93", factures=3, defaut="archive-tronquee", reponses=ILLISIBLE),
    DepotPrevu("nom hors grammaire", "abc123", "FSO1140A", "93", reponses=ILLISIBLE, nom="facture-novembre.xml"),
)


@dataclass(frozen=True, slots=True)
class Depot:
    """A file ready to be deposited."""

    prevu: DepotPrevu
    nom: str
    fichier: Path
