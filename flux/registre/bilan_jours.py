"""The balance day by day (reception, Europe/Paris): flows by what their answers say, invoices with their amounts, statuses."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Connection, text

from flux.referentiel.interfaces_statuts import INTERFACES_STATUTS


@dataclass(frozen=True, slots=True)
class LigneBilan:
    """One line of the balance. :ivar quoi: ``flux``, ``factures``, ``fichiers de statuts`` or ``statuts``. :ivar jour: day of reception.

    :ivar deposes: counted where they come in. The others are counted where they end; :attr:`juste` compares.
    """

    quoi: str
    jour: date
    deposes: int
    integres: int
    rejetes: int
    repetes: int
    quarantaine: int
    en_cours: int

    @property
    def trouves(self) -> int:
        """Return how many are somewhere."""
        return self.integres + self.rejetes + self.repetes + self.quarantaine + self.en_cours

    @property
    def juste(self) -> bool:
        """Return whether all that came in is somewhere."""
        return self.deposes == self.trouves


@dataclass(frozen=True, slots=True)
class LigneMontants:
    """Totals with tax (BT-112) of readable invoices, exact. :ivar devise: BT-5, ``None`` when unread."""

    jour: date
    devise: str | None
    deposes: Decimal
    integres: Decimal
    rejetes: Decimal

    @property
    def juste(self) -> bool:
        """Return whether the amounts that came in are all decided."""
        return self.deposes == self.integres + self.rejetes


_JOUR = "(f.recu_le AT TIME ZONE 'Europe/Paris')::date"
_FILTRE = f"(CAST(:jour AS date) IS NULL OR {_JOUR} = CAST(:jour AS date))"
_FLUX = f"""
SELECT 'flux', {_JOUR}, count(*),
  count(*) FILTER (WHERE r.nombre = 1 AND f.statut IN ('INTEGRE', 'INTEGRE_PARTIEL')),
  count(*) FILTER (WHERE r.nombre = 1 AND f.statut IN ('REJETE', 'IRRECEVABLE')),
  count(*) FILTER (WHERE f.repete_de IS NOT NULL),
  count(*) FILTER (WHERE r.nombre IS NULL AND f.etat <> 'repondu' AND f.id = ANY (CAST(:bloques AS bigint[]))),
  count(*) FILTER (WHERE r.nombre IS NULL AND f.etat <> 'repondu' AND NOT f.id = ANY (CAST(:bloques AS bigint[])))
FROM flux f LEFT JOIN (SELECT flux_id, count(*) AS nombre FROM sorties WHERE interface LIKE 'C%' GROUP BY 1) r ON r.flux_id = f.id
WHERE {_FILTRE} GROUP BY 2 ORDER BY 2
"""  # noqa: S608  built from constants
_MEMBRES = f"""
SELECT CASE WHEN f.interface = ANY (CAST(:statuts AS text[])) THEN 'fichiers de statuts' ELSE 'factures' END, {_JOUR},
  coalesce(sum(f.membres), 0)::bigint, coalesce(sum(m.acceptees), 0)::bigint, coalesce(sum(m.rejetees), 0)::bigint, 0::bigint,
  coalesce(sum(m.indecis) FILTER (WHERE f.id = ANY (CAST(:bloques AS bigint[]))), 0)::bigint,
  coalesce(sum(m.indecis) FILTER (WHERE NOT f.id = ANY (CAST(:bloques AS bigint[]))), 0)::bigint
FROM flux f LEFT JOIN (
  SELECT n.flux_id, count(*) FILTER (WHERE decision = 'accepted') AS acceptees,
    count(*) FILTER (WHERE decision IN ('rejected', 'unreadable')) AS rejetees, count(*) FILTER (WHERE decision IS NULL) AS indecis
  FROM membres n GROUP BY 1) m ON m.flux_id = f.id
WHERE {_FILTRE} GROUP BY 1, 2 ORDER BY 2, 1
"""  # noqa: S608  same
_STATUTS = f"""
SELECT 'statuts', {_JOUR}, sum(l.dernier)::bigint, sum(l.acceptes)::bigint, sum(l.refuses)::bigint, 0::bigint, 0::bigint, 0::bigint
FROM flux f JOIN (
  SELECT flux_id, membre_rang, max(rang) AS dernier, count(*) FILTER (WHERE issue <> 'refuse') AS acceptes,
    count(*) FILTER (WHERE issue = 'refuse') AS refuses
  FROM lignes_statut GROUP BY 1, 2) l ON l.flux_id = f.id
WHERE {_FILTRE} GROUP BY 2 ORDER BY 2
"""  # noqa: S608  same
# OFFSET 0: see flux.registre.connexion.par_cle.
# Left: what was stored of the invoices. Right: what the decision on the member and the first status, which other steps use, say of them.
_MONTANTS = f"""
SELECT {_JOUR}, v.devise, coalesce(sum(v.ttc), 0),
  coalesce(sum(v.ttc) FILTER (WHERE m.decision = 'accepted' AND s.code <> 'NON_CONFORME'), 0),
  coalesce(sum(v.ttc) FILTER (WHERE m.decision = 'rejected' AND s.code = 'NON_CONFORME'), 0)
FROM factures v JOIN flux f ON f.id = v.flux_id
CROSS JOIN LATERAL (SELECT decision FROM membres WHERE flux_id = v.flux_id AND rang = v.membre_rang OFFSET 0) m
LEFT JOIN LATERAL (SELECT code FROM statuts WHERE flux_id = v.flux_id AND membre_rang = v.membre_rang AND rang = 0 OFFSET 0) s ON true
WHERE {_FILTRE} GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608  same


def bilan_par_jour(conn: Connection, bloques: list[int], jour: date | None = None) -> tuple[list[LigneBilan], list[LigneMontants]]:
    """Count each day, in the caller's transaction.

    :param bloques: flows that wait for an operator: in quarantine. :param jour: that day of reception only.
    """
    params = {"jour": jour, "bloques": bloques, "statuts": list(INTERFACES_STATUTS)}
    lignes = [LigneBilan(*row) for requete in (_FLUX, _MEMBRES, _STATUTS) for row in conn.execute(text(requete), params)]
    return lignes, [LigneMontants(*row) for row in conn.execute(text(_MONTANTS), params)]
