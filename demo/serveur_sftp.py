"""The SFTP server of the demonstration and of the tests: what a platform's landing server does, in one process.

``python -m demo.serveur_sftp --racine DIR --cles DIR --cle-hote FILE [--port N]`` prints
``PRET 127.0.0.1 PORT`` and serves until SIGTERM.

An account is a public key file ``<cles>/<account>.pub``, read at each login. With the address of a ledger in
``CHORUS_FLUX_REGISTRE`` that is so of the platform only: a partner's keys are those of its certificates in force, as
:mod:`raccordement.porte` tells a real sshd.

The account ``plateforme`` sees the whole root; every other one is closed in ``<racine>/<account>`` and sees ``in`` (write, list, rename,
remove) and ``out`` (list, read, remove once fetched), never ``traitement``. A plain rename onto an existing name fails, as with OpenSSH;
posix-rename overwrites.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import posixpath
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import asyncssh
import psycopg
from asyncssh.constants import FXF_APPEND, FXF_CREAT, FXF_TRUNC, FXF_WRITE

from raccordement.porte import demander

PLATEFORME = "plateforme"
#: Variable of the environment that tells the libpq address of the ledger: the list of processes, which anyone reads, must not.
REGISTRE = "CHORUS_FLUX_REGISTRE"
SORTE_PARTENAIRE = "ecdsa-sha2-nistp256"
_ECRITURE = FXF_WRITE | FXF_APPEND | FXF_CREAT | FXF_TRUNC
_FICHIER_IN, _FICHIER_OUT = ("in", 2), ("out", 2)
_VISIBLES = {("", 0), ("in", 1), ("out", 1), _FICHIER_IN, _FICHIER_OUT}


def cle_privee(chemin: Path, sorte: str = "ssh-ed25519") -> Path:
    """Return the path of a private key (OpenSSH format, mode 0600) made once, with its ``.pub`` beside it.

    :param sorte: its kind; a partner's is :data:`SORTE_PARTENAIRE`, which the door lets in.
    """
    if not chemin.exists():
        chemin.parent.mkdir(parents=True, exist_ok=True)
        cle = asyncssh.generate_private_key(sorte, comment=chemin.name)
        chemin.touch(mode=0o600)
        chemin.write_bytes(cle.export_private_key())
        cle.write_public_key(f"{chemin}.pub")
    return chemin


def ouvrir_compte(racine: Path, cles: Path, compte: str, cle_publique: str) -> None:
    """Give an account its key, and its folders when it is a partner's; done again, it changes only the key."""
    cles.mkdir(parents=True, exist_ok=True)
    (cles / f"{compte}.pub").write_text(cle_publique)
    for dossier in () if compte == PLATEFORME else ("in", "out", "traitement"):
        (racine / compte / dossier).mkdir(parents=True, exist_ok=True)


class SasPartenaire(asyncssh.SFTPServer):
    """What a partner may do: everything it may not see does not exist, everything it may not change is refused."""

    def map_path(self, path: bytes) -> bytes:
        """Return the local path; hidden ones do not exist."""
        if _zone(path) not in _VISIBLES:
            raise asyncssh.SFTPNoSuchFile("No such file")
        return super().map_path(path)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        """List a folder, without what is hidden."""
        async for entree in super().scandir(path):
            nom = os.fsencode(entree.filename)
            if nom in {b".", b".."} or _zone(posixpath.join(path, nom)) in _VISIBLES:
                yield entree

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        """Open a file: for writing in ``in`` only."""
        _exiger(path, {_FICHIER_IN} if pflags & _ECRITURE else {_FICHIER_IN, _FICHIER_OUT})
        return super().open(path, pflags, attrs)

    def remove(self, path: bytes) -> None:
        """Remove a file of ``in``, or one fetched from ``out``."""
        _exiger(path, {_FICHIER_IN, _FICHIER_OUT})
        super().remove(path)

    def rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename within ``in``; an existing name is never overwritten."""
        _exiger(oldpath, {_FICHIER_IN})
        _exiger(newpath, {_FICHIER_IN})
        super().rename(oldpath, newpath)

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        """Rename within ``in``, over an existing name."""
        _exiger(oldpath, {_FICHIER_IN})
        _exiger(newpath, {_FICHIER_IN})
        super().posix_rename(oldpath, newpath)

    def setstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """Date a file of ``in`` (many clients do after an upload)."""
        _exiger(path, {_FICHIER_IN})
        super().setstat(path, attrs)

    def lsetstat(self, path: bytes, attrs: asyncssh.SFTPAttrs) -> None:
        """As :meth:`setstat`."""
        _exiger(path, {_FICHIER_IN})
        super().lsetstat(path, attrs)

    def fsetstat(self, file_obj: object, attrs: asyncssh.SFTPAttrs) -> None:
        """Date an open file; one opened for reading is left alone."""
        if not getattr(file_obj, "writable", lambda: False)():
            raise asyncssh.SFTPPermissionDenied("Permission denied")
        super().fsetstat(file_obj, attrs)

    def _refuser(self, *_: object) -> NoReturn:
        raise asyncssh.SFTPPermissionDenied("Permission denied")

    mkdir = rmdir = symlink = link = readlink = _refuser  # type: ignore[assignment]  # one refusal for five signatures


def _zone(path: bytes) -> tuple[str, int]:
    """Return the first folder of a path and how deep it goes: ``in/x`` is ``("in", 2)``."""
    noms = posixpath.normpath(posixpath.join(b"/", path)).strip(b"/").split(b"/")
    return (noms[0].decode("utf-8", "replace"), len(noms)) if noms[0] else ("", 0)


def _exiger(path: bytes, zones: set[tuple[str, int]]) -> None:
    if _zone(path) not in zones:
        raise asyncssh.SFTPPermissionDenied("Permission denied")


class _Accueil(asyncssh.SSHServer):
    """Logins by public key only, the keys being asked for each time."""

    def __init__(self, cles: Path, registre: str | None) -> None:
        self._cles, self._registre = cles, registre
        self._connexion: asyncssh.SSHServerConnection | None = None

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connexion = conn

    def begin_auth(self, username: str) -> bool:
        found = self._cles_de(username)
        if self._connexion is not None and found:
            self._connexion.set_authorized_keys(asyncssh.import_authorized_keys(found))
        return True

    def _cles_de(self, username: str) -> str:
        if self._registre is None or username == PLATEFORME:
            fichier = self._cles / f"{username}.pub"
            return fichier.read_text() if fichier.parent == self._cles and fichier.is_file() else ""
        try:
            reponse = demander(self._registre, "dossier", username, datetime.now(tz=UTC), production=False)
        except psycopg.Error as error:
            print(f"{username!r}: the ledger does not answer: {error}", file=sys.stderr)
            return ""
        return "\n".join(reponse.lignes)


async def servir(racine: Path, cles: Path, cle_hote: Path, port: int, registre: str | None) -> asyncssh.SSHAcceptor:
    """Start the server on 127.0.0.1 (port 0: any free one) in the running loop and return it."""

    def sftp(canal: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        compte = canal.get_connection().get_extra_info("username")
        if compte == PLATEFORME:
            return asyncssh.SFTPServer(canal, chroot=os.fsencode(racine))
        return SasPartenaire(canal, chroot=os.fsencode(racine / compte))

    return await asyncssh.listen(
        "127.0.0.1",
        port,
        server_factory=lambda: _Accueil(cles, registre),
        server_host_keys=[str(cle_privee(cle_hote))],
        sftp_factory=sftp,
        password_auth=False,
        kbdint_auth=False,
        gss_host=None,
    )


async def _principal(options: argparse.Namespace) -> None:
    fin = asyncio.Event()
    boucle = asyncio.get_running_loop()
    for signe in (signal.SIGTERM, signal.SIGINT):
        boucle.add_signal_handler(signe, fin.set)
    options.racine.mkdir(parents=True, exist_ok=True)
    serveur = await servir(options.racine.resolve(), options.cles.resolve(), options.cle_hote, options.port, os.environ.get(REGISTRE))
    print(f"PRET 127.0.0.1 {serveur.get_port()}", flush=True)
    await fin.wait()
    serveur.close()


def principal() -> None:
    """Read the command line and serve."""
    analyse = argparse.ArgumentParser(description="SFTP server of the demonstration, on 127.0.0.1 only.")
    analyse.add_argument("--racine", type=Path, required=True, help="root folder; one folder a partner below")
    analyse.add_argument("--cles", type=Path, required=True, help="folder of the public keys, <account>.pub")
    analyse.add_argument("--cle-hote", type=Path, required=True, help="host private key, made on first start")
    analyse.add_argument("--port", type=int, default=0, help="TCP port; 0 takes any free one")
    asyncio.run(_principal(analyse.parse_args()))


if __name__ == "__main__":
    principal()
