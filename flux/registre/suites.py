"""Sorted rows taken key by key, so that several streams are read side by side in flat memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

T = TypeVar("T")


class Suite(Generic[T]):
    """Rows in order of a whole number, one key after the other.

    :ivar ecartees: rows that nobody asked for, so far.
    """

    def __init__(self, rows: Iterable[T], cle: Callable[[T], int]) -> None:
        self._rows, self._cle, self.ecartees = iter(rows), cle, 0
        self._avancer()

    def _avancer(self) -> None:
        self._tete = next(self._rows, None)
        self.cle = None if self._tete is None else self._cle(self._tete)

    def de(self, cle: int) -> Iterator[T]:
        """Yield the rows of a key; those of lower keys are passed over."""
        while self.cle is not None and self.cle < cle:
            self.ecartees += 1
            self._avancer()
        while (row := self._tete) is not None and self.cle == cle:
            self._avancer()  # first: the caller may want no more than this row
            yield row

    def reste(self) -> int:
        """Pass over all that is left; return how many rows nobody asked for."""
        while self.cle is not None:
            self.ecartees += 1
            self._avancer()
        return self.ecartees
