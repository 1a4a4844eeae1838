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


def accorder(g: Code, d: Code) -> tuple[Code, Code] | None:
    """Bring both sides of a general comparison to one type; ``None`` when only running can tell."""
    if g.genre in TEXTES and d.genre in TEXTES:
        return g, d
    if g.genre in BRUTS or d.genre in BRUTS:
        brut, autre = (g, d) if g.genre in BRUTS else (d, g)
        vers = {"booleen": "booleen", "date": "date"}.get(autre.genre, "double" if autre.genre in NUMERIQUES else "")
        if not vers:
            return None
        brut = brut.avec(py=f"opt({vers}, {brut.py})" if brut.forme == "opt" else f"{vers}({brut.py})", genre=vers)
        autre = _en_double(autre) if vers == "double" else autre
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
    return code.avec(py=f"opt(float, {code.py})" if code.forme == "opt" else f"float({code.py})", genre="double")
