"""Start children that judge attacks; a child that an attack ends is replaced, and the attack is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.hostile.modele import ACCEPTE, Attaque


@dataclass(frozen=True)
class Resultat:
    """What became of an attack.

    :ivar faute: what is wrong about it, empty when all is right. :ivar cpu: seconds. :ivar memoire: bytes, at the peak, beyond before.
    """

    nom: str
    faute: str
    cpu: float = 0.0
    memoire: int = 0


def lancer(attaques: Iterable[Attaque]) -> Iterator[Resultat]:
    """Judge attacks in as few processes as they leave alive."""
    rest = {one.nom: one for one in attaques}
    while rest:
        done = subprocess.run(
            [sys.executable, "-m", "tests.hostile.enfant", *rest],
            capture_output=True, check=False, timeout=280, env=os.environ | {"FLUX_MOTEUR_REGLES": "natif"},
        )  # fmt: skip
        begun: Attaque | None = None
        for line in done.stdout.splitlines():
            found = json.loads(line)
            if isinstance(found, str):
                begun = rest.pop(found)
            elif begun is not None:
                yield _lire(begun, found)
                begun = None
        if begun is not None:
            yield Resultat(begun.nom, f"the process ended: code {done.returncode}\n{done.stderr.decode()[-500:]}")
        elif rest:
            raise RuntimeError(f"the child did not begin: {done.stderr.decode()[-2000:]}")


def _lire(attaque: Attaque, found: dict[str, object]) -> Resultat:
    if "erreur" in found:
        return Resultat(attaque.nom, str(found["erreur"]))
    cpu, memory = float(str(found["cpu"])), int(str(found["memoire"]))
    if attaque.attendu not in found["regles"]:  # type: ignore[operator]  # a list of texts
        return Resultat(attaque.nom, f"{attaque.attendu} was awaited, {found['regles']} came", cpu, memory)
    if found["apres"] != [ACCEPTE]:
        return Resultat(attaque.nom, f"the next good document got {found['apres']}", cpu, memory)
    return Resultat(attaque.nom, "", cpu, memory)
