"""The results of one tranche into the ledger: the hot path, all by COPY."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter

import psycopg
from sqlalchemy import Connection, Engine, exists, select, update

from flux.errors import ErreurInvariant, ErreurRegistre
from flux.modele.anomalie import Anomalie
from flux.modele.doublon import LIBERE_PAR
from flux.modele.journal import Evenement, Genre, Jugement, empreinte_des_lignes, ligne_jugee
from flux.modele.verdict import Decision
from flux.registre import projection
from flux.registre import tables as t
from flux.registre.connexion import transaction
from flux.registre.copie import copier, json_texte, pilote, propre
from flux.registre.doublons import ResultatDeparte, departager
from flux.registre.journal import inscrire
from flux.registre.ouverture import ecrire_anomalies, etat_verrouille, faute
from flux.registre.valeurs import EtatFlux, EtatTranche, ResultatMembre

_COLONNES_STATUT = ("flux_id", "membre_rang", "rang", "code", "horodatage", "complement", "commentaire", "motifs")
_INDEX_UNICITE = "uq_factures_cle_unicite"
# One statement a decision, and no join: of rows this new the planner would make one that grows with the square of the tranche.
_DECIDER = "UPDATE membres SET decision = %s WHERE flux_id = %s AND tranche_rang = %s AND rang = ANY (%s) AND decision IS NULL"


def enregistrer_tranche(
    engine: Engine,
    flux_id: int,
    rang: int,
    resultats: Iterable[ResultatMembre],
    *,
    libere_par: Collection[str] = LIBERE_PAR,
    par_siren: bool = True,
    jugement: Jugement | None = None,
) -> bool:
    """Store what a tranche found of its members, in one transaction that holds the tranche's row.

    Tranches of one flow may be stored at the same time; the last one makes the flow ``traite``. An invoice whose number another one
    holds is stored as rejected, whatever was found of it (:mod:`flux.registre.doublons`).

    :param resultats: exactly one for each member of the tranche; all read before the transaction begins.
    :param libere_par: states whose invoices hold no number.
    :param par_siren: the company, not the establishment, is the supplier that numbers (:func:`flux.registre.doublons.cle_unicite`).
    :param jugement: by what they were judged, for the journal.
    :returns: False, and nothing changes, when the tranche was stored already.
    :raises ErreurInvariant: unknown tranche, or results that are not those of its members. Facts: ``flux_id``, ``rang``.
    :raises ErreurRegistre: the ledger did not answer; nothing was stored.
    """
    trouves = list(resultats)
    _verifier(flux_id, rang, trouves)
    with transaction(engine, "enregistrer_tranche") as conn:
        tenue = tenir_tranche(conn, flux_id, rang)
        if tenue is None:
            return False
        ranges = _departager_et_ranger(conn, flux_id, tenue.partenaire_id, trouves, libere_par, par_siren)
        decider_membres(conn, tenue, [(r.rang, r.decision) for r in ranges])
        for r in ranges:
            if r.replis:  # rare enough for a statement each
                m = t.membres
                conn.execute(update(m).where(m.c.flux_id == flux_id, m.c.rang == r.rang).values(replis=list(r.replis)))
        ecrire_anomalies(conn, flux_id, ((r.rang, a) for r in ranges for a in r.anomalies))
        terminer_tranche(conn, tenue)
        replis = Counter(cle for r in ranges for cle in r.replis)
        lignes = [(r.rang, r.decision, r.anomalies) for r in ranges]
        inscrire(conn, [evenement_verdict(tenue, lignes, jugement, replis)])
        return True


@dataclass(frozen=True, slots=True)
class TrancheTenue:
    """A tranche whose row this transaction holds. :ivar nombre: its members. :ivar partenaire_id: who deposited the flow."""

    flux_id: int
    rang: int
    nombre: int
    partenaire_id: int


def tenir_tranche(conn: Connection, flux_id: int, rang: int) -> TrancheTenue | None:
    """Hold a tranche until the transaction ends; ``None`` when it was stored already.

    :raises ErreurInvariant: there is no such tranche. Facts: ``flux_id``, ``rang``.
    """
    row = conn.execute(
        select(t.tranches.c.etat, t.tranches.c.nombre, t.flux.c.partenaire_id)
        .join(t.flux, t.flux.c.id == t.tranches.c.flux_id)
        .where(t.tranches.c.flux_id == flux_id, t.tranches.c.rang == rang)
        .with_for_update(of=t.tranches)
    ).one_or_none()
    if row is None:
        raise ErreurInvariant(f"the ledger has no tranche {rang} of flow {flux_id}", flux_id=flux_id, rang=rang)
    return None if row.etat == EtatTranche.TRAITEE else TrancheTenue(flux_id, rang, row.nombre, row.partenaire_id)


def _departager_et_ranger(
    conn: Connection, flux_id: int, partenaire_id: int, trouves: Sequence[ResultatMembre], libere_par: Collection[str], par_siren: bool
) -> list[ResultatMembre]:
    """Store the invoices, each number once; return the results as stored."""
    for _ in range(len(trouves) + 1):  # each new try has lost one number at least
        ranges = _ranger(conn, flux_id, partenaire_id, departager(conn, flux_id, trouves, libere_par, par_siren=par_siren))
        if ranges is not None:
            return ranges
    raise ErreurRegistre(f"numbers of flow {flux_id} are taken and let go without end", operation="enregistrer_tranche")


def _ranger(conn: Connection, flux_id: int, partenaire_id: int, departes: Sequence[ResultatDeparte]) -> list[ResultatMembre] | None:
    """Store the invoices and return the results as stored; ``None``, and nothing is stored, when another transaction has just taken one
    of the numbers: it is in the ledger now, and the next look finds it.
    """
    try:
        with conn.begin_nested():
            _copier_factures(conn, flux_id, partenaire_id, departes)
    except psycopg.errors.UniqueViolation as error:
        if error.diag.constraint_name != _INDEX_UNICITE:
            raise
        return None
    return [d.resultat for d in departes]


def _verifier(flux_id: int, rang: int, resultats: Sequence[ResultatMembre]) -> None:
    """Hold that a readable member has its invoice and its status, and an unreadable one neither."""
    for r in resultats:
        lisible = r.decision is not Decision.ILLISIBLE
        if lisible != (r.facture is not None) or lisible != (r.statut is not None):
            raise ErreurInvariant(
                f"member {r.rang} of flow {flux_id} is {r.decision} and has {'an' if r.facture else 'no'} invoice, "
                f"{'a' if r.statut else 'no'} status",
                flux_id=flux_id, rang=rang, membre_rang=r.rang,
            )  # fmt: skip


def decider_membres(conn: Connection, tenue: TrancheTenue, decisions: Sequence[tuple[int, Decision]]) -> None:
    """Write the decisions, by rank; hold that each member of the tranche gets one and no other member does.

    :raises ErreurInvariant: they are not those of its members.
    """
    rangs: dict[Decision, list[int]] = defaultdict(list)
    for rang, decision in decisions:
        rangs[decision].append(rang)
    with pilote(conn).cursor() as curseur:
        ecrits = sum(curseur.execute(_DECIDER, (one.value, tenue.flux_id, tenue.rang, ones)).rowcount for one, ones in rangs.items())
    if not ecrits == tenue.nombre == len(decisions):
        raise ErreurInvariant(
            f"tranche {tenue.rang} of flow {tenue.flux_id} has {tenue.nombre} members; {len(decisions)} results came, {ecrits} fit",
            flux_id=tenue.flux_id, rang=tenue.rang, expected=tenue.nombre, found=len(decisions), stored=ecrits,
        )  # fmt: skip


def _copier_factures(conn: Connection, flux_id: int, partenaire_id: int, departes: Sequence[ResultatDeparte]) -> None:
    # Two transactions that take several numbers take them in one order: neither waits for the other while the other waits for it.
    ordonnes = sorted(departes, key=lambda d: d.cle or b"")
    cles = [(d.resultat, d.resultat.facture, d.cle) for d in ordonnes]
    lus = [(r, r.facture, r.statut) for d in departes if (r := d.resultat).facture is not None and r.statut is not None]
    copier(
        conn,
        t.factures,
        projection.COLONNES_FACTURE,
        (
            projection.ligne_facture(flux_id, r.rang, partenaire_id, projection.ETATS[r.decision], f, cle)
            for r, f, cle in cles
            if f is not None
        ),
    )
    copier(conn, t.lignes, projection.COLONNES_LIGNE, (row for r, f, _ in lus for row in projection.lignes_de(flux_id, r.rang, f)))
    copier(
        conn,
        t.pieces_jointes,
        projection.COLONNES_PIECE,
        (row for r, f, _ in lus for row in projection.pieces_de(flux_id, r.rang, f, r.retrouvees)),
    )
    copier(
        conn, t.statuts, _COLONNES_STATUT,
        (
            (flux_id, r.rang, 0, s.code, s.horodatage, propre(s.complement), propre(s.commentaire),
             json_texte(tuple((m.code, m.texte) for m in s.motifs)) if s.motifs else None)
            for r, _, s in lus
        ),
    )  # fmt: skip


def terminer_tranche(conn: Connection, tenue: TrancheTenue) -> None:
    """Mark the tranche done, then the flow when it was the last one."""
    flux_id, rang = tenue.flux_id, tenue.rang
    a_faire = exists().where(t.tranches.c.flux_id == flux_id, t.tranches.c.etat == EtatTranche.A_TRAITER)
    conn.execute(update(t.tranches).where(t.tranches.c.flux_id == flux_id, t.tranches.c.rang == rang).values(etat=EtatTranche.TRAITEE))
    # The lock first, in a statement of its own: of two last tranches, the second then sees the first one done.
    etat_verrouille(conn, flux_id)
    conn.execute(update(t.flux).where(t.flux.c.id == flux_id, t.flux.c.etat == EtatFlux.OUVERT, ~a_faire).values(etat=EtatFlux.TRAITE))


def evenement_verdict(
    tenue: TrancheTenue,
    lignes: Sequence[tuple[int, Decision, Sequence[Anomalie]]],
    jugement: Jugement | None,
    replis: Mapping[str, int],
    **faits: object,
) -> Evenement:
    """Return what the journal tells of a tranche: counts, by what it was judged, and a digest of the verdict of each member.

    :param lignes: (rank, decision, anomalies). :param replis: official set → members that the reference engine judged by it.
    :param faits: what else to say.
    """
    detail = (ligne_jugee(rang, decision, [faute(a) for a in fautes]) for rang, decision, fautes in sorted(lignes, key=_RANG))
    contenu: dict[str, object] = {
        "tranche": tenue.rang, "fichiers": tenue.nombre, **Counter(f"{decision}" for _, decision, _ in lignes), "replis": dict(replis),
        "detail": empreinte_des_lignes(detail), **faits,
    }  # fmt: skip
    if jugement is not None:
        contenu["regles"] = jugement.regles
    return Evenement(tenue.flux_id, Genre.VERDICT, str(tenue.rang), contenu, None if jugement is None else jugement.le)


_RANG = itemgetter(0)
