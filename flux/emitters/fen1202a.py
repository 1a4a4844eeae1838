"""FEN1202A: the lifecycle of invoices and flows as CDAR messages, one a file, in one tar.gz.

Sources: interface, release notes V3.9.4 ("CII ARM FE"); an outgoing lifecycle flow is always a tar.gz (general dossier, notes 75-76).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from gzip import GzipFile
from typing import BinaryIO

from flux.emitters.cdar import cdar_facture, cdar_flux
from flux.emitters.cdar_blocs import DIALECTE_PA, DIALECTE_PPF, DialecteCdar
from flux.emitters.ustar import fin, membre
from flux.errors import ErreurUsage
from flux.modele.statut import Enveloppe

__all__ = ["DIALECTE_PA", "DIALECTE_PPF", "DialecteCdar", "cdar_facture", "cdar_flux", "ecrire_fen1202a", "nom_membre"]

#: Names admitted inside the archive: no folder, no hidden file, within the limits that receivers set on file names.
_NOM_MEMBRE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
#: Fastest level: XML of lifecycle messages packs well at any level.
_NIVEAU = 1


def nom_membre(enveloppe: Enveloppe, rang: int) -> str:
    """Return the name of message number ``rang`` (from 1) inside the archive."""
    return f"{enveloppe.nom}_{rang:06d}.xml"


def ecrire_fen1202a(sortie: BinaryIO, enveloppe: Enveloppe, messages: Iterable[tuple[str, bytes]]) -> None:
    """Write the archive as a stream. Same arguments, same bytes: no clock, no owner, no name in the gzip header.

    :param enveloppe: of the flow, named in errors. :param messages: (name inside the archive, message), read once and in order;
        :func:`nom_membre` gives names.
    :raises ErreurUsage: when there is no message, or a name is unfit or given twice; what was written is then worth nothing.
    """
    names: set[str] = set()
    size = 0
    with GzipFile(filename="", mode="wb", compresslevel=_NIVEAU, fileobj=sortie, mtime=0) as packed:
        for name, message in messages:
            if not _NOM_MEMBRE.fullmatch(name) or name in names:
                raise ErreurUsage(f"{name!r} cannot name a message of {enveloppe.nom}, or names two", member=name, flow=enveloppe.nom)
            names.add(name)
            size += packed.write(membre(name, message))
        packed.write(fin(size))
    if not names:
        raise ErreurUsage(f"{enveloppe.nom} needs at least one message", flow=enveloppe.nom)
