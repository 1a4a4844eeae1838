"""Statuses of an invoice as a CDAR message says them: MDT-105 and what goes with it.

Sources: labels, annexe 2 V2.2 and the correspondence table of AIFE of 31/10/2025; MDT-77 and MDT-88, BR-FR-CDV-CL-05 and the published
examples; statuses that need a reason, BR-FR-CDV-15. No public source gives MDT-88 of 214 and 221: it is optional, and not written.
"""

from __future__ import annotations

from dataclasses import dataclass

TRANSMISSION = "305"
TRAITEMENT = "23"


@dataclass(frozen=True, slots=True)
class StatutCdar:
    """One row. :ivar code: MDT-105. :ivar phase: MDT-77. :ivar accuse: MDT-88 (UNTDID 1373), or ``None``.

    :ivar libelle: MDT-106. :ivar label: the same in English. :ivar motif_obligatoire: MDT-113 cannot be left out.
    """

    code: str
    libelle: str
    label: str
    phase: str
    accuse: str | None
    motif_obligatoire: bool = False


#: code → row; those that an invoice can have.
STATUTS_CDAR: dict[str, StatutCdar] = {
    row.code: row
    for row in (
        StatutCdar("200", "Déposée", "Deposited", TRANSMISSION, "10"),
        StatutCdar("201", "Émise par la plateforme", "Sent by the platform", TRANSMISSION, "51"),
        StatutCdar("202", "Reçue par la plateforme", "Received by the platform", TRANSMISSION, "43"),
        StatutCdar("203", "Mise à disposition", "Made available", TRANSMISSION, "48"),
        StatutCdar("204", "Prise en charge", "Taken in charge", TRAITEMENT, "45"),
        StatutCdar("205", "Approuvée", "Approved", TRAITEMENT, "1"),
        StatutCdar("206", "Approuvée partiellement", "Partly approved", TRAITEMENT, "49", motif_obligatoire=True),
        StatutCdar("207", "En litige", "Disputed", TRAITEMENT, "46", motif_obligatoire=True),
        StatutCdar("208", "Suspendue", "Suspended", TRAITEMENT, "39", motif_obligatoire=True),
        StatutCdar("209", "Complétée", "Completed", TRAITEMENT, "37"),
        StatutCdar("210", "Refusée", "Refused", TRAITEMENT, "50", motif_obligatoire=True),
        StatutCdar("211", "Paiement transmis", "Payment sent", TRAITEMENT, "47"),
        StatutCdar("212", "Encaissée", "Cashed", TRAITEMENT, "47"),
        StatutCdar("213", "Rejetée", "Rejected", TRANSMISSION, "8", motif_obligatoire=True),
        StatutCdar("214", "Visée", "Endorsed", TRAITEMENT, None),
        StatutCdar("220", "Annulée", "Cancelled", TRAITEMENT, None),
        StatutCdar("221", "Erreur de routage", "Routing error", TRAITEMENT, None),
    )
}
