"""What the checks conclude of one document and of one flow."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from flux.modele.anomalie import Anomalie
from flux.modele.facture import Facture


class Decision(StrEnum):
    """``accepted`` is integrated; ``rejected`` could be read and has blocking anomalies; ``unreadable`` could not be read."""

    ACCEPTE = "accepted"
    REJETE = "rejected"
    ILLISIBLE = "unreadable"


@dataclass(frozen=True, slots=True)
class VerdictDocument:
    """One document judged.

    :ivar nom: name inside the archive, or of the file itself.
    :ivar facture: what could be mapped; also given for a rejected document, so that its answer can name it.
    :ivar sha256: hexadecimal digest of the document's bytes.
    :ivar statuts: statuses read, of a file of statuses. :ivar recevables: those that nothing in the file keeps from being applied.
    :ivar replis: official rule sets that the reference engine judged because the compiled one could not.
    """

    nom: str
    sha256: str
    taille: int
    facture: Facture | None
    anomalies: tuple[Anomalie, ...]
    replis: tuple[str, ...] = ()
    statuts: int = 0
    recevables: int = 0

    @property
    def lisible(self) -> bool:
        """True when something could be mapped."""
        return self.facture is not None or self.statuts > 0

    @property
    def decision(self) -> Decision:
        """Accepted without blocking anomaly; unreadable when nothing could be mapped. Each status stands alone: one receivable will do."""
        if self.statuts:
            return Decision.ACCEPTE if self.recevables else Decision.REJETE
        if not any(a.bloquante for a in self.anomalies):
            return Decision.ACCEPTE
        return Decision.REJETE if self.lisible else Decision.ILLISIBLE

    @property
    def valide(self) -> bool:
        """True when no published rule is broken; apart from :attr:`decision`, which follows the severities in use here."""
        return not any(a.invalidante for a in self.anomalies)
