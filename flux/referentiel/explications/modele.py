"""What an explanation is, and the shape of the rows that give it."""

from __future__ import annotations

from dataclasses import dataclass

#: French and English text of a row; ``{le BT-1}`` and the like stand for the name of a term: see :mod:`.mots`.
Texte = tuple[str, str]

#: Longest explanation, in characters: it follows the official message in the answers.
LONGUEUR = 300


@dataclass(frozen=True, slots=True)
class Explication:
    """An official rule in this project's own words: what is wrong, which term, what to do.

    :ivar fr: French, 1 to :data:`LONGUEUR` characters. :ivar en: English, the same.
    :ivar calcul: the rule is about a sum, a product or a rounding: its reason code is CALCUL_ERR, not REJ_SEMAN.
    """

    fr: str
    en: str
    calcul: bool = False
