"""The one tree of errors. An error is a fault of ours or of the infrastructure, never a bad invoice.

Bad input becomes an :class:`flux.modele.anomalie.Anomalie` (a result); what is raised from this tree stops a step and, for
:class:`ErreurTransitoire`, is worth a retry. Every class carries its facts as attributes; the sentence is built from them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

_Panne = TypeVar("_Panne", bound="ErreurFlux")


class ErreurFlux(Exception):
    """Base of every error this project raises on purpose.

    :param message: an English sentence that says what happened and what to do.
    :param facts: the facts behind the sentence, kept in :attr:`facts` and as attributes for the log line.
    """

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message)
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:
        """Pickle with the facts: errors cross process borders in task runners."""
        return (_rebuild, (type(self), str(self), self.facts))


def _rebuild(kind: type[ErreurFlux], message: str, facts: dict[str, object]) -> ErreurFlux:
    return kind(message, **facts)


class ErreurTransitoire(ErreurFlux):
    """The infrastructure did not answer (SFTP, database, disk): the same call may succeed later."""


class ErreurTransport(ErreurTransitoire):
    """A file could not be listed, claimed, read or published. Facts: ``operation``, ``path``."""


class ErreurRegistre(ErreurTransitoire):
    """The ledger's database refused or did not answer. Facts: ``operation``, ``sqlstate`` (PostgreSQL's, when it gave one)."""

    @property
    def refuse(self) -> bool:
        """Whether the server is there and let us not in, or not do it: its role, password, database or right."""
        state = self.facts.get("sqlstate")
        if isinstance(state, str):
            return state.startswith("28") or state in {"3D000", "42501"}
        said = str(self)  # a connection that fails has no state, only the server's sentence, whose first word no language changes
        if "no password supplied" in said:
            return True
        return "FATAL: " in said and not any(words in said for words in _REVIENDRA)

    @property
    def reponse(self) -> str:
        """What the server, or the driver, said."""
        return str(self).partition("): ")[2] or str(self)


#: What a server says while it cannot let anybody in, and soon will.
_REVIENDRA = ("starting up", "shutting down", "not yet accepting", "recovery", "too many", "connection slots")


class ErreurConfiguration(ErreurFlux):
    """A setting, a table row or an installed wheel is not what the code expects. Facts name it."""


class SchemaAltere(ErreurConfiguration):
    """An official file in a wheel is missing or differs from its pinned SHA-256. Facts: ``path``, ``expected``, ``found``."""


class ErreurUsage(ErreurFlux):
    """A caller gave arguments that cannot be used (exit code 2 of the command line). Facts name the argument; ``lignes``: more to tell."""

    @property
    def lignes(self) -> tuple[str, ...]:
        """What follows the sentence, a line each."""
        found = self.facts.get("lignes")
        return found if isinstance(found, tuple) else ()


class ErreurInvariant(ErreurFlux):
    """A promise of the house does not hold (conservation, one answer, …): an operator must look. Facts say which."""


def a_lever(pannes: Iterable[_Panne]) -> _Panne:
    """Return which of several errors, at least one, to raise: what may pass by itself, for it gets another try; else the first."""
    return min(pannes, key=lambda une: not isinstance(une, ErreurTransitoire))
