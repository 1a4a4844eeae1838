"""Names without which an assertion cannot fail: most tests of a rule set speak of terms that an invoice does not have.

``not(//cac:Price/cac:AllowanceCharge/cbc:Reason)`` holds, and without error, in a document that has no ``cbc:Reason`` at all. The test
is evaluated here on what is known when one name is missing; whatever is not surely known, or could raise an error, proves nothing.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Mapping
from typing import Any

from flux.regles.officielles.arbre import (
    Appel,
    Binaire,
    Boucle,
    Chemin,
    Contexte,
    Conversion,
    Etape,
    Expression,
    Filtre,
    Litteral,
    Sequence,
    Si,
    parties,
)

_GARDES_MAX = 2
_VIDE = ()  # the empty sequence; other known values are bool, str and int; None is not known
_AXES = frozenset({"child", "descendant", "attribute", "ancestor", "preceding", "preceding-sibling", "following-sibling"})
_COMPARE = {"=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_COMPARE_VALEUR = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
_CALCUL = {"+": operator.add, "-": operator.sub, "*": operator.mul}
_DE_VIDE: dict[str, Any] = {
    "count": 0, "sum": 0, "string-length": 0, "normalize-space": "", "string": "", "upper-case": "", "lower-case": "", "exists": False,
    "empty": True, "boolean": False, "not": True, "round": _VIDE, "abs": _VIDE, "max": _VIDE, "min": _VIDE, "distinct-values": _VIDE,
    "xs:decimal": _VIDE, "xs:double": _VIDE, "xs:date": _VIDE,
}  # fmt: skip


def necessaires(test: Expression, *, constat: bool, toujours: frozenset[str], mentions: Mapping[str, int]) -> list[tuple[str, bool]]:
    """Names that must be there for an assertion to fail, or for a report to be told.

    :param toujours: names always there: they would prove nothing.
    :param mentions: how many tests of the set speak of each name: the least spoken of are the rarest in documents too.
    :return: at most two: a name (``@nom`` for an attribute), and whether it must be a child of the context node.
    """
    trouvees = []
    for nom in dict.fromkeys(noms_cites(test)):
        if nom in toujours:
            continue
        for local in (True, False):
            if _vrai(_Essai(nom, local=local).valeur(test, foyer=True)) is (not constat):
                trouvees.append((nom, local))
                break
    trouvees.sort(key=lambda t: mentions[t[0]])
    return trouvees[:_GARDES_MAX]


def tient_sans(test: Expression, nom: str) -> bool:
    """Whether a test surely holds, without error, for a node that has no child of that name."""
    return _vrai(_Essai(nom, local=True).valeur(test, foyer=True)) is True


def noms_cites(e: Expression) -> Iterator[str]:
    """Names of elements and, after ``@``, of attributes that an expression speaks of, as often as it does."""
    if isinstance(e, Etape) and e.axe in _AXES and e.test[-1] not in "*)" and e.test[0] != "*":
        yield f"@{e.test}" if e.axe == "attribute" else e.test
    for partie in parties(e):
        yield from noms_cites(partie)


def _vrai(valeur: Any) -> bool | None:  # noqa: ANN401 a known value or None
    """Effective boolean value."""
    return None if valeur is None else bool(valeur)


class _Essai:
    """Evaluation without one name: anywhere in the document or, when ``local``, among the children of the context node."""

    def __init__(self, nom: str, *, local: bool) -> None:
        self._attribut = nom[0] == "@"
        self._nom = nom.removeprefix("@")
        self._local = local

    def valeur(self, e: Expression, *, foyer: bool) -> Any:  # noqa: ANN401, C901, PLR0911, PLR0912 one case a kind of expression
        """The value, ``None`` when not known. ``foyer``: the context node is that of the rule."""
        match e:
            case Litteral(ecrite):
                return ecrite if isinstance(ecrite, str | int) else None
            case Sequence(()):
                return _VIDE
            case Etape():
                return _VIDE if self._absente(e, foyer=foyer) else None
            case Chemin(absolu, etapes):
                for rang, etape in enumerate(etapes):
                    ici = foyer and not absolu and rang == 0
                    if isinstance(etape, Etape | Chemin | Conversion | Appel) and self.valeur(etape, foyer=ici) == _VIDE:
                        return _VIDE if all(sans_erreur(avant) for avant in etapes[:rang]) else None
                return None
            case Filtre(base, _):
                return _VIDE if self.valeur(base, foyer=foyer) == _VIDE else None
            case Conversion(operande, _, True, False):
                return _VIDE if self.valeur(operande, foyer=foyer) == _VIDE else None
            case Appel(nom, arguments):
                return self._appel(nom, arguments, foyer=foyer)
            case Si(condition, alors, sinon):
                su = _vrai(self.valeur(condition, foyer=foyer))
                return None if su is None else self.valeur(alors if su else sinon, foyer=foyer)
            case Boucle(genre, liaisons, _):
                for rang, (_, valeur) in enumerate(liaisons):
                    if self.valeur(valeur, foyer=foyer) == _VIDE and all(sans_erreur(v) for _, v in liaisons[:rang]):
                        return {"every": True, "some": False}.get(genre, _VIDE)
                return None
            case Binaire(operateur, gauche, droite):
                return self._binaire(operateur, gauche, droite, foyer=foyer)
        return None

    def _absente(self, e: Etape, *, foyer: bool) -> bool:
        if (e.axe == "attribute") is not self._attribut or e.test != self._nom or e.axe not in _AXES:
            return False
        return not self._local or (foyer and e.axe == "child")

    def _appel(self, nom: str, arguments: tuple[Expression, ...], *, foyer: bool) -> Any:  # noqa: ANN401
        if nom in {"true", "false"} and not arguments:
            return nom == "true"
        valeurs = [self.valeur(a, foyer=foyer) for a in arguments]
        if len(arguments) == 1:
            valeur = valeurs[0]
            if nom in {"not", "boolean"}:
                su = _vrai(valeur)
                return None if su is None else su is (nom == "boolean")
            if valeur == "" and nom in {"string-length", "normalize-space", "string", "upper-case", "lower-case"}:
                valeur = _VIDE
            return _DE_VIDE.get(nom) if valeur == _VIDE else None
        if nom in {"substring-after", "substring-before"} and valeurs[0] in {_VIDE, ""} and isinstance(valeurs[1], str):
            return ""
        return None

    def _binaire(self, operateur: str, gauche: Expression, droite: Expression, *, foyer: bool) -> Any:  # noqa: ANN401, PLR0911 one case an operator
        g, d = self.valeur(gauche, foyer=foyer), self.valeur(droite, foyer=foyer)
        if operateur in {"and", "or"}:
            fin = operateur == "or"
            vg, vd = _vrai(g), _vrai(d)
            if fin in {vg, vd}:  # an error on the other side does not count
                return fin
            return not fin if vg is not None and vd is not None else None
        if operateur == "|":
            return _VIDE if g == d == _VIDE else None
        muet = sans_erreur if operateur in _COMPARE else _un_sans_erreur
        if operateur in _COMPARE or operateur in _COMPARE_VALEUR:
            if (g == _VIDE and muet(droite)) or (d == _VIDE and muet(gauche)):
                return False
            if g is None or d is None or g.__class__ is not d.__class__ or d == _VIDE:
                return None
            return _COMPARE[_COMPARE_VALEUR.get(operateur, operateur)](g, d)
        if operateur in _CALCUL and g.__class__ is int and d.__class__ is int:
            return _CALCUL[operateur](g, d)
        if (g == _VIDE and muet(droite)) or (d == _VIDE and muet(gauche)):
            return _VIDE
        return None


def _un_sans_erreur(e: Expression) -> bool:
    """Whether an expression surely raises no error and gives one item at most: two are an error beside ``+`` or ``eq``."""
    return not isinstance(e, Etape | Chemin) and sans_erreur(e)


def sans_erreur(e: Expression) -> bool:  # noqa: PLR0911 one case a kind of expression
    """Whether an expression surely raises no error, as a sequence or as a condition."""
    match e:
        case Litteral() | Contexte():
            return True
        case Etape(_, _, predicats):
            return all(map(sans_erreur, predicats))
        case Chemin(_, etapes):
            return all(isinstance(etape, Etape) and sans_erreur(etape) for etape in etapes)
        case Appel("not" | "exists" | "empty" | "boolean" | "count", (argument,)):
            return sans_erreur(argument)
        case Appel("true" | "false", ()):
            return True
        case Binaire("and" | "or", gauche, droite):
            return sans_erreur(gauche) and sans_erreur(droite)
        case Binaire("=" | "!=", gauche, Litteral(str())):
            return isinstance(gauche, Etape | Chemin) and sans_erreur(gauche)
    return False
