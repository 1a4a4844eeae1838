"""Billing frameworks (BT-23): what is billed and by whom. The two eras have codes of their own.

Sources: classic, CPPFacturePivot V2_02 and the API's constants; reform, BR-FR-08 of the FNFE package v1.4.0.03 and annexe 7 V1.8 rule
G1.02. Validators: AIFE's samples FSO1116A P57, P58, P74 to P76, P87, P88 ("avec valideur"); P77 shows that A22 needs none.
"""

from __future__ import annotations

#: Classic era: code → French label, English label.
CADRES_CLASSIQUES: dict[str, tuple[str, str]] = {
    "A1": ("facture d'un fournisseur", "supplier's invoice"),
    "A2": ("facture d'un fournisseur déjà payée", "supplier's invoice already paid"),
    "A3": ("mémoire de frais de justice", "statement of justice costs"),
    "A4": ("projet de décompte mensuel du fournisseur", "supplier's draft monthly statement"),
    "A5": ("état d'acompte du fournisseur", "supplier's statement of advance"),
    "A6": ("état d'acompte validé du fournisseur", "supplier's validated statement of advance"),
    "A7": ("projet de décompte final du fournisseur", "supplier's draft final statement"),
    "A8": ("décompte général et définitif du fournisseur", "supplier's general and final statement"),
    "A9": ("facture d'un sous-traitant", "subcontractor's invoice"),
    "A10": ("projet de décompte mensuel d'un sous-traitant", "subcontractor's draft monthly statement"),
    "A11": ("projet de décompte final d'un sous-traitant", "subcontractor's draft final statement"),
    "A12": ("facture d'un cotraitant", "co-contractor's invoice"),
    "A13": ("projet de décompte mensuel d'un cotraitant", "co-contractor's draft monthly statement"),
    "A14": ("projet de décompte final d'un cotraitant", "co-contractor's draft final statement"),
    "A15": ("état d'acompte du maître d'œuvre", "project manager's statement of advance"),
    "A16": ("état d'acompte validé du maître d'œuvre", "project manager's validated statement of advance"),
    "A17": ("projet de décompte général du maître d'œuvre", "project manager's draft general statement"),
    "A18": ("décompte général du maître d'œuvre", "project manager's general statement"),
    "A19": ("état d'acompte validé du maître d'ouvrage", "owner's validated statement of advance"),
    "A20": ("décompte général du maître d'ouvrage", "owner's general statement"),
    "A21": ("demande de remboursement de la TIC", "claim for refund of the TIC"),
    "A22": ("projet de décompte général du fournisseur, procédure tacite", "supplier's draft general statement, tacit procedure"),
    "A23": ("décompte général et définitif tacite du fournisseur", "supplier's tacit general and final statement"),
    "A24": ("décompte général et définitif tacite du maître d'œuvre", "project manager's tacit general and final statement"),
    "A25": (
        "décompte général et définitif du maître d'œuvre, procédure tacite",
        "project manager's general and final statement, tacit procedure",
    ),
}

#: Reform: code → the same.
CADRES_REFORME: dict[str, tuple[str, str]] = {
    "B1": ("facture de biens", "invoice for goods"),
    "S1": ("facture de services", "invoice for services"),
    "M1": ("facture double (biens et services)", "invoice for goods and services"),
    "B2": ("facture de biens déjà payée", "invoice for goods already paid"),
    "S2": ("facture de services déjà payée", "invoice for services already paid"),
    "M2": ("facture double déjà payée", "invoice for goods and services already paid"),
    "S3": ("sous-traitance avec paiement direct", "subcontracting with direct payment"),
    "B4": ("facture définitive de biens après acompte", "final invoice for goods after an advance"),
    "S4": ("facture définitive de services après acompte", "final invoice for services after an advance"),
    "M4": ("facture définitive double après acompte", "final invoice for goods and services after an advance"),
    "S5": ("facture de services d'un sous-traitant", "subcontractor's invoice for services"),
    "S6": ("facture de services d'un cotraitant", "co-contractor's invoice for services"),
    "B7": ("facture de biens, TVA déjà collectée", "invoice for goods, VAT already reported"),
    "S7": ("facture de services, TVA déjà collectée", "invoice for services, VAT already reported"),
    "B8": ("facture de biens de plusieurs vendeurs", "invoice for goods of several sellers"),
    "S8": ("facture de services de plusieurs vendeurs", "invoice for services of several sellers"),
    "M8": ("facture double de plusieurs vendeurs", "invoice for goods and services of several sellers"),
    "B9": ("facture de biens de deux parties", "invoice for goods of two parties"),
    "S9": ("facture de services de deux parties", "invoice for services of two parties"),
    "M9": ("facture double de deux parties", "invoice for goods and services of two parties"),
}

#: Final invoices after an advance: not an advance themselves (G1.60).
CADRES_DEFINITIFS = frozenset({"B4", "S4", "M4"})
#: Subcontracting and co-contracting of the reform: the main contractor is named (BR-FR-CPRO-21).
CADRES_AVEC_AGENT = frozenset({"S3", "S6"})
#: Of the reform: its recipient is the public buyer, who pays (BR-FR-CPRO-23).
SOUS_TRAITANCE_DIRECTE = "S3"
#: Classic frameworks of works, which alone a structure *MOA unique* receives (general dossier §3.5.5.4).
CADRES_TRAVAUX = frozenset({"A4", "A5", "A6", "A7", "A8", "A10", "A11", *(f"A{n}" for n in range(13, 21)), "A22", "A23", "A24", "A25"})
#: Classic frameworks where someone validates before the recipient.
CADRES_AVEC_VALIDEUR = frozenset({"A4", "A7", "A9", "A10", "A12", "A13", "A14"})
MEMOIRE_JUSTICE = "A3"
REMBOURSEMENT_TIC = "A21"
