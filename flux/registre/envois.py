"""What waits to leave in a grouped file: planned with the change it tells of, taken once, never lost and never doubled.

Rows are written in the transaction of the change; the file that takes them is written, numbered and put into the outbox in one other
transaction, which also says which file took which row. A process killed in between leaves the rows as they were.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text, update

from flux.registre import tables as t
from flux.registre.connexion import Source, lecture

#: Bytes of a lifecycle message beside its free texts, about.
OCTETS_STATUT = 4096

# The partner gets what it subscribes to; one that subscribes to no outgoing interface gets them all.
_STATUTS = """
INSERT INTO envois (partenaire_id, interface, flux_id, membre_rang, statut_rang, cree_le, octets)
SELECT f.partenaire_id, i.interface, s.flux_id, s.membre_rang, s.rang, :le,
  :octets + coalesce(octet_length(s.complement), 0) + coalesce(octet_length(s.commentaire), 0)
FROM unnest(CAST(:flux AS bigint[]), CAST(:membres AS integer[]), CAST(:rangs AS integer[])) AS p (flux_id, membre_rang, rang)
JOIN statuts s USING (flux_id, membre_rang, rang)
JOIN factures f USING (flux_id, membre_rang)
CROSS JOIN unnest(CAST(:interfaces AS text[])) AS i (interface)
WHERE f.numero IS NOT NULL AND f.date_emission IS NOT NULL AND f.type_code IS NOT NULL AND f.fournisseur_nom IS NOT NULL
  AND f.destinataire_id IS NOT NULL
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


def planifier_statuts(conn: Connection, statuts: Collection[tuple[int, int, int]], interfaces: Collection[str], le: datetime) -> int:
    """Plan the lifecycle messages of statuses just written, in their transaction; return how many.

    Planned again, nothing more. An invoice that no lifecycle file can name (anomaly CDV-01) has none.

    :param statuts: (flow, rank of the member, rank of the status) of each. :param interfaces: those whose format has a code for them.
    """
    if not statuts or not interfaces:
        return 0
    flux, membres, rangs = zip(*statuts, strict=True)
    values = {"flux": list(flux), "membres": list(membres), "rangs": list(rangs), "interfaces": list(interfaces)}
    return conn.execute(text(_STATUTS), {**values, "le": le, "octets": OCTETS_STATUT}).rowcount


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
    """Return the first rows that wait, oldest first. The caller holds the partner's grouping (:func:`flux.registre.connexion.verrouiller`)."""
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


def marquer_refuses(conn: Connection, refus: Mapping[int, str]) -> None:
    """Put aside rows that no file can hold, each with the reason: the others must leave. ``flux emission lacunes`` lists them."""
    for envoi_id, raison in refus.items():
        conn.execute(update(t.envois).where(t.envois.c.id == envoi_id).values(refus=raison))
