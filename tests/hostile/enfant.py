"""The child process: judges attacks one by one, each within a second of processor time and a cap of memory, and says what it found.

An attack that takes more is no result: the kernel ends the process (SIGPROF), or memory runs out.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from flux.enveloppe import NomFlux
from flux.referentiel.interfaces import INTERFACES
from tests.hostile.catalogue import ATTAQUES
from tests.hostile.lecteurs import lire
from tests.hostile.modele import ACCEPTE, UBL, Attaque, exemple

#: Set in the environment: the names on the command line are gestures that try the bounds themselves.
EPREUVES, TOURNE, MANGE = "HOSTILE_EPREUVES", "tourne", "mange"
#: Seconds of processor time of one attack, and bytes of address space beyond what the process holds before it.
CPU, MEMOIRE = 1.0, 512 * 1024 * 1024


def _memoire(champ: str) -> int:
    """Bytes of this process, by the name of a line of /proc/self/status."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(champ):
            return int(line.split()[1]) * 1024
    return 0


@contextmanager
def bornes() -> Iterator[None]:
    """Let the body run within :data:`CPU` and :data:`MEMOIRE`."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (_memoire("VmSize") + MEMOIRE, hard))
    signal.setitimer(signal.ITIMER_PROF, CPU)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (hard, hard))


def _eprouver(nom: str) -> None:
    """Outgrow a bound, when asked to by the test of the bounds."""
    if os.environ.get(EPREUVES) and nom == TOURNE:
        while True:
            pass
    if os.environ.get(EPREUVES) and nom == MANGE:
        bytearray(2 * MEMOIRE)


def _fichier(dossier: Path, depot: str) -> Path:
    return dossier / (str(NomFlux.construire(depot, "ABC123", 1)) if depot in INTERFACES else depot)


def _juger(attaque: Attaque, dossier: Path) -> dict[str, object]:
    fichier = _fichier(dossier, attaque.depot)
    fichier.write_bytes(attaque.fabrique())
    Path("/proc/self/clear_refs").write_text("5")  # the peak starts anew
    before, start = _memoire("VmRSS"), time.process_time()
    with bornes():
        _eprouver(attaque.nom)
        found = lire(attaque.depot, fichier)
    used, peak = time.process_time() - start, _memoire("VmHWM") - before
    fichier.write_bytes(exemple(attaque.depot))
    after = lire(attaque.depot, fichier)
    return {"nom": attaque.nom, "regles": found, "cpu": round(used, 3), "memoire": peak, "apres": after}


def _attaques(noms: list[str]) -> list[Attaque]:
    if os.environ.get(EPREUVES):
        return [Attaque(nom, lambda: exemple(UBL), ACCEPTE) for nom in noms]
    return [ATTAQUES[nom] for nom in noms]


def main(noms: list[str]) -> None:
    """Judge the attacks of these names; print one JSON object each, its name first as a line of its own."""
    # what the engines say of a document goes beside the results
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    known = _attaques(noms)
    with TemporaryDirectory() as dossier:
        for depot in {one.depot for one in known}:  # the rules are loaded, as in a worker that has judged before
            _fichier(Path(dossier), depot).write_bytes(exemple(depot))
            lire(depot, _fichier(Path(dossier), depot))
        for attaque in known:
            print(json.dumps(attaque.nom), flush=True)  # noqa: T201
            try:
                done = _juger(attaque, Path(dossier))
            except BaseException as error:  # noqa: BLE001 every failure is a result here
                done = {"nom": attaque.nom, "erreur": "".join(traceback.format_exception(error))[-1500:]}
            print(json.dumps(done), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1:])
