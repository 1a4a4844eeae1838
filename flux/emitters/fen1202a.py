"""FEN1202A: the lifecycle of invoices and flows as CDAR messages, one a file, in one tar.gz.

Sources: interface, release notes V3.9.4 ("CII ARM FE"); an outgoing lifecycle flow is always a tar.gz (general dossier, notes 75-76).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import BinaryIO

from flux.emitters.archive import ecrire_targz
from flux.emitters.cdar import cdar_facture, cdar_flux
from flux.emitters.cdar_blocs import DIALECTE_PA, DIALECTE_PPF, DialecteCdar
from flux.modele.statut import Enveloppe

__all__ = ["DIALECTE_PA", "DIALECTE_PPF", "DialecteCdar", "cdar_facture", "cdar_flux", "ecrire_fen1202a", "nom_membre"]


def nom_membre(enveloppe: Enveloppe, rang: int) -> str:
    """Return the name of message number ``rang`` (from 1) inside the archive."""
    return f"{enveloppe.nom}_{rang:06d}.xml"


def ecrire_fen1202a(sortie: BinaryIO, enveloppe: Enveloppe, messages: Iterable[tuple[str, bytes]]) -> None:
    """Write the archive as a stream. Same arguments, same bytes: no clock, no owner, no name in the gzip header.

    :param enveloppe: of the flow, named in errors. :param messages: (name inside the archive, message), read once and in order;
        :func:`nom_membre` gives names.
    :raises ErreurUsage: when there is no message, or a name is unfit or given twice; what was written is then worth nothing.
    """
    with ecrire_targz(sortie, enveloppe.nom) as archive:
        for name, message in messages:
            archive.ajouter(name, message)
