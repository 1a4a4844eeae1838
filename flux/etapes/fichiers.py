"""What every outgoing file needs, whatever is inside: its name and envelope, and a place in the staging store."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from flux.config import Reglages
from flux.contexte import Contexte
from flux.enveloppe import NomFlux
from flux.errors import ErreurTransport
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

    :raises ErreurTransport: the staging store did not answer, or the temporary folder is full or missing. What else ``ecrire`` raises
        passes through, and nothing is kept.
    """
    try:
        with SpooledTemporaryFile(max_size=_EN_MEMOIRE) as temporary:
            out = cast(BinaryIO, temporary)
            ecrire(out)
            out.seek(0)
            return contexte.entrepot.deposer(iter(lambda: out.read(_MORCEAU), b""))
    except OSError as panne:
        folder = tempfile.tempdir or "TMPDIR"
        raise ErreurTransport(
            f"An outgoing file could not be written in the temporary folder {folder}: {panne}. Check its disk.",
            operation="garder",
            path=folder,
        ) from panne
