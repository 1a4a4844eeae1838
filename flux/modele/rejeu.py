"""What judging a stored original again shows beside what was judged then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flux.modele.anomalie import Anomalie
from flux.modele.verdict import Decision


@dataclass(frozen=True, slots=True)
class MembreRejoue:
    """One member, or the flow itself (empty name, no decision), then and now.

    :ivar alors: decision then, ``None`` for the flow itself and for a member that was not there. :ivar memes: anomalies told both times.
    """

    rang: int
    nom: str
    alors: Decision | None
    maintenant: Decision | None
    disparues: tuple[Anomalie, ...]
    nouvelles: tuple[Anomalie, ...]
    memes: int

    @property
    def differe(self) -> bool:
        """True when something is not as it was."""
        return self.alors is not self.maintenant or bool(self.disparues or self.nouvelles)


@dataclass(slots=True)
class BilanRejeu:
    """The whole flow.

    :ivar au: day whose rules judged now, Europe/Paris. :ivar jeu_alors: rule set by the ledger. :ivar jeu: rule set now.
    :ivar regles_alors: by what it was judged, as the journal tells; empty when it does not. :ivar regles: by what now.
    :ivar decisions: (then, now) → members. :ivar disparues: :ivar nouvelles: (code, rule) → anomalies.
    :ivar tranches: batches whose digest in the journal is that of the verdicts now. :ivar tranches_autres: ranks of those that differ;
        both stay empty when the rules asked for are not those of then, or when the journal is younger than the flow.
    :ivar empreinte: SHA-256 of the verdict now, of the flow and of each member by rank, in the journal's form.
    """

    flux_id: int
    nom: str
    interface: str | None
    recu_le: datetime
    au: date
    jeu_alors: str | None
    jeu: str
    regles_alors: Mapping[str, Any]
    regles: Mapping[str, Any]
    fichiers: int = 0
    differents: int = 0
    memes: int = 0
    decisions: Counter[tuple[Decision | None, Decision | None]] = field(default_factory=Counter)
    disparues: Counter[tuple[str, str]] = field(default_factory=Counter)
    nouvelles: Counter[tuple[str, str]] = field(default_factory=Counter)
    tranches: int = 0
    tranches_autres: list[int] = field(default_factory=list)
    empreinte: str = ""

    @property
    def identique(self) -> bool:
        """True when the verdict is the same, in the ledger and in the journal."""
        return not self.differents and not self.tranches_autres

    @property
    def change(self) -> tuple[str, ...]:
        """Names of what it is judged by that is not as it was then."""
        return tuple(nom for nom, valeur in self.regles_alors.items() if self.regles.get(nom) != valeur)
