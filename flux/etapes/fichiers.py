"""What every outgoing file needs, whatever is inside: its name and envelope, and a place in the staging store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from flux.config import Reglages
from flux.contexte import Contexte
from flux.enveloppe import NomFlux
from flux.modele.statut import Enveloppe
from flux.transport.entrepot import Empreinte

#: Bytes of a file kept in memory before it goes to a temporary one.
_EN_MEMOIRE = 1024 * 1024
_MORCEAU = 256 * 1024


def enveloppe_sortante(reglages: Reglages, interface: str, recepteur: str, numero: int, le: datetime) -> Enveloppe:
    """Return the envelope of file number ``numero`` of a partner (:mod:`flux.registre.numeros`)."""
    sender = reglages.code_application
    nom = NomFlux.construire(interface, recepteur, numero, emetteur=sender)
    return Enveloppe(nom=str(nom), identifiant=nom.identifiant, emetteur=sender, recepteur=recepteur, produit_le=le)


def garder(contexte: Contexte, ecrire: Callable[[BinaryIO], None]) -> Empreinte:
    """Write a file aside and keep it under its digest.

    :raises ErreurTransport: the staging store did not answer. What ``ecrire`` raises passes through, and nothing is kept.
    """
    with SpooledTemporaryFile(max_size=_EN_MEMOIRE) as temporary:
        out = cast(BinaryIO, temporary)
        ecrire(out)
        out.seek(0)
        return contexte.entrepot.deposer(iter(lambda: out.read(_MORCEAU), b""))
