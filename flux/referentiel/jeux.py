"""Rule sets: which checks judge a flow, by its reception date (promise 9).

A verdict says the set's code. A new release of an official wheel, or a new rule, is a new row; an old one is never edited.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class MoteurRegles(StrEnum):
    """Who runs the official rules: the compiled engine (Saxon where it cannot), Saxon alone, or nobody."""

    NATIF = "natif"
    SAXON = "saxon"
    AUCUN = "aucun"


@dataclass(frozen=True, slots=True)
class JeuDeRegles:
    """One dated rule set.

    :ivar code: what a verdict and the ledger say. :ivar depuis: first reception day (Europe/Paris) it judges.
    :ivar contenu: the checks it holds, in the order in which they run.
    :ivar officielles: the official sets judge too, those that :mod:`flux.regles.officielles.choix` names.
    """

    code: str
    depuis: date
    contenu: tuple[str, ...]
    officielles: bool = False


_FORME = ("envelope and archive", "Factur-X container", "XML gate", "XSD: UBL 2.1, CII D22B and 16B, Factur-X 1.09, CPPFactureMixte")

#: Rows in order of time.
JEUX: tuple[JeuDeRegles, ...] = (
    JeuDeRegles(
        "2024-07-24",
        date(2024, 7, 24),
        (*_FORME, "management rules in force that day"),
    ),
    # AFNOR XP Z12-012 of February 2026 publishes the B2G control rules.
    JeuDeRegles("2026-02-01", date(2026, 2, 1), (*_FORME, "management rules in force that day, BR-FR-CPRO among them")),
    # The reform starts: an invoice of its formats answers to EN 16931 and its French rules.
    JeuDeRegles(
        "2026-09-01",
        date(2026, 9, 1),
        (
            *_FORME,
            "management rules in force that day, BR-FR-CPRO among them",
            "reform formats: EN 16931 or the Factur-X level's set or EXTENDED-CTC-FR, then BR-FR (factur-x 7.7)",
            "lifecycle messages: BR-FR-CDV (pyfrctc 0.24)",
        ),
        officielles=True,
    ),
)


def jeu_en_vigueur(le: date) -> JeuDeRegles:
    """Return the rule set in force on ``le``; before the first one, the first: the interfaces did not exist."""
    return next((row for row in reversed(JEUX) if row.depuis <= le), JEUX[0])
