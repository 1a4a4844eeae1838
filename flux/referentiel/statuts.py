"""Statuses of a flow and of an invoice, with the codes that carry them.

The rows of invoices and their sources stand in :mod:`flux.referentiel.statuts_factures`; CPP codes of flows (90-96), documentation of
CPPStatutPivot V1_19; CDAR codes of flows, annexe 2 V2.2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from flux.errors import ErreurUsage
from flux.referentiel.statut_facture import Certitude, Famille, Role, StatutFacture
from flux.referentiel.statuts_cdar import STATUTS_CDAR, StatutCdar
from flux.referentiel.statuts_factures import LIGNES

__all__ = [
    "NON_INTEGREE", "STATUTS_CDAR", "STATUTS_FACTURE", "STATUTS_FLUX", "Certitude", "Famille", "Role", "StatutCdar", "StatutFacture",
    "StatutFlux", "code_cdar", "code_cpp", "statut_facture", "statuts_du_cdar", "statuts_du_cpp",
]  # fmt: skip

#: code → row.
STATUTS_FACTURE: dict[str, StatutFacture] = {row.code: row for row in LIGNES}

#: Status of a readable invoice that the platform rejected: it is stored, and was never taken in.
NON_INTEGREE = "NON_CONFORME"

#: Statuses written as 204 for want of a nearer code. A 204 received says "Prise en charge" (AIFE's correspondence table) and no more:
#: told twice, it must not order a payment. A setting that gives one of them a code of its own lets it be read.
_ECRITS_SEULEMENT = frozenset(("SERVICE_FAIT", "MANDATEE", "MISE_A_DISPOSITION_COMPTABLE", "COMPTABILISEE", "ASSOCIEE"))

_AUCUN: Mapping[str, str] = MappingProxyType({})


def statut_facture(code: str) -> StatutFacture:
    """Return the row of ``code``.

    :raises ErreurUsage: when there is none (facts ``statut``, ``admis``).
    """
    row = STATUTS_FACTURE.get(code)
    if row is None:
        admis = tuple(STATUTS_FACTURE)
        raise ErreurUsage(
            f"statut {code} inconnu, donnez l'un de ceux-ci / unknown, give one of these: {', '.join(admis)}", statut=code, admis=admis
        )
    return row


def code_cpp(row: StatutFacture, choix: Mapping[str, str] = _AUCUN) -> str | None:
    """Return IdStatut, ``None`` when the status is in no CPPStatut file.

    :param choix: status → code put in place of the table's (setting ``codes_cpp``); an empty code means none.
    """
    return choix.get(row.code, row.cpp) or None


def code_cdar(row: StatutFacture, choix: Mapping[str, str] = _AUCUN) -> StatutCdar | None:
    """Return the row of MDT-105, ``None`` when the status is in no CDAR message.

    :param choix: status → code put in place of the table's (setting ``codes_cdar``); an empty code means none.
    """
    code = choix.get(row.code, row.cdar)
    return STATUTS_CDAR[code] if code else None


def statuts_du_cpp(code: str, choix: Mapping[str, str] = _AUCUN) -> tuple[StatutFacture, ...]:
    """Return the statuses that IdStatut ``code`` (``7`` or ``07``) may mean, the surest first; none for a code without meaning."""
    return _par_certitude((row, row.certitude_cpp) for row in LIGNES if code_cpp(row, choix) == code.zfill(2))


def statuts_du_cdar(code: str, choix: Mapping[str, str] = _AUCUN) -> tuple[StatutFacture, ...]:
    """Return the statuses that MDT-105 ``code`` may mean, the surest first; none for a code without meaning here."""
    rows = (row for row in LIGNES if row.code in choix or row.code not in _ECRITS_SEULEMENT)
    return _par_certitude((row, row.certitude_cdar) for row in rows if (cdar := code_cdar(row, choix)) and cdar.code == code)


def _par_certitude(rows: Iterable[tuple[StatutFacture, Certitude]]) -> tuple[StatutFacture, ...]:
    rangs = list(Certitude)
    return tuple(row for row, _ in sorted(rows, key=lambda one: rangs.index(one[1])))


@dataclass(frozen=True, slots=True)
class StatutFlux:
    """Outcome of a flow as CSO (IdStatut 90, 93, 96) and CDAR (500, 501) say it."""

    code: str
    cpp: str
    cdar: str
    libelle: str
    label: str


STATUTS_FLUX: dict[str, StatutFlux] = {
    row.code: row
    for row in (
        StatutFlux("INTEGRE", "90", "500", "Flux intégré", "Flow integrated"),
        StatutFlux("INTEGRE_PARTIEL", "96", "500", "Flux partiellement intégré", "Flow partly integrated"),
        StatutFlux("REJETE", "93", "500", "Flux rejeté : aucune facture intégrée", "Flow rejected: no invoice integrated"),
        StatutFlux("IRRECEVABLE", "93", "501", "Flux irrecevable", "Flow not admissible"),
    )
}
