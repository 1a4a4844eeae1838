"""The verdict of a flow as the ledger and the journal hold it, to be compared with another one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import Connection, select

from flux.modele.anomalie import Anomalie
from flux.modele.journal import Genre
from flux.modele.verdict import Decision
from flux.registre import tables as t
from flux.registre.connexion import Source, lecture
from flux.registre.journal import entrees
from flux.registre.lectures import PAR_PAQUET, anomalies_du_flux
from flux.registre.valeurs import FLUX_LUI_MEME


@dataclass(frozen=True, slots=True)
class VerdictRendu:
    """What the ledger says of one member, or of the flow itself (``FLUX_LUI_MEME``: no name, no decision, no digest).

    :ivar tranche: rank of the batch that judged it, ``None``: decided when the flow was opened.
    """

    rang: int
    nom: str
    sha256: str | None
    tranche: int | None
    decision: Decision | None
    anomalies: tuple[Anomalie, ...]


def verdicts_rendus(conn: Connection, flux_id: int) -> Iterator[VerdictRendu]:
    """Yield the flow itself, then its members by rank, through cursors. Raises ErreurRegistre."""
    groups = groupby(anomalies_du_flux(conn, flux_id), key=itemgetter(0))
    told = _suivant(groups)
    yield VerdictRendu(FLUX_LUI_MEME, "", None, None, None, told[1] if told is not None and told[0] == FLUX_LUI_MEME else ())
    if told is not None and told[0] == FLUX_LUI_MEME:
        told = _suivant(groups)
    c = t.membres.c
    requete = select(c.rang, c.nom, c.sha256, c.tranche_rang, c.decision).where(c.flux_id == flux_id).order_by(c.rang)
    with lecture(conn, "verdicts_rendus"), conn.execute(requete, execution_options={"yield_per": PAR_PAQUET}) as rows:
        for rang, nom, sha256, tranche, decision in rows:
            faults: tuple[Anomalie, ...] = ()
            if told is not None and told[0] == rang:
                faults, told = told[1], _suivant(groups)
            yield VerdictRendu(rang, nom, sha256, tranche, None if decision is None else Decision(decision), faults)


def _suivant(groups: Iterator[tuple[int, Iterator[tuple[int, Anomalie]]]]) -> tuple[int, tuple[Anomalie, ...]] | None:
    found = next(groups, None)
    return None if found is None else (found[0], tuple(one for _, one in found[1]))


@dataclass(frozen=True, slots=True)
class VerdictAuJournal:
    """What the journal tells of one batch. :ivar detail: digest of the verdict of each member. :ivar regles: by what it was judged."""

    detail: str
    regles: Mapping[str, Any]


def verdicts_au_journal(source: Source, flux_id: int) -> dict[int, VerdictAuJournal]:
    """Return the batches that the journal tells of, by rank; none of a flow older than the journal. Raises ErreurRegistre."""
    j = t.journal.c
    found = {}
    for one in entrees(source, j.flux_id == flux_id, j.genre == Genre.VERDICT):
        said = json.loads(one.texte)["contenu"]
        found[int(one.sujet)] = VerdictAuJournal(said["detail"], said.get("regles", {}))
    return found


def original_purge_le(source: Source, flux_id: int) -> datetime | None:
    """Return when retention took the bytes of a flow's original, ``None``: it did not. Raises ErreurRegistre."""
    with lecture(source, "original_purge_le") as conn:
        return conn.execute(select(t.flux.c.original_purge_le).where(t.flux.c.id == flux_id)).scalar_one_or_none()
