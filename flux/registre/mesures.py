"""What metrics ask of the ledger: few queries, each of what waits, or of the flows received since a moment; never of all rows.

Source of the names: the states of :mod:`flux.registre.valeurs`, the statuses of :mod:`flux.referentiel.statuts`, the catalogue's rules.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from flux.registre.connexion import Source, lecture

_EN_COURS = "SELECT etat, count(*) FROM flux WHERE etat <> 'repondu' GROUP BY 1"
# The second condition, true for years, is that of the index on recu_le.
_RECENTS = "FROM flux WHERE recu_le >= :depuis AND original_purge_le IS NULL"
_FLUX = f"SELECT coalesce(statut, 'EN_COURS'), count(*) {_RECENTS} GROUP BY 1"
_DECISIONS = f"""
SELECT coalesce(sum(acceptees), 0) AS acceptees, coalesce(sum(rejetees), 0) AS rejetees, coalesce(sum(illisibles), 0) AS illisibles
{_RECENTS}
"""
# Not min(id): for that alone the planner walks the primary key from the first flow ever received until it meets a recent one.
_PREMIER = f"SELECT min(id + 0) {_RECENTS}"
_FACTURES = "SELECT etat, count(*) FROM factures WHERE flux_id >= :premier GROUP BY 1"
_ANOMALIES = "SELECT rule, severity, count(*) FROM anomalies WHERE flux_id >= :premier GROUP BY 1, 2"
_FILES = """
SELECT 'reponses_a_emettre' AS file, count(*) AS nombre, min(cree_le) AS depuis FROM sorties WHERE etat = 'a_emettre'
UNION ALL SELECT 'messages_a_grouper', count(*), min(cree_le) FROM envois WHERE sortie_id IS NULL AND refus IS NULL
UNION ALL SELECT 'messages_refuses', count(*), min(cree_le) FROM envois WHERE refus IS NOT NULL
UNION ALL SELECT 'lots_a_lancer', count(*), min(cree_le) FROM lots WHERE lance_le IS NULL
UNION ALL SELECT 'flux_sans_reponse', count(*), min(recu_le) FROM flux WHERE etat <> 'repondu'
UNION ALL SELECT 'tranches_a_traiter', count(*), min(f.recu_le) FROM tranches t JOIN flux f ON f.id = t.flux_id
  WHERE f.etat <> 'repondu' AND t.etat = 'a_traiter'
"""


@dataclass(frozen=True, slots=True)
class File:
    """A queue. :ivar depuis: since when its oldest waits; ``None``: it is empty."""

    nombre: int
    depuis: datetime | None


@dataclass(frozen=True, slots=True)
class Mesures:
    """One look at the ledger.

    :ivar en_cours: flows not answered, by state. :ivar flux: flows received since the moment asked for, by outcome.
    :ivar decisions: members of those that are answered, by decision. :ivar factures: their invoices, by status.
    :ivar anomalies: their faults, by rule and severity. :ivar files: what waits, by queue.
    """

    en_cours: Mapping[str, int]
    flux: Mapping[str, int]
    decisions: Mapping[str, int]
    factures: Mapping[str, int]
    anomalies: Mapping[tuple[str, str], int]
    files: Mapping[str, File]


def files(source: Source) -> dict[str, File]:
    """Return what waits, by queue. :raises ErreurRegistre: the ledger did not answer."""
    with lecture(source, "files") as conn:
        return {row[0]: File(row[1], row[2]) for row in conn.execute(text(_FILES))}


def mesurer(source: Source, depuis: datetime) -> Mesures:
    """Return the counts, in one transaction. :param depuis: aware. :raises ErreurRegistre: the ledger did not answer."""
    with lecture(source, "mesurer") as conn:
        premier = conn.execute(text(_PREMIER), {"depuis": depuis}).scalar_one()
        premier = premier if premier is not None else 1 << 62
        return Mesures(
            _par_nom(conn, _EN_COURS),
            _par_nom(conn, _FLUX, depuis=depuis),
            dict(conn.execute(text(_DECISIONS), {"depuis": depuis}).mappings().one()),
            _par_nom(conn, _FACTURES, premier=premier),
            {(row[0], row[1]): row[2] for row in conn.execute(text(_ANOMALIES), {"premier": premier})},
            files(conn),
        )


def _par_nom(conn: Connection, requete: str, **faits: object) -> dict[str, int]:
    return {row[0]: row[1] for row in conn.execute(text(requete), faits)}
