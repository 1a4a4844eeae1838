"""What the platform does on its SFTP server, over a :class:`paramiko.SFTPClient` the caller opened.

Folders as the platform's account sees them: ``<partner>/in``, ``<partner>/out`` and ``<partner>/traitement``. The partner's own
account is closed in ``<partner>`` and sees ``in`` and ``out`` only. Every function raises :class:`flux.errors.ErreurTransport`
with the facts ``operation``, ``path`` and ``tries``. A refusal while the connection lives is tried again a few times, then is a
:class:`RefusSftp`: other files may still be asked for. A lost connection is not tried again (the same client cannot heal): the step
fails and is run again with a new one.
"""

from __future__ import annotations

import errno
import posixpath
import re
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, BinaryIO, TypeVar, cast

import structlog
from paramiko import SFTPAttributes, SFTPClient, SFTPError, SSHException
from paramiko.sftp import CMD_CLOSE, CMD_OPENDIR, CMD_READDIR
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter

from flux.errors import ErreurTransport, ErreurUsage
from flux.transport.prets import ENTREE, SORTIE, TRAITEMENT, Depot, Scan, candidat, dossier_partenaire, nom_lisible

__all__ = [
    "ENTREE",
    "SORTIE",
    "TRAITEMENT",
    "RefusSftp",
    "decouper",
    "effacer",
    "existe",
    "lire",
    "lister",
    "lister_prets",
    "partenaires",
    "publier",
    "reclamer",
]

_MORCEAU = 256 * 1024
_PREFETCH_A_PARTIR_DE = 4 * 1024 * 1024
"""Bytes. Below, asking for the whole file ahead costs more than it saves (measured: 2.5 times slower on files of 10 KB)."""
_ESSAIS = 3
_NOMS_MAX = 20_000
"""Names looked at in one folder in one listing: a folder holding more is read over several runs."""
_NOM_OCTETS = 255
"""Longest file name, bytes, of the usual file systems (NAME_MAX)."""
_JETON = re.compile(r"[A-Za-z0-9-]{1,64}")
_PANNES = (OSError, EOFError, SSHException, SFTPError)

T = TypeVar("T")

_journal = structlog.get_logger(__name__)


class RefusSftp(ErreurTransport):
    """The server answered, and refused one file or folder: others may still be asked for. Facts: ``operation``, ``path``."""


def partenaires(sftp: SFTPClient, racine: str = "/") -> list[str]:
    """Return the paths of the partner folders under ``racine``, sorted; hidden ones and links are left out."""
    entrees = _executer("lister", racine, sftp, lambda: _entrees(sftp, racine))
    trouves = (dossier_partenaire(racine, nom, attributs.st_mode) for nom, attributs in entrees)
    return sorted(dossier for dossier in trouves if dossier is not None)


def lister(sftp: SFTPClient, dossier: str) -> list[Depot]:
    """Return the files of a folder that may be taken (see :mod:`flux.transport.prets`), oldest first; an absent folder has none."""

    def essai() -> list[tuple[bytes, SFTPAttributes]]:
        try:
            return _entrees(sftp, dossier)
        except FileNotFoundError:
            return []

    entrees = _executer("lister", dossier, sftp, essai)
    vus = (candidat(dossier, nom, a.st_mode, a.st_size, a.st_mtime) for nom, a in entrees)
    return sorted((depot for depot in vus if depot is not None), key=lambda depot: (depot.date, depot.nom))


def lister_prets(
    sftp: SFTPClient,
    dossiers: Iterable[str],
    *,
    intervalle: float = 1.0,
    attendre: Callable[[float], None] = time.sleep,
    refuser: Callable[[RefusSftp], None] | None = None,
) -> list[Depot]:
    """Look twice at the ``in`` of each partner folder; return the files that did not change, oldest first in each folder.

    A folder whose rights refuse it to us is logged as an error and left out: one partner must not stop the others.

    :param dossiers: partner folders, as :func:`partenaires` gives them.
    :param intervalle: seconds between the two looks; at least one, since servers date files to the second.
    :param attendre: waits that many seconds (passed in by tests).
    :param refuser: is told any other refusal of a folder, which is left out too; without it the first one is raised.
    """
    entrees = [posixpath.join(dossier, ENTREE) for dossier in dossiers]
    scan = Scan()
    scan.regarder(premiers := [depot for entree in entrees for depot in _lister_si_permis(sftp, entree, refuser)])
    if not premiers:
        return []
    attendre(intervalle)
    occupes = sorted({depot.dossier for depot in premiers})
    return scan.regarder(depot for entree in occupes for depot in _lister_si_permis(sftp, entree, refuser))


def _lister_si_permis(sftp: SFTPClient, dossier: str, refuser: Callable[[RefusSftp], None] | None) -> list[Depot]:
    try:
        return lister(sftp, dossier)
    except RefusSftp as refus:
        if isinstance(refus.__cause__, PermissionError):
            _journal.exception("dossier_illisible", path=dossier)
        elif refuser is not None:
            refuser(refus)
        else:
            raise
        return []


def reclamer(sftp: SFTPClient, dossier: str, nom: str, jeton: str) -> str | None:
    """Take a file for this caller alone: ``in/NOM`` becomes ``traitement/JETON__NOM``; return its new path.

    The plain SFTP rename is the lock: of several callers one wins, the others get ``None``. A name that is not printable UTF-8
    is made readable on the way; one too long for the file system is cut at its end, and the log keeps it whole.

    :param dossier: the partner's folder.
    :param nom: as listed in ``in`` (:attr:`Depot.nom`).
    :param jeton: unique to this claim: letters, digits, ``-``.
    :raises RefusSftp: the server refused, or the partner has no ``traitement`` to claim into.
    """
    if not _JETON.fullmatch(jeton):
        raise ErreurUsage(f"{jeton!r} is not a claim token: 1 to 64 letters, digits or '-'.", jeton=jeton)
    source, traitement = posixpath.join(dossier, ENTREE, nom), posixpath.join(dossier, TRAITEMENT)
    cible = posixpath.join(traitement, _nom_reclame(jeton, nom))
    try:
        sftp.rename(_octets(source), _octets(cible))
        attributs = sftp.lstat(cible)
    except FileNotFoundError as absent:
        if not existe(sftp, traitement):  # the same answer, but nobody won
            raise _erreur("reclamer", traitement, absent, 1, sftp) from absent
        _journal.info("reclamation_perdue", path=nom_lisible(source))
        return None
    except _PANNES as panne:
        raise _erreur("reclamer", source, panne, 1, sftp) from panne
    if attributs.st_mode is None or not stat.S_ISREG(attributs.st_mode):
        _journal.warning("depot_refuse", path=nom_lisible(source), raison="not a regular file (a link put in its place)")
        effacer(sftp, cible)
        return None
    _journal.info("depot_reclame", path=nom_lisible(source), vers=cible, taille=attributs.st_size)
    return cible


def decouper(chemin: str) -> tuple[str, str]:
    """Return the token and the deposited name of a claimed path (``…/JETON__NOM``); the token is empty for a foreign file."""
    nom = posixpath.basename(chemin)
    jeton, separateur, reste = nom.partition("__")
    return (jeton, reste) if separateur and _JETON.fullmatch(jeton) else ("", nom)


def lire(sftp: SFTPClient, chemin: str) -> Iterator[bytes]:
    """Yield the bytes of a regular file; links are not followed, and a file that changes under the reader is an error."""
    attributs = _executer("lire", chemin, sftp, lambda: sftp.lstat(chemin))
    if attributs.st_mode is None or not stat.S_ISREG(attributs.st_mode):
        raise RefusSftp(f"{chemin} is not a regular file: it is not read. Remove it from the server.", operation="lire", path=chemin)
    attendu, lu = attributs.st_size or 0, 0
    try:
        with sftp.open(chemin, "rb") as fichier:
            if attendu >= _PREFETCH_A_PARTIR_DE:
                fichier.prefetch(attendu, max_concurrent_requests=64)
            while morceau := fichier.read(_MORCEAU):
                lu += len(morceau)
                yield morceau
    except _PANNES as panne:
        raise _erreur("lire", chemin, panne, 1, sftp) from panne
    if lu != attendu:
        raise RefusSftp(
            f"{chemin} changed while it was read ({attendu} bytes announced, {lu} read): it will be read again.",
            operation="lire",
            path=chemin,
            announced=attendu,
            read=lu,
        )


def publier(sftp: SFTPClient, dossier_out: str, nom: str, donnees: BinaryIO) -> str:
    """Put a file in a folder in one move: ``NOM.tmp`` first, checked by its size, then renamed over ``NOM``; return its path.

    Publishing the same name again rewrites it. ``donnees`` is seekable and read from where it stands.
    """
    final = posixpath.join(dossier_out, nom)
    provisoire, depart = f"{final}.tmp", donnees.tell()

    def essai() -> None:
        donnees.seek(depart)
        ecrit = 0
        with sftp.open(provisoire, "wb") as fichier:
            fichier.set_pipelined(True)
            while morceau := donnees.read(_MORCEAU):
                fichier.write(morceau)
                ecrit += len(morceau)
        trouve = sftp.lstat(provisoire).st_size
        if trouve != ecrit:
            raise OSError(errno.EIO, f"{ecrit} bytes were sent but the server kept {trouve}")
        sftp.posix_rename(provisoire, final)

    try:
        _executer("publier", final, sftp, essai)
    except ErreurTransport:
        with suppress(*_PANNES):
            sftp.remove(provisoire)
        raise
    _journal.info("fichier_publie", path=final)
    return final


def effacer(sftp: SFTPClient, chemin: str) -> None:
    """Remove a file; an absent one is already removed."""

    def essai() -> None:
        with suppress(FileNotFoundError):
            sftp.remove(chemin)

    _executer("effacer", chemin, sftp, essai)


def existe(sftp: SFTPClient, chemin: str) -> bool:
    """Tell whether a file or folder is there."""

    def essai() -> bool:
        try:
            sftp.lstat(chemin)
        except FileNotFoundError:
            return False
        return True

    return _executer("chercher", chemin, sftp, essai)


def _entrees(sftp: SFTPClient, dossier: str) -> list[tuple[bytes, SFTPAttributes]]:
    """Read a folder with names as bytes: paramiko's own listing fails as a whole on one name that is not UTF-8.

    Attributes are those of the entries themselves (servers answer READDIR with lstat), so links show as links.
    """
    demander = cast(Any, sftp)._request  # noqa: SLF001  # no public call gives names as bytes
    poignee = demander(CMD_OPENDIR, dossier)[1].get_binary()
    entrees: list[tuple[bytes, SFTPAttributes]] = []
    try:
        while len(entrees) < _NOMS_MAX:
            message = demander(CMD_READDIR, poignee)[1]
            for _ in range(message.get_int()):
                nom, long = message.get_binary(), message.get_binary().decode("utf-8", "replace")
                attributs = cast(Any, SFTPAttributes)._from_msg(message, "", long)  # noqa: SLF001  # same reason
                if nom not in {b".", b".."}:
                    entrees.append((nom, attributs))
    except EOFError:  # how the server says that the folder is read; a lost connection is an SSHException
        pass
    finally:
        demander(CMD_CLOSE, poignee)
    return entrees


def _nom_reclame(jeton: str, nom: str) -> str:
    complet = f"{jeton}__{nom_lisible(nom)}"
    court = complet.encode()[:_NOM_OCTETS].decode("utf-8", "ignore")
    while candidat("", court.encode(), stat.S_IFREG, 0, 0) is None:  # cut so that it reads like one that is being written
        court = court[:-1]
    if court != complet:
        _journal.warning("nom_coupe", nom=nom_lisible(nom), garde=court)
    return court


def _octets(chemin: str) -> bytes:
    return chemin.encode("utf-8", "surrogateescape")


def _executer(operation: str, chemin: str, sftp: SFTPClient, essai: Callable[[], T]) -> T:
    """Run ``essai``, again if the server refuses for a passing reason, and turn what remains into the house error."""
    reprises = Retrying(
        stop=stop_after_attempt(_ESSAIS),
        wait=wait_exponential_jitter(multiplier=0.2, max=2),
        retry=retry_if_exception(lambda panne: _passagere(panne, sftp)),
        before_sleep=lambda etat: _journaliser_reprise(operation, chemin, etat),
        reraise=True,
    )
    try:
        return reprises(essai)
    except _PANNES as panne:
        raise _erreur(operation, chemin, panne, reprises.statistics["attempt_number"], sftp) from panne


def _passagere(panne: BaseException, sftp: SFTPClient) -> bool:
    return _vivante(sftp) and isinstance(panne, OSError) and panne.errno not in {errno.ENOENT, errno.EACCES}


def _vivante(sftp: SFTPClient) -> bool:
    canal = sftp.get_channel()
    return canal is not None and not canal.closed


def _journaliser_reprise(operation: str, chemin: str, etat: RetryCallState) -> None:
    panne = etat.outcome.exception() if etat.outcome else None
    _journal.warning("sftp_nouvel_essai", operation=operation, path=nom_lisible(chemin), essai=etat.attempt_number, panne=str(panne))


def _erreur(operation: str, chemin: str, panne: BaseException, essais: int, sftp: SFTPClient) -> ErreurTransport:
    lisible = nom_lisible(chemin)
    # TimeoutError: no answer at all; what is no OSError: the two sides do not understand each other any more
    refus = _vivante(sftp) and isinstance(panne, OSError) and not isinstance(panne, TimeoutError)
    return (RefusSftp if refus else ErreurTransport)(
        f"The SFTP server did not let {operation!r} through on {lisible} ({essais} tries): {panne}. "
        "Check that it answers and that the platform's account may use this folder.",
        operation=operation,
        path=lisible,
        tries=essais,
        cause=type(panne).__name__,
    )
