"""Loops that ask one question, ``exists(a/b[c])``, as functions of the generated module.

A function with plain loops stops at the first answer and costs a third of ``any(True for … if …)``; the rules of one set ask the same
question many times, so one function serves them all.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from flux.regles.officielles.codes import Garde, Pour, peut_lever

# A local variable of generated code, outside literals and attribute names.
_LOCALE = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|(?<![\w.])(x\d+|n\d*|v_\w+|p_\w+|M)\b")
_LIEE = re.compile(r"\bfor (\w+) in\b|^\s*(\w+) = ", re.MULTILINE)
_PARAMETRES = (*"abcdfghijklmopqrstuvwyz", *(f"p{rang}" for rang in range(100)))  # `e` is an error, `n` a node, `x` an item


@dataclass(slots=True)
class Questions:
    """The questions of one rule set.

    :ivar sources: function by name, in order of first use.
    """

    sources: dict[str, str] = field(default_factory=dict)
    _connues: dict[str, str] = field(default_factory=dict)

    def poser(self, clauses: Sequence[Pour | Garde], corps: str = "", *, toutes: bool = False) -> str:
        """Call the function that walks the clauses and says whether the body is true of one item (of all, when ``toutes``).

        :param corps: condition on an item; empty when being there is enough.
        """
        lignes, marge = [], " " * 4
        for clause in clauses:
            if isinstance(clause, Pour) and clause.seul:
                lignes.append(f"{marge}{clause.var} = {clause.seul}")
                continue
            lignes.append(f"{marge}{'for' if isinstance(clause, Pour) else 'if'} {str(clause).partition(' ')[2]}:")
            marge += " " * 4
        if corps:
            lignes.append(f"{marge}if {'not ' if toutes else ''}{corps}:")
            marge += " " * 4
        lignes += [f"{marge}return {not toutes}", f"    return {toutes}"]
        return self._appel("\n".join(lignes))

    def decider(self, termes: Sequence[str], operateur: str) -> str:
        """Call the function that joins conditions by ``and`` or ``or`` as Saxon does: an error counts only if no other term decides."""
        fin = operateur == "or"
        lignes = ["    code = ''"]
        for terme in termes:
            question = [f"    if {'' if fin else 'not '}{terme}:", f"        return {fin}"]
            if peut_lever(terme):
                question = [
                    "    try:",
                    *(f"    {ligne}" for ligne in question),
                    "    except ErreurXPath as e:",
                    "        code = code or e.code",
                ]
            lignes += question
        lignes += ["    if code:", "        raise ErreurXPath(code)", f"    return {not fin}"]
        return self._appel("\n".join(lignes))

    def _appel(self, texte: str) -> str:
        liees = {a or b for a, b in _LIEE.findall(texte)}
        noms: dict[str, str] = {}
        libres: list[str] = []

        def renommer(trouve: re.Match[str]) -> str:
            nom = trouve[1]
            if nom is None:
                return trouve[0]
            if nom not in noms:
                if nom in liees:
                    noms[nom] = f"x{sum(n.startswith('x') for n in noms.values()) + 1}"
                else:
                    noms[nom] = "M" if nom == "M" else _PARAMETRES[len(libres)]
                    libres.append(nom)
            return noms[nom]

        corps = _LOCALE.sub(renommer, texte)
        entete = f"({', '.join(noms[nom] for nom in libres)}):\n{corps}\n"
        connue = self._connues.get(entete)
        if connue is None:
            connue = self._connues[entete] = f"{'qe' if peut_lever(corps) else 'q'}_{len(self.sources) + 1}"
            self.sources[connue] = f"def {connue}{entete}"
        return f"{connue}({', '.join(libres)})"
