"""French rules on invoices of several sellers (frameworks B8, S8, M8) and of two parties (B9, S9, M9): BR-FR-MV and BR-FR-BD.

Such an invoice holds sub-invoices: each begins with a line of subtype GROUP without a parent line, and bears a number of its own
(BT-128, scheme AFL).
"""

from __future__ import annotations

from flux.referentiel.explications.modele import Texte

_TOUS: Texte = "Cadre à plusieurs vendeurs ou deux parties (BT-23)", "Framework of several sellers or two parties (BT-23)"
_VENDEURS: Texte = "Cadre à plusieurs vendeurs (BT-23 : B8, S8, M8)", "Framework of several sellers (BT-23: B8, S8, M8)"
_PARTIES: Texte = "Cadre à deux parties (BT-23 : B9, S9, M9)", "Framework of two parties (BT-23: B9, S9, M9)"
_AUTOFACTURES = "261, 389, 471, 473, 500, 501, 502"


def _t(cadre: Texte, fr: str, en: str) -> Texte:
    return f"{cadre[0]} : {fr}", f"{cadre[1]}: {en}"


def _tete(cle: str) -> Texte:
    return _t(
        _TOUS,
        f"une ligne GROUP sans ligne parente n'indique pas {{le {cle}}}. Complétez cette ligne : elle ouvre une sous-facture.",
        f"a GROUP line without parent line lacks the {{{cle}}}. Complete that line: it opens a sub-invoice.",
    )


def _anterieure(cadre: Texte, cle: str) -> Texte:
    return _t(
        cadre,
        f"cet avoir ou cette rectificative doit dire, à chaque ligne GROUP sans ligne parente, quelle facture elle corrige. Indiquez {{le {cle}}}.",
        f"this credit note or corrected invoice must say, on each GROUP line without parent line, which invoice it corrects. Give the {{{cle}}}.",
    )


_TYPE_VENDEURS = _t(
    _VENDEURS, f"{{le BT-3}} est celui d'une autofacture ({_AUTOFACTURES}), exclue ici. Choisissez un autre type, par exemple 380 ou 381.",
    f"the {{BT-3}} is that of a self-billed invoice ({_AUTOFACTURES}), excluded here. Choose another type, such as 380 or 381.",
)  # fmt: skip
_TYPE_PARTIES = _t(
    _PARTIES, f"{{le BT-3}} n'est pas celui d'une autofacture. Choisissez-le parmi {_AUTOFACTURES}, ou changez de cadre.",
    f"the {{BT-3}} is not that of a self-billed invoice. Choose it among {_AUTOFACTURES}, or change the framework.",
)  # fmt: skip
_PARTIE_FOURNISSEUR = _t(
    _PARTIES, "aucune des deux lignes GROUP sans ligne parente n'est celle du fournisseur. Mettez son identifiant légal (BT-30) en EXT-FR-FE-167 de l'une.",
    "neither of the two GROUP lines without parent line is the supplier's. Write its legal identifier (BT-30) as EXT-FR-FE-167 of one.",
)  # fmt: skip

TEXTES: dict[str, Texte] = {
    "BR-FR-MV-01_EXT-FR-FE-163": _t(_TOUS, "une ligne (BG-25) n'indique pas {le EXT-FR-FE-163}. Mettez GROUP pour une sous-facture, DETAIL pour un article.",
                                    "a line (BG-25) lacks the {EXT-FR-FE-163}. Write GROUP for a sub-invoice, DETAIL for an item."),
    "BR-FR-MV-02_EXT-FR-FE-163": _t(_VENDEURS, "aucune ligne (BG-25) n'ouvre de sous-facture. Ajoutez une ligne GROUP (EXT-FR-FE-163) sans ligne parente par vendeur.",
                                    "no line (BG-25) opens a sub-invoice. Add a GROUP line (EXT-FR-FE-163) without parent line for each seller."),
    "BR-FR-BD-02_EXT-FR-FE-163": _t(_PARTIES, "il faut exactement deux lignes GROUP (EXT-FR-FE-163) sans ligne parente, une par partie. Ajoutez ou retirez-en.",
                                    "it needs exactly two GROUP lines (EXT-FR-FE-163) without parent line, one for each party. Add or remove some."),
    "BR-FR-BD-02_BT-30": _PARTIE_FOURNISSEUR,
    "BR-FR-BD-02_BT-31": _PARTIE_FOURNISSEUR,
    "BR-FR-BD-02_BT-47": _t(_PARTIES, "aucune des deux lignes GROUP sans ligne parente n'est celle du destinataire. Mettez son identifiant légal (BT-47) en EXT-FR-FE-167 de l'une.",
                            "neither of the two GROUP lines without parent line is the recipient's. Write its legal identifier (BT-47) as EXT-FR-FE-167 of one."),
    **{f"BR-FR-MV-03_{cle}": _tete(cle) for cle in ("EXT-FR-FE-164", "EXT-FR-FE-167", "EXT-FR-FE-177", "EXT-FR-FE-181", "EXT-FR-FE-182")},
    "BR-FR-MV-03_BT-128_AFL": _t(_TOUS, "une ligne GROUP sans ligne parente n'a pas de numéro de sous-facture. Donnez-le en BT-128, avec le schéma AFL.",
                                 "a GROUP line without parent line has no sub-invoice number. Give it as BT-128, with scheme AFL."),
    "BR-FR-MV-03_BT-128_AVV": _t(_TOUS, "une ligne GROUP sans ligne parente n'a pas le cadre de sa sous-facture. Donnez-le en BT-128, schéma AVV, par exemple B1 ou S1 (jamais en 8 ou 9).",
                                 "a GROUP line without parent line lacks the framework of its sub-invoice. Give it as BT-128, scheme AVV, such as B1 or S1 (never 8 or 9)."),
    "BR-FR-MV-05_EXT-FR-FE-BG-12": _t(_TOUS, "le montant HT (BT-131) d'une ligne GROUP n'est pas la somme de ses sous-lignes, à 0,01 près par sous-ligne. Refaites l'addition et corrigez le montant faux.",
                                      "the amount without VAT (BT-131) of a GROUP line is not the sum of its sub-lines, within 0.01 for each. Add up again and correct the wrong amount."),
    "BR-FR-MV-06_EXT-FR-FE-167": _t(_TOUS, "{le EXT-FR-FE-167} manque ou diffère de celui de la ligne parente. Mettez le même sur toutes les lignes d'une sous-facture.",
                                    "the {EXT-FR-FE-167} is missing or differs from the parent line's. Write the same on all lines of a sub-invoice."),
    "BR-FR-MV-07_BT-128": _t(_TOUS, "le numéro de sous-facture (BT-128, AFL) d'une ligne manque ou diffère de celui de la ligne parente. Mettez le même sur toutes ses lignes.",
                             "the sub-invoice number (BT-128, AFL) of a line is missing or differs from the parent line's. Write the same on all its lines."),
    "BR-FR-MV-08_BT-128": _t(_TOUS, "le motif d'exonération d'une ligne ne commence pas par son numéro de sous-facture (BT-128) entre dièses. Écrivez par exemple #F-102#, puis le motif.",
                             "the exemption reason of a line does not begin with its sub-invoice number (BT-128) between hashes. Write #F-102# for instance, then the reason."),
    "BR-FR-MV-09_EXT-FR-FE-181": _t(_TOUS, "le total de TVA (EXT-FR-FE-181) d'une ligne GROUP n'est pas la somme des TVA (BT-117) de sa sous-facture, celles dont le motif (BT-120) commence par son numéro. Refaites l'addition.",
                                    "the VAT total (EXT-FR-FE-181) of a GROUP line is not the sum of the VAT (BT-117) of its sub-invoice, whose reason (BT-120) begins with its number. Add up again."),
    "BR-FR-MV-10_EXT-FR-FE-184": _t(_TOUS, "le total TTC (EXT-FR-FE-184) d'une ligne GROUP n'est pas son HT (BT-131) plus sa TVA (EXT-FR-FE-181), à 0,01 près par sous-ligne. Refaites l'addition et corrigez le montant faux.",
                                    "the total with VAT (EXT-FR-FE-184) of a GROUP line is not its amount (BT-131) plus its VAT (EXT-FR-FE-181), within 0.01 for each sub-line. Add up again and correct it."),
    "BR-FR-MV-11_BT-128": _t(_TOUS, "la sous-facture du fournisseur principal (BT-30) ne porte pas le numéro de la facture. Mettez {le BT-1} en BT-128 (AFL) de sa ligne GROUP, et d'aucune autre.",
                             "the sub-invoice of the main supplier (BT-30) does not bear the invoice's number. Write the {BT-1} as BT-128 (AFL) of its GROUP line, and of no other."),
    "BR-FR-MV-12_BT-128": _t(_TOUS, "deux sous-factures portent le même numéro (BT-128, AFL). Donnez un numéro différent à chaque ligne GROUP sans ligne parente.",
                             "two sub-invoices bear the same number (BT-128, AFL). Give each GROUP line without parent line a number of its own."),
    "BR-FR-MV-13_BT-3": _TYPE_VENDEURS,
    "BR-FR-MV-BD_BT-3": _TYPE_PARTIES,
    "BR-FR-BD-13_BT-3": _TYPE_PARTIES,
    **{f"BR-FR-{sigle}-14-{cle}": _anterieure(cadre, cle) for sigle, cadre in (("MV", _VENDEURS), ("BD", _PARTIES)) for cle in ("EXT-FR-FE-136", "EXT-FR-FE-138")},
}  # fmt: skip
