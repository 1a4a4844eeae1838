"""One attack: what it is made of, what it is deposited as, and the answer that is right."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flux.annuaire import Structure
from flux.fabrique import Demande, ecrire_exemple
from flux.fabrique.niveaux import Niveau
from tests.pki import cle_ec, p7b, pki
from tests.unit.annuaire.exemples import TITRES, ecrire_f14, etablissement, ligne_csv

#: Stands for the answer to an attack that is no fault: what it holds is odd and lawful.
ACCEPTE = "accepted"
UBL, CII, FACTURX, CPP, MIXTE = "FSO1140A", "FSO1146A", "FSO1147A", "FSO1113A", "FSO1110A"


#: What is deposited and is no flow.
CERTIFICAT, ANNUAIRE_CSV, ANNUAIRE_F14 = "certificat.p7b", "annuaire.csv", "annuaire.xml"


@dataclass(frozen=True)
class Attaque:
    """A file made to hurt.

    :ivar attendu: the rule that must be among the answers, or :data:`ACCEPTE`. :ivar depot: interface it is deposited under, or another kind of file.
    """

    nom: str
    fabrique: Callable[[], bytes]
    attendu: str
    depot: str = UBL


def _certificat() -> bytes:
    return p7b(PKI.intermediaire.emettre(cle=cle_ec("hostile")), PKI.intermediaire.certificat)


#: Who certifies in this process.
PKI = pki()
_COMMUNE = Structure("10000000000001", "Commune")
_AUTRES: dict[str, Callable[[], bytes]] = {
    CERTIFICAT: _certificat,
    ANNUAIRE_CSV: f"{TITRES}\n{ligne_csv(_COMMUNE)}\n".encode,
    ANNUAIRE_F14: lambda: _lu(lambda path: ecrire_f14(path, [etablissement(_COMMUNE)])),
}


def _lu(ecrire: Callable[[Path], object]) -> bytes:
    with TemporaryDirectory() as dossier:
        ecrire(Path(dossier) / "x")
        return (Path(dossier) / "x").read_bytes()


@cache
def exemple(interface: str, niveau: Niveau = Niveau.EN16931) -> bytes:
    """A good document of an interface, as the project's own maker writes it; a good file of another kind."""
    if interface in _AUTRES:
        return _AUTRES[interface]()
    with TemporaryDirectory() as dossier:
        demande = Demande(interface=interface, avoirs=False, lignes=2, niveau=niveau)
        return ecrire_exemple(demande, Path(dossier)).chemin.read_bytes()


def remplacer(motif: bytes, par: bytes, interface: str = UBL) -> bytes:
    """The good document with the first match of ``motif`` replaced, the replacement taken as it is."""
    neuf, fois = re.subn(motif, lambda _: par, exemple(interface), count=1, flags=re.DOTALL)
    assert fois, motif
    return neuf


def avant_racine(prologue: bytes, interface: str = UBL) -> bytes:
    """The good document with something between the XML declaration and the root."""
    return remplacer(rb"\?>\n", b"?>\n" + prologue, interface)


def dans_note(texte: bytes) -> bytes:
    """The good UBL invoice with ``texte``, taken as it is, in its first note."""
    return remplacer(rb"(?<=<cbc:Note>)[^<]*", texte)


def dans_racine(attributs: bytes) -> bytes:
    """The good UBL invoice with attributes added to its root."""
    return remplacer(rb"<(?:\w+:)?Invoice ", re.search(rb"<(?:\w+:)?Invoice ", exemple(UBL))[0] + attributs + b" ")
