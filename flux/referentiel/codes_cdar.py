"""Codes of the UN/CEFACT lifecycle message (CDAR D22B) as France uses it.

Sources: annexe 2 V2.2 and annexe 7 V1.9 of the external specifications (rules G1.73, G7.06, G7.14, G7.15), BR-FR-CDV of the FNFE
package v1.4.0.03, and the published examples of XP Z12-014. MDT and MDG numbers are those of annexe 2.
"""

from __future__ import annotations

from enum import StrEnum


class LecteurCdar(StrEnum):
    """Who reads a lifecycle message: partners and platforms, or the PPF, which has a dialect of its own."""

    PA = "pa"
    PPF = "ppf"


#: Statuses that the PPF takes (annexe 7 V1.9, G7.44).
STATUTS_PPF = frozenset(("200", "210", "212", "213"))

#: MDT-3 of a message between platforms or to a user; the only other value BR-FR-CDV-02 admits is :data:`GUIDE_PPF_FACTURE`.
GUIDE_PA = "urn.cpro.gouv.fr:1p0:CDV:invoice"
#: MDT-3 and MDT-97 towards the PPF, on an invoice (G7.14, point 2).
GUIDE_PPF_FACTURE = "urn.cpro.gouv.fr:1p0:CDV:einvoicingF2"
#: MDT-3 and MDT-97 towards the PPF, on a flow (G7.14, point 1).
GUIDE_PPF_FLUX = "urn.cpro.gouv.fr:1p0:CDV:flux"

#: MDT-2 of a message between platforms (BR-FR-CDV-CL-01).
PROCESSUS = "REGULATED"

#: MDT-91 of a message about a flow (G7.15).
TYPE_FLUX = "303"

#: MDT-91 of a message about an invoice: its BT-3 (BR-FR-04).
TYPES_FACTURE = frozenset(("380", "389", "393", "501", "386", "500", "384", "471", "472", "473", "261", "262", "381", "396", "502", "503"))

#: MDT-105 of the statuses whose reason must also stand in a note, MDT-126 (G7.25): suspended, refused.
COMMENTES = frozenset(("208", "210"))

#: MDT-77: phase in which the status is set. Every status on a flow belongs to transmission.
PHASE_TRANSMISSION = "305"

#: UNTDID 2379: AAAAMMJJ and AAAAMMJJHHMMSS.
FORMAT_DATE = "102"
FORMAT_INSTANT = "204"

#: UNCL 3035: platform, PPF, seller, buyer, buyer's and seller's agents, payee. BR-FR-CDV and annexe 7 know the payee as PE, annexe 2
#: V2.2 as BE.
ROLE_PLATEFORME = "WK"
ROLE_PPF = "DFH"
ROLE_VENDEUR = "SE"
ROLE_ACHETEUR = "BY"
ROLE_AGENT_ACHETEUR = "AB"
ROLE_AGENT_VENDEUR = "SR"
ROLE_BENEFICIAIRE = "PE"

#: MDT-121 (UNCL list of BR-FR-CDV-CL-10) → MDT-122, French.
ACTIONS: dict[str, str] = {
    "NOA": "Aucune action", "PIN": "Fournir un complément d'information", "NIN": "Émettre une nouvelle facture",
    "CNF": "Émettre un avoir total", "CNP": "Émettre un avoir partiel", "CNA": "Émettre un avoir du montant", "OTH": "Autre action",
}  # fmt: skip

#: MDT-207: amount paid, amount cashed.
MONTANT_PAYE = "MPA"
MONTANT_ENCAISSE = "MEN"

#: ISO 6523 schemes (G1.73): SIREN, SIRET, platform number; and the scheme of an electronic address of the French directory.
SCHEMA_SIREN = "0002"
SCHEMA_SIRET = "0009"
SCHEMA_PLATEFORME = "0238"
SCHEMA_ADRESSE = "0225"

#: TypeIdentifiant of CPPStatut → ISO 6523 scheme (G1.73). A party being registered (6) has an identifier without a scheme.
SCHEMA_DU_TYPE: dict[int, str] = {1: "0009", 2: "0223", 3: "0227", 4: "0228", 5: "0229", 7: "0226"}

#: Longest values, in characters (annexe 2 V2.2).
LONGUEURS: dict[str, int] = {
    "MDT-4": 50,
    "MDT-5": 150,
    "MDT-58": 150,
    "MDT-76": 150,
    "MDT-87": 100,
    "MDT-39": 150,
    "MDT-114": 250,
    "MDT-126": 2000,
}
