"""What does not move any more: told in the log, and by a run that is not green."""

from __future__ import annotations

import structlog

from flux.contexte import Contexte
from flux.errors import ErreurInvariant
from flux.etapes.cadence import etape
from flux.registre.bloques import flux_bloques

_journal = structlog.get_logger(__name__)


@etape("surveiller")
def surveiller(contexte: Contexte) -> str:
    """Look for flows and answers that stay too long where they are (setting ``bloque_apres``).

    :return: one line an operator reads. :raises ErreurInvariant: something is stuck; its facts name the flows, the log each one.
    :raises ErreurRegistre: the ledger did not answer.
    """
    now = contexte.horloge()
    found = flux_bloques(contexte.engine, now, contexte.reglages.bloque_apres)
    for one in found:
        _journal.error(
            "flux_bloque", flux_id=one.flux_id, nom=one.nom, partenaire=one.partenaire, etat=one.etat, lot_id=one.lot_id,
            depuis=one.depuis.isoformat(), secondes=int((now - one.depuis).total_seconds()),
        )  # fmt: skip
    if found:
        flows = sorted({one.flux_id for one in found if one.flux_id is not None})
        named = f"{flows[:20]}{'…' if len(flows) > 20 else ''}"
        raise ErreurInvariant(
            f"{len(found)} stuck: flows {named}. `flux suivi --bloques` lists them with their ages; look at the runs of their lots, then "
            "clear the red tasks.",
            bloques=len(found), flux=flows,
        )  # fmt: skip
    return "rien n'est bloqué"
