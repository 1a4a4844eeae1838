"""A directory from plain rows, for the demonstration and the tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from flux.annuaire.modele import Entree, Service, Structure


class LigneExemple(Protocol):
    """A recipient as its maker knows it (``flux.fabrique.DESTINATAIRES`` has such rows)."""

    @property
    def siret(self) -> str:
        """Its SIRET, 14 digits."""
        ...

    @property
    def nom(self) -> str:
        """Its name."""
        ...

    @property
    def services(self) -> Sequence[str]:
        """Its service codes."""
        ...

    @property
    def service_requis(self) -> bool:
        """A service code is mandatory (DT-4-13-2)."""
        ...

    @property
    def engagement_requis(self) -> bool:
        """An engagement number is mandatory (DT-4-13-1)."""
        ...


def annuaire_exemple(lignes: Iterable[LigneExemple], *, fichier: str = "exemple") -> list[Entree]:
    """Return what :func:`flux.registre.annuaire_import.importer` takes; ``AnnuaireMemoire(e.valeur for e in …)`` takes it too."""
    entrees: list[Entree] = []
    for rang, ligne in enumerate(lignes, 1):
        structure = Structure(ligne.siret, ligne.nom, service_requis=ligne.service_requis, engagement_requis=ligne.engagement_requis)
        services = (Service(ligne.siret, code, f"{ligne.nom} - {code}") for code in ligne.services)
        entrees.append(Entree(structure, fichier, rang))
        entrees += (Entree(service, fichier, rang) for service in services)
    return entrees
