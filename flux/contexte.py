"""What every step needs, passed in: settings, ledger, staging store, clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sqlalchemy import Engine

from flux.annuaire import Annuaire
from flux.config import Reglages, reglages
from flux.journalisation import renforcer
from flux.referentiel.catalogue import Severite
from flux.registre.annuaire import AnnuaireRegistre
from flux.registre.connexion import moteur
from flux.regles.gestion import lire_severites
from flux.regles.officielles.moteur import ReglesOfficielles, regles_officielles
from flux.transport.entrepot import Entrepot


def maintenant() -> datetime:
    """Return the time, aware, UTC."""
    return datetime.now(tz=UTC)


@dataclass(frozen=True, slots=True)
class Contexte:
    """Passed to every step of :mod:`flux.etapes`.

    :ivar horloge: returns aware UTC times; tests give their own.
    :ivar annuaire: the directory that recipients are judged by; ``None``, or never imported, judges none.
    :ivar severites: severities in use where they are not the published ones, by key of a management rule.
    :ivar officielles: the official rules; ``None`` judges by none.
    """

    reglages: Reglages
    engine: Engine = field(repr=False)  # its text tells the whole query of the address
    entrepot: Entrepot
    horloge: Callable[[], datetime] = maintenant
    annuaire: Annuaire | None = None
    severites: Mapping[str, Severite] = field(default_factory=dict)
    officielles: ReglesOfficielles | None = None

    @property
    def annuaire_en_vigueur(self) -> Annuaire | None:
        """The directory, ``None`` when recipients are not judged. Raises ErreurRegistre."""
        return self.annuaire if self.annuaire is not None and self.annuaire.version else None


def contexte() -> Contexte:
    """Build the context of this process from the settings.

    :raises ErreurConfiguration: a setting cannot be used, or there is no ledger (:func:`~flux.registre.connexion.moteur`).
    :raises ErreurRegistre: when the ledger does not answer.
    """
    renforcer()
    settings = reglages()
    ledger = moteur(settings)
    return Contexte(
        settings,
        ledger,
        Entrepot.depuis(settings),
        annuaire=AnnuaireRegistre(ledger),
        severites=lire_severites(settings.severites),
        officielles=regles_officielles(settings.moteur_regles, settings.regles_cache),
    )
