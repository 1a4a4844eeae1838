"""Upkeep of the staging store: what was kept long enough, and nothing needs, loses its bytes; rows and digests stay.

Noted first, removed next: a process killed in between leaves bytes that the next upkeep removes; bytes that are gone already are no error.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from flux.contexte import Contexte
from flux.registre.connexion import transaction
from flux.registre.purges import Classe, Part, Purgee, compter, empreintes_libres, noter_entretien, noter_purges, purges_depuis
from flux.transport.entrepot import cle_de

#: Rows noted, and digests held, in one transaction.
LOT = 200
#: How far back a purge that was interrupted is taken up.
_REPRISE = timedelta(days=7)

_journal = structlog.get_logger(__name__)


def purger(contexte: Contexte, *, a_blanc: bool = False) -> dict[str, object]:
    """Purge the store by class and return the report, which the ledger keeps too.

    Files in partners' ``out`` folders are counted only: :func:`flux.etapes.entretien.entretenir` removes them, over SFTP.

    :param a_blanc: only say what would be purged; nothing is removed or written.
    :raises ErreurTransport: the store refused; what is noted as purged is taken up by the next upkeep.
    :raises ErreurRegistre: the ledger did not answer.
    """
    now = contexte.horloge()
    classes = []
    if not a_blanc:
        _oublier(contexte, purges_depuis(contexte.engine, now - _REPRISE))
    for classe in Classe:
        limit = _limite(contexte, classe, now)
        parts = compter(contexte.engine, classe, limit)
        row: dict[str, object] = {"classe": str(classe), "gardes": [_dire(one) for one in parts if one.raison is not None]}
        if a_blanc or classe is Classe.SORTIES:
            row["a_purger"] = next((_dire(one) for one in parts if one.raison is None), {"nombre": 0, "octets": 0, "plus_ancien": None})
        else:
            row["purges"] = _une_classe(contexte, classe, limit, now)
        classes.append(row)
    report: dict[str, object] = {"le": now.isoformat(), "a_blanc": a_blanc, "classes": classes}
    if not a_blanc:
        noter_entretien(contexte.engine, now, report)
        _journal.info("entrepot_purge", **report)
    return report


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
