"""What becomes of outgoing files, told in the journal of every flow that they speak of: the one they answer, or those of a grouped file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, func, select

from flux.modele.journal import Entree, Evenement, Genre, empreinte_des_lignes, lire_entree
from flux.registre import tables as t
from flux.registre.connexion import transaction
from flux.registre.journal import inscrire, journal_du_flux

#: What a statement that changes files must return of them.
COLONNES = (t.sorties.c.id, t.sorties.c.flux_id, t.sorties.c.nom, t.sorties.c.emissions)
_E = t.envois.c
#: How the subject of an entry begins that tells that the bytes of an outgoing file were purged; its name follows.
PURGE_DE_REPONSE = "reponse "


def dire_fichiers(conn: Connection, genre: Genre, sorties: Sequence[Row[Any]], le: datetime | None, **faits: object) -> None:
    """Tell what happened to files (rows of :data:`COLONNES`), at the end of the transaction. :param faits: what else to say of each."""
    flows = flux_des_fichiers(conn, [row.id for row in sorties if row.flux_id is None])
    inscrire(
        conn,
        [
            Evenement(flux_id, genre, f"{row.nom} {row.emissions}", {"nom": row.nom, "emission": row.emissions, **faits}, le)
            for row in sorties
            for flux_id in (flows[row.id] if row.flux_id is None else [row.flux_id])
        ],
    )


def flux_des_fichiers(conn: Connection, ids: Collection[int]) -> dict[int, list[int]]:
    """Return the flows that grouped files speak of; none for a file that tells of a certificate."""
    found: dict[int, list[int]] = defaultdict(list)
    if ids:
        rows = select(_E.sortie_id, _E.flux_id).where(_E.sortie_id == func.any(list(ids))).distinct().order_by(_E.sortie_id, _E.flux_id)
        for row in conn.execute(rows):
            found[row.sortie_id].append(row.flux_id)
    return found


def dire_envoi(conn: Connection, sortie_id: int, le: datetime) -> None:
    """Tell every flow of a grouped file which of its invoices' statuses it carries, at the end of the transaction that writes it."""
    s = t.sorties.c
    sortie = conn.execute(select(s.nom, s.interface, s.sha256, s.taille).where(s.id == sortie_id)).one()
    lignes: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = select(_E.flux_id, _E.membre_rang, _E.statut_rang).where(_E.sortie_id == sortie_id)
    for row in conn.execute(rows.order_by(_E.flux_id, _E.membre_rang, _E.statut_rang)):
        lignes[row.flux_id].append((row.membre_rang, row.statut_rang))
    fichier = {"nom": sortie.nom, "interface": sortie.interface, "sha256": sortie.sha256, "taille": sortie.taille}
    inscrire(
        conn,
        [
            Evenement(flux_id, Genre.ENVOI, sortie.nom, fichier | {"elements": len(ones), "detail": empreinte_des_lignes(ones)}, le)
            for flux_id, ones in lignes.items()
        ],
    )


#: Kinds that tell of the flow as a whole, and those that tell of one outgoing file.
_DU_FLUX = frozenset({Genre.REPRISE, Genre.RECU, Genre.REPETE, Genre.OUVERT, Genre.REPONDU, Genre.REJOUE})
_DU_FICHIER = frozenset({Genre.ENVOI, Genre.EMIS, Genre.RETIRE, Genre.PURGE, Genre.REMIS})


def journal_du_fichier(engine: Engine, flux_id: int, rang: int) -> list[Entree]:
    """Return the entries of a flow that are about one of its files: of the flow itself, of its batch, of its statuses, of what was sent.

    None when the flow has no file of that rank. :raises ErreurRegistre: the ledger did not answer.
    """
    m, u, s = t.membres.c, t.statuts.c, t.sorties.c
    source = t.membres.alias("source")
    with transaction(engine, "journal_du_fichier") as conn:
        found = conn.execute(select(m.tranche_rang).where(m.flux_id == flux_id, m.rang == rang)).one_or_none()
        if found is None:
            return []
        statuts = select(u.rang, u.source_flux_id, source.c.tranche_rang).outerjoin_from(
            t.statuts, source, (source.c.flux_id == u.source_flux_id) & (source.c.rang == u.source_membre_rang)
        )
        sujets = {
            sujet_des_statuts(rang, *row) for row in conn.execute(statuts.where(u.flux_id == flux_id, u.membre_rang == rang, u.rang > 0))
        }
        envois = select(s.nom).join(t.envois, _E.sortie_id == s.id).where(_E.flux_id == flux_id, _E.membre_rang == rang)
        noms = set(conn.execute(envois.union(select(s.nom).where(s.flux_id == flux_id))).scalars())
        return [one for one in journal_du_flux(conn, flux_id) if _concerne(one, rang, found.tranche_rang, sujets, noms)]


def _concerne(one: Entree, rang: int, tranche: int | None, sujets: Collection[str], noms: Collection[str]) -> bool:
    if one.genre in _DU_FICHIER:
        contenu = lire_entree(one.texte).get("contenu")
        nom = contenu.get("nom") if isinstance(contenu, dict) else None
        if nom is None and one.sujet.startswith(PURGE_DE_REPONSE):
            nom = one.sujet.removeprefix(PURGE_DE_REPONSE)
        return nom is None or nom in noms
    subjects = {Genre.VERDICT: {f"{tranche}"}, Genre.STATUT: sujets, Genre.REJET_TRAITE: {f"{rang}"}}.get(Genre(one.genre), ())
    return one.genre in _DU_FLUX or one.sujet in subjects


def sujet_des_statuts(membre_rang: int, rang: int, source_flux_id: int | None, tranche_rang: int | None) -> str:
    """Return the subject of the entry that tells of a later status: set by hand, or by a batch of a deposited flow."""
    return f"facture {membre_rang} statut {rang}" if source_flux_id is None else f"flux {source_flux_id} tranche {tranche_rang}"
