"""One attack: what it is made of, what it is deposited as, and the answer that is right."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from flux.fabrique import Demande, ecrire_exemple
from flux.fabrique.niveaux import Niveau

#: Stands for the answer to an attack that is no fault: what it holds is odd and lawful.
ACCEPTE = "accepted"
UBL, CII, FACTURX, CPP, MIXTE = "FSO1140A", "FSO1146A", "FSO1147A", "FSO1113A", "FSO1110A"


@dataclass(frozen=True)
class Attaque:
    """A file made to hurt.

    :ivar attendu: the rule that must be among the answers, or :data:`ACCEPTE`. :ivar depot: interface it is deposited under.
    """

    nom: str
    fabrique: Callable[[], bytes]
    attendu: str
    depot: str = UBL


@cache
def exemple(interface: str, niveau: Niveau = Niveau.EN16931) -> bytes:
    """A good document of an interface, as the project's own maker writes it."""
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
