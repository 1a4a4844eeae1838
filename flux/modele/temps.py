"""Time at the edges of the house: UTC inside, the clock of Paris where people and formats read it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def veille(instant: datetime) -> date:
    """Return the day before, in Paris. :param instant: aware."""
    return instant.astimezone(PARIS).date() - timedelta(days=1)
