"""Every official rule in this project's own words, in French and in English: what is wrong, which term, what to do.

Pure tables: no official text is copied here. A rule file of a new release may bring identifiers that no row knows: :func:`expliquer` says
``None``, and the test that walks every assertion says which.
"""

from __future__ import annotations

import re
from functools import lru_cache

from flux.referentiel.explications import cdv, en16931, etendues, formats, francaises, messages, multivendeurs, situees, structure, tva
from flux.referentiel.explications.modele import LONGUEUR, Explication, Texte
from flux.referentiel.explications.mots import ecrire

__all__ = ["LONGUEUR", "Explication", "connue", "expliquer", "expliquer_ici", "expliquer_message"]

#: Rules about sums, products and roundings.
_CALCUL = re.compile(
    r"BR-CO-1[0-7]"
    r"|BR-(?:FREXT|FXEXT)-(?:CO-1[0-6]|08)"
    r"|BR-(?:(?:FREXT|FXEXT)-)?(?:S|Z|E|AE|IC|G|O|AF|AG)-?0[89](?:ini|rev|b)?"
    r"|BR-FR-MV-(?:05|09|10)_[\w-]+"
)
#: One dictionary: an identifier has one row.
_TEXTES: dict[str, Texte] = {**en16931.TEXTES, **formats.TEXTES, **etendues.TEXTES, **multivendeurs.TEXTES}


#: Numbers that BR-FR and BR-FR-CDV complete with a term: ``BR-FR-05`` of ``BR-FR-05_BT-22-1``.
_BASES = frozenset(cle.partition("_")[0] for cle in (*francaises.TEXTES, *francaises.FAMILLES, *cdv.TEXTES))

#: Families whose message says which element it is about.
_STRUCTURE = ("UBL-", "CII-")


def expliquer(regle: str, message: str = "") -> Explication | None:
    """Explain an official rule.

    >>> expliquer("BR-02").fr
    'Il manque le numéro de facture (BT-1). Indiquez le numéro donné par votre comptabilité.'

    :param regle: published identifier as the rule file gives it (``BR-FR-01_BT-1-1``), or the one in brackets at the start of the
        message; white space around it does not count.
    :param message: the official message, with its number or without; read only for the rules on one element (UBL-CR, CII-SR, CII-DT), which it names.
    :return: ``None`` when no row knows the rule.
    """
    regle = regle.strip()
    return _expliquer(regle, message if regle.startswith(_STRUCTURE) else "")


def connue(regle: str) -> bool:
    """Tell whether a number is that of an official rule, with or without the term that BR-FR completes it with."""
    return regle in _BASES or expliquer(regle) is not None


@lru_cache(maxsize=4096)
def _expliquer(regle: str, message: str) -> Explication | None:
    found = _TEXTES.get(regle) or tva.texte(regle) or francaises.texte(regle) or cdv.texte(regle) or structure.texte(regle, message)
    return None if found is None else Explication(*ecrire(found), calcul=_CALCUL.fullmatch(regle) is not None)


def expliquer_ici(regle: str, chemin: str, valeur: str) -> Explication | None:
    """Explain an official rule by where it failed, where its number alone does not say what to do.

    :param regle: published identifier. :param chemin: path of the failure as anomalies tell it. :param valeur: text found there.
    :return: ``None`` where :func:`expliquer` says as much.
    """
    found = situees.texte(regle, chemin, valeur)
    return None if found is None else Explication(*ecrire(found))


@lru_cache(maxsize=4096)
def expliquer_message(message: str, chemin: str = "") -> Explication | None:
    """Explain a rule without a published number, by the shape of its message.

    >>> expliquer_message("Attribute '@currencyID' is required in this context.").fr
    "Il manque l'attribut @currencyID : trois lettres, par exemple EUR. Ajoutez-le."

    :param message: the official message, white space as published.
    :param chemin: path of the failure as anomalies tell it (``/rsm:CrossIndustryInvoice/…``): it tells which term an element is.
    :return: ``None`` when the message is of no known shape.
    """
    found = messages.texte(message, chemin)
    return None if found is None else Explication(*found)
