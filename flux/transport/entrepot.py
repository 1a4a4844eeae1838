"""The staging store: originals and answers kept byte for byte, on a local folder or any object store fsspec knows.

Keys are ``/``-separated relative paths. What :meth:`Entrepot.deposer` keeps is named by its own SHA-256, so that the same
content is kept once however often it comes. Nothing is ever seen half-written: bytes go to a temporary name first.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Self, cast
from uuid import uuid4

from fsspec import AbstractFileSystem
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from flux.config import Reglages
from flux.errors import ErreurConfiguration, ErreurTransport, ErreurUsage

_CLE = re.compile(r"(?!/)(?:[A-Za-z0-9_][A-Za-z0-9._-]*/)*[A-Za-z0-9_][A-Za-z0-9._-]*")
_TEMPORAIRES = "_tmp"
_MORCEAU = 256 * 1024


@dataclass(frozen=True, slots=True)
class Empreinte:
    """What was kept.

    :ivar sha256: 64 lower-case hexadecimal digits.
    :ivar taille: bytes.
    :ivar cle: key under which :meth:`Entrepot.ouvrir` gives it back.
    """

    sha256: str
    taille: int
    cle: str


def empreinte(chunks: Iterable[bytes]) -> Empreinte:
    """Return what :meth:`Entrepot.deposer` would return of the same bytes, and keep nothing. What ``chunks`` raises passes through."""
    condensat, taille = hashlib.sha256(), 0
    for morceau in chunks:
        condensat.update(morceau)
        taille += len(morceau)
    return Empreinte(condensat.hexdigest(), taille, cle_de(condensat.hexdigest()))


def cle_de(sha256: str) -> str:
    """Return the key under which a content is kept by :meth:`Entrepot.deposer`, from its digest (64 lower-case hexadecimal digits)."""
    return f"sha256/{sha256[:2]}/{sha256}"


class Entrepot:
    """A staging store. Safe to share between processes: every write ends in one atomic rename.

    :param url: fsspec URL of the root (``file:///var/flux``, ``s3://bucket/flux``) or a local path.
    :raises ErreurConfiguration: fsspec knows no such scheme, its driver is not installed, or it cannot use the address. Facts: ``setting``,
        ``scheme``.
    :raises ErreurTransport: a driver that connects at once got no answer.
    """

    def __init__(self, url: str) -> None:
        self._fs, racine = _ouvrir_systeme(url)
        self._racine = str(racine).rstrip("/")
        self._local = isinstance(self._fs, LocalFileSystem)

    @classmethod
    def depuis(cls, reglages: Reglages) -> Self:
        """Return the store the settings name, ``<dossier>/entrepot`` on the local disk unless told."""
        return cls(reglages.entrepot.get_secret_value() if reglages.entrepot else str(reglages.dossier.resolve() / "entrepot"))

    def deposer(self, chunks: Iterable[bytes]) -> Empreinte:
        """Keep a content under its SHA-256; keeping the same content again changes nothing.

        :param chunks: the bytes, in order, pieces of any size; read once. What it raises passes through and keeps nothing.
        :raises ErreurTransport: the store refused or did not answer.
        """
        condensat, taille = hashlib.sha256(), 0
        with self._temporaire("deposer") as (chemin, fichier):
            for morceau in chunks:
                condensat.update(morceau)
                taille += len(morceau)
                with _traduire("deposer", chemin):
                    fichier.write(morceau)
            sha256 = condensat.hexdigest()
            cle = cle_de(sha256)
            self._fermer(fichier, chemin)
            if not self.existe(cle):
                self._installer(chemin, cle)
        return Empreinte(sha256, taille, cle)

    def ecrire_sous(self, cle: str) -> AbstractContextManager[BinaryIO]:
        """Open a key for writing; it appears, or is replaced, whole when the block ends, and not at all when the block raises.

        :raises ErreurUsage: the key is not a plain relative path.
        :raises ErreurTransport: the store refused or did not answer.
        """
        self._chemin(cle)
        return self._ecrire_sous(cle)

    @contextmanager
    def _ecrire_sous(self, cle: str) -> Iterator[BinaryIO]:
        with self._temporaire("ecrire_sous") as (chemin, fichier), _traduire("ecrire_sous", cle):
            yield fichier
            self._fermer(fichier, chemin)
            self._installer(chemin, cle)

    def ouvrir(self, cle: str) -> BinaryIO:
        """Open a key for reading, seekable; the caller closes it.

        :raises ErreurTransport: the key is absent or the store did not answer.
        """
        with _traduire("ouvrir", cle):
            return cast(BinaryIO, self._fs.open(self._chemin(cle), "rb"))

    def relire(self, cle: str) -> Empreinte | None:
        """Read a key to its end; return what its bytes are now, ``None`` when it is absent.

        :raises ErreurTransport: the store did not answer.
        """
        try:
            with self.ouvrir(cle) as data, _traduire("relire", cle):
                found = empreinte(iter(lambda: data.read(_MORCEAU), b""))
        except ErreurTransport:
            if self.existe(cle):
                raise
            return None
        return replace(found, cle=cle)

    def existe(self, cle: str) -> bool:
        """Tell whether a key is kept.

        :raises ErreurTransport: the store did not answer.
        """
        with _traduire("existe", cle):
            self._fs.invalidate_cache()
            return bool(self._fs.isfile(self._chemin(cle)))

    def lister(self, cle: str) -> Iterator[tuple[str, int]]:
        """Yield (key, bytes) of all that is kept under a folder, sorted, one folder in memory at a time; an absent one has nothing.

        :raises ErreurTransport: the store did not answer.
        """
        with _traduire("lister", cle):
            self._fs.invalidate_cache()
            try:
                entries = sorted(self._fs.ls(self._chemin(cle), detail=True), key=lambda one: str(one["name"]))
            except FileNotFoundError:
                return
        for one in entries:
            under = f"{cle}/{str(one['name']).rstrip('/').rpartition('/')[2]}"
            if one["type"] == "directory":
                yield from self.lister(under)
            else:
                yield under, int(one["size"])

    def supprimer(self, cle: str) -> None:
        """Forget a key; an absent one is already forgotten.

        :raises ErreurTransport: the store refused or did not answer.
        """
        with _traduire("supprimer", cle), suppress(FileNotFoundError):
            self._fs.rm_file(self._chemin(cle))

    def ecrit_le(self, cle: str) -> datetime | None:
        """Return when a key was last written, UTC; ``None`` when it is absent.

        :raises ErreurTransport: the store did not answer.
        """
        with _traduire("ecrit_le", cle), suppress(FileNotFoundError):
            le: datetime = self._fs.modified(self._chemin(cle))
            return le if le.tzinfo is not None else le.replace(tzinfo=UTC)
        return None

    def deplacer(self, cle: str, vers: str) -> bool:
        """Move a key, in place of what the other one held; False when it is absent.

        :raises ErreurTransport: the store refused or did not answer.
        """
        if not self.existe(cle):
            return False
        try:
            self._installer(self._chemin(cle), vers)
        except ErreurTransport:
            if self.existe(cle):
                raise
            return False  # somebody else moved it meanwhile
        return True

    def sonder(self) -> int | None:
        """Write, read and remove a few bytes; return the bytes free on a local disk, ``None`` elsewhere.

        :raises ErreurTransport: the store refused or did not answer.
        """
        with self._temporaire("sonder") as (chemin, fichier), _traduire("sonder", chemin):
            fichier.write(b"flux sante")
            self._fermer(fichier, chemin)
            if self._fs.cat_file(chemin) != b"flux sante":
                raise ErreurTransport("The staging store gave back other bytes than it was given.", operation="sonder", path=chemin)
            return shutil.disk_usage(self._racine).free if self._local else None

    def balayer(self, avant: datetime) -> int:
        """Remove what killed processes left half-written; return how many.

        :param avant: aware; what was written to after that may still be at work.
        :raises ErreurTransport: the store refused or did not answer.
        """
        dossier, balayes = f"{self._racine}/{_TEMPORAIRES}", 0
        with _traduire("balayer", dossier):
            self._fs.invalidate_cache()
            for chemin in self._fs.ls(dossier, detail=False) if self._fs.isdir(dossier) else ():
                with suppress(FileNotFoundError):  # it was moved to its place meanwhile
                    if self._fs.modified(chemin) < avant:
                        self._fs.rm_file(chemin)
                        balayes += 1
        return balayes

    def _chemin(self, cle: str) -> str:
        if not _CLE.fullmatch(cle):
            raise ErreurUsage(f"{cle!r} is not a key of the staging store: plain relative names only.", cle=cle)
        return f"{self._racine}/{cle}"

    @contextmanager
    def _temporaire(self, operation: str) -> Iterator[tuple[str, BinaryIO]]:
        """Yield a new temporary path, open for writing; nothing is left of it if it was not moved away."""
        chemin = f"{self._racine}/{_TEMPORAIRES}/{uuid4().hex}"
        with _traduire(operation, chemin):
            self._fs.makedirs(f"{self._racine}/{_TEMPORAIRES}", exist_ok=True)
            fichier = cast(BinaryIO, self._fs.open(chemin, "wb"))
        try:
            yield chemin, fichier
        finally:
            with suppress(OSError):
                fichier.close()
            with _traduire(operation, chemin), suppress(FileNotFoundError):
                self._fs.invalidate_cache()
                if self._fs.exists(chemin):
                    self._fs.rm_file(chemin)

    def _fermer(self, fichier: BinaryIO, chemin: str) -> None:
        with _traduire("fermer", chemin):
            if self._local:
                fichier.flush()
                os.fsync(fichier.fileno())
            fichier.close()

    def _installer(self, temporaire: str, cle: str) -> None:
        chemin = self._chemin(cle)
        with _traduire("installer", cle):
            self._fs.makedirs(chemin.rpartition("/")[0], exist_ok=True)
            if not self._local:
                self._fs.mv(temporaire, chemin)
                return
            Path(temporaire).replace(chemin)
            _sync_dossier(Path(chemin).parent)


def _ouvrir_systeme(url: str) -> tuple[AbstractFileSystem, str]:
    """Return fsspec's file system of a URL and the root in it. The URL may hold a secret: no error tells more of it than its scheme."""
    scheme = url.partition("://")[0] if "://" in url else "?"
    try:
        return cast(tuple[AbstractFileSystem, str], url_to_fs(url))
    except ImportError as erreur:  # fsspec's sentence names the package, not the address
        raise ErreurConfiguration(
            f"FLUX_ENTREPOT : le pilote fsspec de {scheme}:// n'est pas installé ({erreur}) ; pour s3:// : pip install s3fs / the fsspec "
            f"driver of {scheme}:// is not installed; for s3://: pip install s3fs",
            setting="FLUX_ENTREPOT", scheme=scheme,
        ) from erreur  # fmt: skip
    except (ValueError, TypeError):
        raise ErreurConfiguration(
            f"FLUX_ENTREPOT : l'adresse en {scheme}:// ne peut pas être utilisée ; écrivez file:///dossier, ou l'adresse d'un pilote "
            f"fsspec installé (s3://seau/dossier) / the address in {scheme}:// cannot be used: write file:///folder, or the address of "
            "an installed fsspec driver (s3://bucket/folder)",
            setting="FLUX_ENTREPOT", scheme=scheme,
        ) from None  # fmt: skip
    except OSError as erreur:
        raise ErreurTransport(
            f"The staging store ({scheme}://, FLUX_ENTREPOT) did not answer: {type(erreur).__name__}.", operation="connecter", path=scheme
        ) from None


def _sync_dossier(dossier: Path) -> None:
    """Make a rename survive a power cut: the folder's own entry must reach the disk too."""
    descripteur = os.open(dossier, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)


@contextmanager
def _traduire(operation: str, chemin: str) -> Iterator[None]:
    try:
        yield
    except OSError as erreur:
        raise ErreurTransport(
            f"The staging store could not do {operation!r} on {chemin}: {erreur}. Check its disk or its service.",
            operation=operation,
            path=chemin,
        ) from erreur
