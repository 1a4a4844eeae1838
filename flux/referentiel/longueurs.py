"""Lengths of text fields that changed over time."""

from __future__ import annotations

from datetime import date

#: First day in force → characters of ComplementStatut in a status of an invoice (FSO1301A). Source: Chorus Pro release
#: notes, 20/06/2024: 80 characters, before 50. At flow level it is 40, always (CPPStatut V1_19).
LONGUEUR_COMPLEMENT_STATUT: tuple[tuple[date, int], ...] = (
    (date.min, 50),
    (date(2024, 6, 20), 80),
)


def longueur_complement(le: date) -> int:
    """Return how many characters ComplementStatut may hold at invoice level on day ``le`` (Europe/Paris)."""
    return next(length for since, length in reversed(LONGUEUR_COMPLEMENT_STATUT) if since <= le)
