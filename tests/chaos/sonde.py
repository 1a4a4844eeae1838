"""Crash points found by instrumentation: every effect of a process on the ledger, the staging store and the SFTP server is numbered.

``brancher`` is called in a forked child, once: nothing is ever unplugged, the process ends.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

import fsspec.implementations.local as stockage
import paramiko
import psycopg
from paramiko import sftp as protocole
from psycopg.pq import TransactionStatus


class Mal(StrEnum):
    """What happens at a point."""

    RIEN = "rien"
    TUER = "tuer"  # SIGKILL before the effect
    TUER_APRES = "tuer-apres"  # SIGKILL after it, before anyone is told
    DECHIRER = "dechirer"  # half of the effect, then SIGKILL
    FAUTE = "faute"  # the effect is refused
    FAUTE_APRES = "faute-apres"  # the effect is done, and the caller is told it was not
    COUPER = "couper"  # the connection is cut, before the effect


#: What ends the process.
TUEURS = (Mal.TUER, Mal.TUER_APRES, Mal.DECHIRER)
#: Where the harness itself is at work: nothing strikes there.
ENTRE_DEUX = "entre deux"


@dataclass(frozen=True, slots=True)
class Point:
    """One numbered point. :ivar genre: kind of effect. :ivar effet: it changes something outside (else a fault only can strike there)."""

    genre: str
    effet: bool
    etape: str


@dataclass(slots=True)
class Sonde:
    """Counts the points of one process and strikes at one of them.

    :ivar hasard: when set, waits a little at each point: two processes interleave in another way each time.
    """

    racine: Path
    mal: Mal = Mal.RIEN
    numero: int = -1
    tenace: bool = False  # a fault strikes again at the same kind of effect until the step ends
    hasard: Random | None = None
    points: list[Point] = field(default_factory=list)
    frappe: str = ""
    tombe: bool = False  # the blow fell
    etape: str = "?"
    noter: Callable[[str], None] = lambda _: None

    def passer(self, genre: str, effet: bool, faire: Callable[[], Any], panne: Callable[[], Exception], *,
               moitie: Callable[[], object] | None = None, couper: Callable[[], object] | None = None) -> Any:  # fmt: skip
        """Number the effect ``faire`` and do it, unless this is the point to strike at.

        Where another life has other points than that of the plan: the next one that fits.
        """
        rang = len(self.points)
        self.points.append(Point(genre, effet, self.etape))
        if self.hasard is not None and self.hasard.random() < 0.3:
            time.sleep(self.hasard.random() * 0.004)
        if self.tombe or not 0 <= self.numero <= rang or self.etape == ENTRE_DEUX or (self.mal in TUEURS and not effet):
            if self.tenace and self.frappe == f"{self.etape} {genre}":
                raise panne()
            return faire()
        self.tombe, self.frappe = True, f"{self.etape} {genre}"
        self.noter(f"{self.mal}: {self.etape}: {genre}")
        if self.mal is Mal.DECHIRER and moitie is not None:
            moitie()
        elif self.mal is Mal.COUPER and couper is not None:
            couper()
            return faire()
        elif self.mal is Mal.FAUTE or self.mal is Mal.COUPER:
            raise panne()
        elif self.mal in {Mal.TUER_APRES, Mal.FAUTE_APRES}:
            faire()
            if self.mal is Mal.FAUTE_APRES:
                raise panne()
        os.kill(os.getpid(), signal.SIGKILL)
        return None


def brancher(sonde: Sonde, administrer: str) -> None:
    """Plug the probe into this process, for ever. :param administrer: libpq address from which a connection may be cut."""
    _brancher_postgres(sonde, administrer)
    _brancher_entrepot(sonde)
    _brancher_sftp(sonde)


_ECRITURES = ("INSERT", "UPDATE", "DELETE", "COPY", "TRUNCATE", "MERGE")


def _mot(query: object) -> str:
    texte = query if isinstance(query, str) else query.as_string() if hasattr(query, "as_string") else bytes(query).decode()  # type: ignore[call-overload]
    mot = texte.split(None, 1)[0].upper()
    if mot == "WITH":
        mot = next((one for one in _ECRITURES if one in texte), "SELECT")
    return mot


def _brancher_postgres(sonde: Sonde, administrer: str) -> None:
    execute, copy, commit = psycopg.Cursor.execute, psycopg.Cursor.copy, psycopg.Connection.commit
    sales: set[int] = set()
    dits: list[bool] = []

    def panne() -> Exception:
        return psycopg.OperationalError("chaos: the server closed the connection unexpectedly")

    def couper(conn: psycopg.Connection[Any]) -> None:
        with psycopg.connect(administrer, autocommit=True) as autre:
            autre.execute("SELECT pg_terminate_backend(%s)", (conn.info.backend_pid,))

    def _execute(self: psycopg.Cursor[Any], query: Any, *args: Any, **kw: Any) -> Any:
        mot = _mot(query)
        effet = mot in _ECRITURES
        if effet:
            sales.add(id(self.connection))
        genre = f"sql {mot if effet else 'lecture'}"
        return sonde.passer(genre, effet, lambda: execute(self, query, *args, **kw), panne, couper=lambda: couper(self.connection))

    def _copy(self: psycopg.Cursor[Any], *args: Any, **kw: Any) -> Any:
        sales.add(id(self.connection))
        return sonde.passer("sql COPY", True, lambda: copy(self, *args, **kw), panne, couper=lambda: couper(self.connection))

    def _commit(self: psycopg.Connection[Any]) -> None:
        if self.info.transaction_status == TransactionStatus.IDLE:
            return commit(self)
        effet = id(self) in sales
        sales.discard(id(self))

        def faire() -> None:
            commit(self)
            if sonde.mal is Mal.FAUTE_APRES and sonde.tombe and not dits:
                dits.append(True)
                couper(self)  # committed, and the client never knows

        return sonde.passer("sql COMMIT" if effet else "sql fin de lecture", effet, faire, panne, couper=lambda: couper(self))

    psycopg.Cursor.execute, psycopg.Cursor.copy, psycopg.Connection.commit = _execute, _copy, _commit  # type: ignore[method-assign]


def _brancher_entrepot(sonde: Sonde) -> None:
    """The audit hook sees each open, rename and removal before it is done: after one is before the next."""
    racine = str(sonde.racine)
    fsync, write = os.fsync, stockage.LocalFileOpener.write
    noms = {"os.rename": "rename", "os.remove": "remove", "os.mkdir": "mkdir"}

    def panne() -> Exception:
        return OSError(errno.ENOSPC, "chaos: no space left on device")

    def ecouter(evenement: str, args: tuple[Any, ...]) -> None:
        if evenement == "open":
            if isinstance(args[0], str) and args[0].startswith(racine):
                ecrire = bool((args[2] or 0) & (os.O_WRONLY | os.O_RDWR))
                sonde.passer("disque open" if ecrire else "disque lecture", ecrire, lambda: None, panne)
        elif evenement in noms and str(args[0]).startswith(racine):
            sonde.passer(f"disque {noms[evenement]}", True, lambda: None, panne)

    def _fsync(fd: int) -> None:
        sonde.passer("disque fsync", True, lambda: fsync(fd), panne)

    def _write(self: Any, data: bytes) -> Any:
        def moitie() -> None:
            write(self, data[: len(data) // 2])
            self.flush()

        return sonde.passer("disque write", True, lambda: write(self, data), panne, moitie=moitie)

    sys.addaudithook(ecouter)
    os.fsync = _fsync
    stockage.LocalFileOpener.write = _write


_EFFETS_SFTP = {
    protocole.CMD_RENAME: "rename", protocole.CMD_REMOVE: "remove", protocole.CMD_WRITE: "write", protocole.CMD_EXTENDED: "posix-rename",
}  # fmt: skip
_LECTURES_SFTP = {
    protocole.CMD_OPENDIR: "opendir", protocole.CMD_READDIR: "readdir", protocole.CMD_LSTAT: "lstat", protocole.CMD_READ: "read",
    protocole.CMD_CLOSE: "close",
}  # fmt: skip


def _genre(t: int, args: tuple[Any, ...]) -> tuple[str, bool]:
    if t == protocole.CMD_OPEN:
        ecrire = args[1] & protocole.SFTP_FLAG_WRITE
        return ("sftp open", True) if ecrire else ("sftp open en lecture", False)
    if t in _EFFETS_SFTP:
        return f"sftp {_EFFETS_SFTP[t]}", True
    return f"sftp {_LECTURES_SFTP.get(t, 'autre')}", False


def _brancher_sftp(sonde: Sonde) -> None:
    envoyer, demander = paramiko.SFTPClient._async_request, paramiko.SFTPClient._request
    dedans: list[bool] = []

    def panne() -> Exception:
        return OSError(errno.EIO, "chaos: failure")

    def couper(self: paramiko.SFTPClient) -> None:
        self.sock.close()

    def _request(self: paramiko.SFTPClient, t: int, *args: Any) -> Any:
        genre, effet = _genre(t, args)

        def faire() -> Any:
            dedans.append(True)
            try:
                return demander(self, t, *args)
            finally:
                dedans.pop()

        return sonde.passer(genre, effet, faire, panne, couper=lambda: couper(self))

    def _async(self: paramiko.SFTPClient, fileobj: Any, t: int, *args: Any) -> Any:
        if dedans:
            return envoyer(self, fileobj, t, *args)
        genre, effet = _genre(t, args)

        def moitie() -> None:
            if t == protocole.CMD_WRITE:  # half of the bytes reach the server
                handle, offset, data = args
                demander(self, t, handle, offset, bytes(data)[: len(data) // 2])

        return sonde.passer(genre, effet, lambda: envoyer(self, fileobj, t, *args), panne, moitie=moitie, couper=lambda: couper(self))

    paramiko.SFTPClient._async_request = _async
    paramiko.SFTPClient._request = _request
