"""General comparisons: how both sides come to one type, and how the comparison is written."""

from __future__ import annotations

import re
from collections.abc import Callable

from flux.regles.officielles.codes import BRUTS, EXACTS, NUMERIQUES, TEXTES, Code

Comparateur = Callable[[str, str], str]  # two Python expressions → one that compares them

OPERATEURS = {"=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def seul(code: Code) -> bool:
    """Whether it is known to hold one item at most."""
    return code.forme != "liste" or code.max1


def comparateur(operateur: str, g: Code, d: Code) -> Comparateur:
    """What writes the comparison of two Python expressions.

    Saxon finds an untyped NaN greater than a number, unless both sides may be many; the recommendation does not. A rule on a price of
    NaN shows it.
    """
    python = OPERATEURS[operateur]
    if operateur in {">", ">="} and g.genre in BRUTS and d.genre in NUMERIQUES and (seul(g) or seul(d)):
        return lambda x, y: f"({x} {python} {y} or ({x} != {x} and {y} == {y}))"
    if operateur in {"<", "<="} and d.genre in BRUTS and g.genre in NUMERIQUES and (seul(g) or seul(d)):
        return lambda x, y: f"({x} {python} {y} or ({y} != {y} and {x} == {x}))"
    return lambda x, y: f"{x} {python} {y}"


def accorder(operateur: str, g: Code, d: Code) -> tuple[Code, Code] | None:
    """Bring both sides of a general comparison to one type; ``None`` when only running can tell.

    Untyped text and a number are compared with a zero of each sign (:func:`conversions.signe`): "-0.00" fails ``. >= 0`` in Saxon; not so
    in the order of two sequences. A decimal that Saxon holds as a whole number (``xs:decimal('0')``) has one zero: no published rule
    compares such a one with untyped text.
    """
    if g.genre in TEXTES and d.genre in TEXTES:
        return g, d
    if g.genre in BRUTS or d.genre in BRUTS:
        brut, autre = (g, d) if g.genre in BRUTS else (d, g)
        vers = {"booleen": "booleen", "date": "date"}.get(autre.genre, "double" if autre.genre in NUMERIQUES else "")
        if not vers:
            return None
        signes = vers == "double" and (operateur in {"=", "!="} or seul(g) or seul(d))
        if signes and autre.genre == "entier":
            brut, autre = _par("contre_entier", brut), _en_double(autre)
        elif signes:
            brut, autre = _par("signe", _par(vers, brut)), _par("signe", autre)
        else:
            brut, autre = _par(vers, brut), _en_double(autre) if vers == "double" else autre
        brut, autre = brut.avec(genre=vers), autre.avec(genre=vers)
        return (brut, autre) if g.genre in BRUTS else (autre, brut)
    genres = {g.genre, d.genre}
    if genres <= EXACTS or genres in ({"booleen"}, {"date"}, {"double"}):
        return g, d
    if genres <= EXACTS | {"double"}:
        return _en_double(g), _en_double(d)
    return None


def _en_double(code: Code) -> Code:
    if code.genre == "double":
        return code
    if re.fullmatch(r"-?\d+", code.py):
        return code.avec(py=f"{code.py}.0", genre="double")
    return _par("float", code).avec(genre="double")


def _par(fonction: str, code: Code) -> Code:
    """The value through a function."""
    return code.avec(py=f"opt({fonction}, {code.py})" if code.forme == "opt" else f"{fonction}({code.py})")
