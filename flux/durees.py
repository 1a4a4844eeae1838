"""Spans of time in settings, each bounded: a moment that long ago, or ahead, must exist in the calendar."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

#: A century, in days: "for ever".
SIECLE = 36_525
_JOUR = 86_400

Jours = Annotated[int, Field(le=SIECLE)]
Secondes = Annotated[int, Field(le=SIECLE * _JOUR)]
#: How long one answer is waited for, in seconds.
Delai = Annotated[float, Field(gt=0, le=_JOUR)]
