"""What may be purged of the store, what is kept and why, and the notes of what was purged.

One expression a class says why a row is kept (``NULL``: nothing keeps it): the report counts by it and the purge takes by it, so the
two cannot disagree. Statements are built from constants of this module alone. Rows and digests stay for ever; only their bytes go.
Every function raises ErreurRegistre when the ledger does not answer.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, text

from flux.modele.journal import Evenement, Genre
from flux.referentiel.statuts import STATUTS_FACTURE
from flux.registre import tables as t
from flux.registre.connexion import Source, lecture, transaction, verrouiller
from flux.registre.contenus import nommees
from flux.registre.journal import inscrire
from flux.registre.journal_fichiers import flux_des_fichiers
from flux.registre.valeurs import EtatFlux, EtatSortie

#: How long what is done once a day waits: a little less, so that an hourly run finds its time each day.
CHAQUE_JOUR = timedelta(hours=23, minutes=30)
#: Messages of the grouped files of one transaction, but for the last file: each of their flows' journals tells of it.
MESSAGES = 2000
#: How far back a purge that was interrupted is taken up.
REPRISE = timedelta(days=7)


class Classe(StrEnum):
    """What can be purged. ``sorties``: files that stand in partners' ``out`` folders, purged over SFTP by the DAG alone."""

    SORTIES = "sorties"
    TRANCHES = "tranches"
    ORIGINAUX = "originaux"
    REPONSES = "reponses"


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one class that share one fate. :ivar raison: why they are kept; ``None``: they may go. :ivar octets: bytes."""

    raison: str | None
    nombre: int
    octets: int
    plus_ancien: datetime | None


@dataclass(frozen=True, slots=True)
class Purgee:
    """A row noted as purged. :ivar cle: of a batch, its key; of anything else, empty: it is kept under its digest."""

    sha256: str
    cle: str
    octets: int


# What holds any file of a flow (alias f): it is not answered, an answer of it waits (its own, or that of the flow it repeats), a status or
# an invoice of it waits to leave, a message of it was put aside and nobody has looked yet, or a grouped file with one waits.
_VIVANT = f"""
    WHEN f.etat <> '{EtatFlux.REPONDU}' THEN 'flux_en_cours'
    WHEN EXISTS (SELECT FROM sorties x WHERE x.flux_id IN (f.id, f.repete_de) AND x.etat = '{EtatSortie.A_EMETTRE}')
      THEN 'reponse_a_emettre'
    WHEN EXISTS (SELECT FROM envois e WHERE e.flux_id = f.id AND e.refus IS NOT NULL) THEN 'message_mis_de_cote'
    WHEN EXISTS (SELECT FROM envois e WHERE e.flux_id = f.id AND e.sortie_id IS NULL) THEN 'message_a_grouper'
    WHEN EXISTS (SELECT FROM statuts u WHERE u.flux_id = f.id AND u.a_emettre) THEN 'statut_a_emettre'
    WHEN EXISTS (SELECT FROM envois e JOIN sorties x ON x.id = e.sortie_id WHERE e.flux_id = f.id AND x.etat = '{EtatSortie.A_EMETTRE}')
      THEN 'reponse_a_emettre'
"""  # noqa: S608  built from constants
# An invoice that still lives may be handed over again (COMPLETEE): its batch and its original are needed.
_EN_VIE = """
    WHEN EXISTS (SELECT FROM factures i WHERE i.flux_id = f.id AND i.etat <> ALL (CAST(:finales AS text[]))) THEN 'facture_en_vie'
"""
_RETENTION = "WHEN {date} >= :limite THEN 'retention'"


@dataclass(frozen=True, slots=True)
class _Requetes:
    """The SQL of one class. :ivar depuis: FROM and WHERE of what is kept. :ivar marque: the UPDATE of a batch, which returns its rows."""

    depuis: str
    date: str
    octets: str
    raison: str
    marque: str = ""


_EN_PLACE = f"s.etat = '{EtatSortie.EMISE}' AND s.retiree_le IS NULL AND s.purgee_le IS NULL"
_REQUETES: Mapping[Classe, _Requetes] = {
    Classe.SORTIES: _Requetes(f"sorties s WHERE {_EN_PLACE}", "s.emise_le", "s.taille", _RETENTION.format(date="s.emise_le")),
    Classe.TRANCHES: _Requetes(
        "tranches b JOIN flux f ON f.id = b.flux_id WHERE b.purge_le IS NULL",
        "f.recu_le",
        "b.octets",
        f"{_VIVANT} {_EN_VIE} {_RETENTION.format(date='f.repondu_le')}",
        """WITH pris AS (SELECT b.flux_id, b.rang FROM {depuis} AND {raison} IS NULL LIMIT :lot FOR UPDATE OF b SKIP LOCKED)
        UPDATE tranches b SET purge_le = :le FROM pris p WHERE (b.flux_id, b.rang) = (p.flux_id, p.rang)
        RETURNING b.flux_id, 'tranche ' || b.rang AS sujet, '' AS sha256, b.cle, b.octets""",
    ),
    Classe.ORIGINAUX: _Requetes(
        "flux f WHERE f.original_purge_le IS NULL",
        "f.recu_le",
        "f.taille",
        f"{_RETENTION.format(date='f.recu_le')} {_VIVANT} {_EN_VIE}",
        """WITH pris AS (SELECT f.id FROM {depuis} AND {raison} IS NULL LIMIT :lot FOR NO KEY UPDATE OF f SKIP LOCKED)
        UPDATE flux f SET original_purge_le = :le FROM pris p WHERE f.id = p.id
        RETURNING f.id AS flux_id, 'original' AS sujet, f.sha256, '' AS cle, f.taille AS octets""",
    ),
    # The flow's row is taken too: a deposit that would send its answers again (flux.registre.depots) waits, then sees that they are gone.
    Classe.REPONSES: _Requetes(
        "sorties s LEFT JOIN flux f ON f.id = s.flux_id WHERE s.octets_purges_le IS NULL",
        "s.cree_le",
        "s.taille",
        f"WHEN s.etat = '{EtatSortie.A_EMETTRE}' THEN 'reponse_a_emettre' WHEN {_EN_PLACE} THEN 'encore_dans_out' {_VIVANT} "
        + _RETENTION.format(date="s.emise_le"),
        """WITH vus AS (SELECT s.id, s.flux_id, coalesce(s.elements, 1) AS n FROM {depuis} AND {raison} IS NULL ORDER BY s.id LIMIT :lot),
        tenus AS (SELECT id, flux_id FROM (SELECT *, sum(n) OVER (ORDER BY id) - n AS avant FROM vus) v WHERE avant < :messages),
        flux_tenus AS (SELECT id FROM flux WHERE id IN (SELECT flux_id FROM tenus) ORDER BY id FOR NO KEY UPDATE),
        pris AS (SELECT s.id FROM sorties s JOIN tenus USING (id) WHERE (SELECT count(*) FROM flux_tenus) >= 0
          ORDER BY s.id FOR UPDATE OF s SKIP LOCKED)
        UPDATE sorties s SET octets_purges_le = :le FROM pris p WHERE s.id = p.id AND s.octets_purges_le IS NULL AND s.etat = 'emise'
        RETURNING s.id, s.flux_id, 'reponse ' || s.nom AS sujet, s.sha256, '' AS cle, s.taille AS octets""",
    ),
}
_FINALES = sorted(code for code, row in STATUTS_FACTURE.items() if row.finale)
# What was noted as purged lately: a process killed before it removed the bytes left them.
_RECENTES = """
SELECT f.sha256, '' AS cle, f.taille AS octets FROM flux f WHERE f.original_purge_le >= :depuis
UNION SELECT s.sha256, '', s.taille FROM sorties s WHERE s.octets_purges_le >= :depuis
UNION SELECT '', b.cle, b.octets FROM tranches b WHERE b.purge_le >= :depuis
"""


def _requete(classe: Classe, modele: str) -> str:
    one = _REQUETES[classe]
    return modele.format(depuis=one.depuis, date=one.date, octets=one.octets, raison=f"(CASE {one.raison} END)")


_COMPTE = """SELECT {raison} AS raison, count(*) AS nombre, coalesce(sum({octets}), 0) AS octets, min({date}) AS plus_ancien
FROM {depuis} GROUP BY 1 ORDER BY 1 NULLS FIRST"""


def compter(source: Source, classe: Classe, limite: datetime) -> list[Part]:
    """Count what is kept of a class, by the reason why; the part without reason may go.

    :param limite: what came, or left, before it has been kept long enough.
    """
    with lecture(source, "compter_a_purger") as conn:
        rows = conn.execute(text(_requete(classe, _COMPTE)), {"limite": limite, "finales": _FINALES}).mappings()
        return [Part(row["raison"], row["nombre"], int(row["octets"]), row["plus_ancien"]) for row in rows]


def noter_purges(engine: Engine, classe: Classe, limite: datetime, le: datetime, lot: int) -> list[Purgee]:
    """Note up to ``lot`` rows that nothing keeps as purged at ``le``; return them. Their bytes go next.

    The journal of each flow that they are of, or that a grouped file speaks of, tells it in the same transaction. A process killed after
    that leaves their objects: the next upkeep takes them (:func:`purges_depuis`).
    """
    values = {"limite": limite, "finales": _FINALES, "le": le, "lot": lot, "messages": MESSAGES}
    with transaction(engine, "noter_purges") as conn:
        rows = conn.execute(text(_requete(classe, _REQUETES[classe].marque)), values).all()
        groupes = flux_des_fichiers(conn, [row.id for row in rows if row.flux_id is None])
        flows = ((row, groupes[row.id] if row.flux_id is None else [row.flux_id]) for row in rows)
        inscrire(conn, [_evenement(classe, one, row, le) for row, ones in flows for one in ones])
        return [Purgee(row.sha256, row.cle, row.octets) for row in rows]


def _evenement(classe: Classe, flux_id: int, row: Row[Any], le: datetime) -> Evenement:
    what = {"cle": row.cle} if row.cle else {"sha256": row.sha256}
    return Evenement(flux_id, Genre.PURGE, row.sujet, {"classe": classe.value, "octets": row.octets} | what, le)


def tenir_l_empreinte(conn: Connection, sha256: str) -> None:
    """Hold a digest until the transaction ends: no other process names it, or removes its object, meanwhile."""
    verrouiller(conn, f"flux.objet {sha256}")


def empreintes_libres(conn: Connection, empreintes: Collection[str]) -> list[str]:
    """Return the digests that no row of the ledger needs, and hold those until the transaction ends."""
    free = _libres(conn, sorted(set(empreintes)))
    for one in free:
        tenir_l_empreinte(conn, one)
    return _libres(conn, free)  # again: somebody may have named one before it was held


def _libres(conn: Connection, empreintes: list[str]) -> list[str]:
    named = nommees(conn, empreintes)
    return [one for one in empreintes if one not in named]


def purges_depuis(source: Source, depuis: datetime) -> list[Purgee]:
    """Return what was noted as purged since then."""
    with lecture(source, "purges_depuis") as conn:
        return [Purgee(**row) for row in conn.execute(text(_RECENTES), {"depuis": depuis}).mappings()]


def noter_entretien(engine: Engine, le: datetime, rapport: Mapping[str, object]) -> None:
    """Keep the report of an upkeep."""
    with transaction(engine, "noter_entretien") as conn:
        conn.execute(insert(t.entretiens).values(le=le, rapport=dict(rapport)))


def dernier_entretien(source: Source, quoi: str) -> datetime | None:
    """Return when the last report was kept that tells of ``quoi`` (a key of it), ``None``: never."""
    with lecture(source, "dernier_entretien") as conn:
        requete = text("SELECT max(le) FROM entretiens WHERE jsonb_exists(rapport, :quoi)")
        found: datetime | None = conn.execute(requete, {"quoi": quoi}).scalar_one()
        return found
