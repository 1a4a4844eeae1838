"""A circuit breaker for each address of the verification service: one that fails is left alone for a while, then tried again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from raccordement.certificats.http import EchecHttp


@dataclass(frozen=True, slots=True)
class Disjoncteur:
    """When it opens. :ivar seuil: failures in a row. :ivar repos: how long it then stays open."""

    seuil: int = 3
    repos: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class EtatAdresse:
    """What is known of an address.

    :ivar echecs: failures in a row. :ivar ouvert_jusqu_au: not asked before then (UTC). :ivar panne: the last failure, in English.
    :ivar vers: the address it said it moved to. :ivar dernier_succes: :ivar dernier_echec: when (UTC).
    """

    echecs: int = 0
    ouvert_jusqu_au: datetime | None = None
    panne: str | None = None
    vers: str | None = None
    dernier_succes: datetime | None = None
    dernier_echec: datetime | None = None

    def peut_servir(self, le: datetime) -> bool:
        """Return whether it may be asked: closed, or open long enough for one try."""
        return self.ouvert_jusqu_au is None or le >= self.ouvert_jusqu_au

    def apres_succes(self, le: datetime) -> EtatAdresse:
        """Return what is known after a usable answer: closed again."""
        return EtatAdresse(dernier_succes=le, dernier_echec=self.dernier_echec)

    def apres_echec(self, le: datetime, error: EchecHttp, reglage: Disjoncteur) -> EtatAdresse:
        """Return what is known after a failure: open from the threshold on, also after the one try of a half-open circuit."""
        echecs = self.echecs + 1
        ouvert = le + reglage.repos if echecs >= reglage.seuil else None
        return replace(self, echecs=echecs, ouvert_jusqu_au=ouvert, panne=error.en, vers=error.vers, dernier_echec=le)


class Etats(Protocol):
    """Where the state of addresses is kept."""

    def lire(self, adresse: str) -> EtatAdresse:
        """Return what is known of an address; a new one is closed."""
        ...

    def ecrire(self, adresse: str, etat: EtatAdresse) -> None:
        """Keep what is known of an address."""
        ...


class EtatsEnMemoire:
    """States of one process. The ledger keeps those of all (:mod:`.registre`)."""

    def __init__(self) -> None:
        self._par_adresse: dict[str, EtatAdresse] = {}

    def lire(self, adresse: str) -> EtatAdresse:
        """Return what is known of an address."""
        return self._par_adresse.get(adresse, EtatAdresse())

    def ecrire(self, adresse: str, etat: EtatAdresse) -> None:
        """Keep what is known of an address."""
        self._par_adresse[adresse] = etat
