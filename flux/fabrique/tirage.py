"""Draws that depend on a seed alone, the same on every version of Python."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Tirage:
    """A source of draws. Only ``Random.random`` is used below: it is the one method whose sequence Python promises to keep."""

    def __init__(self, *graines: object) -> None:
        self._random = random.Random(":".join(map(str, graines))).random  # noqa: S311 - examples, not secrets

    def entier(self, bas: int, haut: int) -> int:
        """Return an integer from ``bas`` to ``haut``, both included."""
        return bas + int(self._random() * (haut - bas + 1))

    def choix(self, options: Sequence[T]) -> T:
        """Return one of ``options``."""
        return options[int(self._random() * len(options))]

    def chance(self, sur: int) -> bool:
        """Return True one time in ``sur``."""
        return self._random() * sur < 1
