"""Small disks, to be filled: one for the staging store, one for the SFTP folders, one for the database.

Each is a tmpfs mounted for the run. Where mounting is not allowed (not root) there is none, and no disk is filled: the report says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

#: Folder under the services' one → size of its disk.
DISQUES = {"entrepot": "96m", "sftp": "96m", "postgres": "768m"}
_LEST = "lest-du-chaos"


@contextmanager
def volumes(dossier: Path) -> Iterator[tuple[str, ...]]:
    """Mount the small disks; the names of those that are."""
    montes: list[str] = []
    try:
        mount = shutil.which("mount") or "/bin/mount"
        for nom, taille in DISQUES.items() if os.geteuid() == 0 else ():
            (dossier / nom).mkdir(parents=True, exist_ok=True)
            commande = [mount, "-t", "tmpfs", "-o", f"size={taille},mode=0755", "chorus-chaos", str(dossier / nom)]
            if subprocess.run(commande, check=False).returncode == 0:
                montes.append(nom)
        yield tuple(montes)
    finally:
        for nom in montes:
            subprocess.run(["umount", "-l", str(dossier / nom)], check=False)


def remplir(dossier: Path) -> int:
    """Fill the disk of a folder to its last byte; return how many it took."""
    ecrits = 0
    with suppress(OSError), (dossier / _LEST).open("wb", buffering=0) as lest:
        for morceau in (1 << 20, 4096, 1):
            with suppress(OSError):
                while n := lest.write(b"\0" * morceau):
                    ecrits += n
    return ecrits


def vider(dossier: Path) -> None:
    """Give the room back."""
    (dossier / _LEST).unlink(missing_ok=True)
