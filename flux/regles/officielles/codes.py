"""Pieces of generated Python: what a compiled XPath expression is, and the scope it is compiled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

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
    Oppose,
    Sequence,
    Si,
    Variable,
)

_MEMO = re.compile(r"M\[(?:\d+|'e\d+')\]")
_LEVE = re.compile(
    r"\b(?:opt|grouper|trouver|grouper|decimal|contre_entier|decimal_de|double|booleen|date|un|val_un|norm_un|dec_un|exactement|lu|lever|vrai|compare|compare_un|divise|modulo"
    r"|chaine_item|nombre_item|somme|f_\w+|qe_\d+)\(|M\['e|M\[pour_e"
)
NOEUDS = frozenset({"element", "noeud"})  # noeud: an element or the document node
BRUTS = frozenset({"attribut", "texte", "nontype"})  # untyped text, held as a plain str
TEXTES = BRUTS | {"chaine"}
EXACTS = frozenset({"entier", "decimal"})
NUMERIQUES = EXACTS | {"double", "numerique"}
_SUR_CONTEXTE = frozenset({"normalize-space", "string", "name", "local-name", "namespace-uri", "number", "string-length"})


def peut_lever(py: str) -> bool:
    """Whether generated code may raise a dynamic error."""
    return _LEVE.search(py) is not None


def est_constante(py: str) -> bool:
    """Whether generated code is a constant of the module."""
    return re.fullmatch(r"frozenset\(.*\)|[A-Z][A-Z_0-9]*", py) is not None


def est_memo(py: str) -> bool:
    """Whether generated code is a value remembered for the document."""
    return _MEMO.fullmatch(py) is not None


@dataclass(frozen=True, slots=True)
class Pour:
    """One ``for`` of a comprehension.

    ``base`` and ``tag`` when it walks the children of that name; ``seul`` when it walks one item, of that expression.
    """

    var: str
    source: str
    base: str = ""
    tag: str = ""
    seul: str = ""

    @staticmethod
    def un(var: str, py: str) -> Pour:
        """Give one item a name."""
        return Pour(var, f"({py},)", seul=py)

    def __str__(self) -> str:
        return f"for {self.var} in {self.source}"


@dataclass(frozen=True, slots=True)
class Garde:
    """One ``if`` of a comprehension."""

    condition: str

    def __str__(self) -> str:
        return f"if {self.condition}"


@dataclass(frozen=True, slots=True)
class Code:
    """A compiled expression.

    :ivar py: Python expression of the value; of one element when ``clauses`` say how to walk the sequence.
    :ivar genre: kind of the items: ``element``, ``noeud``, ``attribut``, ``texte``, ``nontype``, ``chaine``, ``entier``,
        ``decimal``, ``double``, ``numerique``, ``booleen``, ``date``, ``vide``, or ``item`` (mixed, looked at when running).
    :ivar forme: ``un`` (exactly one), ``opt`` (one or ``None``) or ``liste``.
    :ivar clauses: comprehension clauses of a ``liste``.
    :ivar max1: a ``liste`` known to hold one item at most.
    :ivar profondeur: least depth of an element (the root element has 1), so that ``..`` is known to exist.
    :ivar ordonne: nodes are in document order.
    :ivar general: a number whose type Saxon knows only when running, which changes the way it compares.
    """

    py: str
    genre: str
    forme: str = "un"
    clauses: tuple[Pour | Garde, ...] = ()
    max1: bool = False
    profondeur: int = 0
    ordonne: bool = True
    general: bool = False

    def avec(self, **changements: object) -> Code:
        """A copy with some fields changed."""
        return replace(self, **changements)  # type: ignore[arg-type]  # fields are checked by the dataclass's own types

    @property
    def memo(self) -> str:
        """``M[n]`` when the value is remembered for the whole document, else empty."""
        source = self.liste if self.forme == "liste" else self.py
        return source if est_memo(source) else ""

    @property
    def liste(self) -> str:
        """Python expression of the whole sequence."""
        if self.forme == "un":
            return f"({self.py},)"
        if self.forme == "opt":
            return f"seq({self.py})"
        if len(self.clauses) == 1 and isinstance(self.clauses[0], Pour) and self.py == self.clauses[0].var:
            return self.clauses[0].source
        return f"[{self.py} {' '.join(map(str, self.clauses))}]"


@dataclass(frozen=True, slots=True)
class Portee:
    """What an expression sees: variables by name, and the context item (``None`` in a function).

    ``souvent``: it is evaluated more than once for a document. ``racine``: the context item is the root element, whatever the document.
    ``exacte``: its depth where it is the same for every node, else 0.
    """

    variables: Mapping[str, Code]
    foyer: Code | None
    souvent: bool = True
    racine: bool = False
    exacte: int = 0

    def du_document(self) -> Portee:
        """The scope of a value remembered for the document, where there is no node at hand but the root element."""
        return replace(self, souvent=False, foyer=Code("M.sommet", "element", profondeur=1) if self.racine else self.foyer)

    def sur(self, foyer: Code) -> Portee:
        """The same variables with another context item, one among several."""
        return Portee(self.variables, foyer)

    def plus(self, nom: str, code: Code) -> Portee:
        """One variable more."""
        return replace(self, variables={**self.variables, nom: code})


@dataclass(frozen=True, slots=True)
class Besoins:
    """What an expression depends on: the context item, the document (absolute paths), variables, parts worth remembering."""

    foyer: bool = False
    document: bool = False
    variables: frozenset[str] = frozenset()

    def ou(self, autre: Besoins) -> Besoins:
        """Both needs."""
        return Besoins(self.foyer or autre.foyer, self.document or autre.document, self.variables | autre.variables)


_RIEN = Besoins()


def besoins(e: Expression) -> Besoins:  # noqa: C901, PLR0911, PLR0912 one case a kind of expression
    """What the value of an expression depends on."""
    match e:
        case Litteral():
            return _RIEN
        case Variable(nom):
            return Besoins(variables=frozenset({nom}))
        case Contexte():
            return Besoins(foyer=True)
        case Etape(_, _, predicats):
            return _interieur(predicats).ou(Besoins(foyer=True))
        case Filtre(base, predicats):
            return besoins(base).ou(_interieur(predicats))
        case Chemin(absolu, etapes):
            if absolu:
                return _interieur(etapes).ou(Besoins(document=True))
            return besoins(etapes[0]).ou(_interieur(etapes[1:]))
        case Appel(nom, arguments):
            reste = _tous(arguments)
            return reste.ou(Besoins(foyer=True)) if not arguments and nom in _SUR_CONTEXTE else reste
        case Binaire(_, gauche, droite):
            return besoins(gauche).ou(besoins(droite))
        case Oppose(operande) | Conversion(operande, _, _, _):
            return besoins(operande)
        case Si(condition, alors, sinon):
            return _tous((condition, alors, sinon))
        case Sequence(elements):
            return _tous(elements)
        case Boucle(_, liaisons, corps):
            total = besoins(corps)
            for nom, valeur in reversed(liaisons):
                total = besoins(valeur).ou(Besoins(total.foyer, total.document, total.variables - {nom}))
            return total


def _tous(expressions: tuple[Expression, ...]) -> Besoins:
    total = _RIEN
    for e in expressions:
        total = total.ou(besoins(e))
    return total


def _interieur(expressions: tuple[Expression, ...]) -> Besoins:
    """Needs of expressions whose context item comes from inside."""
    total = _tous(expressions)
    return Besoins(False, total.document, total.variables)
