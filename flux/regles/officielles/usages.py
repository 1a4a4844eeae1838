"""When Saxon evaluates a variable, as far as a dynamic error shows it.

A variable read once, outside any loop, is put in the place where it is read; one never read goes away; any other waits to be read.
One exception was measured (saxonche 13.1.1, docs/decisions/0010-rules-engine.md), and the date check of BR-FR rests on it: in a function,
when a boolean variable that is read once reads another several times, and a third one, read several times too, stands between
them, the boolean one is evaluated first, whatever the order of the operands. Not so when the boolean one is read by another variable
and one that is read several times stands above: BR-FR of CII and CDV cut the date first, and wait; that of UBL does not.
"""

from __future__ import annotations

from collections.abc import Sequence

from flux.regles.officielles.arbre import (
    Appel,
    Binaire,
    Boucle,
    Chemin,
    Conversion,
    Etape,
    Expression,
    Filtre,
    Oppose,
    Si,
    Variable,
)
from flux.regles.officielles.arbre import Sequence as SequenceXPath

_BOUCLE = 2  # a reading inside a loop counts for several


def usages(e: Expression, nom: str) -> int:  # noqa: C901, PLR0911, PLR0912 one case a kind of expression
    """How many times an expression reads a variable; a reading inside a loop or a predicate counts twice."""
    match e:
        case Variable(lu):
            return int(lu == nom)
        case Etape(_, _, predicats):
            return _BOUCLE * _tous(predicats, nom)
        case Filtre(base, predicats):
            return usages(base, nom) + _BOUCLE * _tous(predicats, nom)
        case Chemin(_, etapes):
            return _tous(etapes[:1], nom) + _BOUCLE * _tous(etapes[1:], nom)
        case Appel(_, arguments):
            return _tous(arguments, nom)
        case Binaire(_, gauche, droite):
            return usages(gauche, nom) + usages(droite, nom)
        case Oppose(operande) | Conversion(operande, _, _, _):
            return usages(operande, nom)
        case Si(condition, alors, sinon):
            return _tous((condition, alors, sinon), nom)
        case SequenceXPath(elements):
            return _tous(elements, nom)
        case Boucle(_, liaisons, corps):
            total = 0
            for rang, (lie, valeur) in enumerate(liaisons):
                total += usages(valeur, nom) * (_BOUCLE if rang else 1)
                if lie == nom:
                    return total
            return total + _BOUCLE * usages(corps, nom)
        case _:
            return 0


def _tous(expressions: Sequence[Expression], nom: str) -> int:
    return sum(usages(e, nom) for e in expressions)


def compter(variables: Sequence[tuple[str, Expression]], lectures: Sequence[Expression]) -> list[int]:
    """How many times each variable is read: 0 goes away, 1 is put in its place, more is a value of its own.

    :param variables: in their order; a later one may read, or hide, an earlier one.
    :param lectures: the other expressions that may read them.
    """
    vives: list[Expression] = list(lectures)
    totaux: list[int] = []
    for nom, valeur in reversed(variables):
        totaux.append(sum(usages(e, nom) for e in vives))
        if totaux[-1]:
            vives.append(valeur)
    return totaux[::-1]


_BOOLEENS = frozenset({"and", "or", "=", "!=", "<", "<=", ">", ">=", "eq", "ne", "lt", "le", "gt", "ge"})


def immediates(variables: Sequence[tuple[str, Expression]], totaux: Sequence[int]) -> set[str]:
    """Names of the variables of a function whose error comes out even when nothing that is reached reads them.

    :param variables: in their order.
    :param totaux: how many times each is read, as :func:`compter` says.
    """
    trouvees = set()
    for rang, (booleen, valeur) in enumerate(variables):
        if totaux[rang] != 1 or not isinstance(valeur, Binaire) or valeur.operateur not in _BOOLEENS:
            continue
        emboite = any(usages(plus_bas, booleen) for _, plus_bas in variables[rang + 1 :])
        for plus_haut in range(rang):
            nom = variables[plus_haut][0]
            if emboite and any(t > 1 for t in totaux[:plus_haut]):
                break
            if usages(valeur, nom) > 1 and any(t > 1 for t in totaux[plus_haut + 1 : rang]):
                trouvees.add(nom)
    return trouvees
