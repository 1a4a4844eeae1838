"""Heartbeats of the steps: when each last ended well, how often, and how long it took. All times are the database's."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, text

from flux.registre.connexion import Source, lecture, transaction

#: Upper bounds, in seconds, of the durations counted together; one more count holds those above.
PALIERS: tuple[float, ...] = (0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0)

_BATTRE = """
INSERT INTO battements (etape, depuis, le, echec_le, reussites, echecs, secondes, paliers)
VALUES (:etape, now(), CASE WHEN :reussie THEN now() END, CASE WHEN NOT :reussie THEN now() END,
  CASE WHEN :reussie THEN 1 ELSE 0 END, CASE WHEN :reussie THEN 0 ELSE 1 END, :secondes, CAST(:paliers AS bigint[]))
ON CONFLICT (etape) DO UPDATE SET
  le = greatest(battements.le, excluded.le), echec_le = greatest(battements.echec_le, excluded.echec_le),
  reussites = battements.reussites + excluded.reussites, echecs = battements.echecs + excluded.echecs,
  secondes = battements.secondes + excluded.secondes,
  paliers = (SELECT array_agg(coalesce(a, 0) + b ORDER BY i)
    FROM unnest(battements.paliers, excluded.paliers) WITH ORDINALITY AS u (a, b, i))
"""
_LIRE = """
SELECT etape, extract(epoch FROM now() - coalesce(le, depuis))::float8 AS silence, le IS NOT NULL AS vue,
  coalesce(echec_le > le, echec_le IS NOT NULL) AS en_echec, reussites, echecs, secondes, paliers
FROM battements ORDER BY etape
"""
_VERDICT = """
SELECT coalesce(extract(epoch FROM now() - min(l.lance_le)), 0)::float8 FROM lots l
WHERE l.lance_le > (SELECT coalesce(le, depuis) FROM battements WHERE etape = 'verdict')
  AND EXISTS (SELECT FROM flux x WHERE x.lot_id = l.id AND x.etat <> 'repondu')
"""


@dataclass(frozen=True, slots=True)
class Battement:
    """One step.

    :ivar silence: seconds since its last run that ended well; of a step never seen (``vue`` false), since it is waited for.
    :ivar en_echec: its last run failed. :ivar reussites, echecs: runs that ended well, that raised. :ivar secondes: of all of them.
    :ivar paliers: runs whose duration is at most each of :data:`PALIERS` and above the one before; the last, above all.
    """

    etape: str
    silence: float
    vue: bool
    en_echec: bool
    reussites: int
    echecs: int
    secondes: float
    paliers: tuple[int, ...]


def battre(engine: Engine, etape: str, secondes: float, *, reussie: bool) -> None:
    """Note that a step ran. :param secondes: how long it took. :raises ErreurRegistre: the ledger did not answer."""
    paliers = [0] * (len(PALIERS) + 1)
    paliers[bisect_left(PALIERS, secondes)] = 1
    with transaction(engine, "battre") as conn:
        conn.execute(text(_BATTRE), {"etape": etape, "secondes": secondes, "reussie": reussie, "paliers": paliers})


def battements(source: Source) -> Mapping[str, Battement]:
    """Return the steps seen so far, by name. :raises ErreurRegistre: the ledger did not answer."""
    with lecture(source, "battements") as conn:
        rows = conn.execute(text(_LIRE)).mappings()
        return {row["etape"]: Battement(**{**row, "paliers": tuple(row["paliers"])}) for row in rows}


def attente_du_verdict(source: Source) -> float:
    """Return the seconds since the first lot launched after the last verdict that still has a flow without answer; 0: none has.

    A lot is marked as launched once its run began, which may be over by then: launched after its own verdict says nothing.

    :raises ErreurRegistre: the ledger did not answer.
    """
    with lecture(source, "attente_du_verdict") as conn:
        return float(conn.execute(text(_VERDICT)).scalar_one())
