"""What becomes of outgoing files, told in the journal of every flow that they speak of: the one they answer, or those of a grouped file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from flux.modele.journal import Evenement, Genre, empreinte_des_lignes
from flux.registre import tables as t
from flux.registre.journal import inscrire

#: What a statement that changes files must return of them.
COLONNES = (t.sorties.c.id, t.sorties.c.flux_id, t.sorties.c.nom, t.sorties.c.emissions)
_E = t.envois.c


def dire_fichiers(conn: Connection, genre: Genre, sorties: Sequence[Row[Any]], le: datetime | None, **faits: object) -> None:
    """Tell what happened to files (rows of :data:`COLONNES`), at the end of the transaction. :param faits: what else to say of each."""
    flows = _flux_des_fichiers(conn, [row.id for row in sorties if row.flux_id is None])
    inscrire(
        conn,
        [
            Evenement(flux_id, genre, f"{row.nom} {row.emissions}", {"nom": row.nom, "emission": row.emissions, **faits}, le)
            for row in sorties
            for flux_id in (flows[row.id] if row.flux_id is None else [row.flux_id])
        ],
    )


def _flux_des_fichiers(conn: Connection, ids: Collection[int]) -> dict[int, list[int]]:
    """Return the flows that grouped files speak of; none for a file that tells of a certificate."""
    found: dict[int, list[int]] = defaultdict(list)
    if ids:
        rows = select(_E.sortie_id, _E.flux_id).where(_E.sortie_id == func.any(list(ids))).distinct().order_by(_E.sortie_id, _E.flux_id)
        for row in conn.execute(rows):
            found[row.sortie_id].append(row.flux_id)
    return found


def dire_envoi(conn: Connection, sortie_id: int, le: datetime) -> None:
    """Tell every flow of a grouped file which of its invoices' statuses it carries, at the end of the transaction that writes it."""
    s = t.sorties.c
    sortie = conn.execute(select(s.nom, s.interface, s.sha256, s.taille).where(s.id == sortie_id)).one()
    lignes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = select(_E.flux_id, _E.membre_rang, _E.statut_rang).where(_E.sortie_id == sortie_id)
    for row in conn.execute(rows.order_by(_E.flux_id, _E.membre_rang, _E.statut_rang)):
        lignes[row.flux_id].append((row.membre_rang, row.statut_rang))
    fichier = {"nom": sortie.nom, "interface": sortie.interface, "sha256": sortie.sha256, "taille": sortie.taille}
    inscrire(
        conn,
        [
            Evenement(flux_id, Genre.ENVOI, sortie.nom, fichier | {"elements": len(ones), "detail": empreinte_des_lignes(ones)}, le)
            for flux_id, ones in lignes.items()
        ],
    )
