"""Structure: elements that the standard does not have, or has once only (UBL-CR, UBL-SR, CII-SR, CII-DT).

Most of these rules differ by one element, which only their official message names: it is read there. Those that speak of a term of the
invoice have their row.
"""

from __future__ import annotations

import re

from flux.referentiel.explications.formats import attribut_ignore
from flux.referentiel.explications.modele import Texte

_FAMILLE = re.compile(r"(?:UBL|CII)-(?:FREXT-|EXT-|FREXT)?(?:CR|SR|DT)-\d+")
_UBL = re.compile(r"A UBL (?:invoice|credit note) sh(?:ould|all) not include (?:the |an? )?(?P<quoi>[\w /]+?)$")
_CII = re.compile(r"(?:^|- ?)(?P<quoi>@?\w+?) ?sh(?:ould|all) not be (?:present|used)\.?$")
_UNE_FOIS = re.compile(r"(?:^|- ?)(?P<quoi>\w+) sh(?:ould|all) (?:exist maximum|occur at most) once\b")
_FACTURE: Texte = "La facture", "The invoice"
_ATTRIBUTS = frozenset({"schemeID", "listID", "unitCodeListID", "scheme identifier"})


#: Who gives a term more than once, where it is not the whole invoice.
_PORTEURS: dict[Texte, str] = {
    ("Une ligne (BG-25)", "A line (BG-25)"): "BG-26 BT-127 BT-128 BT-132 BT-146 BT-147 BT-151 BT-154",
    ("Une note (BG-1)", "A note (BG-1)"): "BT-22",
    ("Une remise (BG-20)", "An allowance (BG-20)"): "BT-97",
    ("Une charge (BG-21)", "A charge (BG-21)"): "BT-104",
    ("Une remise ou charge (BG-20, BG-21)", "An allowance or charge (BG-20, BG-21)"): "BT-92_BT-99",
    ("Une ventilation de TVA (BG-23)", "A VAT breakdown (BG-23)"): "BT-120",
    ("Une pièce jointe (BG-24)", "An attachment (BG-24)"): "BT-123",
    ("Un attribut de l'article (BG-32)", "An item attribute (BG-32)"): "BT-160 BT-161",
    ("Un bloc de paiement (BG-16)", "A payment group (BG-16)"): "BT-82",
}
_PORTEUR = {cle: texte for texte, keys in _PORTEURS.items() for cle in keys.split()}


def _une(cle: str, porteur: Texte | None = None) -> Texte:
    fr, en = porteur or _PORTEUR.get(cle, _FACTURE)
    return f"{fr} donne plusieurs fois {{le {cle}}}. Gardez une seule valeur.", f"{en} gives the {{{cle}}} more than once. Keep one value."


def _egaux(cle: str) -> Texte:
    return (
        f"Les blocs de paiement (BG-16) ne donnent pas tous {{le {cle}}} à l'identique. Mettez partout la même valeur, ou gardez un seul bloc.",
        f"The payment groups (BG-16) do not all give the same {{{cle}}}. Write the same value in all, or keep one group.",
    )


#: One value only: rule → term.
UNE_FOIS: dict[str, str] = {
    "UBL-SR-01": "BT-12", "UBL-SR-02": "BT-15", "UBL-SR-03": "BT-16", "UBL-SR-04": "BT-18", "UBL-SR-05": "BT-20", "UBL-SR-08": "BG-14",
    "UBL-SR-09": "BT-27", "UBL-SR-10": "BT-28", "UBL-SR-11": "BT-30", "UBL-SR-12": "BT-31", "UBL-SR-13": "BT-32", "UBL-SR-14": "BT-33",
    "UBL-SR-15": "BT-44", "UBL-SR-17": "BT-47", "UBL-SR-18": "BT-48", "UBL-SR-19": "BT-59", "UBL-SR-20": "BT-60",
    "UBL-SR-21": "BT-61", "UBL-SR-22": "BT-62", "UBL-SR-23": "BT-63", "UBL-SR-24": "BG-13", "UBL-SR-25": "BT-70", "UBL-SR-26": "BT-83",
    "UBL-SR-27": "BT-82", "UBL-SR-28": "BT-89", "UBL-SR-29": "BT-90", "UBL-SR-30": "BT-97", "UBL-SR-31": "BT-104", "UBL-SR-32": "BT-120",
    "UBL-SR-33": "BT-123", "UBL-SR-34": "BT-127", "UBL-SR-35": "BT-132", "UBL-SR-36": "BG-26", "UBL-SR-37": "BT-147", "UBL-SR-39": "BT-11",
    "UBL-SR-40": "BT-45", "UBL-SR-45": "BT-9", "UBL-SR-46": "BT-82", "UBL-SR-49": "BT-7", "UBL-SR-50": "BT-154", "UBL-SR-52": "BT-128",
    "UBL-SR-54": "BG-18", "UBL-SR-55": "BG-19", "UBL-SR-56": "BT-17",
    "CII-SR-003": "BT-23", "CII-SR-030": "BT-22", "CII-FREXT-SR-069": "BT-160", "CII-FREXT-SR-072": "BT-161", "CII-FREXT-SR-439": "BT-146",
    "CII-SR-440": "BT-147", "CII-SR-441": "BT-146", "CII-SR-449": "BT-71", "CII-SR-451": "BT-60",
    "CII-SR-452": "BT-20", "CII-SR-453": "BT-20", "CII-SR-454": "BT-151", "CII-SR-455": "BG-6", "CII-SR-456": "BG-9", "CII-SR-457": "BT-17",
    "CII-SR-459": "BT-34", "CII-SR-460": "BT-49", "CII-SR-461": "BT-7", "CII-SR-462": "BT-8", "CII-SR-469": "BT-83",
    "CII-SR-473": "BT-92_BT-99", "CII-SR-474": "BT-128", "CII-SR-476": "BT-125", "CII-SR-477": "BT-106",
    "CII-SR-478": "BT-108", "CII-SR-479": "BT-107", "CII-SR-480": "BT-109", "CII-SR-481": "BT-114", "CII-SR-482": "BT-112",
    "CII-SR-484": "BT-113", "CII-SR-487": "BT-115",
}  # fmt: skip

#: Elements whose message does not name them as they are written.
ELEMENTS: dict[str, str] = {
    "UBL-CR-001": "ext:UBLExtensions",
    "UBL-CR-648": "@schemeID CustomizationID", "UBL-CR-649": "@schemeID ProfileID", "UBL-CR-660": "@listID Country/IdentificationCode",
    "UBL-CR-663": "@unitCodeListID", "UBL-CR-667": "@schemeID BuyersItemIdentification/ID", "UBL-CR-668": "@schemeID SellersItemIdentification/ID",
    "UBL-CR-669": "Price/AllowanceCharge/AllowanceChargeReasonCode", "UBL-CR-670": "Price/AllowanceCharge/AllowanceChargeReason",
    "UBL-CR-671": "Price/AllowanceCharge/MultiplierFactorNumeric",
}  # fmt: skip

_INCOTERM: Texte = (
    "Des conditions de livraison (DeliveryTerms) ne portent que l'Incoterm et son lieu. Retirez les autres éléments : les destinataires les ignorent.",
    "Delivery terms (DeliveryTerms) bear only the Incoterm and its place. Remove the other elements: recipients ignore them.",
)
_CHANGE: Texte = (
    "La conversion de devise (ram:TaxApplicableTradeCurrencyExchange) ne porte que les deux devises, le taux et la date. Retirez les autres éléments.",
    "The currency conversion (ram:TaxApplicableTradeCurrencyExchange) bears only both currencies, the rate and the date. Remove the other elements.",
)
_PROFIL: Texte = (
    "La facture doit dire une fois, et une seule, {le BT-24}. Ajoutez-le ou retirez le double.",
    "The invoice must give the {BT-24} exactly once. Add it, or remove the second one.",
)
_CATEGORIE: Texte = (
    "Une ligne (BG-25) doit porter une seule catégorie de TVA (BT-151). Ajoutez-la si elle manque, ou partagez la ligne en une ligne par catégorie.",
    "A line (BG-25) must bear one VAT category (BT-151). Add it when it is missing, or split the line, one line for each category.",
)

#: SIRET and service code both given as BT-46, which EXTENDED-CTC-FR alone admits.
DEUX_DESTINATAIRES: Texte = (
    "La facture donne plusieurs fois {le BT-46-id}. Gardez le SIRET (0009), mettez le code service en BT-10, ou déclarez le profil EXTENDED-CTC-FR (BT-24).",
    "The invoice gives the {BT-46-id} more than once. Keep the SIRET (0009), put the service code in BT-10, or declare the profile EXTENDED-CTC-FR (BT-24).",
)

TEXTES: dict[str, Texte] = {
    **{regle: _une(cle) for regle, cle in UNE_FOIS.items()},
    "UBL-SR-16": DEUX_DESTINATAIRES,
    "CII-SR-450": ("{Le BT-46-id} est donné par ram:ID et par ram:GlobalID. Gardez ram:GlobalID, avec le SIRET (schemeID 0009).",
                   "The {BT-46-id} is given by ram:ID and by ram:GlobalID. Keep ram:GlobalID, with the SIRET (schemeID 0009)."),
    "UBL-CR-002": ("L'élément cbc:UBLVersionID n'est pas 2.1. Écrivez 2.1, ou retirez-le.", "The element cbc:UBLVersionID is not 2.1. Write 2.1, or remove it."),
    "UBL-CR-665": ("Une pièce jointe (BG-24) porte un schéma (schemeID), réservé à l'objet facturé (BT-18). Retirez-le, ou mettez 130 en DocumentTypeCode.",
                   "An attachment (BG-24) bears a scheme (schemeID), kept for the invoiced object (BT-18). Remove it, or write 130 as DocumentTypeCode."),
    "UBL-CR-666": ("Une même référence désigne un objet facturé (BT-18) et porte un fichier (BG-24). Séparez-les en deux blocs AdditionalDocumentReference.",
                   "One reference names an invoiced object (BT-18) and bears a file (BG-24). Split it into two AdditionalDocumentReference groups."),
    "UBL-CR-673": ("Une même référence désigne un objet facturé (BT-18) et porte une description (BT-123). Retirez la description, ou séparez-les en deux blocs.",
                   "One reference names an invoiced object (BT-18) and bears a description (BT-123). Remove the description, or split it into two groups."),
    "UBL-SR-06": ("Une référence à une facture antérieure (BG-3) en contient plusieurs. Faites un bloc BillingReference par facture.",
                  "A preceding invoice reference (BG-3) holds more than one. Make one BillingReference group for each invoice."),
    "UBL-SR-07": ("Une référence à une facture antérieure (BG-3) n'indique pas {le BT-25}. Indiquez-le, ou retirez la référence.",
                  "A preceding invoice reference (BG-3) lacks the {BT-25}. Give it, or remove the reference."),
    "UBL-SR-42": ("Le fournisseur a plus de deux numéros fiscaux. Gardez au plus son numéro de TVA (BT-31) et son numéro d'immatriculation fiscale (BT-32).",
                  "The supplier has more than two tax numbers. Keep at most its VAT number (BT-31) and its tax registration number (BT-32)."),
    "UBL-SR-43": ("Un schéma (schemeID) est donné à une référence qui n'est pas un objet facturé (BT-18). Retirez-le, ou mettez 130 en DocumentTypeCode.",
                  "A scheme (schemeID) is given to a reference that is no invoiced object (BT-18). Remove it, or write 130 as DocumentTypeCode."),
    "UBL-SR-44": _egaux("BT-83"),
    "UBL-SR-47": _egaux("BT-81"),
    "UBL-SR-48": _CATEGORIE,
    "UBL-FREXT-SR-48": ("Une ligne de sous-type DETAIL, ou sans sous-type, doit porter une seule catégorie de TVA (BT-151) ; les autres, une au plus. Ajoutez-la ou retirez le double.",
                        "A line of subtype DETAIL, or without subtype, must bear one VAT category (BT-151); the others one at most. Add it, or remove the second one."),
    "UBL-SR-51": ("Une adresse a plusieurs troisièmes lignes (cac:AddressLine). Gardez-en une, ou répartissez le texte sur les trois lignes.",
                  "An address has several third lines (cac:AddressLine). Keep one, or spread the text over the three lines."),
    "UBL-SR-53": ("Un bloc fiscal (PartyTaxScheme) annonce la TVA sans numéro. Ajoutez le numéro de TVA (BT-31, BT-48 ou BT-63), ou retirez le bloc.",
                  "A tax group (PartyTaxScheme) announces VAT without a number. Add the VAT number (BT-31, BT-48 or BT-63), or remove the group."),
    "UBL-FREXT-CR-410": _INCOTERM, "UBL-FREXT-CR-645": _INCOTERM, "CII-FREXT-SR-106": _INCOTERM, "CII-FREXT-SR-293": _INCOTERM,
    "CII-FREXT-SR-366": _CHANGE, "CII-FREXT-CR-490": _CHANGE,
    "CII-SR-009": _PROFIL, "CII-SR-010": _PROFIL,
    "CII-SR-014": ("La facture doit dire une fois, et une seule, {le BT-3}. Ajoutez-le ou retirez le double.", "The invoice must give the {BT-3} exactly once. Add it, or remove the second one."),
    "CII-SR-046": ("Il manque le schéma {du BT-157}. Ajoutez l'attribut schemeID, par exemple 0160.", "The scheme of the {BT-157} is missing. Add the attribute schemeID, such as 0160."),
    "CII-SR-090": ("{Le BT-159} est absent ou donné plusieurs fois. Gardez un seul code pays dans ram:OriginTradeCountry, ou retirez ce bloc.",
                   "The {BT-159} is absent or given more than once. Keep one country code in ram:OriginTradeCountry, or remove that group."),
    "CII-SR-119": ("Le prix d'une ligne porte une charge. Seul un rabais (BT-147) y est admis : mettez la charge au niveau de la ligne (BG-28).",
                   "The price of a line bears a charge. Only a discount (BT-147) is allowed there: move the charge to the line (BG-28)."),
    "CII-SR-463": ("Une remise ou charge (BG-20, BG-21) ne dit pas si c'est une remise ou une charge. Mettez false (remise) ou true (charge) en ram:ChargeIndicator.",
                   "An allowance or charge (BG-20, BG-21) does not say which it is. Write false (allowance) or true (charge) in ram:ChargeIndicator."),
    "CII-SR-464": ("{Le BT-86} est donné à une place ou un nombre de fois que la norme n'admet pas. Gardez un seul BIC, celui du bénéficiaire ; retirez celui du payeur.",
                   "The {BT-86} stands in a place or a number of times that the standard does not admit. Keep one BIC, the payee's; remove the payer's."),
    "CII-SR-465": ("{Le BT-41} est donné par une personne et par un service. Gardez ram:PersonName ou ram:DepartmentName.",
                   "The {BT-41} is given by a person and by a department. Keep ram:PersonName or ram:DepartmentName."),
    "CII-SR-466": ("{Le BT-56} est donné par une personne et par un service. Gardez ram:PersonName ou ram:DepartmentName.",
                   "The {BT-56} is given by a person and by a department. Keep ram:PersonName or ram:DepartmentName."),
    "CII-SR-475": _une("BT-123", _FACTURE),
    "CII-SR-467": _egaux("BT-81"), "CII-SR-468": _egaux("BT-82"),
    "CII-SR-470": ("Le paiement est un virement : {le BT-84} doit être donné une fois. Indiquez un IBAN ou un numéro de compte, pas les deux.",
                   "The payment is a credit transfer: the {BT-84} must be given once. Give an IBAN or an account number, not both."),
    "CII-SR-471": ("Une remise ou charge (BG-20, BG-21) porte plusieurs catégories ou taux de TVA (BT-95, BT-102). Faites une remise ou charge par catégorie.",
                   "An allowance or charge (BG-20, BG-21) bears several VAT categories or rates (BT-95, BT-102). Make one for each category."),
    "CII-SR-472": ("Une remise ou charge (BG-20, BG-21) porte plusieurs taux de TVA (BT-96, BT-103). Faites une remise ou charge par taux.",
                   "An allowance or charge (BG-20, BG-21) bears several VAT rates (BT-96, BT-103). Make one for each rate."),
    "CII-EXT-DT-018": ("Un document référencé porte un type (ram:TypeCode) qui n'est pas prévu à cet endroit. Retirez-le, ou utilisez 50, 130 ou 916 pour une pièce.",
                       "A referenced document bears a type (ram:TypeCode) that is not foreseen there. Remove it, or use 50, 130 or 916 for an attachment."),
}  # fmt: skip


def texte(regle: str, message: str = "") -> Texte | None:
    """Return the text of a rule on the structure, ``None`` for another rule.

    :param message: the official message: it names the element.
    """
    if regle in TEXTES:
        return TEXTES[regle]
    if _FAMILLE.fullmatch(regle) is None:
        return None
    return _element(regle, " ".join(message.split()))


def _element(regle: str, message: str) -> Texte:
    once = _UNE_FOIS.search(message)
    if once is not None:
        quoi = once["quoi"]
        return f"L'élément {quoi} figure plusieurs fois. Gardez-en un seul.", f"The element {quoi} is there more than once. Keep one."
    found = _UBL.search(message) or _CII.search(message)
    nom = ELEMENTS.get(regle) or (_nommer(found["quoi"]) if found is not None else "")
    if nom.startswith("@"):
        return attribut_ignore(*nom[1:].split(" "))
    fr, en = (f"L'élément {nom}", f"The element {nom}") if nom else ("Cet élément", "This element")
    return (
        (
            f"{fr} n'est pas prévu à cet endroit par la norme EN 16931 ; les destinataires l'ignorent. "
            "Retirez-le ; si l'information compte, mettez-la dans une note (BG-1)."
        ),
        f"{en} has no place there in EN 16931; recipients ignore it. Remove it; if the information matters, put it in a note (BG-1).",
    )


def _nommer(quoi: str) -> str:
    """Return the path that the words of a message spell, ``@attribute path`` for an attribute."""
    if quoi.startswith("@") or quoi[0].islower():  # elements have a capital, attributes have none
        return quoi if quoi.startswith("@") else f"@{quoi}"
    words = quoi.replace("scheme identifier", "schemeID").replace("/", " ").split()
    if words[-1] in _ATTRIBUTS and len(words) > 1:
        return f"@{words[-1]} {'/'.join(words[:-1])}"
    return "/".join(words)
