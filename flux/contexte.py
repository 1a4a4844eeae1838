"""What every step needs, passed in: settings, ledger, staging store, clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from flux.config import Reglages, reglages
from flux.registre.connexion import moteur
from flux.transport.entrepot import Entrepot

PARIS = ZoneInfo("Europe/Paris")


def maintenant() -> datetime:
    """Return the time, aware, UTC."""
    return datetime.now(tz=UTC)


@dataclass(frozen=True, slots=True)
class Contexte:
    """Passed to every step of :mod:`flux.etapes`.

    :ivar horloge: returns aware UTC times; tests give their own.
    """

    reglages: Reglages
    engine: Engine
    entrepot: Entrepot
    horloge: Callable[[], datetime] = maintenant


def contexte() -> Contexte:
    """Build the context of this process from the settings.

    :raises ErreurRegistre: when the ledger does not answer.
    """
    settings = reglages()
    return Contexte(settings, moteur(settings), Entrepot.depuis(settings))
