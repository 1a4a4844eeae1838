"""VAT categories: one sentence a rule number, for each category of UNTDID 5305 that EN 16931 admits.

The rules of a category bear its name and a number: 01 breakdown, 02 to 04 identifiers (line, allowance, charge), 05 to 07 rates (the same),
08 base, 09 VAT amount, 10 exemption reason. EXTENDED-CTC-FR (``BR-FREXT-``) and Factur-X (``BR-FXEXT-``) publish 01, 08 and 09 anew, with
a tolerance of one cent an amount added up; ``ini`` and ``rev`` are the two ways of adding up, by category or by exemption reason too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from flux.referentiel.explications.modele import Texte


@dataclass(frozen=True, slots=True)
class Categorie:
    """One category.

    :ivar code: BT-118, BT-151, BT-95, BT-102. :ivar fr: French name. :ivar en: English name.
    :ivar taux: the rate is told: ``positif`` above 0, ``libre`` 0 or above, ``nul`` 0, ``aucun`` no rate at all.
    :ivar motif: an exemption reason is asked for; where not, it is refused.
    """

    code: str
    fr: str
    en: str
    taux: str
    motif: bool

    @property
    def par_taux(self) -> bool:
        """Whether the breakdown has one group for each rate."""
        return self.taux in {"positif", "libre"}


#: Name in the rules' numbers → category.
CATEGORIES: dict[str, Categorie] = {
    "S": Categorie("S", "taux normal ou réduit", "standard or reduced rate", "positif", motif=False),
    "Z": Categorie("Z", "taux zéro", "zero rate", "nul", motif=False),
    "E": Categorie("E", "exonéré", "exempt", "nul", motif=True),
    "AE": Categorie("AE", "autoliquidation", "reverse charge", "nul", motif=True),
    "IC": Categorie("K", "livraison intracommunautaire", "intra-Community supply", "nul", motif=True),
    "G": Categorie("G", "export hors UE", "export outside the EU", "nul", motif=True),
    "O": Categorie("O", "hors champ de la TVA", "outside the scope of VAT", "aucun", motif=True),
    "AF": Categorie("L", "IGIC des Canaries", "IGIC of the Canary Islands", "libre", motif=False),
    "AG": Categorie("M", "IPSI de Ceuta et Melilla", "IPSI of Ceuta and Melilla", "libre", motif=False),
}

_REGLE = re.compile(r"BR-(?P<ext>FREXT-|FXEXT-)?(?P<cat>S|Z|E|AE|IC|G|O|AF|AG)-?(?P<numero>\d\d)(?P<variante>ini|rev|b)?")

#: 02 to 04, and 05 to 07: who bears the category, and with which terms.
_PORTEURS: dict[int, tuple[str, str, str]] = {
    0: ("Une ligne (BG-25)", "A line (BG-25)", "BT-152"),
    1: ("Une remise de la facture (BG-20)", "An invoice allowance (BG-20)", "BT-96"),
    2: ("Une charge de la facture (BG-21)", "An invoice charge (BG-21)", "BT-103"),
}
_FOURNISSEUR: Texte = (
    "le numéro de TVA du fournisseur (BT-31), son immatriculation fiscale (BT-32) ou le numéro de TVA de son représentant fiscal (BT-63)",
    "the supplier's VAT number (BT-31), its tax registration number (BT-32) or its tax representative's VAT number (BT-63)",
)
_FOURNISSEUR_TVA: Texte = (
    "le numéro de TVA du fournisseur (BT-31) ou de son représentant fiscal (BT-63)",
    "the VAT number of the supplier (BT-31) or of its tax representative (BT-63)",
)
#: Category → identifiers that a line, allowance or charge of it asks for; the others ask for the supplier's alone.
_IDENTIFIANTS: dict[str, Texte] = {
    "AE": (
        "le numéro fiscal du fournisseur (BT-31, BT-32 ou BT-63), et le numéro de TVA (BT-48) ou l'identifiant légal (BT-47) du destinataire",
        "the supplier's tax number (BT-31, BT-32 or BT-63), and the recipient's VAT number (BT-48) or legal identifier (BT-47)",
    ),
    "IC": (f"{_FOURNISSEUR_TVA[0]}, et celui du destinataire (BT-48)", f"{_FOURNISSEUR_TVA[1]}, and that of the recipient (BT-48)"),
    "G": _FOURNISSEUR_TVA,
}

#: What only one category asks for.
PROPRES: dict[str, Texte] = {
    "BR-IC-11": ("La facture est en catégorie K (livraison intracommunautaire) : il manque {le BT-72} ou {le BG-14}. Indiquez l'une des deux.",
                 "The invoice is in category K (intra-Community supply): the {BT-72} or the {BG-14} is missing. Give one of them."),
    "BR-IC-12": ("La facture est en catégorie K (livraison intracommunautaire) : il manque {le BT-80}. Indiquez le pays où la marchandise arrive.",
                 "The invoice is in category K (intra-Community supply): the {BT-80} is missing. Give the country where the goods arrive."),
    "BR-O-11": ("La ventilation de TVA (BG-23) mêle la catégorie O (hors champ) à d'autres. Une facture hors champ ne contient que O : séparez les opérations en deux factures.",
                "The VAT breakdown (BG-23) mixes category O (outside the scope) with others. An invoice outside the scope holds O only: split it into two invoices."),
    "BR-O-12": ("La ventilation de TVA (BG-23) est hors champ (O), mais une ligne (BG-25) porte une autre catégorie (BT-151). Mettez-la en O, ou faites deux factures.",
                "The VAT breakdown (BG-23) is outside the scope (O), but a line (BG-25) bears another category (BT-151). Make it O, or issue two invoices."),
    "BR-O-13": ("La ventilation de TVA (BG-23) est hors champ (O), mais une remise (BG-20) porte une autre catégorie (BT-95). Mettez-la en O, ou faites deux factures.",
                "The VAT breakdown (BG-23) is outside the scope (O), but an allowance (BG-20) bears another category (BT-95). Make it O, or issue two invoices."),
    "BR-O-14": ("La ventilation de TVA (BG-23) est hors champ (O), mais une charge (BG-21) porte une autre catégorie (BT-102). Mettez-la en O, ou faites deux factures.",
                "The VAT breakdown (BG-23) is outside the scope (O), but a charge (BG-21) bears another category (BT-102). Make it O, or issue two invoices."),
    "BR-B-01": ("La catégorie de TVA B (paiement scindé) est réservée aux factures entre Italiens. Choisissez une autre catégorie en BT-151, BT-95 ou BT-102.",
                "VAT category B (split payment) is only for invoices between Italians. Choose another category in BT-151, BT-95 or BT-102."),
    "BR-B-02": ("La facture mêle les catégories de TVA B (paiement scindé) et S (taux normal) en BT-151, BT-95 ou BT-102. Gardez l'une ou l'autre.",
                "The invoice mixes VAT categories B (split payment) and S (standard rate) in BT-151, BT-95 or BT-102. Keep one or the other."),
}  # fmt: skip


def texte(regle: str) -> Texte | None:
    """Return the text of a rule on a VAT category, ``None`` for another rule."""
    if regle in PROPRES:
        return PROPRES[regle]
    read = _REGLE.fullmatch(regle)
    if read is None:
        return None
    categorie = CATEGORIES[read["cat"]]
    numero, tolerance, variante = int(read["numero"]), bool(read["ext"]), read["variante"] or ""
    if numero == 1:
        return _ventilation(categorie, exacte=not categorie.par_taux and not tolerance)
    if 2 <= numero <= 4:
        return _identifiants(read["cat"], categorie, _PORTEURS[numero - 2])
    if 5 <= numero <= 7:
        return _taux(categorie, _PORTEURS[numero - 5])
    return {8: _base, 9: _montant, 10: _motif}[numero](categorie, tolerance, variante) if numero <= 10 else None


def _ventilation(categorie: Categorie, *, exacte: bool) -> Texte:
    code, fr, en = categorie.code, categorie.fr, categorie.en
    combien_fr = (
        f"un seul groupe {code}" if exacte else f"un groupe {code} par taux" if categorie.par_taux else f"au moins un groupe {code}"
    )
    combien_en = (
        f"one {code} group only" if exacte else f"one {code} group for each rate" if categorie.par_taux else f"at least one {code} group"
    )
    return (
        (
            f"Catégorie {code} ({fr}) : la ventilation de TVA (BG-23) ne correspond pas aux lignes, remises et charges. "
            f"Si l'une d'elles est en {code}, il faut {combien_fr} ; sinon, aucun. Corrigez la ventilation (BT-118) ou les lignes (BT-151)."
        ),
        (
            f"Category {code} ({en}): the VAT breakdown (BG-23) does not match the lines, allowances and charges. "
            f"If one of them is {code}, it needs {combien_en}; else none. Correct the breakdown (BT-118) or the lines (BT-151)."
        ),
    )


def _identifiants(cle: str, categorie: Categorie, porteur: tuple[str, str, str]) -> Texte:
    fr, en, _ = porteur
    quoi_fr, quoi_en = f"{fr} est en catégorie {categorie.code} ({categorie.fr})", f"{en} is in category {categorie.code} ({categorie.en})"
    if cle == "O":
        return (
            (
                f"{quoi_fr} : aucun numéro de TVA n'est admis. Retirez ceux du fournisseur (BT-31), de son représentant fiscal (BT-63) et du destinataire "
                "(BT-48), ou changez de catégorie si l'opération est dans le champ de la TVA."
            ),
            (
                f"{quoi_en}: no VAT number is allowed. Remove those of the supplier (BT-31), its tax representative (BT-63) and the recipient (BT-48), "
                "or change the category when the operation is within the scope of VAT."
            ),
        )
    qui = _IDENTIFIANTS.get(cle, _FOURNISSEUR)
    return f"{quoi_fr} : il faut {qui[0]}. Ajoutez ce qui manque.", f"{quoi_en}: it needs {qui[1]}. Add what is missing."


def _taux(categorie: Categorie, porteur: tuple[str, str, str]) -> Texte:
    fr, en, terme = porteur
    quoi_fr, quoi_en = f"{fr} est en catégorie {categorie.code} ({categorie.fr})", f"{en} is in category {categorie.code} ({categorie.en})"
    suite: Texte = {
        "positif": (
            f"{{le {terme}}} doit dépasser 0. Indiquez le taux, ou choisissez une catégorie sans TVA (Z, E, AE, K, G, O).",
            f"the {{{terme}}} must be above 0. Give the rate, or choose a category without VAT (Z, E, AE, K, G, O).",
        ),
        "libre": (
            f"{{le {terme}}} ne convient pas. Indiquez un taux positif, ou changez de catégorie.",
            f"the {{{terme}}} does not fit. Give a positive rate, or change the category.",
        ),
        "nul": (
            f"{{le {terme}}} doit être 0. Mettez 0, ou passez en catégorie S si la TVA est due.",
            f"the {{{terme}}} must be 0. Write 0, or use category S when VAT is due.",
        ),
        "aucun": (
            f"elle ne porte pas de taux. Retirez {{le {terme}}}, ou changez de catégorie si la TVA s'applique.",
            f"it bears no rate. Remove the {{{terme}}}, or change the category when VAT applies.",
        ),
    }[categorie.taux]
    return f"{quoi_fr} : {suite[0]}", f"{quoi_en}: {suite[1]}"


def _base(categorie: Categorie, tolerance: bool, variante: str) -> Texte:
    par_fr, par_en = (
        (" de ce taux", " of that rate") if categorie.par_taux else (f" de catégorie {categorie.code}", f" in category {categorie.code}")
    )
    marge_fr, marge_en = (", à 0,01 près par montant", ", within 0.01 for each amount") if tolerance else ("", "")
    motif_fr, motif_en = {
        "ini": (", tous motifs confondus", ", all exemption reasons together"),
        "rev": (", motif par motif (BT-120, BT-121)", ", reason by reason (BT-120, BT-121)"),
    }.get(variante, ("", ""))
    return (
        (
            f"Catégorie {categorie.code} ({categorie.fr}) : {{le BT-116}} n'est pas égale aux lignes HT (BT-131) plus les charges (BT-99) moins les remises "
            f"(BT-92){par_fr}{motif_fr}{marge_fr}. Refaites l'addition et corrigez le montant faux."
        ),
        (
            f"Category {categorie.code} ({categorie.en}): the {{BT-116}} is not the lines (BT-131) plus the charges (BT-99) less the allowances "
            f"(BT-92){par_en}{motif_en}{marge_en}. Add up again and correct the wrong amount."
        ),
    )


def _montant(categorie: Categorie, tolerance: bool, _variante: str) -> Texte:
    if not categorie.par_taux:
        return (
            f"Catégorie {categorie.code} ({categorie.fr}) : {{le BT-117}} doit être 0. Mettez 0, ou passez en catégorie S si la TVA est due.",
            f"Category {categorie.code} ({categorie.en}): the {{BT-117}} must be 0. Write 0, or use category S when VAT is due.",
        )
    marge_fr, marge_en = (", à 0,01 près par montant de la base", ", within 0.01 for each amount in the base") if tolerance else ("", "")
    return (
        (
            f"Catégorie {categorie.code} ({categorie.fr}) : {{le BT-117}} n'est pas égal à la base HT (BT-116) multipliée par le taux (BT-119){marge_fr}. "
            "Refaites le calcul et corrigez la base, le taux ou la TVA."
        ),
        (
            f"Category {categorie.code} ({categorie.en}): the {{BT-117}} is not the taxable amount (BT-116) times the rate (BT-119){marge_en}. "
            "Calculate again and correct the base, the rate or the VAT."
        ),
    )


def _motif(categorie: Categorie, _tolerance: bool, _variante: str) -> Texte:
    if not categorie.motif:
        return (
            f"Catégorie {categorie.code} ({categorie.fr}) : elle n'admet pas de motif d'exonération. Retirez le motif (BT-120) et son code (BT-121).",
            f"Category {categorie.code} ({categorie.en}): it needs no exemption reason. Remove the reason (BT-120) and its code (BT-121).",
        )
    exemple_fr, exemple_en = (
        ("l'article de loi qui exonère", "the article of law that exempts")
        if categorie.code == "E"
        else (f"« {categorie.fr} »", f"“{categorie.en}”")
    )
    return (
        (
            f"Catégorie {categorie.code} ({categorie.fr}) : la ventilation (BG-23) ne dit pas pourquoi la TVA est nulle. "
            f"Indiquez le motif d'exonération (BT-120) ou son code (BT-121), par exemple {exemple_fr}."
        ),
        (
            f"Category {categorie.code} ({categorie.en}): the breakdown (BG-23) does not say why there is no VAT. "
            f"Give the exemption reason (BT-120) or its code (BT-121), such as {exemple_en}."
        ),
    )
