"""What the ledger says the staging store keeps: each content once, in the order of digests, with who needs it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, text

from flux.registre.contenus import EXIGES

_PAR_PAQUET = 2000
_REQUETE = f"""
SELECT sha256, min(taille), max(taille), (array_agg(flux_id ORDER BY flux_id) FILTER (WHERE flux_id IS NOT NULL))[1:10],
  (array_agg(nom ORDER BY nom) FILTER (WHERE nom IS NOT NULL))[1:10]
FROM (
  SELECT sha256, taille, id AS flux_id, NULL AS nom FROM flux WHERE {EXIGES["flux"]}
  UNION ALL SELECT sha256, taille, flux_id, nom FROM sorties WHERE {EXIGES["sorties"]}
  UNION ALL SELECT sha256, taille, NULL, reference FROM pieces_declarees WHERE {EXIGES["pieces_declarees"]}
  UNION ALL SELECT sha256, taille, flux_id, NULL FROM pieces_jointes WHERE {EXIGES["pieces_jointes"]}) o
GROUP BY sha256 ORDER BY sha256 COLLATE "C"
"""  # noqa: S608  built from constants


@dataclass(frozen=True, slots=True)
class ObjetConnu:
    """One content. :ivar flux: ids of flows that it is the original, the answer or an attachment of, ten at most.

    :ivar noms: names of outgoing files.
    """

    sha256: str
    taille: int
    taille_max: int
    flux: tuple[int, ...]
    noms: tuple[str, ...]


def objets_connus(conn: Connection) -> Iterator[ObjetConnu]:
    """Yield them through a server-side cursor, in flat memory."""
    with conn.execute(text(_REQUETE), execution_options={"yield_per": _PAR_PAQUET}) as rows:
        for sha256, low, high, flows, names in rows:
            yield ObjetConnu(sha256, low, high, tuple(flows or ()), tuple(names or ()))
