"""The flow file: one document as it is, or a deterministic tar.gz of many, written as it goes."""

from __future__ import annotations

import gzip
import tarfile
from collections.abc import Iterable
from contextlib import suppress
from io import BytesIO
from pathlib import Path

#: Members are dated 1 January 2000: the same documents give the same archive.
_DATE_MEMBRE = 946_684_800


def ecrire_flux(chemin: Path, documents: Iterable[tuple[str, bytes]], *, archive: bool) -> int:
    """Write a flow file at ``chemin`` and return its size in bytes.

    Written beside as ``.tmp``, then renamed: whoever watches the folder never sees half of it. Documents are taken one at a
    time, so that their number does not count in memory.

    :param documents: name inside the archive and bytes of each.
    :param archive: make a tar.gz; otherwise the bytes of the first document alone are written.
    :raises OSError: the place cannot be written to; nothing is left there.
    """
    provisoire = chemin.with_name(chemin.name + ".tmp")
    try:
        with provisoire.open("wb") as brut:
            if not archive:
                brut.write(next(iter(documents))[1])
            else:
                # Level 6 and no name nor time in the gzip header, for bytes that do not change.
                with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=brut, mtime=0) as paquet:
                    _remplir(paquet, documents)
        taille = provisoire.stat().st_size
        provisoire.replace(chemin)
    except OSError:
        with suppress(OSError):
            provisoire.unlink()
        raise
    return taille


def _remplir(paquet: gzip.GzipFile, documents: Iterable[tuple[str, bytes]]) -> None:
    with tarfile.open(fileobj=paquet, mode="w|", format=tarfile.PAX_FORMAT) as tar:
        for nom, contenu in documents:
            info = tarfile.TarInfo(nom)
            info.size, info.mtime, info.mode = len(contenu), _DATE_MEMBRE, 0o644
            tar.addfile(info, BytesIO(contenu))
