"""Deposits into the ledger, and the lots that runs treat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, FromClause, and_, exists, func, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from flux.errors import ErreurInvariant
from flux.modele.doublon import IssueDoublon, PremierDepot, issue_doublon
from flux.modele.journal import CLE_PRIVEE, Evenement, Genre
from flux.registre import tables as t
from flux.registre.connexion import transaction, verrouiller
from flux.registre.copie import propre
from flux.registre.journal import inscrire
from flux.registre.purges import tenir_l_empreinte
from flux.registre.valeurs import REPETE, Depot, EtatFlux, EtatSortie, FluxEnregistre, Lot, Premier

#: Outcomes of a deposit that is answered by the answers of another flow.
REPETITIONS = frozenset((IssueDoublon.FLUX_REPETE, IssueDoublon.FLUX_REPRIS, IssueDoublon.EN_COURS))
#: How long a run may take before it is held to be dead, unless a setting says otherwise.
REPRISE_APRES = timedelta(hours=2)


def enregistrer_depot(engine: Engine, depot: Depot, *, reprise_apres: timedelta = REPRISE_APRES) -> FluxEnregistre:
    """Register one claimed file, in one transaction. Safe twice and at the same time.

    - The same claim is known: nothing changes, no outcome.
    - Its flow id is free, or it has none: ``NOUVEAU``, and the flow holds the id for ever.
    - Another flow of the partner holds the id with the same bytes: the new one is answered by the first one's answers. They are put back
      in the outbox (``FLUX_REPETE``), or leave once they are written (``EN_COURS``); a first flow that its run left without answer
      waits for another run (``FLUX_REPRIS``).
    - Other bytes: ``NOM_REUTILISE``; the flow waits for a run like any other, which finds it in conflict (``FluxLu.premier``).

    :param reprise_apres: a run launched longer ago than that, and without answer, is dead.
    :raises ErreurRegistre: the ledger did not answer.
    """
    with transaction(engine, "enregistrer_depot") as conn:
        tenir_l_empreinte(conn, depot.sha256)  # a purge of the same bytes comes before, and the caller sees it, or finds this row
        if depot.identifiant is not None:
            # Two deposits of one id wait for each other here; the partial unique index would refuse the second anyway.
            verrouiller(conn, f"flux.identifiant {depot.partenaire_id} {depot.identifiant}")
        connu = _deja(conn, depot)
        if connu is not None:
            return connu
        trouve = None if depot.identifiant is None else _porteur(conn, depot, reprise_apres)
        premier, holder = (None, None) if trouve is None else trouve
        found = _inserer(conn, depot, issue_doublon(premier), holder)
        if holder is not None and found.issue is IssueDoublon.FLUX_REPETE:
            # No condition on the state: the update then waits for an emission under way, and the answer leaves after this deposit.
            conn.execute(
                update(t.sorties)
                .where(t.sorties.c.flux_id == holder.id)
                .values(etat=EtatSortie.A_EMETTRE, retiree_le=None, purgee_le=None)  # they will stand there anew, for the upkeep to watch
            )
        if holder is not None and found.issue is IssueDoublon.FLUX_REPRIS:
            conn.execute(update(t.flux).where(t.flux.c.id == holder.id).values(lot_id=None))
        inscrire(conn, list(_evenements(depot, found)))
        return found


def _evenements(depot: Depot, found: FluxEnregistre) -> Iterator[Evenement]:
    """Yield what the journal tells of a new deposit, and of the flow whose answers answer it."""
    if found.issue is None:
        return
    contenu: dict[str, object] = {
        "partenaire": depot.partenaire_id, "nom": depot.nom, "taille": depot.taille, "sha256": depot.sha256, "interface": depot.interface,
        "identifiant": depot.identifiant, "depose_le": depot.depose_le, "recu_le": depot.recu_le, "issue": found.issue.value,
    }  # fmt: skip
    premier = None if found.premier is None else found.premier.id
    yield Evenement(found.id, Genre.RECU, "", contenu | {"premier": premier}, depot.recu_le)
    if not depot.conserve:
        what = {"classe": CLE_PRIVEE, "octets": depot.taille, "sha256": depot.sha256}
        yield Evenement(found.id, Genre.PURGE, "original", what, depot.recu_le)
    if premier is not None and found.issue in REPETITIONS:
        yield Evenement(premier, Genre.REPETE, str(found.id), {"flux": found.id, "issue": found.issue.value}, depot.recu_le)


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
    return FluxEnregistre(row.id, None, None if row.premier_id is None else Premier(row.premier_id, row.recu_le))


def porteur_de(porteur: FromClause) -> ColumnElement[bool]:
    """Return the condition that ``porteur`` (an alias of ``flux``) is another flow, which holds the flow id of the row of ``flux``."""
    f, p = t.flux.c, porteur.c
    return and_(p.partenaire_id == f.partenaire_id, p.identifiant == f.identifiant, p.tient_identifiant, p.id != f.id)


def _porteur(conn: Connection, depot: Depot, reprise_apres: timedelta) -> tuple[PremierDepot, Premier] | None:
    """Return the flow that holds the id and how it compares; its row is held, so that it is answered before or after this deposit."""
    f = t.flux.c
    row = conn.execute(
        select(f.id, f.recu_le, f.sha256, f.etat, t.lots.c.lance_le)
        .select_from(t.flux.outerjoin(t.lots, t.lots.c.id == f.lot_id))
        .where(f.partenaire_id == depot.partenaire_id, f.identifiant == depot.identifiant, f.tient_identifiant)
        .with_for_update(of=t.flux, key_share=True)
    ).one_or_none()
    if row is None:
        return None
    # Answers whose bytes were purged cannot leave again: the name is used, as for other bytes.
    purged = conn.execute(select(exists().where(t.sorties.c.flux_id == row.id, t.sorties.c.octets_purges_le.is_not(None)))).scalar_one()
    premier = PremierDepot(
        memes_octets=row.sha256 == depot.sha256 and not purged,
        repondu=row.etat == EtatFlux.REPONDU,
        en_panne=row.lance_le is not None and row.lance_le + reprise_apres <= depot.recu_le,
    )
    return premier, Premier(row.id, row.recu_le)


def _inserer(conn: Connection, depot: Depot, issue: IssueDoublon, premier: Premier | None) -> FluxEnregistre:
    """Insert the flow; the loser of a race on the claim returns the winner's row."""
    repete = issue in REPETITIONS
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
            tient_identifiant=issue is IssueDoublon.NOUVEAU and depot.identifiant is not None,
            etat=EtatFlux.REPONDU if repete else EtatFlux.RECU,
            statut=REPETE if repete else None,
            repete_de=premier.id if repete and premier is not None else None,
            repondu_le=depot.recu_le if repete else None,
            original_purge_le=None if depot.conserve else depot.recu_le,
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


def former_lots(engine: Engine, le: datetime, lot_flux: int, lot_octets: int, limite: int | None = None) -> list[Lot]:
    """Group the flows that have no lot and no answer, and return the lots not launched yet. One transaction, one process at a time.

    :param lot_flux: small flows in one lot at most. :param lot_octets: a flow above it (bytes, as received) has a lot of its own.
    :param limite: lots to return at most, the oldest first: the others come once these are launched. ``None``: all.
    """
    f = t.flux.c
    with transaction(engine, "former_lots") as conn:
        verrouiller(conn, "flux.lots")
        waiting: dict[int, list[tuple[int, int]]] = defaultdict(list)
        for row in conn.execute(
            select(f.partenaire_id, f.id, f.taille).where(f.lot_id.is_(None), f.etat != "repondu").order_by(f.partenaire_id, f.id)
        ):
            waiting[row.partenaire_id].append((row.id, row.taille))
        for partenaire_id, flows in waiting.items():
            for ids in _grouper(flows, lot_flux, lot_octets):
                lot_id = conn.execute(insert(t.lots).values(partenaire_id=partenaire_id, cree_le=le).returning(t.lots.c.id)).scalar_one()
                conn.execute(update(t.flux).where(f.id.in_(ids)).values(lot_id=lot_id))
        return _lots(conn, t.lots.c.lance_le.is_(None), limite)


def mettre_a_part(engine: Engine, lot_id: int, flux: Sequence[int], le: datetime) -> int | None:
    """Move flows that are not open yet from their lot to a new one, in one transaction.

    :return: the new lot, not launched; ``None``, and nothing changes, when another process moved or opened them.
    :raises ErreurRegistre: the ledger did not answer.
    """
    f, source = t.flux.c, t.lots.c
    with transaction(engine, "mettre_a_part") as conn:
        verrouiller(conn, "flux.lots")
        still = list(
            conn.execute(select(f.id).where(f.lot_id == lot_id, f.id.in_(flux), f.etat == EtatFlux.RECU).with_for_update()).scalars()
        )
        if not still:
            return None
        partenaire_id = conn.execute(select(source.partenaire_id).where(source.id == lot_id)).scalar_one()
        apart: int = conn.execute(insert(t.lots).values(partenaire_id=partenaire_id, cree_le=le).returning(source.id)).scalar_one()
        conn.execute(update(t.flux).where(f.id.in_(still)).values(lot_id=apart))
        return apart


def _grouper(flows: Sequence[tuple[int, int]], lot_flux: int, lot_octets: int) -> Iterator[list[int]]:
    """Yield the ids of each lot from (id, size) of one partner's flows."""
    small = [one for one, size in flows if size <= lot_octets]
    yield from (small[i : i + lot_flux] for i in range(0, len(small), lot_flux))
    yield from ([one] for one, size in flows if size > lot_octets)


def _lots(conn: Connection, condition: ColumnElement[bool], limite: int | None = None) -> list[Lot]:
    ids = func.array_agg(aggregate_order_by(t.flux.c.id, t.flux.c.id)).filter(t.flux.c.id.is_not(None))
    rows = conn.execute(
        select(t.lots.c.id, t.lots.c.partenaire_id, t.lots.c.cree_le, ids.label("flux"))
        .outerjoin(t.flux, t.flux.c.lot_id == t.lots.c.id)  # a dead run's lot may have lost its flows to another
        .where(condition)
        .group_by(t.lots.c.id)
        .order_by(t.lots.c.id)
        .limit(limite)
    )
    return [Lot(row.id, row.partenaire_id, row.cree_le, tuple(row.flux or ())) for row in rows]


def lot_par_id(engine: Engine, lot_id: int) -> Lot | None:
    """Return one lot, launched or not, or ``None`` when there is none of that id."""
    with transaction(engine, "lot_par_id") as conn:
        return next(iter(_lots(conn, t.lots.c.id == lot_id)), None)


def marquer_lance(engine: Engine, lot_id: int, le: datetime) -> bool:
    """Note that a lot's run was launched, in one transaction. Returns False, and changes nothing, when it was noted already."""
    with transaction(engine, "marquer_lance") as conn:
        done = conn.execute(update(t.lots).where(t.lots.c.id == lot_id, t.lots.c.lance_le.is_(None)).values(lance_le=le))
        return done.rowcount == 1
