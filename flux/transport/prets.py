"""When is a deposited file ready? One rule, shared by the watcher (asyncssh) and the reception (paramiko).

Ready = a regular file, not hidden, not ``.tmp`` / ``.part``, with the same size and modification time in two looks. Partners
are asked to write ``name.tmp`` and rename it; the two looks protect those who do not.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable
from dataclasses import dataclass

ENTREE, SORTIE, TRAITEMENT = "in", "out", "traitement"
_EN_COURS = (".tmp", ".part")


@dataclass(frozen=True, slots=True)
class Depot:
    """One file seen in a folder of the SFTP server.

    :ivar dossier: path of the folder that holds it, without a final ``/``.
    :ivar nom: its name; bytes that are not UTF-8 are kept as surrogate escapes, so that it can be asked for again.
    :ivar taille: bytes.
    :ivar date: modification time given by the server, seconds since 1970 (UTC).
    """

    dossier: str
    nom: str
    taille: int
    date: int

    @property
    def chemin(self) -> str:
        """Path on the server."""
        return f"{self.dossier}/{self.nom}"


def candidat(dossier: str, nom: bytes, mode: int | None, taille: int | None, date: int | None) -> Depot | None:
    """Return the deposit a directory entry stands for, or ``None`` for what is never taken.

    :param mode: ``st_mode`` of the entry itself (of the link, not of its target); an entry without one is not taken.
    """
    if mode is None or not stat.S_ISREG(mode) or nom.startswith(b".") or b"/" in nom:
        return None
    texte = nom.decode("utf-8", "surrogateescape")
    if texte.lower().endswith(_EN_COURS):
        return None
    return Depot(dossier, texte, taille or 0, date or 0)


def dossier_partenaire(racine: str, nom: bytes, mode: int | None) -> str | None:
    """Return the path of a partner's folder among the entries of the root, or ``None``: hidden, a link, not ASCII."""
    if mode is None or not stat.S_ISDIR(mode) or nom.startswith(b".") or not nom.isascii():
        return None
    return f"{racine.rstrip('/')}/{nom.decode()}"


class Scan:
    """Remembers the last look, to tell which files did not change since."""

    def __init__(self) -> None:
        self._vus: frozenset[Depot] = frozenset()

    def regarder(self, depots: Iterable[Depot]) -> list[Depot]:
        """Take a new look; return the deposits that are exactly as in the look before, in a stable order."""
        maintenant = frozenset(depots)
        stables = maintenant & self._vus
        self._vus = maintenant
        return sorted(stables, key=lambda depot: (depot.dossier, depot.date, depot.nom))


def nom_lisible(nom: str) -> str:
    """Return a name that any log, database or file system takes: what is not printable UTF-8 is written as an escape."""
    texte = nom.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return "".join(signe if signe.isprintable() else signe.encode("unicode_escape").decode("ascii") for signe in texte)
