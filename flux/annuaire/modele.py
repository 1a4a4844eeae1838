"""Structures, services, and what a directory answers. Flags are those of the F14 export (PPF annexe 3, DT-4-13-1 to 6, DT-5-13)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

#: SIRET of an invoice to a State recipient named by its service code alone (AIFE's sample FSO1116A_P46).
SIRET_NON_RENSEIGNE = "0" * 14
#: SIRET under which the State's services stand. The F14 export has no mark for the State; this one is Chorus Pro's address in
#: Peppol (Odoo, ``0009:11000201100044``), taken here as the State's: inferred. A CSV directory says it with its column ``etat``.
SIRETS_ETAT = frozenset({"11000201100044"})
#: Characters of a service code at most (DT-5-4, G2.17).
CODE_SERVICE_MAX = 100


class Mode(StrEnum):
    """What an import holds: the whole directory (DT-2 ``C``), or what changed since the last one (``D``)."""

    COMPLET = "complet"
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class Structure:
    """A public structure (DG-4).

    :ivar siret: 14 digits. :ivar nom: DT-4-5. :ivar actif: DT-4-2.
    :ivar engagement_requis: DT-4-13-1. :ivar service_requis: DT-4-13-2. :ivar engagement_ou_service: DT-4-13-3.
    :ivar moa: takes works invoices too, DT-4-13-4. :ivar moa_unique: takes works invoices only, DT-4-13-5.
    :ivar statut_mise_en_paiement: tells when it pays, DT-4-13-6.
    :ivar etat: a State structure: its services can be addressed with :data:`SIRET_NON_RENSEIGNE`.
    :ivar debut: first day in force, ``None`` when unknown. :ivar fin: last day in force, ``None`` when none.
    """

    siret: str
    nom: str
    actif: bool = True
    engagement_requis: bool = False
    service_requis: bool = False
    engagement_ou_service: bool = False
    moa: bool = False
    moa_unique: bool = False
    statut_mise_en_paiement: bool = False
    etat: bool = False
    debut: date | None = None
    fin: date | None = None

    def en_vigueur(self, le: date | None = None) -> bool:
        """Tell whether it is active, and on day ``le`` when given."""
        return _en_vigueur(self, le)


@dataclass(frozen=True, slots=True)
class Service:
    """A service of a structure (DG-5).

    :ivar siret: of its structure. :ivar code: 1 to 100 characters (DT-5-4). :ivar nom: DT-5-5. :ivar actif: DT-5-2.
    :ivar engagement_requis: DT-5-13. :ivar debut: first day in force. :ivar fin: last day in force.
    """

    siret: str
    code: str
    nom: str
    actif: bool = True
    engagement_requis: bool = False
    debut: date | None = None
    fin: date | None = None

    def en_vigueur(self, le: date | None = None) -> bool:
        """Tell whether it is active, and on day ``le`` when given."""
        return _en_vigueur(self, le)


def _en_vigueur(quoi: Structure | Service, le: date | None) -> bool:
    if not quoi.actif or le is None:
        return quoi.actif
    return (quoi.debut is None or quoi.debut <= le) and (quoi.fin is None or le <= quoi.fin)


@dataclass(frozen=True, slots=True)
class Production:
    """The head of an F14 export: DT-0, DT-1, DT-2. Times are aware, UTC."""

    mode: Mode
    produit_le: datetime
    precedent_le: datetime | None = None


@dataclass(frozen=True, slots=True)
class Entree:
    """One structure or service read from a directory file.

    :ivar fichier: name of the file. :ivar ligne: line from 1 (CSV), rank of the element in its block from 1 (F14).
    :ivar partielle: the format has no column for the State mark and the dates: those known stay.
    :ivar publique: False when nothing says that the structure is public (F14): it only updates one that is known.
    """

    valeur: Structure | Service
    fichier: str
    ligne: int
    partielle: bool = False
    publique: bool = True


class Annuaire(Protocol):
    """What the rules ask. Answers of one recipient's check come from one version: it moves at :meth:`structure` and
    :meth:`structure_du_service_etat` only, the two questions that open a check.
    """

    @property
    def version(self) -> int:
        """Version in use; 0 when no directory was ever imported: there is nothing to judge by."""
        ...

    def structure(self, siret: str) -> Structure | None:
        """Return the structure, active or not, or ``None``."""
        ...

    def precharger(self, sirets: Iterable[str]) -> None:
        """Say which structures will be asked for, so that they are read together. It changes no answer."""
        ...

    def service(self, siret: str, code: str) -> Service | None:
        """Return the service ``code`` of that structure, active or not, or ``None``. Codes compare exactly."""
        ...

    def structures_du_service(self, code: str) -> tuple[Structure, ...]:
        """Return up to :data:`AUTRES_MAX` structures that have a service ``code``: State first, then active service, then SIRET."""
        ...

    def structure_du_service_etat(self, code: str) -> Structure | None:
        """Return the State structure that has the service ``code``, active or not, or ``None``."""
        ...


#: Structures told of one service code at most: they serve a sentence.
AUTRES_MAX = 3
