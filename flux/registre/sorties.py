"""The outbox: files written with the state change they tell of, then taken out one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from sqlalchemy import Connection, Engine, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from flux.errors import ErreurInvariant
from flux.modele.anomalie import Anomalie
from flux.modele.journal import Evenement, Genre
from flux.referentiel.statuts import STATUTS_FLUX
from flux.registre import tables as t
from flux.registre.connexion import traduire, transaction
from flux.registre.envois import planifier_pivots
from flux.registre.journal import inscrire
from flux.registre.journal_fichiers import COLONNES, dire_fichiers
from flux.registre.numeros import prochain_numero
from flux.registre.ouverture import ecrire_anomalies, etat_verrouille, faute
from flux.registre.valeurs import FLUX_LUI_MEME, Compteurs, EtatFlux, EtatSortie, EtatTranche, Sortie, SortieAEmettre

#: Gives the next number of a partner's files.
Numeroteur = Callable[[], int]


def clore_flux(
    engine: Engine,
    flux_id: int,
    statut: str,
    compteurs: Compteurs,
    ecrire: Callable[[Numeroteur], Iterable[Sortie]],
    anomalies: Iterable[Anomalie] = (),
    *,
    le: datetime,
    interface_pivot: str | None = None,
) -> bool:
    """Answer a flow: its outcome, its counts, its answers into the outbox and last anomalies of the flow itself; one transaction.

    :param statut: key of ``STATUTS_FLUX``.
    :param ecrire: writes the answers, at least one, each under a number asked of its argument. It is called once the flow is held; the
        partner's other answers wait for it from the first number on.
    :param interface_pivot: code under which accepted invoices leave for their recipients; ``None``: they do not.
    :returns: False, and nothing changes, when the flow was answered already: the first answer stands.
    :raises ErreurInvariant: unknown flow or outcome, no answer, tranches left to treat, or a name used by another flow.
    """
    if statut not in STATUTS_FLUX:
        raise ErreurInvariant(f"flow {flux_id} cannot end as {statut!r}", flux_id=flux_id, statut=statut)
    with transaction(engine, "clore_flux") as conn:
        if etat_verrouille(conn, flux_id) is EtatFlux.REPONDU:
            return False
        restantes = conn.execute(
            select(func.count()).where(t.tranches.c.flux_id == flux_id, t.tranches.c.etat == EtatTranche.A_TRAITER)
        ).scalar_one()
        if restantes:
            raise ErreurInvariant(f"flow {flux_id} has {restantes} tranches to treat", flux_id=flux_id, tranches=restantes)
        dernieres = list(anomalies)
        ecrire_anomalies(conn, flux_id, ((FLUX_LUI_MEME, one) for one in dernieres))
        partenaire_id = conn.execute(
            update(t.flux)
            .where(t.flux.c.id == flux_id)
            .values(
                etat=EtatFlux.REPONDU, statut=statut, repondu_le=le,
                membres=func.coalesce(t.flux.c.membres, 0),
                acceptees=compteurs.acceptees, rejetees=compteurs.rejetees, illisibles=compteurs.illisibles,
            )
            .returning(t.flux.c.partenaire_id)
        ).scalar_one()  # fmt: skip
        reponses = list(ecrire(lambda: prochain_numero(conn, partenaire_id)))
        for one in reponses:
            ecrire_sortie(conn, partenaire_id, one, le, flux_id=flux_id)
        if not reponses:
            raise ErreurInvariant(f"flow {flux_id} cannot end as {statut!r} without an answer", flux_id=flux_id, statut=statut)
        if interface_pivot is not None:
            planifier_pivots(conn, flux_id, interface_pivot, le)
        contenu = {
            "statut": statut, "acceptees": compteurs.acceptees, "rejetees": compteurs.rejetees, "illisibles": compteurs.illisibles,
            "fautes": [faute(one) for one in dernieres],
            "reponses": [{"nom": one.nom, "interface": one.interface, "sha256": one.sha256, "taille": one.taille} for one in reponses],
        }  # fmt: skip
        inscrire(conn, [Evenement(flux_id, Genre.REPONDU, "", contenu, le)])
        return True


def ecrire_sortie(conn: Connection, partenaire_id: int, sortie: Sortie, le: datetime, *, flux_id: int | None = None) -> int:
    """Put one file into the outbox, in the transaction that took its number; return its id."""
    return int(
        conn.execute(
            insert(t.sorties)
            .values(
                partenaire_id=partenaire_id, flux_id=flux_id, numero=sortie.numero, interface=sortie.interface, nom=sortie.nom,
                sha256=sortie.sha256, taille=sortie.taille, cle=sortie.cle, elements=sortie.elements, cree_le=le,
            )
            .returning(t.sorties.c.id)
        ).scalar_one()
    )  # fmt: skip


def deposer_sortie(conn: Connection, partenaire_id: int, sortie: Sortie, le: datetime) -> bool:
    """Put a file that tells of no flow into the outbox, in the caller's transaction; False, and nothing changes, when its name is taken."""
    values = {"partenaire_id": partenaire_id, "interface": sortie.interface, "nom": sortie.nom, "sha256": sortie.sha256}
    made = conn.execute(
        upsert(t.sorties)
        .values(**values, taille=sortie.taille, cle=sortie.cle, cree_le=le)
        .on_conflict_do_nothing(index_elements=["nom"])
        .returning(t.sorties.c.id)
    )
    return made.one_or_none() is not None


def sorties_a_emettre(conn: Connection, partenaire_id: int | None = None, limite: int = 100, *, apres: int = 0) -> list[SortieAEmettre]:
    """Take up to ``limite`` answers that wait, oldest first, and hold them until the caller's transaction ends.

    Answers that another process holds are skipped. Publish each one, then :func:`marquer_emise`, then commit; after a crash before
    the commit the answer waits again and leaves once more, same name, same bytes.

    :param partenaire_id: only this partner's. :param apres: only rows of a greater id.
    :raises ErreurRegistre: the ledger did not answer.
    """
    s = t.sorties.c
    requete = (
        select(s.id, s.partenaire_id, t.partenaires.c.dossier, s.flux_id, s.interface, s.nom, s.sha256, s.taille, s.cle, s.emissions)
        .join(t.partenaires, t.partenaires.c.id == s.partenaire_id)
        .where(s.etat == EtatSortie.A_EMETTRE, s.id > apres)
        .order_by(s.id)
        .limit(limite)
        .with_for_update(of=t.sorties, skip_locked=True)
    )
    if partenaire_id is not None:
        requete = requete.where(s.partenaire_id == partenaire_id)
    with traduire("sorties_a_emettre"):
        return [SortieAEmettre(**row) for row in conn.execute(requete).mappings()]


def marquer_emise(conn: Connection, sortie_id: int, le: datetime) -> bool:
    """Note that an answer left, at the end of the caller's transaction: one answer a transaction, two could wait for each other's flows.

    Returns False, and changes nothing, when it is not waiting.
    """
    s = t.sorties.c
    with traduire("marquer_emise"):
        done = conn.execute(
            update(t.sorties)
            .where(s.id == sortie_id, s.etat == EtatSortie.A_EMETTRE)
            .values(etat=EtatSortie.EMISE, emise_le=le, emissions=s.emissions + 1)
            .returning(*COLONNES, s.sha256)
        ).one_or_none()
        if done is not None:
            dire_fichiers(conn, Genre.EMIS, [done], le, sha256=done.sha256)
        return done is not None
