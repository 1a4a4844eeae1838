"""Root causes: the same mistake made in a thousand invoices is one thing to mend, and is told once.

Two anomalies have one cause when they break the same rule on the same term, or at the same path whatever the line and the invoice,
and when what was found and wanted looks alike: “1 324,60” and “98,00” are one comma to change, “néant” is another fault.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

from flux.modele.anomalie import Anomalie
from flux.referentiel.anomalies import Couche
from flux.referentiel.chemins import sans_positions, terme_du_chemin

#: Places told of one cause.
PLACES = 3
#: Different values found that one cause keeps, and those it tells.
_VALEURS_GARDEES, VALEURS = 1000, 3

#: Checks that quote a value of the invoice; the others quote a reader's words, which tell causes apart.
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
    _dernier: str | int | None = None

    def ajouter(self, une: Anomalie, document: str | int | None) -> None:
        """Count one more anomaly; those of one file come one after the other. :param document: what tells its file from the others."""
        self.fois += 1
        if une.member is not None and document != self._dernier:
            self.factures += 1
            self._dernier = document
        if len(self.places) < PLACES:
            self.places.append(Place(une.member, une.line, une.column))
        if une.found is not None and (une.found in self.valeurs or len(self.valeurs) < _VALEURS_GARDEES):
            self.valeurs[une.found] += 1


def cle_de_cause(une: Anomalie) -> tuple[str | None, ...]:
    """Return what two anomalies of one root cause have in common."""
    terme = terme_du_chemin(une.path)
    # an invoice and a credit note spell one term by two paths
    where = terme.cle if terme is not None and terme.exact else None if une.path is None else sans_positions(une.path)
    return une.rule, une.severity, where, _allure(une), _CHIFFRES.sub("9", une.expected or "")


def regrouper(anomalies: Iterable[Anomalie], documents: Iterable[Iterable[Anomalie]] = ()) -> list[Cause]:
    """Group anomalies by root cause, in one pass.

    :param anomalies: those whose file is told by its name, or that are of the flow itself.
    :param documents: those of each file in turn: two files of an archive may bear one name.
    :return: errors before warnings; in each, the cause of most invoices first, then of most anomalies, then the first met.
    """
    causes: dict[tuple[str | None, ...], Cause] = {}
    named = ((une.member, une) for une in anomalies)
    ranked = ((rang, une) for rang, found in enumerate(documents) for une in found)
    for document, une in chain(named, ranked):
        key = cle_de_cause(une)
        cause = causes.get(key)
        if cause is None:
            cause = causes[key] = Cause(une, None if une.path is None else sans_positions(une.path))
        cause.ajouter(une, document)
    return sorted(causes.values(), key=lambda one: (not one.exemple.bloquante, -one.factures, -one.fois))


def _allure(une: Anomalie) -> str | None:
    """Return what the value found looks like: numbers as 9, words as A, the same ones in a row once.

    A document that is no XML is told by our own reason: the reader's words name the tag or the character where each file happens to break.
    """
    if une.layer is Couche.SYNTAXE:
        return _CHIFFRES.sub("9", une.fr)
    if une.found is None:
        return None
    if une.layer not in _VALEURS_CITEES:
        return _CHIFFRES.sub("9", une.found)
    return _REPETE.sub(r"\1", _CHIFFRES.sub("9", _MOT.sub("A", une.found)))
