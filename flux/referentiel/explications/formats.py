"""How a value is written: decimals (BR-DEC), code lists (BR-CL), data types (UBL-DT, CII-DT)."""

from __future__ import annotations

from flux.referentiel.explications.modele import Texte

#: BR-DEC number → amount.
_DECIMALES = {
    "01": "BT-92", "02": "BT-93", "05": "BT-99", "06": "BT-100", "09": "BT-106", "10": "BT-107", "11": "BT-108", "12": "BT-109", "13": "BT-110",
    "14": "BT-112", "15": "BT-111", "16": "BT-113", "17": "BT-114", "18": "BT-115", "19": "BT-116", "20": "BT-117", "23": "BT-131",
    "24": "BT-136", "25": "BT-137", "27": "BT-141", "28": "BT-142",
}  # fmt: skip


def _decimales(cle: str) -> Texte:
    return (
        f"Trop de décimales pour {{le {cle}}} : deux au plus. Arrondissez au centime, par exemple 12.35.",
        f"Too many decimals in the {{{cle}}}: two at most. Round to the cent, such as 12.35.",
    )


def _code(quoi_fr: str, quoi_en: str, liste_fr: str, liste_en: str) -> Texte:
    return (
        f"{quoi_fr} n'est pas un code admis. Prenez-le dans cette liste : {liste_fr}.",
        f"{quoi_en} is not an allowed code. Take it from this list: {liste_en}.",
    )


_ICD: Texte = "ISO 6523, par exemple 0002 (SIREN) ou 0009 (SIRET)", "ISO 6523, such as 0002 (SIREN) or 0009 (SIRET)"
_DEVISES: Texte = "ISO 4217, trois lettres, par exemple EUR", "ISO 4217, three letters, such as EUR"
_PAYS: Texte = "ISO 3166-1, deux lettres, par exemple FR", "ISO 3166-1, two letters, such as FR"
_CATEGORIES: Texte = "S, Z, E, AE, K, G, O, L, M ou B", "S, Z, E, AE, K, G, O, L, M or B"
_OBJETS: Texte = "UNTDID 1153, par exemple AFL ou AVV", "UNTDID 1153, such as AFL or AVV"
_MIME: Texte = "PDF, PNG, JPEG, CSV, tableur", "PDF, PNG, JPEG, CSV, spreadsheet"

CODES: dict[str, Texte] = {
    "BR-CL-01": _code("{Le BT-3}", "The {BT-3}", "UNTDID 1001, par exemple 380 (facture) ou 381 (avoir)", "UNTDID 1001, such as 380 (invoice) or 381 (credit note)"),
    "BR-CL-03": _code("La devise d'un montant (attribut currencyID)", "The currency of an amount (attribute currencyID)", *_DEVISES),
    "BR-CL-04": _code("{Le BT-5}", "The {BT-5}", *_DEVISES),
    "BR-CL-05": _code("{Le BT-6}", "The {BT-6}", *_DEVISES),
    "BR-CL-06": _code("{Le BT-8}", "The {BT-8}", "3, 35 ou 432 en UBL ; 5, 29 ou 72 en CII", "3, 35 or 432 in UBL; 5, 29 or 72 in CII"),
    "BR-CL-07": _code("Le schéma d'un objet facturé (BT-18 ou BT-128)", "The scheme of an invoiced object (BT-18 or BT-128)", *_OBJETS),
    "BR-CL-08": _code("{Le BT-21}", "The {BT-21}", "UNTDID 4451, par exemple PMD ou AAB", "UNTDID 4451, such as PMD or AAB"),
    "BR-CL-10": _code("Le schéma d'un identifiant (BT-29, BT-46, BT-60…)", "The scheme of an identifier (BT-29, BT-46, BT-60…)", *_ICD),
    "BR-CL-11": _code("Le schéma d'un identifiant légal (BT-30, BT-47 ou BT-61)", "The scheme of a legal identifier (BT-30, BT-47 or BT-61)", *_ICD),
    "BR-CL-13": _code("Le schéma {du BT-158}", "The scheme of the {BT-158}", "UNTDID 7143, par exemple STI (CPV)", "UNTDID 7143, such as STI (CPV)"),
    "BR-CL-14": _code("Un code pays (BT-40, BT-55, BT-80…)", "A country code (BT-40, BT-55, BT-80…)", *_PAYS),
    "BR-CL-15": _code("{Le BT-159}", "The {BT-159}", *_PAYS),
    "BR-CL-16": _code("{Le BT-81}", "The {BT-81}", "UNTDID 4461, par exemple 30 (virement) ou 49 (prélèvement)", "UNTDID 4461, such as 30 (credit transfer) or 49 (direct debit)"),
    "BR-CL-17": _code("Une catégorie de TVA (BT-118, BT-95 ou BT-102)", "A VAT category (BT-118, BT-95 or BT-102)", *_CATEGORIES),
    "BR-CL-18": _code("{Le BT-151}", "The {BT-151}", *_CATEGORIES),
    "BR-CL-19": _code("Un code de motif de remise (BT-98 ou BT-140)", "An allowance reason code (BT-98 or BT-140)", "UNTDID 5189, par exemple 95 (remise)", "UNTDID 5189, such as 95 (discount)"),
    "BR-CL-20": _code("Un code de motif de charge (BT-105 ou BT-145)", "A charge reason code (BT-105 or BT-145)", "UNTDID 7161, par exemple FC (transport)", "UNTDID 7161, such as FC (freight)"),
    "BR-CL-21": _code("Le schéma {du BT-157}", "The scheme of the {BT-157}", "ISO 6523, par exemple 0160 (GTIN)", "ISO 6523, such as 0160 (GTIN)"),
    "BR-CL-22": _code("{Le BT-121}", "The {BT-121}", "codes VATEX, par exemple VATEX-EU-IC", "VATEX codes, such as VATEX-EU-IC"),
    "BR-CL-23": _code("Une unité de mesure (BT-130 ou BT-150)", "A unit of measure (BT-130 or BT-150)", "UN/ECE 20 et 21, par exemple C62, HUR ou KGM", "UN/ECE 20 and 21, such as C62, HUR or KGM"),
    "BR-CL-24": _code("Le format d'une pièce jointe (BT-125, attribut mimeCode)", "The format of an attachment (BT-125, attribute mimeCode)", *_MIME),
    "BR-CL-25": _code("Le schéma d'une adresse électronique (BT-34 ou BT-49)", "The scheme of an electronic address (BT-34 or BT-49)", "codes EAS, 0225 en France", "EAS codes, 0225 in France"),
    "BR-CL-26": _code("Le schéma {du BT-71}", "The scheme of the {BT-71}", *_ICD),
    "BR-FREXT-CL-10": _code("Le schéma d'un identifiant (BT-29, BT-46, BT-60…)", "The scheme of an identifier (BT-29, BT-46, BT-60…)", f"{_ICD[0]}, ou BY, SE", f"{_ICD[1]}, or BY, SE"),
    "BR-FREXT-CL-19-GP": _code("Le code du motif d'un rabais sur le prix (BT-147)", "The reason code of a price discount (BT-147)", "UNTDID 5189, par exemple 95 (remise)", "UNTDID 5189, such as 95 (discount)"),
    "BR-FREXT-CL-20-TAX": _code("Un code de taxe hors TVA (BT-177 ou BT-193)", "A non-VAT tax code (BT-177 or BT-193)", "UNTDID 5153, sauf VAT", "UNTDID 5153, except VAT"),
    "BR-FREXT-CL-20-LISTID": _code("Le listID d'un code de charge ou de taxe (BT-105, BT-177…)", "The listID of a charge or tax code (BT-105, BT-177…)", "7161 pour une charge, 5153 pour une taxe", "7161 for a charge, 5153 for a tax"),
    "BR-FREXT-CL-27": _code("L'Incoterm des conditions de livraison", "The Incoterm of the delivery terms", "codes à trois lettres, par exemple DAP ou EXW", "three-letter codes, such as DAP or EXW"),
}  # fmt: skip

#: Rule of an extension → the rule that it takes up.
_REPRISES = {"BR-EXT-CL-07": "BR-CL-07", "BR-FREXT-CL-20": "BR-CL-20", "BR-FREXT-CL-24": "BR-CL-24"}

#: UBL-DT number → attribute that no recipient reads.
_ATTRIBUTS = dict(
    zip(
        range(8, 29),
        [
            "schemeName",
            "schemeAgencyName",
            "schemeDataURI",
            "schemeURI",
            "format",
            "unitCodeListID",
            "unitCodeListAgencyID",
            "unitCodeListAgencyName",
            "listAgencyName",
            "listName",
            "name",
            "languageID",
            "listURI",
            "listSchemeURI",
            "languageLocaleID",
            "uri",
            "currencyCodeListVersionID",
            "characterSetCode",
            "encodingCode",
            "schemeAgencyID",
            "listAgencyID",
        ],
        strict=True,
    )
)


def attribut_ignore(nom: str, element: str = "") -> Texte:
    """Return the text of an attribute that is not part of the standard, or not on that element."""
    fr, en = (
        (f"L'attribut {nom} de {element}", f"The attribute {nom} of {element}")
        if element
        else (f"L'attribut {nom}", f"The attribute {nom}")
    )
    return (
        f"{fr} n'est pas prévu par la norme EN 16931 ; les destinataires l'ignorent. Retirez-le.",
        f"{en} has no place in EN 16931; recipients ignore it. Remove it.",
    )


_DATE: Texte = (
    "Une date de format 102 ne s'écrit pas AAAAMMJJ. Écrivez par exemple 20260901, en huit chiffres sans tiret (élément udt:DateTimeString).",
    "A date of format 102 is not written YYYYMMDD. Write 20260901 for instance, eight digits without dashes (element udt:DateTimeString).",
)

TEXTES: dict[str, Texte] = {
    **{f"BR-DEC-{number}": _decimales(cle) for number, cle in _DECIMALES.items()},
    **CODES,
    **{regle: CODES[reprise] for regle, reprise in _REPRISES.items()},
    **{f"UBL-DT-{number:02}": attribut_ignore(nom) for number, nom in _ATTRIBUTS.items()},
    "UBL-DT-01": ("Un montant a plus de deux décimales. Arrondissez-le au centime, par exemple 12.35 (élément cbc:Amount et semblables).",
                  "An amount has more than two decimals. Round it to the cent, such as 12.35 (element cbc:Amount and the like)."),
    "UBL-DT-06": ("Le format d'une pièce jointe (BT-125) manque. Ajoutez l'attribut mimeCode, par exemple application/pdf.",
                  "The format of an attachment (BT-125) is missing. Add the attribute mimeCode, such as application/pdf."),
    "UBL-DT-07": ("Il manque {le BT-125-2}. Ajoutez l'attribut filename, par exemple bon-de-commande.pdf.",
                  "The {BT-125-2} is missing. Add the attribute filename, such as order.pdf."),
    "CII-DT-037": ("Le type d'une taxe n'est pas VAT. Dans chaque taxe (BG-23, BG-25…), écrivez VAT en ram:TypeCode.",
                   "The type of a tax is not VAT. In each tax (BG-23, BG-25…), write VAT in ram:TypeCode."),
    "CII-DT-097": _DATE,
    "BR-FXEXT-CII-DT-097a": ("Une date de format 205 ne s'écrit pas comme attendu. Écrivez la date et l'heure à la suite, sans séparateur : AAAAMMJJHHMMSS (udt:DateTimeString).",
                             "A date of format 205 is not written as expected. Write date and time together, without separators: YYYYMMDDHHMMSS (udt:DateTimeString)."),
}  # fmt: skip
