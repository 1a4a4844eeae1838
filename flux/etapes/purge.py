"""Upkeep of the staging store: what was kept long enough, and nothing needs, loses its bytes; rows and digests stay.

What no row names is put aside (:mod:`flux.etapes.orphelins`).

Noted first, removed next: a process killed in between leaves bytes that the next upkeep removes; bytes that are gone already are no error.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import structlog

from flux.contexte import Contexte
from flux.etapes.cadence import etape
from flux.etapes.orphelins import ecarter_les_orphelins, vider_la_corbeille
from flux.registre.connexion import transaction
from flux.registre.purges import (
    CHAQUE_JOUR,
    REPRISE,
    Classe,
    Part,
    Purgee,
    compter,
    dernier_entretien,
    empreintes_libres,
    noter_entretien,
    noter_purges,
    purges_depuis,
)  # fmt: skip
from flux.transport.entrepot import cle_de

#: Rows noted, and digests held, in one transaction.
LOT = 200

_journal = structlog.get_logger(__name__)


@etape("purger")
def purger(contexte: Contexte, *, tout: bool = False) -> dict[str, object]:
    """Purge the store by class, put aside what no row names, and return the report; the ledger keeps it when something was done.

    Files in partners' ``out`` folders are counted only: :func:`flux.etapes.entretien.entretenir` removes them, over SFTP.

    :param tout: walk the whole store for what no row names, which is otherwise done once a day.
    :raises ErreurTransport: the store refused; what is noted as purged is taken up by the next upkeep.
    :raises ErreurRegistre: the ledger did not answer.
    """
    return _purger(contexte, a_blanc=False, tout=tout)


def purger_a_blanc(contexte: Contexte) -> dict[str, object]:
    """Return the report of :func:`purger` if it ran now; nothing is removed or written, and no step beats. Raises like it."""
    return _purger(contexte, a_blanc=True, tout=True)


def _purger(contexte: Contexte, *, a_blanc: bool, tout: bool) -> dict[str, object]:
    now = contexte.horloge()
    unfinished = purges_depuis(contexte.engine, now - REPRISE)
    if not a_blanc:
        _oublier(contexte, unfinished)
    report: dict[str, Any] = {"le": now.isoformat(), "a_blanc": a_blanc}
    report["classes"] = [_classe(contexte, classe, now, a_blanc=a_blanc) for classe in Classe]
    report["corbeille"] = waiting = vider_la_corbeille(contexte, now, a_blanc=a_blanc)
    if tout or _chaque_jour(contexte, now):
        # What an interrupted purge left is no orphan: a run removes it, a dry run looks away.
        report["orphelins"] = ecarter_les_orphelins(contexte, now, _cles(unfinished), a_blanc=a_blanc)
    counts = [one["purges"] for one in report["classes"] if "purges" in one] + [waiting["effaces"], waiting["rendus"]]
    if not a_blanc and ("orphelins" in report or any(one["nombre"] for one in counts)):
        noter_entretien(contexte.engine, now, report)
        _journal.info("entrepot_purge", **report)
    return report


def _classe(contexte: Contexte, classe: Classe, now: datetime, *, a_blanc: bool) -> dict[str, Any]:
    limit = _limite(contexte, classe, now)
    parts = compter(contexte.engine, classe, limit)
    row: dict[str, Any] = {"classe": str(classe), "gardes": [_dire(one) for one in parts if one.raison is not None]}
    if a_blanc or classe is Classe.SORTIES:
        row["a_purger"] = next((_dire(one) for one in parts if one.raison is None), {"nombre": 0, "octets": 0, "plus_ancien": None})
    else:
        row["purges"] = _une_classe(contexte, classe, limit, now)
    return row


def _chaque_jour(contexte: Contexte, now: datetime) -> bool:
    last = dernier_entretien(contexte.engine, "orphelins")
    return last is None or now >= last + CHAQUE_JOUR


def _cles(gone: list[Purgee]) -> frozenset[str]:
    return frozenset(one.cle or cle_de(one.sha256) for one in gone)


def _limite(contexte: Contexte, classe: Classe, now: datetime) -> datetime:
    settings = contexte.reglages
    days = {
        Classe.TRANCHES: settings.retention.tranches,
        Classe.ORIGINAUX: settings.retention.originaux,
        Classe.REPONSES: settings.retention.reponses,
    }
    return now - (timedelta(seconds=settings.retention_sorties) if classe is Classe.SORTIES else timedelta(days=days[classe]))


def _une_classe(contexte: Contexte, classe: Classe, limit: datetime, now: datetime) -> dict[str, object]:
    count, size = 0, 0
    while gone := noter_purges(contexte.engine, classe, limit, now, LOT):
        _oublier(contexte, gone)
        count, size = count + len(gone), size + sum(one.octets for one in gone)
    return {"nombre": count, "octets": size}


def _oublier(contexte: Contexte, gone: list[Purgee]) -> None:
    """Remove the bytes of rows noted as purged, but for a content that another row needs."""
    for one in gone:
        if one.cle:
            contexte.entrepot.supprimer(one.cle)
    digests = sorted({one.sha256 for one in gone if not one.cle})
    for start in range(0, len(digests), LOT):
        with transaction(contexte.engine, "oublier") as conn:
            for sha256 in empreintes_libres(conn, digests[start : start + LOT]):
                contexte.entrepot.supprimer(cle_de(sha256))


def _dire(part: Part) -> dict[str, object]:
    oldest = part.plus_ancien.isoformat() if part.plus_ancien is not None else None
    said: dict[str, object] = {"nombre": part.nombre, "octets": part.octets, "plus_ancien": oldest}
    return said if part.raison is None else {"raison": part.raison, **said}
