"""A deposited file → its members, without trust.

Content decides, never the extension. A tar.gz is streamed: no member ever becomes a path on disk, and at most one member is in
memory at a time. An anomaly of the flow itself (``member is None``) refuses the whole flow: the caller drops what it got before.
"""

from __future__ import annotations

import gzip
import re
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import BinaryIO

from flux.limites import Limites
from flux.modele.anomalie import Anomalie, anomalie

_BLOC = 512
#: Longest extended header of a tar entry, in bytes (house): they are read whole in memory before the name is known.
_ENTETE_MAX = 64 * 1024
_ENTETES = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_GENRES = {
    tarfile.SYMTYPE: "symbolic link",
    tarfile.LNKTYPE: "hard link",
    tarfile.CHRTYPE: "character device",
    tarfile.BLKTYPE: "block device",
    tarfile.FIFOTYPE: "fifo",
    tarfile.GNUTYPE_SPARSE: "sparse file",
}


class Nature(StrEnum):
    """What the first bytes of a file say it is, in words of both languages."""

    XML = "XML"
    PDF = "PDF"
    TAR_GZ = "tar.gz"
    ZIP = "ZIP"
    TAR = "tar"
    AUTRE = "non-XML, non-PDF"


def nature(debut: bytes) -> Nature:
    """Tell the nature of a file from its first 1,024 bytes."""
    if debut.startswith(b"\x1f\x8b"):
        return Nature.TAR_GZ
    if debut.startswith(b"PK\x03\x04"):
        return Nature.ZIP
    # UTF-16 and UTF-32 begin with `<` among NULs: they are XML of another encoding, and the gate says so better than "unknown".
    # Before PDF, whose mark may stand anywhere here: an XML may speak of one in a comment.
    if debut.lstrip(b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n").startswith(b"<"):
        return Nature.XML
    if b"%PDF-" in debut[:1024]:
        return Nature.PDF
    return Nature.TAR if debut[257:262] == b"ustar" else Nature.AUTRE


#: A document that begins with the element of an XML signature, or of the container that XAdES signatures of several files have (ASiC).
_SIGNATURE = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?>(?><\?.*?\?>|<!--.*?-->)\s*)*+<(?:[\w.-]+:)?(?:Signature|XAdESSignatures)[\s>/]",  # atomic: no way back
    re.DOTALL,
).match
_ESPACES_SIGNATURE = (b"http://www.w3.org/2000/09/xmldsig#", b"http://uri.etsi.org/02918/")


def est_signature(contenu: bytes) -> bool:
    """Tell whether a member is the XAdES signature of its archive, which AIFE's EDI annex (July 2017, p. 4) lets stand by the invoices."""
    debut = contenu[:4096]
    return _SIGNATURE(debut) is not None and any(one in debut for one in _ESPACES_SIGNATURE)


@dataclass(frozen=True, slots=True)
class Membre:
    """One file of a flow: its rank from 0, its name as text that can be stored, its bytes."""

    rang: int
    nom: str
    contenu: bytes


class _LimiteDepasseeError(Exception):
    """The archive opens to more than allowed. Never leaves this module."""

    def __init__(self, found: str, expected: str) -> None:
        super().__init__(found)
        self.found, self.expected = found, expected


class _EnteteBornee(tarfile.TarInfo):
    """A header whose extended part is refused before it is read when it is larger than :data:`_ENTETE_MAX`."""

    def _proc_member(self, tar: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in _ENTETES and self.size > _ENTETE_MAX:
            raise _LimiteDepasseeError(f"header {self.size} bytes", f"{_ENTETE_MAX} bytes")
        return super()._proc_member(tar)  # type: ignore[misc,no-any-return]  # private hook of tarfile, the only place before the read


class _Ouvert:
    """The opened stream of a tar.gz, counted against the limits; seeks forward only, as :mod:`tarfile` needs."""

    def __init__(self, source: BinaryIO, taille: int, limites: Limites) -> None:
        self._gzip = gzip.GzipFile(fileobj=source)
        self._plafond = min(limites.taille_ouverte, max(limites.ratio_a_partir_de, taille * limites.ratio))
        self._lus = 0
        self.debut = self.dernier = b""

    def read(self, size: int = -1) -> bytes:
        data = self._gzip.read(size)
        self._lus += len(data)
        if self._lus > self._plafond:
            raise _LimiteDepasseeError(f"> {self._plafond} bytes", f"{self._plafond} bytes")
        self.debut = self.debut or data
        self.dernier = data[-_BLOC:]
        return data

    def tell(self) -> int:
        return self._lus

    def seek(self, position: int) -> None:
        while self._lus < position and self.read(min(position - self._lus, 1 << 20)):
            pass

    def reste_du_contenu(self) -> bool:
        """True when the last block read or what follows holds anything: a tar ends with blocks of zeros."""
        if self.dernier.strip(b"\0"):
            return True
        while data := self.read(1 << 20):
            if data.strip(b"\0"):
                return True
        return False


def ouvrir_flux(
    source: BinaryIO, taille: int, nom: str, limites: Limites, *, factures_max: int | None = None
) -> Iterator[Membre | Anomalie]:
    """Open a deposited file and yield its members, or anomalies in their place.

    :param source: the file, readable and seekable. :param taille: its size in bytes.
    :param nom: the flow's name: that of the one member when the file is not an archive.
    :param factures_max: members admitted (500 for structured flows of the classic interfaces), ``None`` for no limit.
    """
    if taille == 0:
        yield anomalie("ARC-01")
        return
    if taille > limites.taille_flux:
        yield anomalie("ARC-02", found=taille, expected=limites.taille_flux)
        return
    kind = nature(source.read(1024))
    source.seek(0)
    if kind is Nature.TAR_GZ:
        yield from _ouvrir_archive(source, taille, limites, factures_max)
    elif taille > limites.taille_fichier:
        yield anomalie("ARC-07", member=nom, expected=limites.taille_fichier)
    else:
        yield Membre(0, nom, source.read())


def _ouvrir_archive(source: BinaryIO, taille: int, limites: Limites, factures_max: int | None) -> Iterator[Membre | Anomalie]:
    opened = _Ouvert(source, taille, limites)
    rank = 0
    try:
        with tarfile.TarFile(fileobj=opened, mode="r", tarinfo=_EnteteBornee) as tar:  # type: ignore[arg-type]  # read, tell and seek suffice
            while (entry := tar.next()) is not None:
                tar.members = []  # type: ignore[attr-defined]  # tarfile keeps every header: 100,000 of them are 100 MB
                if entry.isdir() and _sure(entry.name):
                    continue
                found = _lire_entree(tar, entry, rank, limites)
                if isinstance(found, Membre) and est_signature(found.contenu):
                    continue  # no invoice; kept with the original, and not verified: no source says by which certificate it would be
                yield found
                if isinstance(found, Anomalie) and found.member is None:
                    return
                rank += 1
                if rank > (limites.membres if factures_max is None else factures_max):
                    yield _trop(rank, factures_max, limites)
                    return
            if opened.reste_du_contenu():
                yield anomalie("ARC-03", found="data after the end of the archive, or a damaged entry")
            elif rank == 0:
                yield anomalie("ARC-04")
    except _LimiteDepasseeError as error:
        yield anomalie("ARC-06", found=error.found, expected=error.expected)
    except (tarfile.TarError, EOFError, gzip.BadGzipFile, zlib.error, RecursionError, ValueError, OverflowError) as error:
        # RecursionError: a chain of extended headers; ValueError: numbers of a header that are none; OverflowError: too large.
        yield _illisible(str(error) or type(error).__name__, nature(opened.debut))


def _illisible(panne: str, debut: Nature) -> Anomalie:
    """Tell an archive that cannot be read; ``debut`` is what its opened stream begins as."""
    if debut not in {Nature.XML, Nature.PDF}:
        return anomalie("ARC-03", found=panne)
    return replace(
        anomalie("ARC-03", found=f"gzip, {debut}"),
        fr=f"Ce fichier est un document {debut} compressé par gzip, sans tar. Déposez le {debut} tel quel, sans le compresser.",
        en=f"This file is one {debut} document compressed by gzip, without tar. Deposit the {debut} as it is, not compressed.",
    )


def _trop(rank: int, factures_max: int | None, limites: Limites) -> Anomalie:
    if factures_max is not None:
        return anomalie("ARC-09", found=f"≥ {rank}", expected=factures_max)
    return anomalie("ARC-06", found=f"≥ {rank}", expected=limites.membres)


def _sure(name: str) -> bool:
    """True for a relative name that stays below the archive's root."""
    return not name.startswith(("/", "\\")) and ".." not in name.replace("\\", "/").split("/")


def _lire_entree(tar: tarfile.TarFile, entry: tarfile.TarInfo, rank: int, limites: Limites) -> Membre | Anomalie:
    # Undecodable bytes of a name come as lone surrogates, which no database stores.
    name = entry.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if entry.type not in (tarfile.REGTYPE, tarfile.AREGTYPE):
        return anomalie("ARC-05", found=name, kind=_GENRES.get(entry.type, "special entry"))
    if not _sure(entry.name):
        return anomalie("ARC-05", found=name, kind="path")
    name = name.removeprefix("./")
    if len(name) > limites.nom_membre:
        return anomalie("ARC-05", found=name, kind=f"> {limites.nom_membre} characters")
    if entry.size > limites.taille_fichier:
        return anomalie("ARC-07", member=name, expected=limites.taille_fichier)
    if entry.size == 0:
        return anomalie("ARC-08", member=name)
    data = tar.extractfile(entry)
    content = data.read() if data is not None else b""
    if len(content) != entry.size:
        raise EOFError("the archive ends inside a file")
    return Membre(rank, name, content)
