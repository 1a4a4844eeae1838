"""The reference engine in a process of its own: the fall-back of the compiled engine, and ``--moteur saxon``.

Saxon holds the interpreter lock and can abort its process (docs/decisions/0010): one spawned worker, whose main thread makes it, is
started at the first question and replaced when it dies. A document that kills it twice is not asked a third time.
"""

from __future__ import annotations

import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as Echeance
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from flux.regles.officielles.erreurs import ErreurMoteur
from flux.regles.officielles.reference import Reference, Reponse

#: Seconds that one set may take on one document: a hundred times what Saxon takes on 10,000 lines' worth of EN 16931.
DELAI = 300.0
_ESSAIS = 2


@cache
def _reference() -> Reference:
    return Reference()


def _evaluer(fichier: Path, document: str) -> Reponse:
    return _reference().evaluer(fichier, document)


class ReferenceAPart:
    """Saxon in a worker process; many threads may ask, one is answered at a time."""

    def __init__(self) -> None:
        self._ouvrier: ProcessPoolExecutor | None = None
        self._verrou = threading.Lock()

    def evaluer(self, fichier: Path, document: str, *, delai: float = DELAI) -> Reponse:
        """Run a rule file on a document.

        :param fichier: the rule file. :param document: the XML as text, without DOCTYPE. :param delai: seconds.
        :raises ErreurMoteur: the worker died on it twice, or gave no answer in time. Facts: ``jeu``, ``cause``.
        :raises ErreurConfiguration: saxonche is not installed.
        """
        with self._verrou:
            for _ in range(_ESSAIS):
                if self._ouvrier is None:
                    self._ouvrier = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
                try:
                    return self._ouvrier.submit(_evaluer, fichier, document).result(delai)
                except BrokenProcessPool:
                    self._abandonner()
                except Echeance as faute:
                    self._abandonner()
                    raise ErreurMoteur(f"Saxon gave no answer in {delai} s", jeu=fichier.name, cause="timeout") from faute
        raise ErreurMoteur("Saxon's process died on this document", jeu=fichier.name, cause="process died")

    def fermer(self) -> None:
        """Stop the worker; the next question starts another one."""
        with self._verrou:
            self._abandonner()

    def _abandonner(self) -> None:
        ouvrier, self._ouvrier = self._ouvrier, None
        if ouvrier is None:
            return
        for processus in list((ouvrier._processes or {}).values()):  # noqa: SLF001 a worker lost in a transform does not stop by itself
            processus.kill()
        ouvrier.shutdown(wait=True, cancel_futures=True)
