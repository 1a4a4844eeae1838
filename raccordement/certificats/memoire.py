"""A cache bounded in number and in bytes, whose entries bear dates. The oldest used leaves first."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Gardee(Generic[_V]):
    """One entry. :ivar recue_le: when it was obtained. :ivar jusqu_au: when it no longer serves. :ivar taille: bytes it stands for."""

    valeur: _V
    recue_le: datetime
    jusqu_au: datetime
    taille: int


class Memoire(Generic[_V]):
    """The cache. :param entrees: at most. :param octets: at most, all entries together; a larger value is not kept."""

    def __init__(self, entrees: int, octets: int) -> None:
        self._entrees, self._octets, self._total = entrees, octets, 0
        self._par_cle: OrderedDict[Hashable, Gardee[_V]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._par_cle)

    @property
    def octets(self) -> int:
        """Bytes that the entries stand for."""
        return self._total

    def lire(self, cle: Hashable, le: datetime) -> _V | None:
        """Return the value of ``cle`` that still serves at ``le``."""
        gardee = self._par_cle.get(cle)
        if gardee is None:
            return None
        if le >= gardee.jusqu_au:
            self._retirer(cle)
            return None
        self._par_cle.move_to_end(cle)
        return gardee.valeur

    def garder(self, cle: Hashable, gardee: Gardee[_V]) -> None:
        """Keep a value in place of the former one."""
        self._retirer(cle)
        if gardee.taille > self._octets:
            return
        self._par_cle[cle] = gardee
        self._total += gardee.taille
        while len(self._par_cle) > self._entrees or self._total > self._octets:
            self._retirer(next(iter(self._par_cle)))

    def _retirer(self, cle: Hashable) -> None:
        ancienne = self._par_cle.pop(cle, None)
        if ancienne is not None:
            self._total -= ancienne.taille
