"""The processes of the services: started in sessions of their own, found again by their environment, all stopped.

Each one, and each process it starts, carries two variables: the folder it serves and its role. Nothing else has to be written
down, so what a killed demonstration left behind is found and stopped as well.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import psutil

RACINE = Path(__file__).resolve().parents[1]
_DOSSIER, _ROLE = "CHORUS_FLUX_SERVICES", "CHORUS_FLUX_ROLE"


def lancer(
    dossier: Path, role: str, commande: Sequence[str], env: Mapping[str, str] | None = None, sortie: int | IO[Any] | None = None
) -> subprocess.Popen[str]:
    """Start a service of ``dossier``; what it writes goes to ``dossier``/journaux/``role``.log.

    :param sortie: where standard output goes instead of the log (``subprocess.PIPE``).
    """
    with journal(dossier, role).open("ab") as fichier:
        return subprocess.Popen(
            commande,
            cwd=RACINE,
            # setproctitle, which Airflow uses, writes over the environment that vivants() reads, unless told not to
            env={**(os.environ if env is None else env), _DOSSIER: str(dossier.resolve()), _ROLE: role, "SPT_NOENV": "1"},
            stdin=subprocess.DEVNULL,
            stdout=fichier if sortie is None else sortie,
            stderr=fichier,
            text=True,
            start_new_session=True,  # Ctrl-C goes to the demonstration, which then stops its services in order
        )


def journal(dossier: Path, role: str) -> Path:
    """Return the path of a service's log; its folder is made."""
    chemin = dossier / "journaux" / f"{role}.log"
    chemin.parent.mkdir(parents=True, exist_ok=True)
    return chemin


def vivants(dossier: Path, *roles: str) -> list[psutil.Process]:
    """Return the living processes of a folder's services, of some roles or of all, children included."""
    trouves = []
    for processus in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            env = processus.environ()
            if env.get(_DOSSIER) == str(dossier.resolve()) and (not roles or env.get(_ROLE) in roles):
                trouves.append(processus)
    return [processus for processus in trouves if _vit(processus)]


def arreter(dossier: Path, *tours: Sequence[str], attente: float = 10.0) -> None:
    """Ask the services to end, one turn of roles after the other, then kill whatever remains of the folder's processes.

    :param attente: seconds given to each turn.
    """
    for roles in tours:
        chefs = [processus for processus in vivants(dossier, *roles) if _mene(processus)]
        for chef in chefs:
            with suppress(psutil.NoSuchProcess):
                chef.send_signal(signal.SIGTERM)
        fin = time.monotonic() + attente
        while any(map(_vit, chefs)) and time.monotonic() < fin:
            time.sleep(0.05)
    while restes := vivants(dossier):
        for reste in restes:
            with suppress(psutil.NoSuchProcess):
                reste.kill()
        psutil.wait_procs(restes, timeout=1)


def _vit(processus: psutil.Process) -> bool:
    try:
        return bool(processus.is_running() and processus.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _mene(processus: psutil.Process) -> bool:
    """Tell whether a process leads its session: those that :func:`lancer` started."""
    try:
        return os.getsid(processus.pid) == processus.pid
    except ProcessLookupError:
        return False
