"""Reason codes of a lifecycle message (MDT-113) and the statuses (MDT-105) that admit each.

Sources: statuses, BR-FR-CDV-CL-09 of the FNFE package v1.4.0.03; statuses that require a reason, BR-FR-CDV-15; meaning of the
codes, annexe 7 of the external specifications (sheet of refusal reasons, rules G7.18 and G7.19).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from flux.errors import ErreurUsage


@dataclass(frozen=True, slots=True)
class LigneMotif:
    """One reason code.

    :ivar code: MDT-113. :ivar libelle: French label. :ivar label: English.
    :ivar statuts: MDT-105 codes that admit it from any sender.
    :ivar statuts_chorus: those that admit it only from Chorus Pro (MDT-19 = 9999).
    """

    code: str
    libelle: str
    label: str
    statuts: frozenset[str]
    statuts_chorus: frozenset[str] = frozenset()


#: Statuses that cannot be sent without a reason (BR-FR-CDV-15).
MOTIF_OBLIGATOIRE = frozenset({"206", "207", "208", "210", "213", "501"})


def _m(code: str, libelle: str, label: str, statuts: str, statuts_chorus: str = "") -> LigneMotif:
    return LigneMotif(code, libelle, label, frozenset(statuts.split()), frozenset(statuts_chorus.split()))


_LIGNES = (
    _m("NON_TRANSMISE", "Facture non transmise au destinataire", "Invoice not passed on to the recipient", "200"),
    _m("JUSTIF_ABS", "Justificatif absent ou insuffisant", "Supporting document missing or insufficient", "208"),
    _m("ROUTAGE_ERR", "Erreur de routage", "Routing error", "221"),
    _m("AUTRE", "Autre", "Other", "206 207", "210"),
    _m("COORD_BANC_ERR", "Coordonnées bancaires erronées", "Wrong bank details", "207 208", "210"),
    _m("TX_TVA_ERR", "Taux de TVA erroné", "Wrong VAT rate", "207 210"),
    _m("MONTANTTOTAL_ERR", "Montant total erroné", "Wrong total amount", "207 210 213"),
    _m("CALCUL_ERR", "Erreur de calcul de la facture", "Calculation error in the invoice", "207 210 213"),
    _m("NON_CONFORME", "Mention légale manquante", "Legal statement missing", "207 210"),
    _m("DOUBLON", "Facture en doublon (déjà émise ou reçue)", "Duplicate invoice (already issued or received)", "207 210 213"),
    _m("DEST_INC", "Destinataire inconnu", "Unknown recipient", "207 213"),
    _m("DEST_ERR", "Erreur de destinataire", "Wrong recipient", "207 210"),
    _m("TRANSAC_INC", "Transaction inconnue", "Unknown transaction", "207 210"),
    _m("EMMET_INC", "Émetteur inconnu", "Unknown issuer", "207 210"),
    _m("CONTRAT_TERM", "Contrat terminé", "Contract ended", "207 210"),
    _m("DOUBLE_FACT", "Prestation facturée deux fois", "Service invoiced twice", "207 210"),
    _m("CMD_ERR", "Numéro de commande incorrect ou manquant", "Order number wrong or missing", "206 207 208 210"),
    _m("ADR_ERR", "Adresse de facturation électronique erronée", "Wrong electronic invoicing address", "207 210 213"),
    _m("SIRET_ERR", "SIRET erroné ou absent", "SIRET wrong or missing", "206 207 208"),
    _m("CODE_ROUTAGE_ERR", "Code de routage absent ou erroné", "Routing code missing or wrong", "206 207 208"),
    _m("REF_CT_ABSENT", "Référence contractuelle nécessaire manquante", "Required contract reference missing", "206 207 208 210"),
    _m("REF_ERR", "Référence incorrecte", "Wrong reference", "206 207 208"),
    _m("PU_ERR", "Prix unitaires incorrects", "Wrong unit prices", "206 207"),
    _m("REM_ERR", "Remise erronée", "Wrong discount", "206 207"),
    _m("QTE_ERR", "Quantité facturée incorrecte", "Wrong invoiced quantity", "206 207"),
    _m("ART_ERR", "Article facturé incorrect", "Wrong invoiced item", "206 207"),
    _m("MODPAI_ERR", "Modalités de paiement incorrectes", "Wrong payment terms", "206 207"),
    _m("QUALITE_ERR", "Qualité d'article livré incorrecte", "Wrong quality of delivered item", "206 207"),
    _m("LIVR_INCOMP", "Livraison incomplète ou non effectuée", "Delivery incomplete or not made", "206 207", "210"),
    _m("RETRAIT_MAN_SERV", "Retrait à la demande du service", "Withdrawn at the service's request", "", "210"),
    _m("ST_CT_NON_DECLAR", "Sous-traitant ou cotraitant non déclaré", "Undeclared subcontractor or co-contractor", "", "210"),
    _m("SUPPR_COMP_AVOIR", "Suppression pour compensation d'avoirs", "Removed to offset credit notes", "", "210"),
    _m("TRANSF_PMNT_REGIE", "Transfert pour paiement en régie", "Passed on for payment by an imprest office", "", "210"),
    _m("REJ_SEMAN", "Format sémantique non respecté", "Semantic format not followed", "213"),
    _m("REJ_UNI", "Contrôle d'unicité non respecté", "Uniqueness check failed", "213"),
    _m("REJ_COH", "Données incohérentes", "Inconsistent data", "213"),
    _m("REJ_ADR", "Contrôle d'adressage non respecté", "Addressing check failed", "213"),
    _m("REJ_CONT_B2G", "Contrôle métier du secteur public non respecté", "Public sector business check failed", "213"),
    _m("REJ_REF_PJ", "Référence de pièce jointe erronée", "Wrong attachment reference", "213"),
    _m("REJ_ASS_PJ", "Erreur d'association de pièce jointe", "Attachment not tied to its invoice", "213"),
    _m("IRR_VIDE_F", "Fichier vide", "Empty file", "501"),
    _m("IRR_TYPE_F", "Type ou extension de fichier non conforme", "File type or extension not admitted", "501"),
    _m("IRR_SYNTAX", "Fichier illisible ou non conforme au schéma", "File unreadable or not valid against its schema", "501"),
    _m("IRR_TAILLE_PJ", "Pièce jointe trop volumineuse", "Attachment too large", "501"),
    _m("IRR_NOM_PJ", "Nom de pièce jointe non conforme", "Attachment name not admitted", "501"),
    _m("IRR_VID_PJ", "Pièce jointe vide", "Empty attachment", "501"),
    _m("IRR_EXT_DOC", "Extension de pièce jointe non admise", "Attachment extension not admitted", "501"),
    _m("IRR_TAILLE_F", "Fichier trop volumineux", "File too large", "501"),
    _m("IRR_ANTIVIRUS", "Contrôle antivirus non respecté", "Anti-virus check failed", "501"),
    _m("IRR_NOM_F", "Nom de fichier non conforme", "File name not admitted", "501"),
)

#: code → row.
MOTIFS: dict[str, LigneMotif] = {row.code: row for row in _LIGNES}


@cache
def motifs_admis(statut: str, *, chorus: bool = True) -> tuple[str, ...]:
    """Return the reason codes that status ``statut`` (MDT-105) admits, in table order.

    :param chorus: True when the sender is Chorus Pro (MDT-19 = 9999), which has a longer list for 210.
    """
    return tuple(row.code for row in _LIGNES if statut in row.statuts or (chorus and statut in row.statuts_chorus))


def verifier_motifs(statut: str, codes: Iterable[str], *, chorus: bool = True) -> None:
    """Refuse reasons that the official rules would refuse.

    :param statut: MDT-105. :param codes: MDT-113 of each reason.
    :param chorus: True when the sender is Chorus Pro.
    :raises ErreurUsage: when a code is not admitted (BR-FR-CDV-CL-09; facts ``statut``, ``motif``, ``admis``), or none is given where
        one is required (BR-FR-CDV-15; ``motif`` is then ``None``).
    """
    admis = motifs_admis(statut, chorus=chorus)
    given = tuple(codes)
    for code in given:
        if code not in admis:
            raise ErreurUsage(
                f"motif {code!r} non admis pour le statut {statut}, donnez l'un de ceux-ci / reason not admitted for this status, give one of "
                f"these: {', '.join(admis) or 'aucun / none'}",
                statut=statut,
                motif=code,
                admis=admis,
            )
    if statut in MOTIF_OBLIGATOIRE and not given:
        raise ErreurUsage(
            f"le statut {statut} demande un motif, donnez l'un de ceux-ci / the status needs a reason, give one of these: {', '.join(admis)}",
            statut=statut,
            motif=None,
            admis=admis,
        )


def motif_du_libelle(texte: str | None, parmi: Iterable[str]) -> str | None:
    """Return the reason code, of those of ``parmi``, whose French label a text is, case and blanks aside."""
    said = _plat(texte or "")
    return next((one for one in parmi if _plat(MOTIFS[one].libelle) == said), None)


def motifs_nommes(codes: Iterable[str]) -> str:
    """Name reasons to a person: by their codes, and by the label that says the same in words where the code has one."""
    return ", ".join(f"{code} ({MOTIFS[code].libelle})" if code in MOTIFS else code for code in codes)


def _plat(texte: str) -> str:
    return " ".join(texte.casefold().split())


def motif_admis(statut: str, code: str, *, chorus: bool = True) -> str | None:
    """Return the reason code under which status ``statut`` (MDT-105) can say reason ``code``, whatever vocabulary it is from.

    Itself where it is admitted; ``ROUTAGE_ERR`` for 221, whose only reason it is; ``AUTRE`` where that is admitted, the text then says
    which; ``None`` where there is none.
    """
    admis = motifs_admis(statut, chorus=chorus)
    if code in admis:
        return code
    return next((one for one in ("ROUTAGE_ERR", "AUTRE") if one in admis), None)
