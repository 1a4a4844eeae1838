"""Regular expressions of XPath 2.0 (XML Schema, appendix F) → Python's.

Only what means the same, or can be written the same, is taken; the rest is refused when the rule set loads.
"""

from __future__ import annotations

import re

from flux.regles.officielles.erreurs import ErreurRegles

_CLASSES = {"s": r" \t\n\r", "d": r"\d"}  # \d is every decimal digit of Unicode on both sides; \s is not
_INVERSES = {"S": r"[^ \t\n\r]", "D": r"\D"}
_LITTERAUX = frozenset(r"\|.-^?*+{}()[]$/ ")
_CONTROLES = frozenset("nrt")


def traduire(motif: str) -> str:  # noqa: C901 one branch a kind of character
    """Write an XPath regular expression for :mod:`re`.

    :raises ErreurRegles: an escape, class or flag whose meaning differs or is not known here.
    """
    sortie: list[str] = []
    dans_classe = False
    i = 0
    while i < len(motif):
        c = motif[i]
        if c == "\\":
            i += 1
            sortie.append(_echappement(motif[i : i + 1], motif, dans_classe=dans_classe))
        elif dans_classe:
            if c == "[":  # class subtraction
                raise ErreurRegles(f"regular expression {motif}")
            sortie.append(c)
            dans_classe = c != "]"
        elif c == "[":
            sortie.append(c)
            dans_classe = True
            if motif[i + 1 : i + 2] == "^":
                sortie.append("^")
                i += 1
        elif c == "$":
            sortie.append(r"\Z")
        elif c == ".":
            sortie.append(r"[^\n\r]")
        elif c == "(" and motif[i + 1 : i + 2] == "?":
            raise ErreurRegles(f"regular expression {motif}")
        else:
            sortie.append(c)
        i += 1
    resultat = "".join(sortie)
    try:
        re.compile(resultat)
    except re.error as faute:
        raise ErreurRegles(f"regular expression {motif}: {faute}") from faute
    return resultat


def _echappement(lettre: str, motif: str, *, dans_classe: bool) -> str:
    if lettre in _CLASSES:
        classe = _CLASSES[lettre]
        return classe if dans_classe else f"[{classe}]"
    if lettre in _INVERSES and not dans_classe:
        return _INVERSES[lettre]
    if lettre and lettre in _LITTERAUX:
        return re.escape(lettre)
    if lettre and lettre in _CONTROLES:
        return f"\\{lettre}"
    raise ErreurRegles(f"regular expression {motif}")


def remplacement(texte: str) -> str:
    """The replacement of ``replace``: only plain text is taken, without dollar or backslash.

    :raises ErreurRegles: a reference to a group.
    """
    if "$" in texte or "\\" in texte:
        raise ErreurRegles(f"replacement {texte}")
    return texte
