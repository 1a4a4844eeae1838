"""Interfaces on which this platform sends files of its own accord: lifecycle and pivot. Feedback (CSO…) belongs to the interface deposited.

Sources: FSO1301A and FEN1202A, release notes V3.9.4; FEN1201A, AIFE's guide to an EDI connection project ("in CPP V1 format"); the
pivot's code is in no public text (setting ``interface_pivot``).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FormatSortant(StrEnum):
    """What a file is made of."""

    CPP_STATUT = "CPPStatut"
    CDAR = "CDAR"
    PIVOT = "CPPFacturePivot"


@dataclass(frozen=True, slots=True)
class InterfaceSortante:
    """One outgoing interface. :ivar confirmee: False when no public source gives its code."""

    code: str
    format: FormatSortant
    libelle: str
    label: str
    source: str
    confirmee: bool = True


_LIGNES = (
    InterfaceSortante(
        "FSO1301A", FormatSortant.CPP_STATUT, "cycle de vie, CPPStatut", "lifecycle, CPPStatut", "release notes V3.9.4, 24/07/2024"
    ),
    InterfaceSortante(
        "FEN1201A", FormatSortant.CPP_STATUT, "cycle de vie, format CPP V1", "lifecycle, CPP V1 format", "AIFE, guide to an EDI connection project"
    ),
    InterfaceSortante(
        "FEN1202A", FormatSortant.CDAR, "cycle de vie, CII ARM FE (CDAR)", "lifecycle, CII ARM FE (CDAR)", "release notes V3.9.4, 24/07/2024"
    ),
)  # fmt: skip

#: code → row, of the lifecycle.
CYCLE_DE_VIE: dict[str, InterfaceSortante] = {row.code: row for row in _LIGNES}


def pivot_sous(code: str) -> InterfaceSortante:
    """Return the row of the pivot under the code that the settings give it."""
    return InterfaceSortante(
        code, FormatSortant.PIVOT, "factures vers le destinataire, flux pivot", "invoices to the recipient, pivot flow",
        "format, CPPFacturePivot V2_02; no public text gives the code", confirmee=False,
    )  # fmt: skip
