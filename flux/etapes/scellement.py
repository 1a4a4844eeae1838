"""The daily seal of the journal."""

from __future__ import annotations

from datetime import timedelta

import structlog

from flux.contexte import Contexte
from flux.modele.temps import PARIS
from flux.registre.journal_sceaux import sceller

_journal = structlog.get_logger(__name__)


def sceller_la_veille(contexte: Contexte) -> bool:
    """Set yesterday's seal (Europe/Paris) and tell it in the log, which leaves the database; False when it was set already.

    :raises ErreurRegistre: the ledger did not answer.
    """
    now = contexte.horloge()
    jour = now.astimezone(PARIS).date() - timedelta(days=1)
    texte = sceller(contexte.engine, jour, now)
    if texte is not None:
        _journal.info("sceau_pose", jour=jour.isoformat(), sceau=texte)
    return texte is not None
