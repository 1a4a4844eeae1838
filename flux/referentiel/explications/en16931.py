"""EN 16931: what must be present (BR), what must agree (BR-CO), and the few rules of others that are of the same kind.

Numbers are those of EN 16931-1:2017, annex on business rules, as the compiled sets carry them.
"""

from __future__ import annotations

from flux.referentiel.explications.modele import Texte


def _manque(cle: str, fr: str, en: str) -> Texte:
    return f"Il manque {{le {cle}}}. {fr}", f"The {{{cle}}} is missing. {en}"


def _sans(groupe: Texte, quoi_fr: str, quoi_en: str, fr: str, en: str) -> Texte:
    return f"{groupe[0]} n'a pas {quoi_fr}. {fr}", f"{groupe[1]} has no {quoi_en}. {en}"


def sans_motif(groupe: str, *motifs: str) -> Texte:
    """Return the text of an allowance or charge that nothing explains.

    :param motifs: terms that would, one of them being enough.
    """
    *premiers, dernier = motifs
    choix_fr = f"{', '.join(f'{{le {cle}}}' for cle in premiers)} ou {{le {dernier}}}"
    choix_en = f"{', '.join(f'the {{{cle}}}' for cle in premiers)} or the {{{dernier}}}"
    article = "A" if groupe in {"BG-27", "BG-28"} else "An"
    return (
        f"Une {{{groupe}}} ne dit pas pourquoi elle est appliquée. Indiquez {choix_fr}.",
        f"{article} {{{groupe}}} does not say why it is applied. Give {choix_en}.",
    )


def _accord(code: str, motif: str) -> Texte:
    return (
        f"{{Le {code}}} et {{le {motif}}} ne désignent pas la même raison. Mettez-les d'accord, ou gardez-en un seul.",
        f"The {{{code}}} and the {{{motif}}} do not tell the same reason. Make them agree, or keep one only.",
    )


def _ordre(debut: str, fin: str) -> Texte:
    return (
        f"{{Le {fin}}} précède {{le {debut}}}. Corrigez l'une des deux dates.",
        f"The {{{fin}}} comes before the {{{debut}}}. Correct one of the two dates.",
    )


def _periode(groupe: str, debut: str, fin: str) -> Texte:
    return (
        f"{{Le {groupe}}} est présente mais vide. Indiquez {{le {debut}}}, {{le {fin}}}, ou les deux ; sinon retirez-la.",
        f"The {{{groupe}}} is present but empty. Give the {{{debut}}}, the {{{fin}}}, or both; else remove it.",
    )


def _schema(cle: str, attribut: str, exemple: str) -> Texte:
    return (
        f"Il manque le schéma {{du {cle}}}. Ajoutez l'attribut {attribut}, par exemple {exemple}.",
        f"The scheme of the {{{cle}}} is missing. Add the attribute {attribut}, such as {exemple}.",
    )


_LIGNE = "Une ligne (BG-25)", "A line (BG-25)"
_REP = "Le représentant fiscal (BG-11)", "The tax representative (BG-11)"
_BG20, _BG21 = (
    ("Une remise de la facture (BG-20)", "An invoice allowance (BG-20)"),
    ("Une charge de la facture (BG-21)", "An invoice charge (BG-21)"),
)
_BG27, _BG28 = ("Une remise de la ligne (BG-27)", "A line allowance (BG-27)"), ("Une charge de la ligne (BG-28)", "A line charge (BG-28)")
_BG23 = "Une ventilation de TVA (BG-23)", "A VAT breakdown (BG-23)"

#: A total of VAT in no currency, or in another one than the invoice's, is not read by the sums.
DEVISE_TVA: Texte = (
    "Vérifiez aussi que le currencyID du total de TVA (BT-110) est la devise de la facture (BT-5).",
    "Check also that the currencyID of the VAT total (BT-110) is the invoice currency (BT-5).",
)

PRESENCE: dict[str, Texte] = {
    "BR-01": _manque("BT-24", "Indiquez la norme que la facture suit, par exemple urn:cen.eu:en16931:2017.", "Give the specification that the invoice follows, such as urn:cen.eu:en16931:2017."),
    "BR-02": _manque("BT-1", "Indiquez le numéro donné par votre comptabilité.", "Give the number that your accounts gave the invoice."),
    "BR-03": _manque("BT-2", "Indiquez le jour où la facture est émise.", "Give the day on which the invoice is issued."),
    "BR-04": _manque("BT-3", "Indiquez 380 pour une facture, 381 pour un avoir, ou un autre code de la liste.", "Give 380 for an invoice, 381 for a credit note, or another code of the list."),
    "BR-05": _manque("BT-5", "Indiquez EUR, ou le code à trois lettres de la devise.", "Give EUR, or the three-letter code of the currency."),
    "BR-06": _manque("BT-27", "Indiquez la raison sociale de l'entreprise qui facture.", "Give the registered name of the company that invoices."),
    "BR-07": _manque("BT-44", "Indiquez la raison sociale de la structure facturée.", "Give the registered name of the body that is invoiced."),
    "BR-08": _manque("BG-5", "Ajoutez-la, avec au moins le pays (BT-40).", "Add it, with the country (BT-40) at least."),
    "BR-09": _manque("BT-40", "Ajoutez à l'adresse le code pays à deux lettres, FR pour la France.", "Add the two-letter country code to the address, FR for France."),
    "BR-10": _manque("BG-8", "Ajoutez-la, avec au moins le pays (BT-55).", "Add it, with the country (BT-55) at least."),
    "BR-11": _manque("BT-55", "Ajoutez à l'adresse le code pays à deux lettres, FR pour la France.", "Add the two-letter country code to the address, FR for France."),
    "BR-12": _manque("BT-106", "Indiquez le total des montants HT de toutes les lignes.", "Give the sum of the amounts without VAT of all lines."),
    "BR-13": _manque("BT-109", "Indiquez le montant de la facture avant TVA.", "Give the amount of the invoice before VAT."),
    "BR-14": _manque("BT-112", "Indiquez le montant de la facture, TVA comprise.", "Give the amount of the invoice, VAT included."),
    "BR-15": _manque("BT-115", "Indiquez le montant qui reste dû, 0 si tout est payé.", "Give the amount that remains due, 0 when all is paid."),
    "BR-16": ("La facture n'a aucune ligne (BG-25). Ajoutez au moins une ligne : article, quantité, prix et montant HT.", "The invoice has no line (BG-25). Add one at least: item, quantity, price and amount without VAT."),
    "BR-17": _manque("BT-59", "Indiquez qui reçoit le paiement, ou retirez le bénéficiaire (BG-10) si c'est le fournisseur.", "Say who is paid, or remove the payee (BG-10) when it is the supplier."),
    "BR-18": _manque("BT-62", "Ajoutez-le au représentant fiscal (BG-11), ou retirez celui-ci s'il n'y en a pas.", "Add it to the tax representative (BG-11), or remove that one when there is none."),
    "BR-19": _manque("BG-12", "Ajoutez-la au représentant fiscal (BG-11).", "Add it to the tax representative (BG-11)."),
    "BR-20": _manque("BT-69", "Ajoutez le code pays à deux lettres à l'adresse du représentant fiscal (BG-12).", "Add the two-letter country code to the tax representative's address (BG-12)."),
    "BR-21": _sans(_LIGNE, "d'identifiant (BT-126)", "identifier (BT-126)", "Numérotez chaque ligne.", "Number each line."),
    "BR-22": _sans(_LIGNE, "de quantité (BT-129)", "quantity (BT-129)", "Indiquez-la, 1 pour un forfait.", "Give it, 1 for a lump sum."),
    "BR-23": _sans(_LIGNE, "d'unité de quantité (BT-130)", "quantity unit (BT-130)", "Ajoutez le code de l'unité, par exemple C62 pour une unité, HUR pour une heure.", "Add the unit code, such as C62 for one unit, HUR for an hour."),
    "BR-24": _sans(_LIGNE, "de montant HT (BT-131)", "amount without VAT (BT-131)", "Indiquez-le : quantité × prix unitaire, remises déduites et charges ajoutées.", "Give it: quantity × unit price, less allowances, plus charges."),
    "BR-25": _sans(_LIGNE, "de nom d'article (BT-153)", "item name (BT-153)", "Dites en quelques mots ce que vous facturez.", "Say in a few words what you invoice."),
    "BR-26": _sans(_LIGNE, "de prix unitaire net (BT-146)", "net unit price (BT-146)", "Indiquez le prix d'une unité, hors TVA.", "Give the price of one unit, without VAT."),
    "BR-27": ("{Le BT-146} est négatif. Gardez un prix positif ou nul : pour une reprise, rendez négative la quantité (BT-129).", "The {BT-146} is negative. Keep a price of 0 or more: to take something back, make the quantity (BT-129) negative."),
    "BR-28": ("{Le BT-148} est négatif. Indiquez un prix positif ou nul avant rabais.", "The {BT-148} is negative. Give a price of 0 or more before discount."),
    "BR-29": _ordre("BT-73", "BT-74"),
    "BR-30": _ordre("BT-134", "BT-135"),
    "BR-31": _sans(_BG20, "de montant (BT-92)", "amount (BT-92)", "Indiquez-le.", "Give it."),
    "BR-32": _sans(_BG20, "de catégorie de TVA (BT-95)", "VAT category (BT-95)", "Indiquez la catégorie des lignes auxquelles elle s'applique, S pour le taux normal ou réduit.", "Give the category of the lines that it applies to, S for a standard or reduced rate."),
    "BR-33": sans_motif("BG-20", "BT-97", "BT-98"),
    "BR-36": _sans(_BG21, "de montant (BT-99)", "amount (BT-99)", "Indiquez-le.", "Give it."),
    "BR-37": _sans(_BG21, "de catégorie de TVA (BT-102)", "VAT category (BT-102)", "Indiquez la catégorie des lignes auxquelles elle s'applique, S pour le taux normal ou réduit.", "Give the category of the lines that it applies to, S for a standard or reduced rate."),
    "BR-38": sans_motif("BG-21", "BT-104", "BT-105"),
    "BR-41": _sans(_BG27, "de montant (BT-136)", "amount (BT-136)", "Indiquez-le.", "Give it."),
    "BR-42": sans_motif("BG-27", "BT-139", "BT-140"),
    "BR-43": _sans(_BG28, "de montant (BT-141)", "amount (BT-141)", "Indiquez-le.", "Give it."),
    "BR-44": sans_motif("BG-28", "BT-144", "BT-145"),
    "BR-45": _sans(_BG23, "de base HT (BT-116)", "taxable amount (BT-116)", "Indiquez le montant HT soumis à ce taux.", "Give the amount without VAT that this rate applies to."),
    "BR-46": _sans(_BG23, "de montant de TVA (BT-117)", "VAT amount (BT-117)", "Indiquez la TVA due à ce taux, 0 si elle est nulle.", "Give the VAT due at this rate, 0 when there is none."),
    "BR-47": _sans(_BG23, "de catégorie de TVA (BT-118)", "VAT category (BT-118)", "Indiquez S pour un taux normal ou réduit, ou le code de l'exonération.", "Give S for a standard or reduced rate, or the code of the exemption."),
    "BR-48": _sans(_BG23, "de taux de TVA (BT-119)", "VAT rate (BT-119)", "Indiquez le taux, 0 s'il n'y a pas de TVA. Seule la catégorie O (hors champ) s'en passe.", "Give the rate, 0 when there is no VAT. Only category O (outside the scope) goes without."),
    "BR-49": _manque("BT-81", "Complétez les instructions de paiement (BG-16), par exemple avec 30 pour un virement.", "Complete the payment instructions (BG-16), with 30 for a credit transfer for instance."),
    "BR-50": _manque("BT-84", "Indiquez l'IBAN du compte à créditer, ou retirez le bloc du compte (BG-17).", "Give the IBAN to credit, or remove the account group (BG-17)."),
    "BR-51": ("{Le BT-87} est donné en clair. Par sécurité, n'en laissez que les 6 premiers et les 4 derniers chiffres.", "The {BT-87} is given in full. For safety, leave only its first 6 and last 4 digits."),
    "BR-52": _sans(("Une pièce jointe (BG-24)", "An attachment (BG-24)"), "de référence (BT-122)", "reference (BT-122)", "Donnez-lui un nom ou un numéro.", "Give it a name or a number."),
    "BR-53": _manque("BT-111", "La facture annonce une devise de comptabilisation (BT-6) : donnez la TVA dans cette devise, ou retirez BT-6.", "The invoice has an accounting currency (BT-6): give the VAT in that currency, or remove BT-6."),
    "BR-54": _sans(("Un attribut d'article (BG-32)", "An item attribute (BG-32)"), "de nom (BT-160)", "name (BT-160)", "Il lui faut un nom et une valeur (BT-161) : complétez-le ou retirez-le.", "It needs a name and a value (BT-161): complete or remove it."),
    "BR-55": _sans(("Une référence à une facture antérieure (BG-3)", "A preceding invoice reference (BG-3)"), "de numéro (BT-25)", "number (BT-25)", "Indiquez-le, ou retirez la référence.", "Give it, or remove the reference."),
    "BR-56": _sans(_REP, "de numéro de TVA (BT-63)", "VAT number (BT-63)", "Indiquez-le, ou retirez le représentant s'il n'y en a pas.", "Give it, or remove the representative when there is none."),
    "BR-57": _sans(("L'adresse de livraison (BG-15)", "The delivery address (BG-15)"), "de pays (BT-80)", "country (BT-80)", "Ajoutez le code pays à deux lettres, FR pour la France.", "Add the two-letter country code, FR for France."),
    "BR-61": _manque("BT-84", "Le mode de paiement (BT-81) est un virement : indiquez l'IBAN du compte à créditer.", "The payment means (BT-81) is a credit transfer: give the IBAN to credit."),
    "BR-62": _schema("BT-34", "schemeID", "0225"),
    "BR-63": _schema("BT-49", "schemeID", "0225"),
    "BR-64": _schema("BT-157", "schemeID", "0160"),
    "BR-65": _schema("BT-158", "listID", "STI"),
    "PEPPOL-EN16931-R008": ("Un élément est présent mais vide. Remplissez-le, ou retirez-le : un élément vide ne vaut pas une absence.", "An element is present but empty. Fill it, or remove it: an empty element is not the same as none."),
    "BR-FX-EN-04": ("Il manque {le BT-72}, {le BG-14} ou la période de chaque ligne (BG-26). Dites quand la livraison ou la prestation a eu lieu ; seul un acompte (386) s'en passe.", "The {BT-72}, the {BG-14} or the period of each line (BG-26) is missing. Say when the delivery or service took place; only an advance (386) goes without."),
}  # fmt: skip

COHERENCE: dict[str, Texte] = {
    "BR-CO-03": ("{Le BT-7} et {le BT-8} sont donnés tous les deux. Gardez l'un ou l'autre.", "The {BT-7} and the {BT-8} are both given. Keep one or the other."),
    "BR-CO-04": _sans(_LIGNE, "de catégorie de TVA (BT-151)", "VAT category (BT-151)", "Indiquez S pour un taux normal ou réduit, ou le code de l'exonération.", "Give S for a standard or reduced rate, or the code of the exemption."),
    "BR-CO-05": _accord("BT-98", "BT-97"),
    "BR-CO-06": _accord("BT-105", "BT-104"),
    "BR-CO-07": _accord("BT-140", "BT-139"),
    "BR-CO-08": _accord("BT-145", "BT-144"),
    "BR-CO-09": ("Un numéro de TVA (BT-31, BT-48 ou BT-63) ne commence pas par un code pays. Ajoutez les deux lettres du pays, par exemple FR, ou EL pour la Grèce.", "A VAT number (BT-31, BT-48 or BT-63) does not begin with a country code. Add the country's two letters, such as FR, or EL for Greece."),
    "BR-CO-10": ("{Le BT-106} n'est pas égale au total des montants HT des lignes (BT-131). Refaites l'addition, puis corrigez la somme ou la ligne en cause.", "The {BT-106} is not the total of the lines' amounts without VAT (BT-131). Add up again, then correct the sum or the line at fault."),
    "BR-CO-11": ("{Le BT-107} n'est pas égale au total des remises de la facture (BT-92). Refaites l'addition, puis corrigez la somme ou la remise en cause.", "The {BT-107} is not the total of the invoice allowances (BT-92). Add up again, then correct the sum or the allowance at fault."),
    "BR-CO-12": ("{Le BT-108} n'est pas égale au total des charges de la facture (BT-99). Refaites l'addition, puis corrigez la somme ou la charge en cause.", "The {BT-108} is not the total of the invoice charges (BT-99). Add up again, then correct the sum or the charge at fault."),
    "BR-CO-13": ("{Le BT-109} n'est pas égal aux lignes HT (BT-106) moins les remises (BT-107) plus les charges (BT-108). Refaites le calcul et corrigez le montant faux.", "The {BT-109} is not the lines (BT-106) less the allowances (BT-107) plus the charges (BT-108). Calculate again and correct the wrong amount."),
    "BR-CO-14": ("{Le BT-110} n'est pas la somme des TVA de chaque taux (BT-117). Refaites l'addition et corrigez le montant faux.", "The {BT-110} is not the sum of the VAT of each rate (BT-117). Add up again and correct the wrong amount."),
    "BR-CO-15": ("{Le BT-112} n'est pas égal {au BT-109} plus {le BT-110}. Refaites l'addition et corrigez le montant faux. " + DEVISE_TVA[0],
                 "The {BT-112} is not the {BT-109} plus the {BT-110}. Add up again and correct the wrong amount. " + DEVISE_TVA[1]),
    "BR-CO-16": ("{Le BT-115} n'est pas égal au total TTC (BT-112) moins le montant déjà payé (BT-113) plus l'arrondi (BT-114). Refaites le calcul et corrigez le montant faux.", "The {BT-115} is not the total with VAT (BT-112) less the amount already paid (BT-113) plus the rounding (BT-114). Calculate again and correct the wrong amount."),
    "BR-CO-17": ("{Le BT-117} n'est pas égal à la base (BT-116) multipliée par le taux (BT-119), arrondie au centime. Refaites le calcul et corrigez la base, le taux ou la TVA.", "The {BT-117} is not the base (BT-116) times the rate (BT-119), rounded to the cent. Calculate again and correct the base, the rate or the VAT."),
    "BR-CO-18": ("La facture n'a aucune ventilation de TVA (BG-23). Ajoutez-en une par taux ou par motif d'exonération, même à 0.", "The invoice has no VAT breakdown (BG-23). Add one for each rate or exemption reason, even at 0."),
    "BR-CO-19": _periode("BG-14", "BT-73", "BT-74"),
    "BR-CO-20": _periode("BG-26", "BT-134", "BT-135"),
    "BR-CO-21": sans_motif("BG-20", "BT-97", "BT-98"),
    "BR-CO-22": sans_motif("BG-21", "BT-104", "BT-105"),
    "BR-CO-23": sans_motif("BG-27", "BT-139", "BT-140"),
    "BR-CO-24": sans_motif("BG-28", "BT-144", "BT-145"),
    "BR-CO-25": ("Il reste un montant à payer (BT-115) mais rien ne dit quand. Indiquez {le BT-9} ou {le BT-20}.", "An amount remains to be paid (BT-115) but nothing says when. Give the {BT-9} or the {BT-20}."),
    "BR-CO-26": ("Rien n'identifie le fournisseur : il manque {le BT-29}, {le BT-30} ou {le BT-31}. Indiquez-en un au moins, le SIREN en BT-30 pour une entreprise française.", "Nothing identifies the supplier: the {BT-29}, the {BT-30} or the {BT-31} is missing. Give one at least, the SIREN in BT-30 for a French company."),
    "BR-CO-27": ("Le paiement est un virement : {le BT-84} doit être donné une fois. Indiquez un IBAN ou un numéro de compte, pas les deux.", "The payment is a credit transfer: the {BT-84} must be given once. Give an IBAN or an account number, not both."),
}  # fmt: skip

TEXTES = PRESENCE | COHERENCE
