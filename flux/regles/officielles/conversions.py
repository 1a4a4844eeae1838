"""Casts of XPath 2.0, and what a process remembers of the texts it has read."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeAlias

from flux.limites import NOMBRE_MAX
from flux.regles.officielles.erreurs import ErreurXPath

Valeur: TypeAlias = Any  # one item or an optional one, of a kind known when the rule was compiled

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?INF|NaN")
_ENTIER = re.compile(r"[+-]?[0-9]+")
_SOUS_ZERO = -5e-324  # no number lies between it and 0
BLANCS = " \t\r\n"


_LUS_MAX = 10_000  # texts remembered by a process, short ones only: what comes from outside must not fill the memory
_COURT = 64  # characters
_decimaux: dict[str, Decimal] = {}
_doubles: dict[str, float] = {}


def decimal(texte: str) -> Decimal:
    """Cast text to xs:decimal (XML Schema lexical form, white space around allowed)."""
    connu = _decimaux.get(texte)
    if connu is not None:
        return connu
    propre = texte.strip(BLANCS)
    if _DECIMAL.fullmatch(propre) is None:
        raise ErreurXPath("FORG0001")
    if len(propre) > NOMBRE_MAX:
        raise ErreurXPath("FOAR0002")  # overflow: an implementation may bound its decimals (F&O 4.2)
    lu = Decimal(propre)
    retenir(_decimaux, texte, lu, texte)
    return lu


def double(texte: str) -> float:
    """Cast text to xs:double."""
    connu = _doubles.get(texte)
    if connu is not None:
        return connu
    propre = texte.strip(BLANCS)
    if _DOUBLE.fullmatch(propre) is None:
        raise ErreurXPath("FORG0001")
    lu = float(propre)
    retenir(_doubles, texte, lu, texte)
    return lu


def signe(nombre: Decimal | float) -> float:
    """A number as Saxon compares it with untyped text: -0 comes before 0, and is not equal to it. No decimal is -0."""
    valeur = float(nombre)
    if valeur:
        return valeur
    return _SOUS_ZERO if nombre.__class__ is float and math.copysign(1.0, valeur) < 0 else 0.0


def contre_entier(texte: str) -> float:
    """Untyped text as Saxon compares it with a whole number: "-0" is one, and equal to 0; "-0.00" comes before 0."""
    valeur = double(texte)
    return valeur if valeur or _ENTIER.fullmatch(texte.strip(BLANCS)) else signe(valeur)


def retenir(connus: dict[Any, Any], cle: Any, valeur: Any, *textes: str | None) -> None:  # noqa: ANN401 any key, any value
    """Remember a value for the process, within limits."""
    if all(texte is None or len(texte) <= _COURT for texte in textes):
        if len(connus) >= _LUS_MAX:
            connus.clear()
        connus[cle] = valeur


class Souvenir:
    """A function of the rule set that only its texts decide: each text is judged once by the process.

    What ends with an error, or could not evaluate a variable, is not remembered.
    """

    __slots__ = ("_connus", "_fonction")

    def __init__(self, fonction: Callable[..., bool]) -> None:
        self._fonction = fonction
        self._connus: dict[tuple[str | None, ...], bool] = {}

    def __call__(self, memoire: Valeur, *textes: str | None) -> bool:
        """Call the function, or remember what it said."""
        connu = self._connus.get(textes)
        if connu is not None:
            return connu
        avant, memoire.reserve = memoire.reserve, False
        try:
            valeur = self._fonction(memoire, *textes)
            if not memoire.reserve:
                retenir(self._connus, textes, valeur, *textes)
        finally:
            memoire.reserve = memoire.reserve or avant
        return valeur


def booleen(texte: str) -> bool:
    """Cast text to xs:boolean: ``true``, ``false``, ``1``, ``0``."""
    propre = texte.strip(BLANCS)
    if propre in {"true", "1"}:
        return True
    if propre in {"false", "0"}:
        return False
    raise ErreurXPath("FORG0001")


_DATE = re.compile(r"(-?(?:[1-9][0-9]{4,}|[0-9]{4}))-([0-9]{2})-([0-9]{2})(Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?")
_ANNEE_MAX = 2_147_483_647  # Saxon's
_CHIFFRES_MAX = 11  # of a year, sign included: a longer one is past the bound
_JOURS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def date(texte: str) -> int:
    """Cast text to xs:date: minutes of its start since year 0, UTC. A date without zone is taken as UTC.

    The published bound of a zone is 14:00; Saxon takes those up to 14:59, and so does this.
    """
    trouve = _DATE.fullmatch(texte.strip(BLANCS))
    if trouve is None:
        raise ErreurXPath("FORG0001")
    if len(trouve.group(1)) > _CHIFFRES_MAX or abs(int(trouve.group(1))) > _ANNEE_MAX:
        raise ErreurXPath("FODT0001")
    annee, mois, jour = (int(trouve.group(i)) for i in (1, 2, 3))
    bissextile = annee % 4 == 0 and (annee % 100 != 0 or annee % 400 == 0)
    if not 1 <= mois <= 12 or not 1 <= jour <= _JOURS[mois - 1] + (bissextile and mois == 2):
        raise ErreurXPath("FORG0001")
    a, m = (annee, mois) if mois > 2 else (annee - 1, mois + 12)  # days by the usual civil formula, March first
    jours = 365 * a + a // 4 - a // 100 + a // 400 + (153 * (m - 3) + 2) // 5 + jour
    zone = trouve.group(4)
    decalage = 0
    if zone and zone != "Z":
        decalage = (int(zone[1:3]) * 60 + int(zone[4:6])) * (1 if zone[0] == "+" else -1)
    return jours * 1440 - decalage


def nombre(texte: str | None) -> float:
    """``number()``: xs:double, NaN when the text is not one."""
    if texte is None or _DOUBLE.fullmatch(texte.strip(BLANCS)) is None:
        return math.nan
    return float(texte.strip(BLANCS))


def decimal_de(valeur: Valeur) -> Decimal:
    """Cast a number or a boolean to xs:decimal."""
    if isinstance(valeur, str):
        return decimal(valeur)
    if isinstance(valeur, float) and not math.isfinite(valeur):
        raise ErreurXPath("FOCA0002")
    return Decimal(valeur)
