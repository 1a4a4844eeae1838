"""What ``flux sante`` looks at, and one line of what it says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Engine

from flux.config import Reglages
from flux.transport.entrepot import Entrepot


class Etat(StrEnum):
    """What a line says. Only ``rouge`` makes the command fail; what was not looked at has no advice either."""

    NON_REGARDE = "non_regarde"
    VERT = "vert"
    ORANGE = "orange"
    ROUGE = "rouge"


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at. :ivar entrepot: ``None`` opens the one of the settings. :ivar maintenant: aware, UTC."""

    reglages: Reglages
    engine: Engine
    entrepot: Entrepot | None
    maintenant: datetime


@dataclass(frozen=True, slots=True)
class Ligne:
    """What was looked at. :ivar nom: key of :data:`flux.sante.mots.MOTS`. :ivar objet: which one: a step, a record.

    :ivar valeur: what was found. :ivar limite: what turns it red. :ivar commande: what to run as it stands, when there is such a thing.
    :ivar cas: why it is not green, where the advice differs by it: ``nom.cas`` is then a key of ``MOTS`` too.
    """

    nom: str
    etat: Etat
    valeur: str
    limite: str = ""
    objet: str = ""
    commande: str = ""
    cas: str = ""


def non_regarde(nom: str) -> Ligne:
    """Return the line of what could not be looked at."""
    return Ligne(nom, Etat.NON_REGARDE, "non regardé / not looked at")


def depasse(valeur: float, limite: float) -> Etat:
    """Return the state of what must stay small: red above its limit, orange from half of it."""
    return Etat.ROUGE if valeur > limite else Etat.ORANGE if limite and valeur > limite / 2 else Etat.VERT


def manque(valeur: float, limite: float) -> Etat:
    """Return the state of what must stay large: red below its limit, orange below twice as much."""
    return Etat.ROUGE if valeur < limite else Etat.ORANGE if valeur < 2 * limite else Etat.VERT


def duree(seconds: float) -> str:
    """Return an age in its greatest unit."""
    for size, unit in ((86400, "j"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(seconds, 0):.0f} s"
