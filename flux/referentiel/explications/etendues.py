"""Rules of the two extensions, EXTENDED-CTC-FR (BR-FREXT) and Factur-X EXTENDED (BR-FXEXT), other than those of the VAT categories.

Both allow a cent for each amount that is added up, and lines that hold others: a GROUP line is the sum of its sub-lines.
"""

from __future__ import annotations

from flux.referentiel.explications.en16931 import DEVISE_TVA, sans_motif
from flux.referentiel.explications.modele import Texte

_MARGE: Texte = "à 0,01 près par montant additionné", "within 0.01 for each amount added up"
_AUTO: Texte = "Refaites l'addition et corrigez le montant faux.", "Add up again and correct the wrong amount."


def _somme(fr: str, en: str) -> Texte:
    return f"{fr}, {_MARGE[0]}. {_AUTO[0]}", f"{en}, {_MARGE[1]}. {_AUTO[1]}"


def _avec(texte: Texte, suite: Texte) -> Texte:
    return f"{texte[0]} {suite[0]}", f"{texte[1]} {suite[1]}"


def _detail(cle: str) -> Texte:
    return (
        f"Une ligne (BG-25) de sous-type DETAIL, ou sans sous-type, n'indique pas {{le {cle}}}. Complétez-la, ou mettez GROUP ou INFORMATION en sous-type.",
        f"A line (BG-25) of subtype DETAIL, or without subtype, lacks the {{{cle}}}. Complete it, or write GROUP or INFORMATION as subtype.",
    )


_ATTRIBUT_CODE: Texte = (
    "{Le EXT-FR-FE-159} n'est pas dans la liste UNTDID 6313 ni dans celle de Factur-X. Choisissez un code de ces listes, ou donnez un nom (BT-160).",
    "The {EXT-FR-FE-159} is neither in the list UNTDID 6313 nor in that of Factur-X. Choose a code of these lists, or give a name (BT-160).",
)
_SOUS_TYPE: Texte = (
    "{Le EXT-FR-FE-163} n'est pas admis. Choisissez DETAIL (article), GROUP (sous-total) ou INFORMATION.",
    "The {EXT-FR-FE-163} is not allowed. Choose DETAIL (item), GROUP (subtotal) or INFORMATION.",
)
_PARENTE: Texte = (
    "Une ligne (BG-25) a une ligne parente (EXT-FR-FE-162) mais pas de sous-type. Indiquez {le EXT-FR-FE-163} : DETAIL, GROUP ou INFORMATION.",
    "A line (BG-25) has a parent line (EXT-FR-FE-162) but no subtype. Give the {EXT-FR-FE-163}: DETAIL, GROUP or INFORMATION.",
)
_SOUS_TOTAL: Texte = (
    "Le montant HT (BT-131) d'une ligne GROUP n'est pas la somme des lignes DETAIL et GROUP juste en dessous. Refaites l'addition et corrigez le montant faux.",
    "The amount without VAT (BT-131) of a GROUP line is not the sum of the DETAIL and GROUP lines right below it. Add up again and correct the wrong amount.",
)
_PARENTE_INCONNUE: Texte = (
    "{Le EXT-FR-FE-162} ne désigne aucune autre ligne de la facture. Donnez l'identifiant (BT-126) d'une ligne qui existe.",
    "The {EXT-FR-FE-162} names no other line of the invoice. Give the identifier (BT-126) of a line that exists.",
)
_SOUS_TOTAUX: Texte = (
    "Une ligne GROUP porte un montant HT (BT-131), mais une ligne GROUP qu'elle contient n'en porte pas. Indiquez-le à chaque niveau, ou à aucun.",
    "A GROUP line bears an amount without VAT (BT-131), but a GROUP line inside it does not. Give it at each level, or at none.",
)
#: A rule of both extensions and of BR-FR.
NOM_ATTRIBUT: Texte = (
    "Un attribut de l'article (BG-32) n'a ni nom (BT-160) ni code (EXT-FR-FE-159). Ajoutez l'un des deux, ou retirez l'attribut.",
    "An item attribute (BG-32) has neither name (BT-160) nor code (EXT-FR-FE-159). Add one of them, or remove the attribute.",
)
VALEUR_ATTRIBUT: Texte = (
    "Un attribut de l'article (BG-32) doit porter une valeur (BT-161), ou une valeur avec unité (EXT-FR-FE-160), pas les deux. Complétez-le ou retirez le double.",
    "An item attribute (BG-32) must bear a value (BT-161), or a value with unit (EXT-FR-FE-160), not both. Complete it, or remove the second one.",
)

_SOMMES: dict[str, Texte] = {
    "CO-10": _somme("{Le BT-106} n'est pas égale au total HT (BT-131) des lignes DETAIL ou sans sous-type", "The {BT-106} is not the total without VAT (BT-131) of the lines of subtype DETAIL or without subtype"),
    "CO-11": _somme("{Le BT-107} n'est pas égale au total des remises de la facture (BT-92)", "The {BT-107} is not the total of the invoice allowances (BT-92)"),
    "CO-12": _somme("{Le BT-108} n'est pas égale au total des charges (BT-99) et des frais logistiques (BT-X-272)", "The {BT-108} is not the total of the charges (BT-99) and logistics fees (BT-X-272)"),
    "CO-13": _somme("{Le BT-109} n'est pas égal aux lignes HT (BT-131) moins les remises (BT-92) plus les charges (BT-99)", "The {BT-109} is not the lines (BT-131) less the allowances (BT-92) plus the charges (BT-99)"),
    "CO-15": _avec(_somme("{Le BT-112} n'est pas égal {au BT-109} plus {le BT-110}", "The {BT-112} is not the {BT-109} plus the {BT-110}"), DEVISE_TVA),
}  # fmt: skip

_DETAILS = {"22": _detail("BT-129"), "23": _detail("BT-130"), "24": _detail("BT-131"), "26": _detail("BT-146")}

#: After BR-FREXT- and BR-FXEXT-: one number for one thing.
_COMMUNES: dict[str, Texte] = {
    **_SOMMES,
    "04": _ATTRIBUT_CODE,
    "06": _PARENTE,
    "08": _SOUS_TOTAL,
    "11": _PARENTE_INCONNUE,
    "12": _SOUS_TOTAUX,
    "CO-04": _detail("BT-151"),
    **{f"BR-{numero}": row for numero, row in _DETAILS.items()},
    "BR-38": sans_motif("BG-21", "BT-104", "BT-105", "BT-177"),
    "BR-44": sans_motif("BG-28", "BT-144", "BT-145", "BT-193"),
}

TEXTES: dict[str, Texte] = {
    **{f"BR-{sigle}-{numero}": row for sigle in ("FREXT", "FXEXT") for numero, row in _COMMUNES.items()},
    **{f"BR-FREXT-{numero}": row for numero, row in _DETAILS.items()},
    "BR-FREXT-05": _SOUS_TYPE,
    "BR-FREXT-54-1": NOM_ATTRIBUT, "BR-FXEXT-BR-54-1": NOM_ATTRIBUT,
    "BR-FREXT-54-2": VALEUR_ATTRIBUT, "BR-FXEXT-BR-54-2": VALEUR_ATTRIBUT,
    "BR-FXEXT-CO-16": ("{Le BT-115} n'est pas égal au total TTC (BT-112) moins le déjà payé (BT-113), plus l'arrondi (BT-114) et {le BT-179}. Refaites le calcul et corrigez le montant faux.",
                       "The {BT-115} is not the total with VAT (BT-112) less the amount paid (BT-113), plus the rounding (BT-114) and the {BT-179}. Calculate again and correct the wrong amount."),
    "BR-FXEXT-01": ("Une note (BG-1) a un code sujet (BT-21) mais pas de texte. Indiquez {le BT-22} ou {le BT-X-5}, de même sens si vous donnez les deux.",
                    "A note (BG-1) has a subject code (BT-21) but no text. Give the {BT-22} or the {BT-X-5}, with one meaning when you give both."),
    "BR-FXEXT-02": ("Une note de ligne a un code sujet (BT-X-10) mais pas de texte. Indiquez {le BT-127} ou {le BT-X-9}, de même sens si vous donnez les deux.",
                    "A line note has a subject code (BT-X-10) but no text. Give the {BT-127} or the {BT-X-9}, with one meaning when you give both."),
    "BR-FXEXT-03": ("Une partie autre que le fournisseur porte un numéro fiscal qui n'est pas un numéro de TVA. Mettez VA en schemeID (ram:SpecifiedTaxRegistration), ou retirez ce numéro.",
                    "A party other than the supplier bears a tax number that is no VAT number. Write VA as schemeID (ram:SpecifiedTaxRegistration), or remove that number."),
}  # fmt: skip
