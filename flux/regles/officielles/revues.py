"""What is sure of all the nodes of a path at once: most rules of a line say what every line of a sound invoice has.

``ram:SpecifiedTradeProduct/ram:Name != ''`` looks at nothing of a line but that name. Where no line has two of it and there are as many of
them as lines (:attr:`document.Document.doubles`, :attr:`~document.Document.par_chemin`), each line has one, and the names are asked
``. != ''`` in one plain loop. Only where one of them says no are the lines looked at one by one, as the rule is written.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from flux.regles.officielles.arbre import (
    Appel,
    Binaire,
    Chemin,
    Contexte,
    Conversion,
    Etape,
    Expression,
    Filtre,
    Litteral,
    Oppose,
    Sequence,
    parties,
)
from flux.regles.officielles.codes import Code, Portee, besoins
from flux.regles.officielles.presence import tient_sans

if TYPE_CHECKING:
    from flux.regles.officielles.expressions import Traducteur

_PARENT = Etape("parent", "node()")
_COMPARAISONS = frozenset({"=", "!=", "<", "<=", ">", ">=", "eq", "ne", "lt", "le", "gt", "ge"})
_CALCULS = frozenset({"+", "-", "*", "div", "mod"})
_SUITES = frozenset({"distinct-values", "tokenize", "document"})  # functions that may give many items
_CONSTANTE = re.compile(r"\((1) (==|<=|>=|<|>|!=) (\d+)\)")
_COMPARER = {"==": int.__eq__, "<=": int.__le__, ">=": int.__ge__, "<": int.__lt__, ">": int.__gt__, "!=": int.__ne__}


class _Rien(Exception):
    """An expression that no single path below the node decides."""


@dataclass(frozen=True, slots=True)
class Revue:
    """What proves an assertion for all the nodes of a path.

    :ivar montees: steps up. :ivar tags: then steps down, to nodes of which each node of the path has one at most.
    :ivar exacte: it must have one. :ivar condition: on each of those, as Python; empty when being there is enough.
    :ivar fixe: the condition is the document's.
    """

    montees: int
    tags: tuple[str, ...]
    exacte: bool
    condition: str
    fixe: bool = False


def revoir(t: Traducteur, test: Expression, portee: Portee) -> Revue | None:
    """How an assertion is proved for all the nodes of a path at once, ``None`` when it is not."""
    if portee.foyer is None or not all(v in portee.variables and portee.variables[v].memo for v in besoins(test).variables):
        return None
    if t.du_document(test, portee):
        return Revue(0, (), exacte=False, condition=t.verite(t.code(test, portee)), fixe=True)
    try:
        debuts = _debuts(test)
        montees, tags = _commun(debuts)
        reste = _raccourci(test, montees + len(tags))
    except _Rien:
        return None
    exacte = bool(montees) or not tient_sans(test, tags[0])
    foyer = Code("n", "element", profondeur=max(1, portee.foyer.profondeur - montees + len(tags)))
    condition = t.verite(t.code(reste, Portee(portee.variables, foyer)))
    constante = _CONSTANTE.fullmatch(condition)
    if constante is not None:
        condition = str(_COMPARER[constante[2]](int(constante[1]), int(constante[3])))
    return Revue(montees, tags, exacte, "" if condition == "True" else condition)


def _commun(debuts: list[tuple[str, ...]]) -> tuple[int, tuple[str, ...]]:
    """The steps with which all the paths begin: so many up, then names."""
    communes = []
    for pas in zip(*debuts, strict=False):
        if len(set(pas)) > 1:
            break
        communes.append(pas[0])
    tags = tuple(c for c in communes if c)
    if not tags:
        raise _Rien
    return len(communes) - len(tags), tags


def _debuts(e: Expression) -> list[tuple[str, ...]]:
    """The first steps of the paths that leave the context node: names of children, after ``""`` for each ``..``."""
    match e:
        case Etape():
            return [_pas((e,))]
        case Chemin(True, _) | Litteral():
            return []
        case Chemin(False, etapes):
            return [_pas(etapes)] if isinstance(etapes[0], Etape) else _debuts(etapes[0])
        case Filtre(base, _):
            return _debuts(base)
        case Contexte() | Appel(_, ()) if besoins(e).foyer:
            raise _Rien
        case Appel("count" | "exists" | "empty", (argument,)) if not _noeuds(argument):
            raise _Rien  # of one value nothing but its number would be asked, not its error
        case Binaire(operateur, gauche, droite) if operateur in _COMPARAISONS and not _sans_surprise(operateur, gauche, droite):
            raise _Rien
    return [debut for partie in parties(e) for debut in _debuts(partie)]


def _pas(etapes: tuple[Expression, ...]) -> tuple[str, ...]:
    noms: list[str] = []
    for etape in etapes:
        if etape == _PARENT and not any(noms):
            noms.append("")
            continue
        if not isinstance(etape, Etape) or etape.axe != "child" or etape.test[-1] in "*)" or etape.test[0] == "*":
            break
        noms.append(etape.test)
        if etape.predicats:
            break
    return tuple(noms)


def _raccourci(e: Expression, pas: int) -> Expression:
    """The same expression, seen from the node to which so many first steps of its paths lead."""
    match e:
        case Etape():
            return _depuis((e,), pas)
        case Chemin(True, _):
            return e
        case Chemin(False, etapes):
            return _depuis(etapes, pas) if isinstance(etapes[0], Etape) else Chemin(False, (_raccourci(etapes[0], pas), *etapes[1:]))
        case Filtre(base, predicats):
            return Filtre(_raccourci(base, pas), predicats)
    return replace(e, **{champ.name: _partout(getattr(e, champ.name), pas) for champ in fields(e)})


def _partout(valeur: Any, pas: int) -> Any:  # noqa: ANN401 any part of an expression
    if isinstance(valeur, tuple):
        return tuple(_partout(partie, pas) for partie in valeur)
    return _raccourci(valeur, pas) if isinstance(valeur, Expression) else valeur


def _depuis(etapes: tuple[Expression, ...], pas: int) -> Expression:
    derniere, suite = etapes[pas - 1], etapes[pas:]
    predicats = derniere.predicats if isinstance(derniere, Etape) else ()
    if predicats:
        suite = (Filtre(Contexte(), predicats), *suite)
    if not suite:
        return Contexte()
    return suite[0] if len(suite) == 1 else Chemin(False, suite)


def _noeuds(e: Expression) -> bool:
    """Whether an expression surely gives nodes, so that counting them asks for all that leads to them."""
    match e:
        case Chemin(_, etapes) if etapes:
            return _noeuds(etapes[-1])
        case Filtre(base, _):
            return _noeuds(base)
        case Binaire("|", gauche, droite):
            return _noeuds(gauche) and _noeuds(droite)
    return isinstance(e, Etape | Contexte)


def _sans_surprise(operateur: str, gauche: Expression, droite: Expression) -> bool:
    """Whether a comparison stays what it is, NaN and errors included, where a path becomes one node: not so between two sequences."""
    liste = operateur in {"=", "!="}  # NaN, greater than one number, is not greater than one of many
    return _ecrite(gauche, liste=liste) or _ecrite(droite, liste=liste) or (_unique(gauche) and _unique(droite))


def _ecrite(e: Expression, *, liste: bool) -> bool:
    if isinstance(e, Sequence):
        return liste and all(_ecrite(partie, liste=True) for partie in e.elements)
    return isinstance(e, Litteral) or e in {Appel("true", ()), Appel("false", ())}


def _unique(e: Expression) -> bool:
    """Whether the form of an expression says that it gives one item at most."""
    match e:
        case Appel(nom, _):
            return nom not in _SUITES
        case Binaire(operateur, _, _):
            return operateur in _CALCULS
    return isinstance(e, Litteral | Conversion | Oppose)
