"""Nodes of an XPath 2.0 expression, as the grammar builds them. Frozen values: equal expressions are equal trees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Litteral:
    """A string, integer, decimal or double written in the expression: ``0`` and ``0.0`` are not the same one."""

    valeur: str | Decimal | float  # an int is an xs:integer

    def __eq__(self, autre: object) -> bool:
        return isinstance(autre, Litteral) and self._nature() == autre._nature()

    def __hash__(self) -> int:
        return hash(self._nature())

    def _nature(self) -> tuple[type, object]:
        return self.valeur.__class__, self.valeur


@dataclass(frozen=True, slots=True)
class Variable:
    """``$nom``; the name is kept as written (prefix included)."""

    nom: str


@dataclass(frozen=True, slots=True)
class Contexte:
    """The context item, ``.``."""


@dataclass(frozen=True, slots=True)
class Sequence:
    """``(a, b, c)``; the empty sequence has no element."""

    elements: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Appel:
    """A function call; the name is kept as written (``xs:decimal``, ``normalize-space``, ``custom:isSpecialContract``)."""

    nom: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Binaire:
    """An operator between two operands: ``or and = != < <= > >= eq ne lt le gt ge + - * div idiv mod to | ,``."""

    operateur: str
    gauche: Expression
    droite: Expression


@dataclass(frozen=True, slots=True)
class Oppose:
    """Unary minus."""

    operande: Expression


@dataclass(frozen=True, slots=True)
class Si:
    """``if (condition) then alors else sinon``."""

    condition: Expression
    alors: Expression
    sinon: Expression


@dataclass(frozen=True, slots=True)
class Boucle:
    """``for``, ``some`` or ``every``: bindings (variable, sequence) and the body."""

    genre: str
    liaisons: tuple[tuple[str, Expression], ...]
    corps: Expression


@dataclass(frozen=True, slots=True)
class Conversion:
    """``operande cast as type`` or, when ``essai``, ``castable as type``; ``vide`` when the type ends with ``?``."""

    operande: Expression
    type: str
    vide: bool
    essai: bool


@dataclass(frozen=True, slots=True)
class Etape:
    """One axis step. ``test`` is a Clark name, ``*``, ``{uri}*``, ``*:local``, ``node()`` or ``text()``."""

    axe: str
    test: str
    predicats: tuple[Expression, ...] = ()


@dataclass(frozen=True, slots=True)
class Filtre:
    """A primary expression followed by predicates."""

    base: Expression
    predicats: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Chemin:
    """Steps joined by ``/``. ``absolu``: starts at the document node. Each step is evaluated for each item of the one before."""

    absolu: bool
    etapes: tuple[Expression, ...]


Expression = Litteral | Variable | Contexte | Sequence | Appel | Binaire | Oppose | Si | Boucle | Conversion | Etape | Filtre | Chemin


def parties(e: Expression | tuple[object, ...]) -> Iterator[Expression]:
    """Expressions that stand directly in one, or in a tuple of parts, as they are written."""
    for partie in e if isinstance(e, tuple) else (getattr(e, champ.name) for champ in fields(e)):
        if isinstance(partie, tuple):
            yield from parties(partie)
        elif isinstance(partie, Expression):
            yield partie
