"""What waits to leave in a grouped file: planned with the change it tells of, taken once, never lost and never doubled.

A status is marked to be told of in the transaction that writes it, and its mark becomes a row for each file it must be in, in one other
transaction. The file is written, numbered and put into the outbox in a third one, which also says which file took which row. A process
killed in between leaves marks and rows as they were.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, func, select, text, true, update

from flux.registre import tables as t
from flux.registre.connexion import Source, lecture, par_cle, transaction, verrouiller

#: Bytes of a lifecycle message beside its free texts, about.
OCTETS_STATUT = 4096

# A partner gets what it subscribes to when the message is planned. Oldest first for each invoice, so that its messages leave in the order
# of its life. An invoice that its supplier completed is handed over once more: -1 - the rank of the status tells it from the first time.
# OFFSET 0: see par_cle.
_STATUTS = """
WITH pris AS MATERIALIZED (
  SELECT flux_id, membre_rang, rang FROM statuts WHERE a_emettre ORDER BY flux_id, membre_rang, rang LIMIT :limite FOR UPDATE),
poses AS (
  UPDATE statuts s SET a_emettre = false FROM pris p
  WHERE (s.flux_id, s.membre_rang, s.rang) = (p.flux_id, p.membre_rang, p.rang)
  RETURNING s.flux_id, s.membre_rang, s.rang, s.code, s.pose_le,
    coalesce(octet_length(s.complement), 0) + coalesce(octet_length(s.commentaire), 0) AS textes),
planifies AS (
  INSERT INTO envois (partenaire_id, interface, flux_id, membre_rang, statut_rang, cree_le, octets)
  SELECT f.partenaire_id, i.interface, s.flux_id, s.membre_rang, s.rang, coalesce(s.pose_le, :le), :octets + s.textes
  FROM poses s
  CROSS JOIN LATERAL (SELECT * FROM factures WHERE flux_id = s.flux_id AND membre_rang = s.membre_rang OFFSET 0) f
  JOIN unnest(CAST(:codes AS text[]), CAST(:interfaces AS text[])) AS i (code, interface) ON i.code = s.code
  WHERE f.numero IS NOT NULL AND f.date_emission IS NOT NULL AND f.type_code IS NOT NULL AND f.fournisseur_nom IS NOT NULL
    AND f.destinataire_id IS NOT NULL
    AND EXISTS (
      SELECT FROM abonnements a WHERE a.partenaire_id = f.partenaire_id AND a.interface = i.interface AND a.sens = 'reception')
  ORDER BY s.flux_id, s.membre_rang, s.rang, i.interface
  ON CONFLICT DO NOTHING RETURNING 1),
renvois AS (
  INSERT INTO envois (partenaire_id, interface, flux_id, membre_rang, statut_rang, cree_le, octets)
  SELECT r.partenaire_id, CAST(:pivot AS text), s.flux_id, s.membre_rang, -1 - s.rang, coalesce(s.pose_le, :le), 2 * m.taille + 8192
  FROM poses s
  CROSS JOIN LATERAL (SELECT * FROM factures WHERE flux_id = s.flux_id AND membre_rang = s.membre_rang OFFSET 0) f
  CROSS JOIN LATERAL (SELECT taille FROM membres WHERE flux_id = s.flux_id AND rang = s.membre_rang OFFSET 0) m
  JOIN representations r ON r.siret = f.destinataire_id
  WHERE s.code = :completee AND CAST(:pivot AS text) <> '' AND f.numero IS NOT NULL AND f.date_emission IS NOT NULL
    AND f.type_code IS NOT NULL AND f.fournisseur_nom IS NOT NULL
    AND EXISTS (
      SELECT FROM abonnements a WHERE a.partenaire_id = r.partenaire_id AND a.interface = CAST(:pivot AS text) AND a.sens = 'reception')
  ORDER BY s.flux_id, s.membre_rang, s.rang
  ON CONFLICT DO NOTHING RETURNING 1)
SELECT (SELECT count(*) FROM poses), (SELECT count(*) FROM planifies) + (SELECT count(*) FROM renvois)
"""
#: The status after which an invoice is handed over once more.
COMPLETEE = "COMPLETEE"

# An invoice that a pivot cannot hold at all lacks what CDV-01 tells of; the platform's own rejections are not handed over.
_PIVOTS = """
INSERT INTO envois (partenaire_id, interface, flux_id, membre_rang, statut_rang, cree_le, octets)
SELECT r.partenaire_id, CAST(:interface AS text), f.flux_id, f.membre_rang, -1, :le, 2 * m.taille + 8192
FROM factures f
CROSS JOIN LATERAL (
  SELECT taille FROM membres WHERE flux_id = f.flux_id AND rang = f.membre_rang AND decision = 'accepted' OFFSET 0) m
JOIN representations r ON r.siret = f.destinataire_id
WHERE f.flux_id = :flux AND f.numero IS NOT NULL AND f.date_emission IS NOT NULL AND f.type_code IS NOT NULL
  AND f.fournisseur_nom IS NOT NULL
  AND EXISTS (
    SELECT FROM abonnements a WHERE a.partenaire_id = r.partenaire_id AND a.interface = CAST(:interface AS text) AND a.sens = 'reception')
ORDER BY f.membre_rang
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class FileAttente:
    """What waits for one partner on one interface. :ivar octets: about, as they will be written. :ivar plus_ancien: when the first came."""

    partenaire_id: int
    code_application: str
    interface: str
    nombre: int
    octets: int
    plus_ancien: datetime


@dataclass(frozen=True, slots=True)
class Envoi:
    """One row that waits. :ivar statut_rang: rank of the status in the invoice's history; negative: the invoice itself."""

    id: int
    flux_id: int
    membre_rang: int
    statut_rang: int
    octets: int


@dataclass(frozen=True, slots=True)
class DocumentEnvoye:
    """Where the original of an invoice handed over stands, and its attachments as the ledger knows them.

    :ivar nom: name of the file in its flow. :ivar cle: stored object that holds it, from byte ``debut`` on.
    :ivar noms: rank → name of an attachment. :ivar declarees: rank → digest, of those that were declared beforehand.
    """

    flux_id: int
    membre_rang: int
    statut_rang: int
    interface: str
    nom: str
    cle: str
    debut: int
    taille: int
    noms: Mapping[int, str]
    declarees: Mapping[int, str]


def planifier_statuts(
    engine: Engine, interfaces: Mapping[str, Collection[str]], le: datetime, *, interface_pivot: str = "", limite: int = 20_000
) -> int:
    """Plan the lifecycle messages of the statuses that no file tells of yet (``statuts.a_emettre``); return how many messages.

    Safe at the same time: one process plans, the others wait. An invoice that no lifecycle file can name (anomaly CDV-01) has none.

    :param interfaces: status → outgoing interfaces whose format has a code for it.
    :param interface_pivot: code under which a completed invoice leaves again for its recipient; empty: it does not.
    :param limite: statuses in one transaction.
    :raises ErreurRegistre: the ledger did not answer; what was planned stays planned.
    """
    pairs = [(code, one) for code, several in interfaces.items() for one in several]
    values = {
        "codes": [code for code, _ in pairs], "interfaces": [one for _, one in pairs], "le": le, "octets": OCTETS_STATUT,
        "pivot": interface_pivot, "completee": COMPLETEE,
    }  # fmt: skip
    planned, taken = 0, limite
    while taken == limite:
        with transaction(engine, "planifier_statuts") as conn:
            verrouiller(conn, "flux.envois")
            taken, messages = conn.execute(text(_STATUTS), {**values, "limite": limite}).one()
            planned += messages
    return planned


def files_d_attente(source: Source) -> list[FileAttente]:
    """Return what waits, by partner and interface. Raises ErreurRegistre."""
    e = t.envois.c
    with lecture(source, "files_d_attente") as conn:
        rows = conn.execute(
            select(
                e.partenaire_id, t.partenaires.c.code_application, e.interface, func.count().label("nombre"),
                func.sum(e.octets).label("octets"), func.min(e.cree_le).label("plus_ancien"),
            )
            .join(t.partenaires, t.partenaires.c.id == e.partenaire_id)
            .where(e.sortie_id.is_(None), e.refus.is_(None))
            .group_by(e.partenaire_id, t.partenaires.c.code_application, e.interface)
            .order_by(e.partenaire_id, e.interface)
        ).mappings()  # fmt: skip
        return [FileAttente(**{**row, "octets": int(row["octets"])}) for row in rows]


def envois_a_prendre(conn: Connection, partenaire_id: int, interface: str, limite: int) -> list[Envoi]:
    """Return the first rows that wait, oldest first. The caller holds the partner's grouping, so that no other process takes them too."""
    e = t.envois.c
    rows = conn.execute(
        select(e.id, e.flux_id, e.membre_rang, e.statut_rang, e.octets)
        .where(e.partenaire_id == partenaire_id, e.interface == interface, e.sortie_id.is_(None), e.refus.is_(None))
        .order_by(e.id)
        .limit(limite)
    ).mappings()
    return [Envoi(**row) for row in rows]


def marquer_pris(conn: Connection, ids: Sequence[int], sortie_id: int) -> None:
    """Say which file took the rows, in the transaction that writes it."""
    conn.execute(update(t.envois).where(t.envois.c.id == func.any(list(ids))).values(sortie_id=sortie_id))


def reprendre_refuses(engine: Engine) -> int:
    """Let the messages that were put aside wait again, after what kept them from leaving was mended; return how many."""
    with transaction(engine, "reprendre_refuses") as conn:
        return conn.execute(update(t.envois).where(t.envois.c.refus.is_not(None)).values(refus=None)).rowcount


def marquer_refuses(conn: Connection, refus: Mapping[int, str]) -> None:
    """Put aside rows that no file can hold, each with the reason: the others must leave. ``flux emission lacunes`` lists them."""
    for envoi_id, raison in refus.items():
        conn.execute(update(t.envois).where(t.envois.c.id == envoi_id).values(refus=raison))


def planifier_pivots(conn: Connection, flux_id: int, interface: str, le: datetime) -> int:
    """Plan the handing over of a flow's accepted invoices to the partners that represent their recipients; return how many.

    In the transaction that answers the flow. Planned again, nothing more.
    """
    return conn.execute(text(_PIVOTS), {"flux": flux_id, "interface": interface, "le": le}).rowcount


def documents_des_envois(conn: Connection, ids: Collection[int]) -> dict[int, DocumentEnvoye]:
    """Return the originals of invoices to hand over, by id of their rows."""
    e, m, s, p = t.envois.c, t.membres.c, t.tranches.c, t.pieces_jointes.c
    piece = par_cle(select(p.rang, p.nom, p.sha256).where(p.flux_id == e.flux_id, p.membre_rang == e.membre_rang))
    membre = par_cle(select(m.nom, m.debut, m.taille, m.tranche_rang).where(m.flux_id == e.flux_id, m.rang == e.membre_rang))
    tranche = par_cle(select(s.cle).where(s.flux_id == e.flux_id, s.rang == membre.c.tranche_rang))
    pieces = select(e.id, piece.c.rang, piece.c.nom, piece.c.sha256).select_from(t.envois).join(piece, true())
    names: dict[int, dict[int, str]] = {}
    digests: dict[int, dict[int, str]] = {}
    for row in conn.execute(pieces.where(e.id == func.any(list(ids)))):
        if row.nom is not None:
            names.setdefault(row.id, {})[row.rang] = row.nom
        if row.sha256 is not None:
            digests.setdefault(row.id, {})[row.rang] = row.sha256
    rows = conn.execute(
        select(
            e.id, e.flux_id, e.membre_rang, e.statut_rang, t.flux.c.interface, membre.c.nom, tranche.c.cle, membre.c.debut, membre.c.taille,
        )
        .select_from(t.envois)
        .join(membre, true())
        .join(tranche, true())
        .join(t.flux, t.flux.c.id == e.flux_id)
        .where(e.id == func.any(list(ids)))
    )  # fmt: skip
    return {
        row.id: DocumentEnvoye(
            row.flux_id, row.membre_rang, row.statut_rang, row.interface, row.nom, row.cle, row.debut, row.taille,
            names.get(row.id, {}), digests.get(row.id, {}),
        )
        for row in rows
    }  # fmt: skip
