"""Factur-X files opened in a process of their own, within limits that the kernel holds.

qpdf reads an array of 15 MB in a gigabyte of memory, and its own limits do not stop it; streams of objects make the same out of a few
kilobytes. One child a process, started at the first PDF and kept; a document that ends it is told as PDF-01 and the next one gets
another child. What comes back is JSON and bytes, never an object: the child holds the hostile side.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any, BinaryIO

from flux.errors import ErreurTransitoire
from flux.limites import Limites
from flux.modele.anomalie import Anomalie, anomalie
from flux.parsers.facturx import ouvrir_pdf
from flux.referentiel.anomalies import Couche, Severite

_TAILLES = struct.Struct("!QQ")
#: Times a child may end for another reason than a limit before the document is taken for the cause.
_ESSAIS = 2

Ouvert = tuple[bytes | None, tuple[Anomalie, ...], str | None]


class Isolement:
    """The child of this process; threads take turns, a forked process starts its own."""

    def __init__(self) -> None:
        self._enfant: subprocess.Popen[bytes] | None = None
        self._pid = 0
        self._verrou = threading.Lock()

    def ouvrir(self, data: bytes, limites: Limites) -> Ouvert:
        """Open a PDF as :func:`flux.parsers.facturx.ouvrir_pdf` does, within ``pdf_secondes`` and ``pdf_memoire``.

        :raises ErreurTransitoire: no child can be started. Facts: ``cause``.
        """
        with self._verrou:
            for _ in range(_ESSAIS):
                try:
                    return self._demander(self._en_vie(), data, limites)
                except (OSError, EOFError):
                    if self._finir() == -signal.SIGPROF:
                        return None, (anomalie("PDF-01", found=f"> {limites.pdf_secondes} s"),), None
        return None, (anomalie("PDF-01", found="processus interrompu / process ended"),), None

    def fermer(self) -> None:
        """End the child; the next document starts another one."""
        with self._verrou:
            self._finir()

    def _en_vie(self) -> subprocess.Popen[bytes]:
        if self._enfant is None or self._pid != os.getpid():
            try:
                self._enfant = subprocess.Popen(  # noqa: S603 this interpreter and this module, nothing from outside
                    [sys.executable, "-m", __name__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
            except OSError as error:
                raise ErreurTransitoire(f"no process could be started to open a PDF: {error.strerror}", cause=str(error)) from error
            self._pid = os.getpid()
        return self._enfant

    def _demander(self, enfant: subprocess.Popen[bytes], data: bytes, limites: Limites) -> Ouvert:
        if enfant.stdin is None or enfant.stdout is None:
            raise EOFError
        _ecrire(enfant.stdin, asdict(limites), data)
        told, xml = _lire(enfant.stdout)
        return xml if told["xml"] else None, tuple(_anomalie(one) for one in told["anomalies"]), told["niveau"]

    def _finir(self) -> int | None:
        enfant, self._enfant = self._enfant, None
        if enfant is None or self._pid != os.getpid():
            return None
        enfant.kill()
        code = enfant.wait()
        for pipe in (enfant.stdin, enfant.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue  # what was still to be written has no reader any more
        return code


#: The one of this process.
ISOLEMENT = Isolement()


def _anomalie(told: dict[str, Any]) -> Anomalie:
    return Anomalie(**{**told, "severity": Severite(told["severity"]), "layer": Couche(told["layer"])})


def _ecrire(sortie: Any, head: dict[str, Any], data: bytes) -> None:  # noqa: ANN401 a pipe: typeshed says IO[bytes] or BinaryIO
    text = json.dumps(head).encode()
    sortie.write(_TAILLES.pack(len(text), len(data)) + text)
    sortie.write(data)
    sortie.flush()


def _lire(source: Any) -> tuple[dict[str, Any], bytes]:  # noqa: ANN401 as above
    head_size, size = _TAILLES.unpack(_exactement(source, _TAILLES.size))
    head: dict[str, Any] = json.loads(_exactement(source, head_size))
    return head, _exactement(source, size)


def _exactement(source: BinaryIO, size: int) -> bytes:
    data = source.read(size)
    if len(data) != size:
        raise EOFError
    return data


def servir(source: BinaryIO, sortie: BinaryIO) -> None:
    """Open the PDFs that come on ``source`` until it ends."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    while True:
        try:
            head, data = _lire(source)
        except EOFError:
            return
        limites = Limites(**head)
        resource.setrlimit(resource.RLIMIT_AS, (_taille() + limites.pdf_memoire, hard))
        signal.setitimer(signal.ITIMER_PROF, limites.pdf_secondes)
        try:
            xml, anomalies, niveau = ouvrir_pdf(data, limites)
        except MemoryError:
            xml, anomalies, niveau = None, (anomalie("PDF-01", found=f"> {limites.pdf_memoire}"),), None
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
        told = {"xml": xml is not None, "anomalies": [asdict(one) for one in anomalies], "niveau": niveau}
        _ecrire(sortie, told, xml or b"")


def _taille() -> int:
    """Return the bytes of address space in use; none where the system does not say (the limit is then from zero, and larger)."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    except OSError:
        return 0


if __name__ == "__main__":
    servir(sys.stdin.buffer, sys.stdout.buffer)
