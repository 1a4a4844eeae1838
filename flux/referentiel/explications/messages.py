"""Rules without a published number: the structure of the Factur-X levels, told by their message alone.

They are of few shapes (“Element 'ram:ID' must occur exactly 1 times.”). The element is named as an invoice term when its place, or its name
alone, tells which.
"""

from __future__ import annotations

import re
from typing import TypeVar

from flux.referentiel.chemins import nommer, sans_positions, terme_du_chemin
from flux.referentiel.explications.modele import Texte
from flux.referentiel.explications.mots import nom as termes
from flux.referentiel.termes import TERMES

_ELEMENT = r"Element (?:variant )?'(?P<nom>[\w:]+)(?P<cas>\[.*\])?'"
_VARIANTE = r"Element variant '(?P<nom>[\w:]+)(?P<cas>\[.*\])'"
_ATTRIBUT = r"Attribute '?(?P<nom>@\w+)'"
_FOIS = r"(?P<fois>\d+) times\.?"
#: Shape of the message → French and English text: X is the subject, N a number of times.
_FORMES: tuple[tuple[re.Pattern[str], Texte], ...] = tuple(
    (re.compile(forme), texte)
    for forme, texte in (
        (rf"{_ELEMENT} must occur exactly {_FOIS}", (
            "{X} doit figurer {N}, ni plus ni moins. Ajoutez-le s'il manque, sinon retirez les doubles.",
            "{X} must be there {N}, no more, no less. Add it when it is missing, else remove the extra ones.",
        )),
        (rf"{_ELEMENT} must occur at least {_FOIS}", (
            "{X} doit figurer au moins {N}. Ajoutez-le.",
            "{X} must be there at least {N}. Add it.",
        )),
        (rf"{_ELEMENT} may occur at maximum {_FOIS}", (
            "{X} figure trop souvent : {N} au plus. Retirez les doubles.",
            "{X} is there too often: {N} at most. Remove the extra ones.",
        )),
        (rf"{_VARIANTE} is marked as not used in the given context\.?", (
            "{X} n'est pas prévu. Corrigez ce point, ou retirez cet élément.",
            "{X} is not foreseen. Correct this, or remove that element.",
        )),
        (rf"{_ELEMENT} is marked as not used in the given context\.?", (
            "{X} n'est pas prévu à cet endroit dans le profil Factur-X déclaré (BT-24). Retirez-le, ou déclarez un profil qui le prévoit.",
            "{X} is not foreseen there in the Factur-X profile declared (BT-24). Remove it, or declare a profile that has it.",
        )),
        (rf"{_ATTRIBUT} is required in this context\.?", (
            "Il manque l'attribut {X}{R}. Ajoutez-le.",
            "The attribute {X} is missing{R}. Add it.",
        )),
        (rf"{_ATTRIBUT} (?:is )?marked as not used in the given context\.?", (
            "L'attribut {X} n'est pas prévu à cet endroit dans le profil Factur-X déclaré (BT-24). Retirez-le.",
            "The attribute {X} is not foreseen there in the Factur-X profile declared (BT-24). Remove it.",
        )),
        (r"Value of '(?P<nom>@?[\w:]+)(?P<cas>\[.*\])?' is not allowed\.?", (
            "La valeur {DE} n'est pas dans la liste admise{R}. Choisissez un code de la liste.",
            "The value of {X} is not in the allowed list{R}. Choose a code of the list.",
        )),
    )
)  # fmt: skip

_DATES: Texte = " : 102 pour AAAAMMJJ", ": 102 for YYYYMMDD"
_DEVISES: Texte = " : trois lettres, par exemple EUR", ": three letters, such as EUR"
_SCHEMAS: Texte = (
    " : 0002 pour un SIREN, 0009 pour un SIRET, VA pour un numéro de TVA, 0225 pour une adresse",
    ": 0002 for a SIREN, 0009 for a SIRET, VA for a VAT number, 0225 for an address",
)
#: What the values of an element or attribute are.
_LISTES: dict[str, Texte] = {
    "@schemeID": _SCHEMAS,
    "@currencyID": _DEVISES,
    "ram:InvoiceCurrencyCode": _DEVISES,
    "ram:TaxCurrencyCode": _DEVISES,
    "@format": _DATES,
    "@unitCode": (" : par exemple C62 (unité), HUR (heure) ou KGM", ": such as C62 (one unit), HUR (hour) or KGM"),
    "@mimeCode": (" : par exemple application/pdf", ": such as application/pdf"),
    "@filename": (" : le nom du fichier joint", ": the name of the attached file"),
    "ram:CountryID": (" : pays en deux lettres, par exemple FR", ": country in two letters, such as FR"),
    "ram:CategoryCode": (" : catégorie de TVA S, Z, E, AE, K, G ou O", ": VAT category S, Z, E, AE, K, G or O"),
    "ram:DueDateTypeCode": (" : 5, 29 ou 72", ": 5, 29 or 72"),
    "ram:SubjectCode": (" : UNTDID 4451, par exemple PMD ou AAB", ": UNTDID 4451, such as PMD or AAB"),
    "ram:ExemptionReasonCode": (" : codes VATEX", ": VATEX codes"),
    "ram:ReferenceTypeCode": (" : UNTDID 1153, par exemple AFL ou AVV", ": UNTDID 1153, such as AFL or AVV"),
}  # fmt: skip
#: Elements of CII that stand for one term, wherever they are.
_SURS: dict[str, str] = {
    "ram:InvoiceCurrencyCode": "BT-5",
    "ram:TaxCurrencyCode": "BT-6",
    "ram:SellerTradeParty": "BG-4",
    "ram:BuyerTradeParty": "BG-7",
    "ram:BuyerReference": "BT-10",
    "ram:TaxBasisTotalAmount": "BT-109",
    "ram:TotalPrepaidAmount": "BT-113",
    "ram:DuePayableAmount": "BT-115",
    "ram:IncludedSupplyChainTradeLineItem": "BG-25",
}
#: End of the path of an element → what its schemes are.
_SCHEMAS_DE: dict[str, Texte] = {
    "/ram:URIID": (" : 0225 en France", ": 0225 in France"),
    "/ram:SpecifiedTaxRegistration/ram:ID": (
        " : VA pour un numéro de TVA, FC pour un autre numéro fiscal",
        ": VA for a VAT number, FC for another tax number",
    ),
    "/ram:SpecifiedLegalOrganization/ram:ID": (" : 0002 pour un SIREN", ": 0002 for a SIREN"),
    "/ram:GlobalID": (" : 0009 pour un SIRET, 0088 pour un GLN", ": 0009 for a SIRET, 0088 for a GLN"),
}
#: End of a path → term that the table of terms does not hold.
_LIEUX: dict[str, str] = {
    "/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID": "BT-24",
    "/rsm:ExchangedDocument/ram:IncludedNote/ram:SubjectCode": "BT-21",
    "/ram:SellerTradeParty/ram:URIUniversalCommunication/ram:URIID": "BT-34",
    "/ram:BuyerTradeParty/ram:URIUniversalCommunication/ram:URIID": "BT-49",
    "/ram:AssociatedDocumentLineDocument/ram:LineID": "BT-126",
}
#: What a predicate holds → what it tells, the first that fits.
_CAS: tuple[tuple[tuple[str, ...], Texte], ...] = (
    (("ChargeIndicator", "not("), (" sans indication de remise ou de charge", " neither allowance nor charge")),
    (("ChargeIndicator",), (" de remise", " for an allowance")),
    (
        ("TaxCurrencyCode", "InvoiceCurrencyCode"),
        (" dans une devise qui n'est ni BT-5 ni BT-6", " in a currency that is neither BT-5 nor BT-6"),
    ),
    (("TaxCurrencyCode",), (" dans la devise de comptabilisation (BT-6)", " in the accounting currency (BT-6)")),
    (("InvoiceCurrencyCode",), (" dans la devise de la facture (BT-5)", " in the invoice currency (BT-5)")),
    (("schemeID", "not("), (" d'un autre schéma que VA ou FC", " of a scheme other than VA or FC")),
    (("schemeID", '"VA"'), (" de schéma VA", " of scheme VA")),
    (("schemeID", '"FC"'), (" de schéma FC", " of scheme FC")),
    (('[@listID="5153"]',), (" de la liste 5153 (taxe)", " of list 5153 (tax)")),
    (("listID", "5153"), (" d'une autre liste que 5153", " of a list other than 5153")),
    (("TypeCode",), (" d'un autre type que 916, 50 ou 130", " of a type other than 916, 50 or 130")),
)
_NOMBRES = {"1": ("une fois", "once"), "2": ("deux fois", "twice")}


def texte(message: str, chemin: str = "") -> Texte | None:
    """Return the text of a message of one of these shapes, ``None`` for another message.

    :param message: white space does not count.
    :param chemin: where the rule failed, as anomalies tell it; with it more elements are named by their term.
    """
    message = " ".join(message.split())
    for forme, (fr, en) in _FORMES:
        read = forme.fullmatch(message)
        if read is not None:
            champs = read.groupdict()
            nom, fois = champs["nom"], champs.get("fois") or ""
            sujet_fr, sujet_en = _sujet(nom, champs.get("cas") or "", chemin)
            nombre_fr, nombre_en = _NOMBRES.get(fois, (f"{fois} fois", f"{fois} times"))
            liste_fr, liste_en = _liste(nom, chemin)
            de = f"de {sujet_fr[:1].lower()}{sujet_fr[1:]}" if sujet_fr.startswith("L'élément") else f"de {sujet_fr}"
            return (
                fr.replace("{X}", sujet_fr).replace("{DE}", de).replace("{N}", nombre_fr).replace("{R}", liste_fr),
                en.replace("value of {X}", f"value of {sujet_en[:1].lower()}{sujet_en[1:]}")
                .replace("{X}", sujet_en)
                .replace("{N}", nombre_en)
                .replace("{R}", liste_en),
            )
    return None


def _liste(nom: str, chemin: str) -> Texte:
    """Return what the values of an element or attribute are, as far as its name and place tell."""
    precise = _a_la_fin(_SCHEMAS_DE, chemin) if nom == "@schemeID" else None
    return precise or _LISTES.get(nom, ("", ""))


_Valeur = TypeVar("_Valeur")


def _a_la_fin(table: dict[str, _Valeur], chemin: str) -> _Valeur | None:
    """Return the row whose key a path ends with."""
    chemin = sans_positions(chemin)
    return next((valeur for fin, valeur in table.items() if chemin.endswith(fin)), None)


def _sujet(nom: str, cas: str, chemin: str) -> Texte:
    """Return how an element or attribute is called."""
    if nom.startswith("@"):
        support = _nommer(chemin, "") if chemin else ("", "")
        return (f"{nom} de {support[0]}", f"{nom} of {support[1]}") if all(support) else (nom, nom)
    ici = chemin if not chemin or _dernier(chemin) == nom else f"{chemin}/{nom}"
    terme_fr, terme_en = _nommer(ici, nom)
    cas_fr, cas_en = _cas(cas)
    return f"L'élément {terme_fr}{cas_fr}", f"The element {terme_en}{cas_en}"


def _nommer(chemin: str, nom: str) -> Texte:
    """Return an element by its term, or by the term it is in; by its name alone when no term is near."""
    if not chemin:
        terme = TERMES.get(_SURS.get(nom, ""))
        return (nom, nom) if terme is None else (f"« {terme.fr} » ({terme.numero}, {nom})", f"“{terme.en}” ({terme.numero}, {nom})")
    hors_table = _a_la_fin(_LIEUX, chemin)
    if hors_table is not None:
        terme_fr, terme_en, _ = termes(hors_table)
        nom = nom or _dernier(chemin)
        return f"« {terme_fr} » ({hors_table}, {nom})", f"“{terme_en}” ({hors_table}, {nom})"
    found = terme_du_chemin(chemin)
    if found is None or not found.terme.numero:
        return nom, nom
    if found.exact:
        return nommer(chemin, nom or _dernier(chemin))
    terme = found.terme
    fr, en = f"« {terme.fr} » ({terme.numero})", f"“{terme.en}” ({terme.numero})"
    return (f"{nom} dans {fr}", f"{nom} in {en}") if nom else ("", "")


def _dernier(chemin: str) -> str:
    return re.sub(r"\[.*", "", chemin.rpartition("/")[2])


def _cas(cas: str) -> Texte:
    """Return which variant of an element a message speaks of: the predicate in words."""
    return next((texte for marques, texte in _CAS if all(marque in cas for marque in marques)), ("", ""))
