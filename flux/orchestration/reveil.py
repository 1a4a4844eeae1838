"""Wakes ``emission`` and ``certificats`` from a task that may, or may not, leave something for them."""

from __future__ import annotations

from airflow.sdk.types import OutletEventAccessorsProtocol

from flux.contexte import Contexte
from flux.etapes import certificat_attend
from flux.orchestration.communs import CERTIFICATS, CERTIFICATS_DEPOSES, REEMISSIONS, REPONSES
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


def reveiller_certificats(contexte: Contexte, evenements: OutletEventAccessorsProtocol) -> bool:
    """Update ``flux-certificats`` if a deposited certificate waits; return whether one does.

    :param evenements: ``outlet_events`` of a task whose outlet is :data:`CERTIFICATS_DEPOSES`.
    :raises ErreurRegistre: the ledger did not answer.
    """
    attend = certificat_attend(contexte)
    if attend:
        evenements[CERTIFICATS_DEPOSES].add(CERTIFICATS)
    return attend
