"""Every step beats: its name and its flow are on each log line written meanwhile, and the ledger keeps when it last ended well."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import structlog

from flux.contexte import Contexte
from flux.errors import ErreurFlux, ErreurRegistre
from flux.registre.battements import battre

P = ParamSpec("P")
R = TypeVar("R")

_journal = structlog.get_logger(__name__)


def etape(nom: str) -> Callable[[Callable[Concatenate[Contexte, P], R]], Callable[Concatenate[Contexte, P], R]]:
    """Make a function a step: it beats under ``nom`` when it ends, well or not, and its log lines bear that name.

    A ledger that does not answer when the step is over costs its beat, never its work.
    """

    def decorer(pas: Callable[Concatenate[Contexte, P], R]) -> Callable[Concatenate[Contexte, P], R]:
        @wraps(pas)
        def tourner(contexte: Contexte, /, *args: P.args, **kwargs: P.kwargs) -> R:
            debut, reussie = time.monotonic(), False
            with structlog.contextvars.bound_contextvars(etape=nom):
                try:
                    resultat = pas(contexte, *args, **kwargs)
                    reussie = True
                    return resultat
                finally:
                    _battre(contexte, nom, time.monotonic() - debut, reussie=reussie)

        return tourner

    return decorer


@contextmanager
def au_sujet_de(flux_id: int | None) -> Iterator[None]:
    """Put a flow's id on each log line written meanwhile, and among the facts of an error; ``None``: of no flow."""
    if flux_id is None:
        yield
        return
    with structlog.contextvars.bound_contextvars(flux_id=flux_id):
        try:
            yield
        except ErreurFlux as panne:
            panne.facts.setdefault("flux_id", flux_id)
            raise


def _battre(contexte: Contexte, nom: str, secondes: float, *, reussie: bool) -> None:
    try:
        battre(contexte.engine, nom, secondes, reussie=reussie)
    except ErreurRegistre as panne:
        _journal.warning("battement_perdu", cause=str(panne))
