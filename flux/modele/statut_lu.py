"""A status as a deposited message says it, before anybody looks for its invoice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from flux.modele.anomalie import Anomalie
from flux.modele.statut import Acteur, MontantStatut, Motif, Statut


@dataclass(frozen=True, slots=True)
class StatutLu:
    """One status asked for. What could not be read is ``None``: the schema says why.

    :ivar rang: from 1, in its file. :ivar chemin: XPath of what speaks of it. :ivar ligne: its line.
    :ivar code: IdStatut or MDT-105, as written. :ivar horodatage: aware; one written without zone is Paris time.
    :ivar numero: BT-1. :ivar date_facture: BT-2. :ivar type_code: BT-3. :ivar recu_le: MDT-95.
    :ivar fournisseur: who issued the invoice. :ivar destinataire: whom it was for (CPPStatut only).
    :ivar auteur: who says it (CDAR only). :ivar role: UNCL 3035 role of that one (MDT-40).
    The others are those of :class:`~flux.modele.statut.Statut`.
    """

    rang: int
    chemin: str
    ligne: int | None
    code: str
    horodatage: datetime | None
    numero: str | None
    date_facture: date | None = None
    type_code: str | None = None
    recu_le: datetime | None = None
    fournisseur: Acteur | None = None
    destinataire: Acteur | None = None
    auteur: Acteur | None = None
    role: str | None = None
    complement: str | None = None
    commentaire: str | None = None
    motifs: tuple[Motif, ...] = ()
    actions: tuple[str, ...] = ()
    montants: tuple[MontantStatut, ...] = ()
    producteur: str | None = None
    id_mandat: str | None = None

    def statut(self, code: str, *, date_facture: date, type_code: str, recu_le: datetime, destinataire: Acteur) -> Statut:
        """Return the status, once its code is one of ``STATUTS_FACTURE`` and what the message leaves out is known.

        :raises ValueError: the message has no instant, number or supplier: its schema would have refused it.
        """
        if self.horodatage is None or self.numero is None or self.fournisseur is None:
            raise ValueError(f"status {self.rang} of the message has no instant, no number or no supplier")
        return Statut(
            code, self.horodatage, self.numero, self.date_facture or date_facture, self.type_code or type_code, self.recu_le or recu_le,
            self.fournisseur, self.destinataire or destinataire, self.complement, self.commentaire, self.motifs,
            actions=self.actions, montants=self.montants, producteur=self.producteur, id_mandat=self.id_mandat,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatutDemande:
    """One status of a file. :ivar codes: statuses it may mean, the surest first; none when it has no effect or no meaning.

    :ivar anomalies: what is wrong with it whatever its invoice; one that blocks keeps it from being applied.
    """

    lu: StatutLu
    codes: tuple[str, ...]
    anomalies: tuple[Anomalie, ...]

    @property
    def recevable(self) -> bool:
        """True when nothing here keeps it from being applied."""
        return not any(one.bloquante for one in self.anomalies)
