"""Interfaces under which partners deposit statuses of invoices; invoices have their own table (:mod:`flux.referentiel.interfaces`).

FSO1301A: release notes V3.9.4. FSO1304A: correspondence table of AIFE (31/10/2025), statuses 209, 210, 212 and 214 from a platform to
Chorus Pro. No public source gives the interface under which a recipient deposits CDAR messages: it may use FSO1304A here, and what it
may say is decided by its role towards each invoice. FSO1305A (rejection of a CDV, 601) is not taken in: adding it is a row and a reader.
"""

from __future__ import annotations

from dataclasses import dataclass

from flux.referentiel.interfaces import INTERFACES, Environnement
from flux.referentiel.schemas import SCHEMAS
from flux.referentiel.statut_facture import Certitude


@dataclass(frozen=True, slots=True)
class InterfaceStatuts:
    """One row. :ivar code: 8 characters. :ivar libelle: French. :ivar label: English. :ivar schema: key of ``SCHEMAS``.

    :ivar cdar: True for CDAR messages, False for CPPStatut. :ivar source: where the row comes from. :ivar certitude: how far it settles it.
    """

    code: str
    libelle: str
    label: str
    schema: str
    cdar: bool
    source: str
    certitude: Certitude
    environnements: frozenset[Environnement] = frozenset(Environnement)
    remplacee_par: str | None = None
    limite_factures: bool = False

    @property
    def chiffres(self) -> str:
        """The four digits that the flow id repeats."""
        return self.code[3:7]

    @property
    def format(self) -> str:
        """Syntax of its files."""
        return "cdar" if self.cdar else "cpp_statut"

    @property
    def racine(self) -> str:
        """The root element, in Clark notation."""
        return SCHEMAS[self.schema].racine

    @property
    def retour(self) -> str:
        """Code of the feedback interface: same number, ``F`` replaced by ``C``."""
        return "C" + self.code[1:]


#: code → row.
INTERFACES_STATUTS: dict[str, InterfaceStatuts] = {
    row.code: row
    for row in (
        InterfaceStatuts(
            "FSO1301A", "statuts de factures, CPPStatut", "statuses of invoices, CPPStatut", "cpp-statut", cdar=False,
            source="release notes V3.9.4, 24/07/2024", certitude=Certitude.VU,
        ),
        InterfaceStatuts(
            "FSO1304A", "cycle de vie des factures, CDAR", "lifecycle of invoices, CDAR", "cdar-d22b", cdar=True,
            source="correspondence table of AIFE, 31/10/2025: PA > CPRO", certitude=Certitude.VU,
        ),
    )
}  # fmt: skip

if INTERFACES_STATUTS.keys() & INTERFACES.keys():  # a malformed table stops the import
    raise RuntimeError("an interface is in both tables")
