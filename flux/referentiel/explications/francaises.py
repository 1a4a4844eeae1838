"""French rules on invoices (BR-FR): what the reform asks for beyond EN 16931.

Source: the compiled rules of the FNFE package, Flux 2. Their identifiers end with the term at fault (``BR-FR-03_BT-9``) and sometimes with a rank.
"""

from __future__ import annotations

import re

from flux.referentiel.explications.etendues import NOM_ATTRIBUT, VALEUR_ATTRIBUT
from flux.referentiel.explications.modele import Texte
from flux.referentiel.explications.mots import connu
from flux.referentiel.types_facture import AVOIRS, RECTIFICATIVES, TYPES_REFORME

_TYPES = ", ".join(sorted(TYPES_REFORME))
_RECTIFICATIVES, _AVOIRS = ", ".join(sorted(RECTIFICATIVES)), ", ".join(sorted(AVOIRS))

#: Published identifier → the rule and the term it stands for, where it names another.
ALIAS: dict[str, str] = {
    "BR-FR-08_BT-151-2": "BR-FR-15_BT-151-2",
    "BR-FR-15_BT-95_BT-118": "BR-FR-15_BT-118",
    "BR-FR-15_BT-95_BT-118_LM": "BR-FR-15_BT-118-2",
    "BR-FR-15_BT-95_BT-151": "BR-FR-15_BT-151",
    "BR-FR-15_BT-95_BT-151_LM": "BR-FR-15_BT-151-2",
    "BR-FR-15_BT-95_BT-102_LM": "BR-FR-15_BT-95_BT-102-2",
    "BR-FR-24_BT-46": "BR-FR-24_BT-46-service",
    "BR-FR-26_BT-46": "BR-FR-26_BT-46-service",
    "BR-FR-30_BT-21": "BR-FR-31_BT-21",
    "BR-FR-32-ID": "BR-FR-32-GLOBALID",
    "BR-FR-03_EXT-FR-FE-134": "BR-FR-03_BT-134",
    "BR-FR-03_EXT-FR-FE-135": "BR-FR-03_BT-135",
    "BR-FR-CO-04_BT-4": "BR-FR-CO-04_BT-3",
    **{f"BR-FR-05_BT-22-{rank}": f"BR-FR-05_BT-22_{code}" for rank, code in enumerate(("PMT", "PMD", "AAB"), 1)},
    **{f"BR-FR-06_BT-21-{rank}": f"BR-FR-06_BT-21_{code}" for rank, code in enumerate(("PMT", "PMD", "AAB", "TXD"), 1)},
    "BR-FR-09_BT-46": "BR-FR-09_BT-46-id",
    **{f"BR-FR-CO-10_BT-46-{rank}": f"BR-FR-CO-10_BT-46-id-{rank}" for rank in (1, 2)},
}  # fmt: skip

_REGLE = re.compile(r"(?P<base>BR-FR-(?:CO-|DEC-)?\d\d)_(?P<terme>[\w-]+)")

_CARACTERES: Texte = (
    "{Le T} contient un caractère non admis. N'utilisez que des lettres sans accent, des chiffres et les signes + - _ /, sans espace.",
    "The {T} holds a character that is not allowed. Use only letters without accent, digits and the signs + - _ /, no blank.",
)
_ESPAGNE: Texte = (
    "{Le T} est L ou M, réservés à l'Espagne. Choisissez S, E, AE, K, G, O ou Z.",
    "The {T} is L or M, kept for Spain. Choose S, E, AE, K, G, O or Z.",
)
_SIGNES: Texte = (
    "{Le T} contient un caractère non admis. N'utilisez que des lettres sans accent, des chiffres et les signes - _ . (ni espace, ni barre).",
    "The {T} holds a character that is not allowed. Use only letters without accent, digits and the signs - _ . (no blank, no slash).",
)


def _ecriture(exemple: str, fr: str, en: str) -> Texte:
    return (
        f"Écriture non admise pour {{le T}}. Écrivez par exemple {exemple} : {fr}.",
        f"The {{T}} is not written in an allowed way. Write {exemple} for instance: {en}.",
    )


#: Rule and rank → text, where T is the term.
FAMILLES: dict[str, Texte] = {
    "BR-FR-01": ("{Le T} dépasse 35 caractères. Raccourcissez ce numéro.",
                 "The {T} exceeds 35 characters. Shorten that number."),
    "BR-FR-01-2": _CARACTERES,
    "BR-FR-02": _CARACTERES,
    "BR-FR-03": ("{Le T} n'est pas une date valide de 2000 à 2099. Corrigez cette date : 2026-09-01 en UBL, 20260901 en CII.",
                 "The {T} is not a valid date from 2000 to 2099. Correct it: 2026-09-01 in UBL, 20260901 in CII."),
    "BR-FR-04": (f"{{Le T}} n'est pas admis en France. Choisissez un code parmi {_TYPES}.", f"The {{T}} is not allowed in France. Choose a code among {_TYPES}."),
    "BR-FR-09": ("SIRET à revoir dans {le T} : 14 chiffres, dont les 9 premiers sont le SIREN de la même entreprise. Corrigez l'un ou l'autre.",
                 "SIRET to check in the {T}: 14 digits, the first 9 being the SIREN of the same company. Correct one or the other."),
    "BR-FR-15": ("{Le T} manque ou n'est pas admise en France. Choisissez S (TVA due), Z, E, AE, K, G ou O.",
                 "The {T} is missing or not allowed in France. Choose S (VAT due), Z, E, AE, K, G or O."),
    "BR-FR-15-2": _ESPAGNE,
    "BR-FR-16": ("{Le T} n'est pas un taux français. Écrivez le nombre seul, sans %, par exemple 20, 10, 5.5, 2.1 ou 0.",
                 "The {T} is not a French rate. Write the number alone, without %, such as 20, 10, 5.5, 2.1 or 0."),
    "BR-FR-23": _SIGNES,
    "BR-FR-24": (_SIGNES[0].replace("{Le T}", "{Le T} de schéma 0224"), _SIGNES[1].replace("{T}", "{T} of scheme 0224")),
    "BR-FR-25": ("{Le T} dépasse 125 caractères. Relevez-la dans l'annuaire.", "The {T} exceeds 125 characters. Copy it from the directory."),
    "BR-FR-26": ("{Le T} de schéma 0224 dépasse 100 caractères. Raccourcissez-le.", "The {T} of scheme 0224 exceeds 100 characters. Shorten it."),
    "BR-FR-CO-10-1": ("{Le T} est donné sans son schéma. Ajoutez l'attribut schemeID, par exemple 0009 pour un SIRET.",
                      "The {T} is given without its scheme. Add the attribute schemeID, such as 0009 for a SIRET."),
    "BR-FR-CO-10-2": ("{Le T} est donné deux fois avec le même schéma (schemeID). Gardez une valeur par schéma.",
                      "The {T} is given twice with the same scheme (schemeID). Keep one value for each scheme."),
    "BR-FR-DEC-01": _ecriture("1234.50", "deux décimales au plus après un point, 19 chiffres au plus, sans espace ni symbole", "two decimals at most after a point, 19 digits at most, no blank nor symbol"),
    "BR-FR-DEC-02": _ecriture("2.5", "quatre décimales au plus après un point, 19 chiffres au plus", "four decimals at most after a point, 19 digits at most"),
    "BR-FR-DEC-03": _ecriture("12.3456", "six décimales au plus après un point, 19 chiffres au plus, sans signe moins (sauf cadre B9, S9 ou M9)", "six decimals at most after a point, 19 digits at most, no minus sign (except in framework B9, S9 or M9)"),
    "BR-FR-DEC-04": _ecriture("5.5", "sans signe ni %, deux décimales au plus après un point, quatre chiffres au plus", "no sign nor %, two decimals at most after a point, four digits at most"),
}  # fmt: skip

_MENTIONS: dict[str, Texte] = {
    "PMT": ("l'indemnité forfaitaire pour frais de recouvrement (PMT)", "the fixed sum for recovery costs (PMT)"),
    "PMD": ("les pénalités de retard (PMD)", "the late payment penalties (PMD)"),
    "AAB": ("l'escompte ou son absence (AAB)", "the discount for early payment, or its absence (AAB)"),
    "TXD": ("le régime de taxe (TXD)", "the tax regime (TXD)"),
}
_BAR = "B2B, B2BINT, B2C, B2CINT, OUTOFSCOPE, ARCHIVEONLY"

_PIECES = (
    "RIB, LISIBLE, FEUILLE_DE_STYLE, PJA, BON_COMMANDE, BON_LIVRAISON, BORDEREAU_SUIVI, BORDEREAU_SUIVI_VALIDATION, DOCUMENT_ANNEXE, "
    "ETAT_ACOMPTE, FACTURE_PAIEMENT_DIRECT, RECAPITULATIF_COTRAITANCE"
)

#: Whole identifier → text.
TEXTES: dict[str, Texte] = {
    **{f"BR-FR-05_BT-22_{code}": (f"Aucune note (BG-1) ne donne la mention légale sur {fr}. Ajoutez-la en BT-22, avec {code} comme code sujet (BT-21).",
                                  f"No note (BG-1) gives the legal statement on {en}. Add it in BT-22, with {code} as subject code (BT-21).")
       for code, (fr, en) in _MENTIONS.items() if code != "TXD"},
    **{f"BR-FR-06_BT-21_{code}": (f"Plusieurs notes (BG-1) portent sur {fr}. Gardez-en une seule avec ce code sujet (BT-21).",
                                  f"More than one note (BG-1) is on {en}. Keep one with that subject code (BT-21).")
       for code, (fr, en) in _MENTIONS.items()},
    "BR-FR-08_BT-23": ("{Le BT-23} manque ou n'est pas admis. Choisissez B1, S1, M1, B2, S2, M2, S3, B4, S4, M4, S5, S6, B7, S7, B8, S8, M8, B9, S9 ou M9 : B1 pour des biens, S1 pour des services.",
                       "The {BT-23} is missing or not allowed. Choose B1, S1, M1, B2, S2, M2, S3, B4, S4, M4, S5, S6, B7, S7, B8, S8, M8, B9, S9 or M9: B1 for goods, S1 for services."),
    "BR-FR-10_BT-30": ("{Le BT-30} manque ou n'est pas un SIREN. Indiquez les 9 chiffres du SIREN, avec le schéma 0002.",
                       "The {BT-30} is missing or is not a SIREN. Give the 9 digits of the SIREN, with scheme 0002."),
    "BR-FR-11_BT-47": ("La facture est B2B (note BAR) mais {le BT-47} manque ou n'est pas un SIREN. Indiquez les 9 chiffres du SIREN, avec le schéma 0002.",
                       "The invoice is B2B (note BAR) but the {BT-47} is missing or is not a SIREN. Give the 9 digits of the SIREN, with scheme 0002."),
    "BR-FR-12_BT-49": ("Il manque {le BT-49}. Relevez-la dans l'annuaire, avec le schéma 0225.", "The {BT-49} is missing. Copy it from the directory, with scheme 0225."),
    "BR-FR-13_BT-34": ("Il manque {le BT-34}. Indiquez celle de votre entreprise dans l'annuaire, avec le schéma 0225.",
                       "The {BT-34} is missing. Give your company's own from the directory, with scheme 0225."),
    "BR-FR-17_BT-123": (f"{{Le BT-123}} n'est pas un code admis. Choisissez {_PIECES}.",
                        f"The {{BT-123}} is not an allowed code. Choose {_PIECES}."),
    "BR-FR-18_BT-123": ("Plusieurs pièces jointes (BG-24) se disent LISIBLE (BT-123). Gardez-en une : la représentation lisible de la facture est unique.",
                        "More than one attachment (BG-24) is said to be LISIBLE (BT-123). Keep one: an invoice has one readable rendering."),
    "BR-FR-20_BT-21": (f"Le traitement que donne la note BAR (BT-21) n'est pas connu. Écrivez en BT-22 un seul mot parmi {_BAR}, ou retirez la note.",
                       f"The treatment that the BAR note (BT-21) gives is not known. Write one word in BT-22, among {_BAR}, or remove the note."),
    "BR-FR-21_BT-49": ("La facture est B2B (note BAR) : {le BT-49} doit commencer par son SIREN, avec le schéma 0225. Relevez-la dans l'annuaire.",
                       "The invoice is B2B (note BAR): the {BT-49} must begin with its SIREN, with scheme 0225. Copy it from the directory."),
    "BR-FR-22_BT-34": ("La facture est une autofacture B2B (note BAR) : {le BT-34} doit commencer par son SIREN, avec le schéma 0225. Relevez-la dans l'annuaire.",
                       "The invoice is a B2B self-billed one (note BAR): the {BT-34} must begin with its SIREN, with scheme 0225. Copy it from the directory."),
    "BR-FR-27_BG-32": NOM_ATTRIBUT,
    "BR-FR-27_BT-160": ("{Le BT-160} est vide. Remplissez-le, ou donnez un code (EXT-FR-FE-159) à la place.", "The {BT-160} is empty. Fill it, or give a code (EXT-FR-FE-159) instead."),
    "BR-FR-27_EXT-FR-FE-159": ("{Le EXT-FR-FE-159} est vide. Remplissez-le, ou donnez un nom (BT-160) à la place.", "The {EXT-FR-FE-159} is empty. Fill it, or give a name (BT-160) instead."),
    "BR-FR-28-Value": VALEUR_ATTRIBUT,
    "BR-FR-29_BT-18": ("{Le BT-18} de schéma AFL ou AVV est donné deux fois. Gardez-en un par schéma.", "The {BT-18} of scheme AFL or AVV is given twice. Keep one for each scheme."),
    "BR-FR-29_AFL": ("{Le BT-18} de schéma AFL est vide. Remplissez-le ou retirez-le.", "The {BT-18} of scheme AFL is empty. Fill it or remove it."),
    "BR-FR-29_AVV": ("{Le BT-18} de schéma AVV est vide. Remplissez-le ou retirez-le.", "The {BT-18} of scheme AVV is empty. Fill it or remove it."),
    "BR-FR-30_BT-128": ("{Le BT-128} de schéma AFL ou AVV est donné deux fois. Gardez-en un par schéma et par ligne.", "The {BT-128} of scheme AFL or AVV is given twice. Keep one for each scheme and line."),
    "BR-FR-30_AFL": ("{Le BT-128} de schéma AFL est vide. Remplissez-le ou retirez-le.", "The {BT-128} of scheme AFL is empty. Fill it or remove it."),
    "BR-FR-30_AVV": ("{Le BT-128} de schéma AVV est vide. Remplissez-le ou retirez-le.", "The {BT-128} of scheme AVV is empty. Fill it or remove it."),
    "BR-FR-31_BT-21": (f"Plusieurs notes BAR (BT-21) donnent un traitement. Gardez-en un seul en BT-22 : {_BAR}.", f"More than one BAR note (BT-21) gives a treatment. Keep one in BT-22: {_BAR}."),
    "BR-FR-32-LEGALID": ("Un identifiant légal de schéma 0002 (BT-30, BT-47, BT-61…) n'a pas 9 chiffres. Indiquez le SIREN sans espace, ou changez de schéma.",
                         "A legal identifier of scheme 0002 (BT-30, BT-47, BT-61…) does not have 9 digits. Give the SIREN without blanks, or change the scheme."),
    "BR-FR-32-GLOBALID": ("Un identifiant de schéma 0002 ou 0231 (BT-29, BT-46, BT-60…) n'a pas 9 chiffres. Indiquez le SIREN sans espace, ou changez de schéma.",
                          "An identifier of scheme 0002 or 0231 (BT-29, BT-46, BT-60…) does not have 9 digits. Give the SIREN without blanks, or change the scheme."),
    "BR-FR-CO-03_BT-3": ("La facture est un avoir de remise globale (262) : il lui faut {le BT-12} et les deux dates {du BG-14}. Ajoutez ce qui manque.",
                         "The invoice is a credit note for a global discount (262): it needs the {BT-12} and both dates of the {BG-14}. Add what is missing."),
    "BR-FR-CO-04_BT-3": (f"La facture est rectificative ({_RECTIFICATIVES}) : elle corrige une seule facture antérieure. Indiquez son numéro (BT-25) et sa date (BT-26), une fois.",
                         f"The invoice is a corrected one ({_RECTIFICATIVES}): it corrects one preceding invoice. Give its number (BT-25) and date (BT-26), once."),
    "BR-FR-CO-05_BT-3": (f"La facture est un avoir ({_AVOIRS}) : dites quelles factures il corrige. Donnez numéro et date, pour l'ensemble (BT-25, BT-26) ou à chaque ligne (EXT-FR-FE-136, EXT-FR-FE-138).",
                         f"The invoice is a credit note ({_AVOIRS}): say which invoices it corrects. Give number and date, for the whole (BT-25, BT-26) or on each line (EXT-FR-FE-136, EXT-FR-FE-138)."),
    "BR-FR-CO-07_BT-9": ("{Le BT-9} précède {le BT-2}. Corrigez l'une des deux ; seuls un acompte (386, 500, 503) et une facture déjà payée (B2, S2, M2) l'admettent.",
                         "The {BT-9} comes before the {BT-2}. Correct one of them; only an advance (386, 500, 503) and an invoice already paid (B2, S2, M2) admit it."),
    "BR-FR-CO-08_BT-23": ("{Le BT-23} est celui d'une facture définitive après acompte (B4, S4, M4), {le BT-3} celui d'un acompte (386, 500, 503). Changez l'un des deux.",
                          "The {BT-23} is that of a final invoice after an advance (B4, S4, M4), the {BT-3} that of an advance (386, 500, 503). Change one of them."),
    "BR-FR-CO-09_BT-23-1": ("La facture est déjà payée (BT-23 : B2, S2 ou M2) : {le BT-113} doit égaler {le BT-112}. Corrigez le montant, ou le cadre de facturation.",
                            "The invoice is already paid (BT-23: B2, S2 or M2): the {BT-113} must equal the {BT-112}. Correct the amount, or the framework."),
    "BR-FR-CO-09_BT-23-2": ("La facture est déjà payée (BT-23 : B2, S2 ou M2) : {le BT-115} doit être 0. Corrigez le montant, ou le cadre de facturation.",
                            "The invoice is already paid (BT-23: B2, S2 or M2): the {BT-115} must be 0. Correct the amount, or the framework."),
    "BR-FR-CO-09_BT-23-3": ("La facture est déjà payée (BT-23 : B2, S2 ou M2) : il manque {le BT-9}. Indiquez la date du paiement.",
                            "The invoice is already paid (BT-23: B2, S2 or M2): the {BT-9} is missing. Give the date of payment."),
    "BR-FR-CO-12_BT-5": ("{Le BT-5} n'est pas l'euro : la TVA doit aussi être donnée en euros. Mettez EUR en BT-6 et ajoutez {le BT-111}.",
                         "The {BT-5} is not the euro: the VAT must be given in euros too. Write EUR as BT-6 and add the {BT-111}."),
    "BR-FR-CO-14_BT-29-1": ("Le fournisseur est membre d'un assujetti unique (BT-29, schéma 0231). Ajoutez une note (BG-1) de code TXD (BT-21) et de texte MEMBRE_ASSUJETTI_UNIQUE (BT-22).",
                            "The supplier is a member of a VAT group (BT-29, scheme 0231). Add a note (BG-1) of code TXD (BT-21) and text MEMBRE_ASSUJETTI_UNIQUE (BT-22)."),
    "BR-FR-CO-15_BT-29-1": ("Le fournisseur est membre d'un assujetti unique (BT-29, schéma 0231). Donnez le numéro de TVA de l'assujetti unique comme représentant fiscal (BG-11, BT-63).",
                            "The supplier is a member of a VAT group (BT-29, scheme 0231). Give the VAT number of the group as tax representative (BG-11, BT-63)."),
}  # fmt: skip


def texte(regle: str) -> Texte | None:
    """Return the text of a French rule, ``None`` for another rule."""
    regle = ALIAS.get(regle, regle)
    if regle in TEXTES:
        return TEXTES[regle]
    read = _REGLE.fullmatch(regle)
    if read is None:
        return None
    terme, rang = read["terme"], ""
    if not connu(terme):  # BT-1-2 is the second rule on BT-1, unless a term has that number
        terme, _, rang = terme.rpartition("-")
    cle = f"{read['base']}-{rang}" if rang else read["base"]
    found = FAMILLES.get(cle) or (FAMILLES.get(read["base"]) if rang == "1" else None)
    if found is None or not connu(terme):
        return None
    fr, en = found
    return re.sub(r"\{(\w+ )?T\}", rf"{{\g<1>{terme}}}", fr), en.replace("{T}", f"{{{terme}}}")
