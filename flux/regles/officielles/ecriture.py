"""What the functions of a rule set look like in the generated module."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flux.regles.officielles.codes import peut_lever

_VIDE = re.compile(r"\(not norm\((n(?:\.parent)*)\)\)")  # only white space: no need to normalise, and most texts do not start with a blank


def fonction(nom: str, xpath: str, lignes: list[str], dispenses: list[str], revues: dict[int, str]) -> Iterator[str]:
    """The function of a rule: what spares its nodes, then its assertions on each."""
    tous = len(revues) == len(dispenses) and not any("M.reserve" in ligne for ligne in lignes)
    if revues:
        yield from [f"REVUE_{nom} = (  # steps up, names down, one each, what is asked of those", *revues.values(), ")\n"]
    yield f"def regle_{nom}(noeuds, M, echec, erreur):"
    yield f"    # {uni(xpath)}"
    for local, valeur in (("P", "M.noms"), ("A", "M.attributs")):
        if any(re.search(rf"if .*\b in {local}(?: and |:$)|' in {local}(?: and |:$)", ligne) for ligne in lignes):
            yield f"    {local} = {valeur}"
    if revues:
        yield from _doutes(nom, list(revues), tous=tous)
    if dispenses[0] and len(set(dispenses)) == 1:
        yield from [
            "    try:",
            f"        if {dispenses[0]} and not M.complet:",
            "            return  # true of every node",
            "    except ErreurXPath:",
            "        pass  # each node will tell it",
        ]
    yield from ["    for n in noeuds:", *lignes, ""]
    if tous:
        yield f"regle_{nom}.revue = REVUE_{nom}\n"


def _doutes(nom: str, numeros: list[int], *, tous: bool) -> list[str]:
    """Statements that say which assertions many nodes must be asked; all of them where nodes are few."""
    noms = [f"d{numero}" for numero in numeros]
    lignes = [
        f"    {' = '.join(noms)} = True",
        "    if len(noeuds) >= M.beaucoup:",
        f"        {', '.join(noms)}, = M.doutes(noeuds, REVUE_{nom})",
    ]
    if tous:
        lignes += [f"        if not ({' or '.join(noms)}):", "            return"]
    return lignes


def condition(fonction: str, xpath: str, tests: list[str], *, blanc: bool) -> str:
    """The function that says whether a node matches a branch and, unless an error could hide one node only, its form for many nodes.

    :param blanc: whether no node with a text matches (:attr:`document.Document.blancs`).
    """
    test = _VIDE.sub(r"(\1.val < '!' and not \1.val.strip(BLANCS))", " and ".join(tests))
    entete = f"def {fonction}(n, M):\n    # {xpath}\n"
    if peut_lever(test):
        return (
            f"{entete}    try:\n        return {test}\n"
            "    except ErreurXPath:  # an error in a pattern is a node that does not match\n        return False\n"
        )
    marque = f"{fonction}.blanc = True\n" if blanc else ""
    return f"{entete}    return {test}\n\n{fonction}.parmi = lambda noeuds, M: [n for n in noeuds if {test}]\n{marque}"


def uni(texte: str) -> str:
    """One line, for a comment."""
    return re.sub(r"\s+", " ", texte).strip()
