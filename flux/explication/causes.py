"""Root causes: the same mistake made in a thousand invoices is one thing to mend, and is told once.

Two anomalies have one cause when they break the same rule on the same term, or at the same path whatever the line and the invoice,
and when what was found and wanted looks alike: “1 324,60” and “98,00” are one comma to change, “néant” is another fault.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from flux.modele.anomalie import Anomalie
from flux.referentiel.anomalies import Couche
from flux.referentiel.chemins import sans_positions, terme_du_chemin

#: Places told of one cause.
PLACES = 3
#: Different values found that one cause keeps, and those it tells.
_VALEURS_GARDEES, VALEURS = 1000, 3

#: Checks that quote a value of the invoice; the others quote a reader's sentence, whose words tell causes apart.
_VALEURS_CITEES = frozenset({Couche.SCHEMA, Couche.GESTION, Couche.OFFICIELLE})
_CHIFFRES = re.compile(r"[+-]?\d+")
_MOT = re.compile(r"[\w-]*[^\W\d_][\w-]*")
_REPETE = re.compile(r"(?<!\S)(\S+)(?: \1(?!\S))+")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cause shows: file inside the archive, line and column from 1; ``None`` where there is none."""

    member: str | None
    line: int | None
    column: int | None

    def __str__(self) -> str:
        """Return ``facture.xml:136:5``."""
        return ":".join(str(part) for part in (self.member, self.line, self.column) if part is not None)


@dataclass(slots=True)
class Cause:
    """One root cause.

    :ivar exemple: its first anomaly: code, rule, severity and texts are read there. :ivar path: that anomaly's path without positions.
    :ivar fois: anomalies. :ivar factures: files inside the flow that have it; 0 for a cause of the flow itself.
    :ivar places: the first :data:`PLACES`. :ivar valeurs: different values found and how often each; past 1,000 no new one is kept.
    """

    exemple: Anomalie
    path: str | None
    fois: int = 0
    factures: int = 0
    places: list[Place] = field(default_factory=list)
    valeurs: Counter[str] = field(default_factory=Counter)
    _dernier: str | None = None

    def ajouter(self, une: Anomalie) -> None:
        """Count one more anomaly; those of one file come one after the other."""
        self.fois += 1
        if une.member is not None and (une.member != self._dernier or not self.factures):
            self.factures += 1
            self._dernier = une.member
        if len(self.places) < PLACES:
            self.places.append(Place(une.member, une.line, une.column))
        if une.found is not None and (une.found in self.valeurs or len(self.valeurs) < _VALEURS_GARDEES):
            self.valeurs[une.found] += 1


def regrouper(anomalies: Iterable[Anomalie]) -> list[Cause]:
    """Group anomalies by root cause, in one pass.

    :return: errors before warnings; in each, the cause of most invoices first, then of most anomalies, then the first met.
    """
    causes: dict[tuple[object, ...], Cause] = {}
    for une in anomalies:
        path = None if une.path is None else sans_positions(une.path)
        terme = terme_du_chemin(une.path)
        where = terme.cle if terme is not None and terme.exact else path  # an invoice and a credit note spell one term by two paths
        key = (une.rule, une.severity, where, _allure(une.found, une.layer), _CHIFFRES.sub("9", une.expected or ""))
        cause = causes.get(key)
        if cause is None:
            cause = causes[key] = Cause(une, path)
        cause.ajouter(une)
    return sorted(causes.values(), key=lambda one: (not one.exemple.bloquante, -one.factures, -one.fois))


def _allure(found: str | None, layer: Couche) -> str | None:
    """Return what a value looks like: numbers as 9, words as A, the same ones in a row once."""
    if found is None:
        return None
    if layer not in _VALEURS_CITEES:
        return _CHIFFRES.sub("9", found)
    return _REPETE.sub(r"\1", _CHIFFRES.sub("9", _MOT.sub("A", found)))
