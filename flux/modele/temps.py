"""Time at the edges of the house: UTC inside, the clock of Paris where people and formats read it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
