"""A directory in memory: for ``flux verifier --annuaire FILE`` and for tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from flux.annuaire.modele import AUTRES_MAX, Service, Structure


class AnnuaireMemoire:
    """Answers to :class:`flux.annuaire.Annuaire` from what it was given; the last of two with the same key wins.

    A service of a structure that was not given is left out.
    """

    version = 1

    def __init__(self, valeurs: Iterable[Structure | Service]) -> None:
        services = []
        self._structures: dict[str, Structure] = {}
        for valeur in valeurs:
            if isinstance(valeur, Structure):
                self._structures[valeur.siret] = valeur
            else:
                services.append(valeur)
        self._services = {(one.siret, one.code): one for one in services if one.siret in self._structures}
        self._par_code: dict[str, list[tuple[bool, bool, str]]] = defaultdict(list)
        for one in self._services.values():
            self._par_code[one.code].append((not self._structures[one.siret].etat, not one.actif, one.siret))

    def __len__(self) -> int:
        """Return how many structures there are."""
        return len(self._structures)

    def structure(self, siret: str) -> Structure | None:
        """See :meth:`flux.annuaire.Annuaire.structure`."""
        return self._structures.get(siret)

    def precharger(self, sirets: Iterable[str]) -> None:
        """See :meth:`flux.annuaire.Annuaire.precharger`: all is here already."""

    def service(self, siret: str, code: str) -> Service | None:
        """See :meth:`flux.annuaire.Annuaire.service`."""
        return self._services.get((siret, code))

    def structures_du_service(self, code: str) -> tuple[Structure, ...]:
        """See :meth:`flux.annuaire.Annuaire.structures_du_service`."""
        return tuple(self._structures[siret] for _, _, siret in sorted(self._par_code.get(code, ()))[:AUTRES_MAX])

    def structure_du_service_etat(self, code: str) -> Structure | None:
        """See :meth:`flux.annuaire.Annuaire.structure_du_service_etat`."""
        return next((one for one in self.structures_du_service(code) if one.etat), None)
