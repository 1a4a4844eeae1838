"""Lifecycle messages (CDAR): BR-FR-CDV. Terms have the numbers of annexe 2; the name of a rule ends with its term, and its case."""

from __future__ import annotations

import re

from flux.referentiel.explications.modele import Texte
from flux.referentiel.motifs import MOTIFS

_CODES_STATUT = "200-214, 220, 221, 224-228, 250, 251, 300, 301, 400, 401, 500, 501, 601"
_ROLES = "BY, AB, DL, SE, SR, PE, PR, II, IV"
_TRANSMISSION: Texte = "En phase de transmission (MDT-77 = 305)", "In transmission (MDT-77 = 305)"
_TRAITEMENT: Texte = "En phase de traitement (MDT-77 = 23)", "In processing (MDT-77 = 23)"
_MOTIF = re.compile(r"BR-FR-CDV-CL-09_MDT-113_(?P<statut>200|206|207|208|210|213|221|501)(?P<b2g>B2G)?")
#: Statuses (MDT-105) that have a list of reasons of their own, the rule's number ending with them.
_STATUTS: dict[str, Texte] = {
    "200": ("déposée", "deposited"),
    "206": ("approuvée partiellement", "partly approved"),
    "207": ("en litige", "disputed"),
    "208": ("suspendue", "suspended"),
    "210": ("refusée", "refused"),
    "213": ("rejetée", "rejected"),
    "221": ("erreur de routage", "routing error"),
    "501": ("irrecevable", "inadmissible"),
}
#: Codes told of a list; past them the whole list is the reference page's.
_MONTRES = 12


def _manque(cle: str, fr: str, en: str) -> Texte:
    return f"Il manque {{le {cle}}}. {fr}", f"The {{{cle}}} is missing. {en}"


def _choix(codes: str) -> Texte:
    if "," not in codes:
        return f"Écrivez {codes}.", f"Write {codes}."
    fin = "" if codes.endswith("…") else "."
    return f"Choisissez parmi : {codes}{fin}", f"Choose among: {codes}{fin}"


def _parmi(cle: str, codes: str) -> Texte:
    fr, en = _choix(codes)
    return f"{{Le {cle}}} n'est pas dans la liste admise. {fr}", f"The {{{cle}}} is not in the allowed list. {en}"


def _phase(phase: Texte, cle: str, codes: str) -> Texte:
    fr, en = _choix(codes)
    return f"{phase[0]}, {{le {cle}}} n'est pas admis. {fr}", f"{phase[1]}, the {{{cle}}} is not allowed. {en}"


TEXTES: dict[str, Texte] = {
    "BR-FR-CDV-01_MDG-3": _manque("MDG-3", "Ajoutez ram:GuidelineSpecifiedDocumentContextParameter.", "Add ram:GuidelineSpecifiedDocumentContextParameter."),
    "BR-FR-CDV-02_MDT-3": ("{Le MDT-3} n'est pas admis. Écrivez urn.cpro.gouv.fr:1p0:CDV:invoice ; einvoicingF2 ne va qu'au PPF seul destinataire (0000, schéma 0238, rôle DFH).",
                           "The {MDT-3} is not allowed. Write urn.cpro.gouv.fr:1p0:CDV:invoice; einvoicingF2 goes only to the PPF as sole recipient (0000, scheme 0238, role DFH)."),
    "BR-FR-CDV-03_MDT-4": _manque("MDT-4", "Donnez au message un identifiant qui n'a pas encore servi.", "Give the message an identifier never used before."),
    "BR-FR-CDV-04_MDG-4": _manque("MDG-4", "Indiquez la date et l'heure d'émission du message.", "Give the date and time when the message is issued."),
    "BR-FR-CDV-05_MDG-9": _manque("MDG-9", "Ajoutez ram:SenderTradeParty.", "Add ram:SenderTradeParty."),
    "BR-FR-CDV-06_MDT-21": _manque("MDT-21", "Indiquez WK pour une plateforme.", "Give WK for a platform."),
    "BR-FR-CDV-07_MDT-38_yes": ("En phase de traitement (MDT-77 = 23), il manque {le MDT-38}. Indiquez qui pose le statut.",
                                "In processing (MDT-77 = 23), the {MDT-38} is missing. Say who sets the status."),
    "BR-FR-CDV-07_MDT-38_no": ("En phase de transmission (MDT-77 = 305), {le MDT-38} n'est pas attendu. Retirez ram:GlobalID de ram:IssuerTradeParty.",
                               "In transmission (MDT-77 = 305), the {MDT-38} is not expected. Remove ram:GlobalID from ram:IssuerTradeParty."),
    "BR-FR-CDV-08_MDT-73": _manque("MDT-73", "Indiquez-la, sauf pour une plateforme (WK) ou le PPF (DFH).", "Give it, except for a platform (WK) or the PPF (DFH)."),
    "BR-FR-CDV-09_MDT-77": ("{Le MDT-77} n'est pas admise. Écrivez 305 pour la transmission, 23 pour le traitement.", "The {MDT-77} is not allowed. Write 305 for transmission, 23 for processing."),
    "BR-FR-CDV-10_MDT-87": _manque("MDT-87", "Indiquez le numéro de la facture dont le message donne le statut.", "Give the number of the invoice whose status the message tells."),
    "BR-FR-CDV-11_MDG-35": _manque("MDG-35", "Indiquez la date d'émission de la facture ; seul le statut 501 (irrecevable) s'en passe.", "Give the issue date of the invoice; only status 501 (inadmissible) goes without."),
    "BR-FR-CDV-12_MDT-105": _manque("MDT-105", "Indiquez le statut posé, par exemple 200 (déposée).", "Give the status that is set, such as 200 (deposited)."),
    "BR-FR-CDV-13_MDT-129": _manque("MDT-129", "Indiquez son SIREN, celui de la facture (BT-30) ; seul le statut 501 (irrecevable) s'en passe.", "Give its SIREN, that of the invoice (BT-30); only status 501 (inadmissible) goes without."),
    "BR-FR-CDV-14_MDT-207": ("Le statut est 212 (encaissée) : il faut au moins une donnée MEN (MDT-207), chacune avec un montant (MDT-215) et un taux de TVA (MDT-224). Complétez-les.",
                             "The status is 212 (cashed): it needs one MEN data at least (MDT-207), each with an amount (MDT-215) and a VAT rate (MDT-224). Complete them."),
    "BR-FR-CDV-15_MDT-113": _manque("MDT-113", "Les statuts 206, 207, 208, 210, 213 et 501 disent toujours pourquoi : ajoutez un motif.", "Statuses 206, 207, 208, 210, 213 and 501 always say why: add a reason."),
    "BR-FR-CDV-16_MDT-124-2": _manque("MDT-124-2", "Numérotez les détails de statut (MDG-37), à partir de 1.", "Number the status details (MDG-37), from 1."),
    "BR-FR-CDV-CL-01_MDT-2": ("{Le MDT-2} n'est pas admis. Écrivez REGULATED, NON_REGULATED, B2C, B2CINT, B2BINT ou OUTOFSCOPE ; vers le PPF, le cadre de facturation, 3 caractères au plus.",
                              "The {MDT-2} is not allowed. Write REGULATED, NON_REGULATED, B2C, B2CINT, B2BINT or OUTOFSCOPE; to the PPF, the framework, 3 characters at most."),
    "BR-FR-CDV-CL-02_MDT-21_305": _phase(_TRANSMISSION, "MDT-21", "WK"),
    "BR-FR-CDV-CL-02_MDT-21_23": _phase(_TRAITEMENT, "MDT-21", f"{_ROLES}, WK"),
    "BR-FR-CDV-CL-03_MDT-40_305": _phase(_TRANSMISSION, "MDT-40", "WK"),
    "BR-FR-CDV-CL-03_MDT-40_23": _phase(_TRAITEMENT, "MDT-40", _ROLES),
    "BR-FR-CDV-CL-04_MDT-59": _parmi("MDT-59", f"{_ROLES}, WK, DFH"),
    "BR-FR-CDV-CL-05_MDT-88_305": _phase(_TRANSMISSION, "MDT-88", "8, 10, 43, 48, 51"),
    "BR-FR-CDV-CL-05_MDT-88_23": _phase(_TRAITEMENT, "MDT-88", "1, 5, 37, 39, 45, 46, 47, 49, 50"),
    "BR-FR-CDV-CL-06_MDT-105": _parmi("MDT-105", _CODES_STATUT),
    "BR-FR-CDV-CL-06_MDT-115": _parmi("MDT-115", _CODES_STATUT),
    "BR-FR-CDV-CL-07_MDT-132": _parmi("MDT-132", "SE"),
    "BR-FR-CDV-CL-08_MDT-158": _parmi("MDT-158", f"{_ROLES}, WK, DFH"),
    "BR-FR-CDV-CL-09_MDT-113": ("{Le MDT-113} n'est pas un motif connu. Choisissez un code de la table des motifs, par exemple DOUBLON, CALCUL_ERR ou REJ_SEMAN.",
                                "The {MDT-113} is no known reason. Choose a code of the table of reasons, such as DOUBLON, CALCUL_ERR or REJ_SEMAN."),
    "BR-FR-CDV-CL-10_MDT-121": _parmi("MDT-121", "NOA, PIN, NIN, CNF, CNP, CNA, OTH"),
    "BR-FR-CDV-CL-11_MDT-207": _parmi("MDT-207", "MEN, MPA, RAP, ESC, RAB, REM, MAP, MAPTTC, MNA, MNATTC, CBB, DIV, DVA, MAJ"),
}  # fmt: skip


def texte(regle: str) -> Texte | None:
    """Return the text of a rule on lifecycle messages, ``None`` for another rule."""
    if regle in TEXTES:
        return TEXTES[regle]
    read = _MOTIF.fullmatch(regle)
    return None if read is None else _motif(read["statut"], chorus=bool(read["b2g"]))


def _motif(statut: str, *, chorus: bool) -> Texte:
    """Return what to do about a reason that a status does not admit: the codes come from the table of reasons."""
    codes = [row.code for row in MOTIFS.values() if statut in row.statuts or (chorus and statut in row.statuts_chorus)]
    fr, en = _STATUTS[statut]
    montres = ", ".join(codes[:_MONTRES]) + ("…" if len(codes) > _MONTRES else "")
    choix_fr, choix_en = _choix(montres)
    return (
        f"{{Le MDT-113}} ne va pas avec le statut {statut} ({fr}). {choix_fr}",
        f"The {{MDT-113}} does not go with status {statut} ({en}). {choix_en}",
    )
