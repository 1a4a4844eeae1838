"""Statuses of a flow and of an invoice, with the codes that carry them.

Sources: CPP codes, documentation of CPPStatutPivot V1_19 (01-12, 90-96) and one live observation (37 "NON CONFORME_NON_INTEGRE");
CDAR codes, BR-FR-CDV-CL-06 and the general dossier v3.2; MDT-77 and MDT-88, BR-FR-CDV-CL-05 and the published examples.
"""

from __future__ import annotations

from dataclasses import dataclass

from flux.errors import ErreurUsage


@dataclass(frozen=True, slots=True)
class StatutFacture:
    """One status of an invoice.

    :ivar code: this project's name, Chorus Pro's API vocabulary.
    :ivar cpp: IdStatut of CPPStatut, two digits.
    :ivar cdar: MDT-105, three digits.
    :ivar phase: MDT-77, ``305`` transmission or ``23`` processing.
    :ivar accuse: MDT-88 (UNTDID 1373), consistent with ``phase``.
    :ivar libelle: French label (MDT-106). :ivar label: English.
    :ivar motif_obligatoire: BR-FR-CDV-15 asks for a reason code.
    """

    code: str
    cpp: str
    cdar: str
    phase: str
    accuse: str
    libelle: str
    label: str
    motif_obligatoire: bool = False


STATUTS_FACTURE: dict[str, StatutFacture] = {
    row.code: row
    for row in (
        StatutFacture("DEPOSEE", "01", "200", "305", "10", "Déposée", "Deposited"),
        StatutFacture("REJETEE", "37", "213", "305", "8", "Rejetée", "Rejected", motif_obligatoire=True),
    )
}


def statut_facture(code: str) -> StatutFacture:
    """Return the row of ``code``.

    :raises ErreurUsage: when there is none (facts ``statut``, ``admis``).
    """
    row = STATUTS_FACTURE.get(code)
    if row is None:
        admis = tuple(STATUTS_FACTURE)
        raise ErreurUsage(f"unknown invoice status {code!r}: use one of {', '.join(admis)}", statut=code, admis=admis)
    return row


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
