"""tar.gz and zip that depend on their contents alone: no clock, no owner, no name in a header. Same arguments, same bytes."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from gzip import GzipFile
from io import BytesIO
from typing import BinaryIO

from flux.emitters.ustar import fin, membre
from flux.errors import ErreurUsage

#: Names admitted inside an outgoing archive: no folder, no hidden file, within the limits that receivers set on file names.
_NOM_MEMBRE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_DROITS = 0o644
#: Fastest level: XML packs well at any level.
_NIVEAU = 1
#: First instant a zip can hold.
_DATE_ZIP = (1980, 1, 1, 0, 0, 0)


class Archive:
    """An outgoing tar.gz while it is written. :ivar noms: names given so far. :ivar octets: bytes of the members, headers included."""

    def __init__(self, sortie: GzipFile, nom: str) -> None:
        self._sortie = sortie
        self._flux = nom
        self.noms: set[str] = set()
        self.octets = 0

    def ajouter(self, nom: str, contenu: bytes) -> None:
        """Write one member. :raises ErreurUsage: ``nom`` is unfit, or was given before."""
        if not _NOM_MEMBRE.fullmatch(nom) or nom in self.noms:
            raise ErreurUsage(f"{nom!r} cannot name a message of {self._flux}, or names two", member=nom, flow=self._flux)
        self.noms.add(nom)
        self.octets += self._sortie.write(membre(nom, contenu))


@contextmanager
def ecrire_targz(sortie: BinaryIO, nom: str) -> Iterator[Archive]:
    """Open an outgoing archive, written as a stream.

    :param nom: of the flow, named in errors.
    :raises ErreurUsage: nothing was added when the block ends; what was written is then worth nothing.
    """
    with GzipFile(filename="", mode="wb", compresslevel=_NIVEAU, fileobj=sortie, mtime=0) as packed:
        archive = Archive(packed, nom)
        yield archive
        packed.write(fin(archive.octets))
    if not archive.noms:
        raise ErreurUsage(f"{nom} needs at least one message", flow=nom)


def zip_d_un_fichier(nom: str, contenu: bytes) -> bytes:
    """Return a zip that holds one file: how attachments travel in the CPP formats."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        one = zipfile.ZipInfo(nom, _DATE_ZIP)
        one.compress_type, one.external_attr = zipfile.ZIP_DEFLATED, _DROITS << 16
        archive.writestr(one, contenu)
    return out.getvalue()
