"""What a deposit, or an invoice in it, is with regard to what came before: one function, six outcomes.

The table of decisions stands in ``docs/decisions/0006-duplicates.md``; a test reads it there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: States that free the number of an invoice, unless a setting says otherwise.
LIBERE_PAR: frozenset[str] = frozenset({"NON_CONFORME"})


class IssueDoublon(StrEnum):
    """What comes of it.

    ``nouveau``: never seen; judged. ``flux_repete``: the same flow again, answered; the same answers leave again. ``flux_repris``: the
    same flow again, which a fault of ours left without answer; it is processed again from where it stands. ``nom_reutilise``: the id of
    another flow, other bytes; refused. ``facture_deja_recue``: a new flow holds an invoice that is in the ledger already; that invoice
    alone is refused. ``en_cours``: the same flow again, before its answer; both wait for that answer.
    """

    NOUVEAU = "nouveau"
    FLUX_REPETE = "flux_repete"
    FLUX_REPRIS = "flux_repris"
    NOM_REUTILISE = "nom_reutilise"
    FACTURE_DEJA_RECUE = "facture_deja_recue"
    EN_COURS = "en_cours"


@dataclass(frozen=True, slots=True)
class PremierDepot:
    """How the flow that holds a flow id compares with a new deposit of that id.

    :ivar memes_octets: same SHA-256. :ivar repondu: it has its answers, whatever they say.
    :ivar en_panne: its run was launched and has given no answer for longer than a run takes.
    """

    memes_octets: bool
    repondu: bool
    en_panne: bool


def issue_doublon(premier: PremierDepot | None, *, facture_tenue: bool = False) -> IssueDoublon:
    """Say which of the six it is. An answered flow is never judged again, be its answer a refusal.

    :param premier: the flow that holds the flow id, ``None`` when the id is free or the file has none.
    :param facture_tenue: another invoice of the ledger holds the number; asked of invoices, which are only read in new flows.
    """
    if premier is None:
        return IssueDoublon.FACTURE_DEJA_RECUE if facture_tenue else IssueDoublon.NOUVEAU
    if not premier.memes_octets:
        return IssueDoublon.NOM_REUTILISE
    if premier.repondu:
        return IssueDoublon.FLUX_REPETE
    return IssueDoublon.FLUX_REPRIS if premier.en_panne else IssueDoublon.EN_COURS
