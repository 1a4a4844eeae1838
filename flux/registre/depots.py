"""Deposits into the ledger, and the lots that runs treat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, FromClause, and_, func, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from flux.errors import ErreurInvariant
from flux.registre import tables as t
from flux.registre.connexion import transaction, verrouiller
from flux.registre.copie import propre
from flux.registre.valeurs import REPETE, Depot, EtatFlux, EtatSortie, FluxEnregistre, Issue, Lot, Premier


def enregistrer_depot(engine: Engine, depot: Depot) -> FluxEnregistre:
    """Register one claimed file, in one transaction. Safe twice and at the same time.

    - The same claim is known: nothing changes, ``DEJA_ENREGISTRE``.
    - Its flow id is free, or it has none: ``NOUVEAU``, and the flow holds the id for ever.
    - Another flow of the partner holds the id with the same bytes: ``REPETE``; the flow is answered by the first one's answers, which
      are put back in the outbox.
    - Other bytes: ``UNICITE``; the flow waits for a run like any other, which finds it in conflict (``FluxLu.premier``).

    :raises ErreurRegistre: the ledger did not answer.
    """
    with transaction(engine, "enregistrer_depot") as conn:
        if depot.identifiant is not None:
            # Two deposits of one id wait for each other here; the partial unique index would refuse the second anyway.
            verrouiller(conn, f"flux.identifiant {depot.partenaire_id} {depot.identifiant}")
        connu = _deja(conn, depot)
        if connu is not None:
            return connu
        premier = None if depot.identifiant is None else _porteur(conn, depot)
        if premier is None:
            return _inserer(conn, depot, Issue.NOUVEAU, None)
        meme, holder = premier
        if not meme:
            return _inserer(conn, depot, Issue.UNICITE, holder)
        found = _inserer(conn, depot, Issue.REPETE, holder)
        if found.issue is Issue.REPETE:
            # No condition on the state: the update then waits for an emission under way, and the answer leaves after this deposit.
            conn.execute(update(t.sorties).where(t.sorties.c.flux_id == holder.id).values(etat=EtatSortie.A_EMETTRE))
        return found


def _deja(conn: Connection, depot: Depot) -> FluxEnregistre | None:
    """Return the flow registered under the same claim."""
    f, p = t.flux.c, t.flux.alias("p")  # p: the holder
    row = conn.execute(
        select(f.id, p.c.id.label("premier_id"), p.c.recu_le)
        .select_from(t.flux.outerjoin(p, porteur_de(p)))
        .where(f.partenaire_id == depot.partenaire_id, f.reclamation == propre(depot.reclamation))
    ).one_or_none()
    if row is None:
        return None
    return FluxEnregistre(row.id, Issue.DEJA_ENREGISTRE, None if row.premier_id is None else Premier(row.premier_id, row.recu_le))


def porteur_de(porteur: FromClause) -> ColumnElement[bool]:
    """Return the condition that ``porteur`` (an alias of ``flux``) is another flow, which holds the flow id of the row of ``flux``."""
    f, p = t.flux.c, porteur.c
    return and_(p.partenaire_id == f.partenaire_id, p.identifiant == f.identifiant, p.tient_identifiant, p.id != f.id)


def _porteur(conn: Connection, depot: Depot) -> tuple[bool, Premier] | None:
    """Return the flow that holds the id, and whether its bytes are the same."""
    f = t.flux.c
    row = conn.execute(
        select(f.id, f.recu_le, f.sha256).where(
            f.partenaire_id == depot.partenaire_id, f.identifiant == depot.identifiant, f.tient_identifiant
        )
    ).one_or_none()
    return None if row is None else (row.sha256 == depot.sha256, Premier(row.id, row.recu_le))


def _inserer(conn: Connection, depot: Depot, issue: Issue, premier: Premier | None) -> FluxEnregistre:
    """Insert the flow; the loser of a race on the claim returns the winner's row."""
    repete = issue is Issue.REPETE
    new = conn.execute(
        insert(t.flux)
        .values(
            partenaire_id=depot.partenaire_id,
            nom=propre(depot.nom),
            reclamation=propre(depot.reclamation),
            identifiant=depot.identifiant,
            interface=depot.interface,
            sha256=depot.sha256,
            taille=depot.taille,
            depose_le=depot.depose_le,
            recu_le=depot.recu_le,
            tient_identifiant=issue is Issue.NOUVEAU and depot.identifiant is not None,
            etat=EtatFlux.REPONDU if repete else EtatFlux.RECU,
            statut=REPETE if repete else None,
            repete_de=premier.id if repete and premier is not None else None,
            repondu_le=depot.recu_le if repete else None,
        )
        .on_conflict_do_nothing(index_elements=["partenaire_id", "reclamation"])
        .returning(t.flux.c.id)
    ).scalar_one_or_none()
    if new is not None:
        return FluxEnregistre(new, issue, premier)
    winner = _deja(conn, depot)
    if winner is None:  # flows are never deleted
        raise ErreurInvariant(f"the claim {depot.reclamation!r} was taken and let go", reclamation=depot.reclamation)
    return winner


def former_lots(engine: Engine, le: datetime, lot_flux: int, lot_octets: int) -> list[Lot]:
    """Group the received flows that have no lot, and return every lot not launched yet. One transaction, one process at a time.

    :param lot_flux: small flows in one lot at most. :param lot_octets: a flow above it (bytes, as received) has a lot of its own.
    """
    f = t.flux.c
    with transaction(engine, "former_lots") as conn:
        verrouiller(conn, "flux.lots")
        waiting: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row in conn.execute(
            select(f.partenaire_id, f.id, f.taille).where(f.lot_id.is_(None), f.etat == "recu").order_by(f.partenaire_id, f.id)
        ):
            waiting[row.partenaire_id].append((row.id, row.taille))
        for partenaire_id, flows in waiting.items():
            for ids in _grouper(flows, lot_flux, lot_octets):
                lot_id = conn.execute(insert(t.lots).values(partenaire_id=partenaire_id, cree_le=le).returning(t.lots.c.id)).scalar_one()
                conn.execute(update(t.flux).where(f.id.in_(ids)).values(lot_id=lot_id))
        return _lots(conn, t.lots.c.lance_le.is_(None))


def _grouper(flows: Sequence[tuple[int, int]], lot_flux: int, lot_octets: int) -> Iterator[list[int]]:
    """Yield the ids of each lot from (id, size) of one partner's flows."""
    small = [one for one, size in flows if size <= lot_octets]
    yield from (small[i : i + lot_flux] for i in range(0, len(small), lot_flux))
    yield from ([one] for one, size in flows if size > lot_octets)


def _lots(conn: Connection, condition: ColumnElement[bool]) -> list[Lot]:
    ids = func.array_agg(aggregate_order_by(t.flux.c.id, t.flux.c.id))
    rows = conn.execute(
        select(t.lots.c.id, t.lots.c.partenaire_id, t.lots.c.cree_le, ids.label("flux"))
        .join(t.flux, t.flux.c.lot_id == t.lots.c.id)
        .where(condition)
        .group_by(t.lots.c.id)
        .order_by(t.lots.c.id)
    )
    return [Lot(row.id, row.partenaire_id, row.cree_le, tuple(row.flux)) for row in rows]


def lot_par_id(engine: Engine, lot_id: int) -> Lot | None:
    """Return one lot, launched or not, or ``None`` when there is none of that id."""
    with transaction(engine, "lot_par_id") as conn:
        return next(iter(_lots(conn, t.lots.c.id == lot_id)), None)


def marquer_lance(engine: Engine, lot_id: int, le: datetime) -> bool:
    """Note that a lot's run was launched, in one transaction. Returns False, and changes nothing, when it was noted already."""
    with transaction(engine, "marquer_lance") as conn:
        done = conn.execute(update(t.lots).where(t.lots.c.id == lot_id, t.lots.c.lance_le.is_(None)).values(lance_le=le))
        return done.rowcount == 1
