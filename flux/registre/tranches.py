"""The results of one tranche into the ledger: the hot path, all by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, Engine, exists, select, update

from flux.errors import ErreurInvariant
from flux.modele.verdict import Decision
from flux.registre import projection
from flux.registre import tables as t
from flux.registre.connexion import transaction
from flux.registre.copie import copier, json_texte, pilote, propre
from flux.registre.ouverture import ecrire_anomalies, etat_verrouille
from flux.registre.valeurs import EtatFlux, EtatTranche, ResultatMembre

_COLONNES_STATUT = ("flux_id", "membre_rang", "rang", "code", "horodatage", "complement", "commentaire", "motifs")
_DECIDER = """
UPDATE membres SET decision = r.decision FROM unnest(%s::integer[], %s::text[]) AS r (rang, decision)
WHERE flux_id = %s AND tranche_rang = %s AND membres.rang = r.rang AND membres.decision IS NULL
"""


def enregistrer_tranche(engine: Engine, flux_id: int, rang: int, resultats: Iterable[ResultatMembre]) -> bool:
    """Store what a tranche found of its members, in one transaction that holds the tranche's row.

    Tranches of one flow may be stored at the same time; the last one makes the flow ``traite``.

    :param resultats: exactly one for each member of the tranche; all read before the transaction begins.
    :returns: False, and nothing changes, when the tranche was stored already.
    :raises ErreurInvariant: unknown tranche, or results that are not those of its members. Facts: ``flux_id``, ``rang``.
    :raises ErreurRegistre: the ledger did not answer; nothing was stored.
    """
    trouves = list(resultats)
    _verifier(flux_id, rang, trouves)
    with transaction(engine, "enregistrer_tranche") as conn:
        row = conn.execute(
            select(t.tranches.c.etat, t.tranches.c.nombre, t.flux.c.partenaire_id)
            .join(t.flux, t.flux.c.id == t.tranches.c.flux_id)
            .where(t.tranches.c.flux_id == flux_id, t.tranches.c.rang == rang)
            .with_for_update(of=t.tranches)
        ).one_or_none()
        if row is None:
            raise ErreurInvariant(f"the ledger has no tranche {rang} of flow {flux_id}", flux_id=flux_id, rang=rang)
        if row.etat == EtatTranche.TRAITEE:
            return False
        _decider(conn, flux_id, rang, row.nombre, trouves)
        _copier_factures(conn, flux_id, row.partenaire_id, trouves)
        ecrire_anomalies(conn, flux_id, ((r.rang, a) for r in trouves for a in r.anomalies))
        _terminer(conn, flux_id, rang)
        return True


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


def _decider(conn: Connection, flux_id: int, rang: int, nombre: int, resultats: Sequence[ResultatMembre]) -> None:
    """Write the decisions; hold that each member of the tranche gets one and no other member does."""
    with pilote(conn).cursor() as curseur:
        curseur.execute(_DECIDER, ([r.rang for r in resultats], [r.decision.value for r in resultats], flux_id, rang))
        ecrits = curseur.rowcount
    if not ecrits == nombre == len(resultats):
        raise ErreurInvariant(
            f"tranche {rang} of flow {flux_id} has {nombre} members; {len(resultats)} results came, {ecrits} of them theirs",
            flux_id=flux_id, rang=rang, expected=nombre, found=len(resultats), stored=ecrits,
        )  # fmt: skip


def _copier_factures(conn: Connection, flux_id: int, partenaire_id: int, resultats: Sequence[ResultatMembre]) -> None:
    lus = [(r, r.facture, r.statut) for r in resultats if r.facture is not None and r.statut is not None]
    copier(
        conn,
        t.factures,
        projection.COLONNES_FACTURE,
        (projection.ligne_facture(flux_id, r.rang, partenaire_id, projection.ETATS[r.decision], f) for r, f, _ in lus),
    )
    copier(conn, t.lignes, projection.COLONNES_LIGNE, (row for r, f, _ in lus for row in projection.lignes_de(flux_id, r.rang, f)))
    copier(conn, t.pieces_jointes, projection.COLONNES_PIECE, (row for r, f, _ in lus for row in projection.pieces_de(flux_id, r.rang, f)))
    copier(
        conn, t.statuts, _COLONNES_STATUT,
        (
            (flux_id, r.rang, 0, s.code, s.horodatage, propre(s.complement), propre(s.commentaire),
             json_texte(tuple((m.code, m.texte) for m in s.motifs)) if s.motifs else None)
            for r, _, s in lus
        ),
    )  # fmt: skip


def _terminer(conn: Connection, flux_id: int, rang: int) -> None:
    """Mark the tranche done, then the flow when it was the last one."""
    a_faire = exists().where(t.tranches.c.flux_id == flux_id, t.tranches.c.etat == EtatTranche.A_TRAITER)
    conn.execute(update(t.tranches).where(t.tranches.c.flux_id == flux_id, t.tranches.c.rang == rang).values(etat=EtatTranche.TRAITEE))
    # The lock first, in a statement of its own: of two last tranches, the second then sees the first one done.
    etat_verrouille(conn, flux_id)
    conn.execute(update(t.flux).where(t.flux.c.id == flux_id, t.flux.c.etat == EtatFlux.OUVERT, ~a_faire).values(etat=EtatFlux.TRAITE))
