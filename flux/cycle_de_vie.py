"""The life of an invoice: what may follow what, who may say it, and what a message changes. Pure: no clock, no ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from flux.errors import ErreurUsage
from flux.referentiel.circuits import CIRCUITS, Circuit
from flux.referentiel.refus import MotifRefus, refus_precis, statut_du_refus
from flux.referentiel.statuts import Role, statut_facture

#: Steps that the platform takes by itself: whoever answers has the document in hand, noted or not.
PASSAGES = frozenset((
    "EN_COURS_TRAITEMENT_PIVOT_S", "EN_COURS_ACHEMINEMENT", "MISE_A_DISPOSITION", "A_VALIDER_1", "A_VALIDER_2", "A_ASSOCIER_MOE",
    "MISE_A_DISPOSITION_MOE", "A_VALIDER_MOE", "A_ASSOCIER_MOA", "MISE_A_DISPOSITION_MOA", "A_ASSOCIER_FOURNISSEUR",
))  # fmt: skip
#: Statuses after which such a step needs nobody's decision.
_EN_ROUTE = PASSAGES | frozenset((
    "DEPOSEE", "VALIDEE_1", "VALIDEE_2", "ABSENCE_VALIDATION_1_HORS_DELAI", "ABSENCE_VALIDATION_2_HORS_DELAI", "COMPLETEE",
    "TRANSMISE_MOA", "ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE",
))  # fmt: skip
#: A document begins its life in one of these.
DEPARTS = ("DEPOSEE", "NON_CONFORME", "BROUILLON", "INTERPRETEE_OCR")
#: Statuses of which a validator's list shows the invoices: those it acts on, and what became of them (Mise en paiement: V3.9.4).
VUS_DU_VALIDEUR = (
    "A_VALIDER_1", "VALIDEE_1", "REFUSEE_1", "ERREUR_FOURNISSEUR_SUR_VALIDEUR", "ABSENCE_VALIDATION_1_HORS_DELAI",
    "A_VALIDER_2", "VALIDEE_2", "REFUSEE_2", "ERREUR_COTRAITANT_SUR_VALIDEUR", "ABSENCE_VALIDATION_2_HORS_DELAI", "MISE_EN_PAIEMENT",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Evenement:
    """A status at an instant. :ivar horodatage: aware."""

    code: str
    horodatage: datetime


class Issue(StrEnum):
    """What a status asked for comes to; all but the first change nothing."""

    APPLIQUE = "appliqué"
    DEJA = "déjà appliqué"
    ANCIEN = "plus ancien que le statut courant"
    INTERDIT = "transition interdite"
    ROLE = "réservé à un autre rôle"


@dataclass(frozen=True, slots=True)
class Reponse:
    """:ivar admis: statuses that may follow the current one, in table order. :ivar courant: the current one."""

    issue: Issue
    courant: Evenement
    admis: tuple[str, ...] = ()


@cache
def _directs(circuit: Circuit) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for row in CIRCUITS[circuit].transitions:
        found.setdefault(row.de, {})[row.vers] = None
    return {de: tuple(vers) for de, vers in found.items()}


@cache
def suivants(circuit: Circuit, code: str) -> tuple[str, ...]:
    """Return the statuses that may follow ``code``, in table order; none after a final one.

    A step that the platform takes by itself may be passed over: ``MISE_A_DISPOSITION`` between ``DEPOSEE`` and ``SERVICE_FAIT``.

    :raises ErreurUsage: unknown status.
    """
    statut_facture(code)  # an unknown one is told; a final one has no row in any table
    direct = _directs(circuit)
    found: dict[str, None] = {}
    waiting = [code]
    while waiting:
        one = waiting.pop(0)
        for after in direct.get(one, ()):
            if after not in found:
                found[after] = None
                if after in PASSAGES and code in _EN_ROUTE:
                    waiting.append(after)
    found.pop(code, None)
    return tuple(found)


def decider(circuit: Circuit, historique: Sequence[Evenement], demande: Evenement, roles: Collection[Role] | None = None) -> Reponse:
    """Say what a status asked for changes.

    :param historique: what the invoice went through, oldest first, at least one. :param roles: the sender's, towards this invoice;
        ``None`` for an operator of the platform, who speaks for anyone.
    :raises ErreurUsage: unknown status, empty history, or an instant without zone.
    """
    if not historique:
        raise ErreurUsage("an invoice has at least its first status", historique=())
    if demande.horodatage.tzinfo is None:
        raise ErreurUsage(f"the instant {demande.horodatage.isoformat()} has no time zone", instant=demande.horodatage.isoformat())
    courant = historique[-1]
    admis = suivants(circuit, courant.code)
    row = statut_facture(demande.code)
    if demande in historique:
        return Reponse(Issue.DEJA, courant)
    if roles is not None and not set(roles) & set(row.roles):
        return Reponse(Issue.ROLE, courant, tuple(one for one in admis if set(statut_facture(one).roles) & set(roles)))
    if demande.horodatage < courant.horodatage.replace(microsecond=0):  # messages tell seconds, our clock tells more
        return Reponse(Issue.ANCIEN, courant, admis)
    if demande.code not in admis:
        return Reponse(Issue.INTERDIT, courant, admis)
    return Reponse(Issue.APPLIQUE, courant, admis)


def choisir(
    codes: Sequence[str],
    circuit: Circuit,
    historique: Sequence[Evenement],
    horodatage: datetime | None,
    roles: Collection[Role] | None = None,
    motif: MotifRefus | None = None,
) -> str:
    """Return the status that a message means, of those its code may mean: the first that may follow, else that its sender may set.

    A refusal means what its reason says; without one, a refusal "pour un autre motif" unless the code itself says more. A message that
    comes again means what it meant: the status that the invoice has of that instant, not the one that would be next.

    :param codes: the surest first, at least one. :param historique: what the invoice went through, at least one status.
    :param horodatage: the message's instant, aware. :param motif: the reason, when the message tells it in words.
    """
    meant = dict.fromkeys(statut_du_refus(code, motif) for code in codes if motif is not None or code == codes[0] or not refus_precis(code))
    already = next((one.code for one in historique if one.horodatage == horodatage and one.code in meant), None)
    if already is not None:
        return already
    mine = [code for code in meant if roles is None or set(statut_facture(code).roles) & set(roles)]
    admis = suivants(circuit, historique[-1].code)
    return next((code for code in mine if code in admis), None) or next(iter(mine or meant))


def rejouer(circuit: Circuit, depart: Evenement, demandes: Iterable[Evenement]) -> tuple[Evenement, ...]:
    """Return the history that ``demandes``, in their order, make of ``depart``: what is late, doubled or forbidden changes nothing."""
    historique = [depart]
    for one in demandes:
        if decider(circuit, historique, one).issue is Issue.APPLIQUE:
            historique.append(one)
    return tuple(historique)
