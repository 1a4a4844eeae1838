"""What compiled rules call: casts, arithmetic, comparisons and axes of XPath 2.0, on the index of a document.

Values: nodes are :class:`document.Noeud`; attributes, text nodes and untyped values are ``str`` where their kind is known when
compiling, and :class:`Attribut` or :class:`NonType` where it is not; xs:decimal is ``Decimal``, xs:integer ``int``, xs:double
``float``, xs:boolean ``bool``. An optional value is ``None`` when empty; a sequence is a list or a tuple.
"""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from typing import Any

from flux.regles.officielles.conversions import Valeur, booleen, contre_entier, decimal, double, signe
from flux.regles.officielles.document import Noeud, norm
from flux.regles.officielles.erreurs import ErreurXPath

Liste = Sequence[Valeur]
Nombre = int | Decimal | float

# xs:decimal is exact in Saxon: a result that would be rounded is a fault of this engine, and is said so.
CONTEXTE = Context(prec=100_000, Emin=-999_999, Emax=999_999, traps=[Inexact, InvalidOperation])
_ECHELLE = 18  # digits after the point that Saxon keeps, at least, when it divides decimals
_PUISSANCES = {Decimal(10) ** n: -n for n in range(1, 7)}


class NonType(str):
    """An untyped atomic value in a sequence of mixed kinds."""

    __slots__ = ()


class Attribut(NonType):
    """An attribute or text node in a sequence of mixed kinds; the text is its value."""

    __slots__ = ()


def lever(code: str) -> Valeur:
    """Raise a dynamic error from inside an expression."""
    raise ErreurXPath(code)


def lu(valeur: Valeur) -> Valeur:
    """The value of a variable whose evaluation may have failed: the error comes out where the variable is used."""
    if valeur.__class__ is ErreurXPath:
        raise ErreurXPath(valeur.code)
    return valeur


# -- cardinality ----------------------------------------------------------------------------------------------------------


def un(liste: Liste) -> Valeur:
    """At most one item (``None`` when empty); more is XPTY0004."""
    if not liste:
        return None
    if len(liste) > 1:
        raise ErreurXPath("XPTY0004")
    return liste[0]


def exactement(valeur: Valeur) -> Valeur:
    """Exactly one item: an empty one is XPTY0004."""
    if valeur is None:
        raise ErreurXPath("XPTY0004")
    return valeur


def val_un(noeuds: Sequence[Noeud]) -> str | None:
    """String value of at most one node."""
    if not noeuds:
        return None
    if len(noeuds) > 1:
        raise ErreurXPath("XPTY0004")
    return noeuds[0].val


def norm_un(noeuds: Sequence[Noeud]) -> str:
    """``normalize-space`` of at most one node; the empty string when there is none."""
    if not noeuds:
        return ""
    if len(noeuds) > 1:
        raise ErreurXPath("XPTY0004")
    return norm(noeuds[0])


def val_opt(noeud: Noeud | None) -> str | None:
    """String value of an optional node."""
    return None if noeud is None else noeud.val


def opt(fonction: Callable[..., Valeur], valeur: Valeur, *reste: Valeur) -> Valeur:
    """Apply a function unless the value is empty."""
    return None if valeur is None else fonction(valeur, *reste)


def seq(valeur: Valeur) -> Liste:
    """An optional value as a sequence."""
    return () if valeur is None else (valeur,)


def premier(valeurs: Iterator[Valeur]) -> Valeur:
    """The item that a generator gives, ``None`` when it gives none: what it holds is evaluated only then."""
    return next(valeurs, None)


# -- numbers --------------------------------------------------------------------------------------------------------------


def arrondi(valeur: Nombre) -> Valeur:
    """``round``: to the nearest integer, halves upwards."""
    if isinstance(valeur, Decimal):
        return valeur.to_integral_value(ROUND_HALF_UP if valeur >= 0 else ROUND_HALF_DOWN)
    if isinstance(valeur, int) or not math.isfinite(valeur):
        return valeur
    bas = math.floor(valeur)
    return math.copysign(float(bas + 1 if valeur - bas >= 0.5 else bas), valeur)  # -0.4 gives -0


def _paire(a: Nombre, b: Nombre) -> tuple[Any, Valeur]:
    """Promote to xs:double when one side is."""
    if isinstance(a, float) or isinstance(b, float):
        return float(a), float(b)
    return a, b


def plus(a: Nombre | None, b: Nombre | None) -> Valeur:
    """``+``."""
    if a is None or b is None:
        return None
    x, y = _paire(a, b)
    return x + y


def oppose(a: Nombre | None) -> Valeur:
    """Unary ``-``: of the double 0 it is -0."""
    return None if a is None else -a


def moins(a: Nombre | None, b: Nombre | None) -> Valeur:
    """``-``."""
    if a is None or b is None:
        return None
    x, y = _paire(a, b)
    return x - y


def fois(a: Nombre | None, b: Nombre | None) -> Valeur:
    """``*``."""
    if a is None or b is None:
        return None
    x, y = _paire(a, b)
    return x * y


def divise(a: Nombre | None, b: Nombre | None) -> Valeur:
    """``div``: doubles as IEEE 754; decimals keep 18 digits more than the dividend has over the divisor (Saxon)."""
    if a is None or b is None:
        return None
    if isinstance(a, float) or isinstance(b, float):
        a, b = float(a), float(b)
        if b:
            return a / b
        return math.nan if not a or a != a else math.copysign(math.inf, a) * math.copysign(1.0, b)  # noqa: PLR0124 NaN is the value that differs from itself
    if not b:
        raise ErreurXPath("FOAR0001")
    a = Decimal(a)
    puissance = _PUISSANCES.get(Decimal(b))
    if puissance is not None:
        return a.scaleb(puissance)
    b = Decimal(b)
    echelle = max(_ECHELLE, _decimales(a) - _decimales(b) + _ECHELLE)
    quotient, reste = divmod(a.scaleb(echelle), b)
    if abs(reste) * 2 > abs(b):
        quotient += 1 if (a < 0) == (b < 0) else -1
    return quotient.scaleb(-echelle)


def _decimales(valeur: Decimal) -> int:
    """Digits after the point, without trailing zeros."""
    exposant = valeur.normalize(CONTEXTE).as_tuple().exponent
    return max(0, -int(exposant))


def plus_exact(a: Decimal | int | None, b: Decimal | int | None) -> Valeur:
    """``+`` of decimals and integers."""
    return None if a is None or b is None else a + b


def moins_exact(a: Decimal | int | None, b: Decimal | int | None) -> Valeur:
    """``-`` of decimals and integers."""
    return None if a is None or b is None else a - b


def fois_exact(a: Decimal | int | None, b: Decimal | int | None) -> Valeur:
    """``*`` of decimals and integers."""
    return None if a is None or b is None else a * b


def quotient(a: Decimal | int | None, b: Decimal | int) -> Valeur:
    """``div`` of a decimal or an integer by a constant that is not zero."""
    return a if a is None or not a else divise(a, b)


def modulo(a: Nombre | None, b: Nombre | None) -> Valeur:
    """``mod``: the sign of the dividend."""
    if a is None or b is None:
        return None
    if isinstance(a, float) or isinstance(b, float):
        a, b = float(a), float(b)
        return math.nan if not b or not math.isfinite(a) or math.isnan(b) else math.fmod(a, b)
    if not b:
        raise ErreurXPath("FOAR0001")
    return Decimal(a) % Decimal(b)


def somme(valeurs: Iterable[Valeur]) -> Valeur:
    """``sum``: 0 when empty; left to right, as doubles as soon as one is."""
    suite = iter(valeurs)
    total: Valeur = next(suite, 0)  # not from 0 on: the sum of -0 is -0
    for valeur in suite:
        total = valeur + total if total.__class__ is not float and valeur.__class__ is not float else float(total) + float(valeur)
    return total


def maximum(valeurs: Liste) -> Valeur:
    """``max`` of numbers: NaN as soon as one is."""
    return _nan(valeurs) or max(valeurs, default=None)


def minimum(valeurs: Liste) -> Valeur:
    """``min`` of numbers: NaN as soon as one is."""
    return _nan(valeurs) or min(valeurs, default=None)


def _nan(valeurs: Liste) -> float | None:
    """NaN, where one of the numbers is."""
    return math.nan if any(v != v for v in valeurs) else None  # noqa: PLR0124 NaN is the value that differs from itself


# -- text -----------------------------------------------------------------------------------------------------------------


def texte(valeur: Valeur) -> str:  # noqa: PLR0911 one case a kind of value
    """``string()`` of one item."""
    if valeur is None:
        return ""
    if isinstance(valeur, str):
        return valeur
    if isinstance(valeur, Noeud):
        return valeur.val
    if isinstance(valeur, bool):
        return "true" if valeur else "false"
    if isinstance(valeur, float):
        return _texte_double(valeur)
    if isinstance(valeur, Decimal):
        fixe = format(valeur, "f")
        fixe = fixe.rstrip("0").rstrip(".") if "." in fixe else fixe
        return "0" if fixe in {"-0", ""} else fixe
    return str(valeur)


def _texte_double(valeur: float) -> str:
    """The canonical text of an xs:double (F&O 17.1.2): plain between 1e-6 and 1e6, scientific outside."""
    if math.isnan(valeur):
        return "NaN"
    if math.isinf(valeur):
        return "INF" if valeur > 0 else "-INF"
    if valeur == 0:
        return "-0" if math.copysign(1, valeur) < 0 else "0"
    if 1e-6 <= abs(valeur) < 1e6:
        return texte(Decimal(repr(valeur)))
    signe, chiffres, exposant = Decimal(repr(valeur)).normalize(CONTEXTE).as_tuple()
    suite = "".join(map(str, chiffres))
    return f"{'-' if signe else ''}{suite[0]}.{suite[1:] or '0'}E{int(exposant) + len(suite) - 1}"


def joint(valeurs: Iterable[Valeur]) -> str:
    """``xsl:value-of``: the items' text, separated by a space."""
    return " ".join([texte(v) for v in valeurs])


def sous_chaine(source: str, debut: Nombre, longueur: Nombre | None = None) -> str:
    """``substring``: from 1, rounded bounds, NaN gives nothing."""
    premier = arrondi(float(debut))
    fin = math.inf if longueur is None else premier + arrondi(float(longueur))
    if math.isnan(premier) or math.isnan(fin):
        return ""
    bas, haut = max(premier, 1), min(fin, len(source) + 1)
    return source[int(bas) - 1 : int(haut) - 1] if bas < haut else ""


def avant(source: str, motif: str) -> str:
    """``substring-before``."""
    return source.partition(motif)[0] if motif and motif in source else ""


def apres(source: str, motif: str) -> str:
    """``substring-after``."""
    return source.partition(motif)[2] if motif else source


def traduit(source: str, depuis: str, vers: str) -> str:
    """``translate``."""
    table: dict[int, str | None] = {}
    for rang, caractere in enumerate(depuis):
        table.setdefault(ord(caractere), vers[rang] if rang < len(vers) else None)
    return source.translate(table)


def morceaux(expression: re.Pattern[str], source: str) -> list[str]:
    """``tokenize``: nothing for an empty text."""
    return expression.split(source) if source else []


class ListeDeCodes:
    """A code list written as one text, the codes between spaces.

    :ivar texte: the text. :ivar codes: the codes in it.
    """

    __slots__ = ("codes", "texte")

    def __init__(self, texte: str) -> None:
        self.texte = texte
        self.codes = frozenset(texte[1:-1].split(" ")) if texte[:1] == texte[-1:] == " " else frozenset()


def parmi_codes(code: str, liste: ListeDeCodes) -> bool:
    """``contains($liste, concat(' ', $code, ' '))``: a look-up, unless the code itself holds a space."""
    return code in liste.codes or f" {code} " in liste.texte


# -- truth and comparisons ------------------------------------------------------------------------------------------------


def vrai(items: Liste) -> bool:
    """Effective boolean value of a sequence of any kind (XPath 2.0, 2.4.3)."""
    if not items:
        return False
    premier = items[0]
    if isinstance(premier, Noeud | Attribut):
        return True
    if len(items) > 1:
        raise ErreurXPath("FORG0006")
    if isinstance(premier, float):
        return not (premier == 0 or math.isnan(premier))
    return bool(premier)


def atomes(items: Liste) -> list[Valeur]:
    """Typed values of a sequence of any kind: nodes become untyped text."""
    return [NonType(i.val) if isinstance(i, Noeud) else NonType(i) if isinstance(i, Attribut) else i for i in items]


_OPERATIONS: dict[str, Callable[[Valeur, Valeur], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_DE_VALEUR = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def _comparable(a: Valeur, b: Valeur, *, signes: bool) -> tuple[Any, Valeur]:
    """Bring two atomic values to one type, as a general comparison does (XPath 2.0, 3.5.2)."""
    if isinstance(a, NonType) and not isinstance(b, str):
        a, b = _typer(a, b, signes=signes)
    elif isinstance(b, NonType) and not isinstance(a, str):
        b, a = _typer(b, a, signes=signes)
    if isinstance(a, str) != isinstance(b, str) or isinstance(a, bool) != isinstance(b, bool):
        raise ErreurXPath("XPTY0004")
    return (a, b) if isinstance(a, str) else _paire(a, b)


def _typer(brut: str, autre: Valeur, *, signes: bool) -> tuple[Valeur, Valeur]:
    """Untyped text in the type of the value beside it, and that value; ``signes``: see :func:`accords.accorder`."""
    if isinstance(autre, bool):
        return booleen(brut), autre
    if not signes:
        return double(brut), autre
    return (contre_entier(brut), autre) if isinstance(autre, int) else (signe(double(brut)), signe(autre))


def compare(operateur: str, gauche: Liste, droite: Liste, *, seul: bool) -> bool:
    """General comparison of two sequences of any kind.

    :param seul: whether one of them is known to hold one item at most (see :func:`accords.comparateur`).
    """
    operation = _OPERATIONS[operateur]
    for a in atomes(gauche):
        for b in atomes(droite):
            x, y = _comparable(a, b, signes=seul or operateur in {"=", "!="})
            if operation(x, y):
                return True
            grand, petit, nan = (a, b, x) if operateur[0] == ">" else (b, a, y)
            if seul and operateur[0] in "<>" and isinstance(grand, NonType) and nan != nan and petit == petit and isinstance(petit, Nombre):  # noqa: PLR0124
                return True
    return False


def compare_un(operateur: str, gauche: Valeur, droite: Valeur) -> bool:
    """Value comparison of two optional values of one type; false when one is empty."""
    if gauche is None or droite is None:
        return False
    if not isinstance(gauche, str):
        gauche, droite = _paire(gauche, droite)
    return bool(_OPERATIONS[_DE_VALEUR[operateur]](gauche, droite))


def egal_un(noeuds: Sequence[Noeud], attendu: str) -> bool:
    """Whether one of the nodes has that text."""
    for noeud in noeuds:  # noqa: SIM110 a generator costs three times as much here, and this is the hottest helper
        if noeud.val == attendu:
            return True
    return False


def parmi(noeuds: Sequence[Noeud], attendus: frozenset[str]) -> bool:
    """Whether one of the nodes has one of those texts."""
    for noeud in noeuds:  # noqa: SIM110 as above
        if noeud.val in attendus:
            return True
    return False


def dec_un(noeuds: Sequence[Noeud]) -> Decimal | None:
    """xs:decimal of at most one node."""
    if not noeuds:
        return None
    if len(noeuds) > 1:
        raise ErreurXPath("XPTY0004")
    return decimal(noeuds[0].val)


def chaine_item(valeur: Valeur) -> str | None:
    """A value of unknown kind where ``xs:string?`` is wanted."""
    if valeur is None or isinstance(valeur, str):
        return valeur
    if isinstance(valeur, Noeud):
        return valeur.val
    raise ErreurXPath("XPTY0004")


def nombre_item(valeur: Valeur) -> Valeur:
    """A value of unknown kind where a number is wanted."""
    if isinstance(valeur, Noeud | NonType):
        return double(texte(valeur))
    if isinstance(valeur, str | bool):
        raise ErreurXPath("XPTY0004")
    return valeur
