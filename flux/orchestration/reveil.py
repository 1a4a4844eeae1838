"""Wakes ``emission`` from a task that may, or may not, leave answers to publish."""

from __future__ import annotations

from airflow.sdk.types import OutletEventAccessorsProtocol

from flux.contexte import Contexte
from flux.orchestration.communs import REEMISSIONS, REPONSES
from flux.registre.connexion import transaction
from flux.registre.sorties import sorties_a_emettre


def reveiller_emission(contexte: Contexte, evenements: OutletEventAccessorsProtocol) -> bool:
    """Update ``flux-reponses`` if an answer waits; return whether one does.

    A file deposited again puts the answers of the first back in the outbox, without any ``integration`` run to wake emission.

    :param evenements: ``outlet_events`` of a task whose outlet is :data:`REEMISSIONS`.
    :raises ErreurRegistre: the ledger did not answer.
    """
    with transaction(contexte.engine, "reveiller_emission") as conn:
        attend = bool(sorties_a_emettre(conn, limite=1))
    if attend:
        evenements[REEMISSIONS].add(REPONSES)
    return attend
