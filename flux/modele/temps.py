"""Time at the edges of the house: UTC inside, the clock of Paris where people and formats read it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def veille(instant: datetime) -> date:
    """Return the day before, in Paris. :param instant: aware."""
    return instant.astimezone(PARIS).date() - timedelta(days=1)


def en_utc(instant: datetime) -> datetime | None:
    """Return an instant in UTC; one without zone is on the clock of Paris.

    What comes from outside is brought to UTC where it is read: instants of two zones are never equal in the hour that Paris has twice
    (PEP 495), so the same status would be a new one each time it is told.

    :return: ``None`` where UTC or Paris cannot hold it: the first and the last day of all (an empty date of many programs is one).
    """
    try:
        found = (instant if instant.tzinfo is not None else instant.replace(tzinfo=PARIS)).astimezone(UTC)
        found.astimezone(PARIS)
    except OverflowError:
        return None
    return found


def lire_instant(texte: str) -> datetime | None:
    """Read an ISO 8601 date, in UTC; without a zone it is on the clock of Paris. ``None``: it is none, or none that a clock tells."""
    try:
        return en_utc(datetime.fromisoformat(texte))
    except ValueError:
        return None
