"""A bounded cache of questions to the ledger, which answers read in advance can be put in."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Cle = TypeVar("Cle", bound=Hashable)
Valeur = TypeVar("Valeur")


class Cache(Generic[Cle, Valeur]):
    """Keeps the last ``taille`` answers of ``lire``; the least recently asked leave first. Safe to share between threads.

    Unlike :func:`functools.lru_cache`, it can be told answers that were read together.
    """

    def __init__(self, taille: int, lire: Callable[[Cle], Valeur]) -> None:
        self._taille = taille
        self._lire = lire
        self._connues: OrderedDict[Cle, Valeur] = OrderedDict()
        self._verrou = Lock()

    def __contains__(self, cle: Cle) -> bool:
        return cle in self._connues

    def __call__(self, cle: Cle) -> Valeur:
        """Return the answer for ``cle``, read when it is not known. What ``lire`` raises is not kept."""
        with self._verrou:
            if cle in self._connues:
                self._connues.move_to_end(cle)
                return self._connues[cle]
        valeur = self._lire(cle)
        self.poser(cle, valeur)
        return valeur

    def poser(self, cle: Cle, valeur: Valeur) -> None:
        """Keep an answer that was read elsewhere."""
        with self._verrou:
            self._connues[cle] = valeur
            self._connues.move_to_end(cle)
            if len(self._connues) > self._taille:
                self._connues.popitem(last=False)
