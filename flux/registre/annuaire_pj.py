"""Attachments declared on an issuing structure: any of its invoices may name them by reference alone.

The bytes are in the staging store under their digest; the row says whose they are. Every question names the issuer, and the key of the
table begins with it: an attachment of another structure cannot be reached.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, false, select, update
from sqlalchemy.dialects.postgresql import insert

from flux.errors import ErreurUsage
from flux.limites import Limites
from flux.registre import tables as t
from flux.registre.annuaire import tenable
from flux.registre.connexion import Source, lecture, transaction
from flux.registre.purges import tenir_l_empreinte
from flux.transport.entrepot import Entrepot, empreinte

#: Characters of a reference at most (BT-122, BR-FR-CPRO-30), and of an issuer's identifier (80: a private person's, BR-FR-CPRO-03).
REFERENCE_MAX = 50
IDENTIFIANT_MAX = 80
_MIME = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,63}/[A-Za-z0-9!#$&^_.+-]{1,127}").fullmatch


@dataclass(frozen=True, slots=True)
class Fournisseur:
    """An issuing structure. :ivar type_identifiant: Chorus Pro's 1 to 7 (1 SIRET): two types may hold the same characters."""

    identifiant: str
    type_identifiant: int = 1


@dataclass(frozen=True, slots=True)
class PieceDeclaree:
    """One declared attachment.

    :ivar reference: BT-122, exact. :ivar nom: file name. :ivar taille: bytes. :ivar cle: key of its bytes in the staging store.
    """

    fournisseur_type: int
    fournisseur_id: str
    reference: str
    nom: str
    mime: str
    taille: int
    sha256: str
    cle: str
    ajoutee_le: datetime


def ajouter_piece(  # noqa: PLR0913 - the facts of one attachment, and where they go
    engine: Engine,
    entrepot: Entrepot,
    fournisseur: Fournisseur,
    reference: str,
    nom: str,
    mime: str,
    contenu: Iterable[bytes],
    *,
    le: datetime,
    limites: Limites,
    remplacer: bool = False,
) -> PieceDeclaree:
    """Keep an attachment and declare it. The same again changes nothing; what is refused leaves nothing in the staging store.

    :param contenu: its bytes, in pieces, read once. :param le: now, aware. :param remplacer: take the place of the one there is.
    :raises ErreurUsage: a term is malformed or too long, the content is empty or too large, or the reference is taken by other bytes.
    :raises ErreurTransport: the staging store refused. :raises ErreurRegistre: the ledger did not answer.
    """
    _verifier(fournisseur, reference, nom, mime, limites)
    octets = b"".join(_bornes(contenu, limites.piece_jointe))  # in memory: no more than an attachment may have
    sera = empreinte([octets])
    ligne = PieceDeclaree(
        fournisseur.type_identifiant, fournisseur.identifiant, reference, nom, mime, sera.taille, sera.sha256, sera.cle, le
    )
    with transaction(engine, "ajouter_piece") as conn:
        tenir_l_empreinte(conn, sera.sha256)  # no purge takes the bytes between their deposit and the commit
        trouvee = _declarer(conn, ligne)
        if (trouvee.sha256, trouvee.nom, trouvee.mime) != (sera.sha256, nom, mime):
            if not remplacer:
                raise ErreurUsage(
                    f"la référence {reference} désigne déjà une autre pièce de {fournisseur.identifiant} ; ajoutez --remplacer / "
                    f"the reference already names another attachment of that issuer; add --remplacer",
                    reference=reference,
                )
            _noter_retiree(conn, trouvee.sha256)
            trouvee = _remplacer(conn, ligne)
        conn.execute(delete(t.pieces_retirees).where(t.pieces_retirees.c.sha256 == sera.sha256))
        entrepot.deposer([octets])
    return trouvee


def _declarer(conn: Connection, ligne: PieceDeclaree) -> PieceDeclaree:
    """Write a declaration unless its reference has one; return the one that then is there, held until the transaction ends."""
    cle = ("fournisseur_type", "fournisseur_id", "reference")
    requete = insert(t.pieces_declarees).values(_valeurs(ligne))
    tenue = requete.on_conflict_do_update(index_elements=cle, set_={"reference": requete.excluded.reference})  # the same: it holds the row
    return PieceDeclaree(**conn.execute(tenue.returning(t.pieces_declarees)).mappings().one())


def _remplacer(conn: Connection, ligne: PieceDeclaree) -> PieceDeclaree:
    celle = _celle(Fournisseur(ligne.fournisseur_id, ligne.fournisseur_type), ligne.reference)
    conn.execute(update(t.pieces_declarees).where(celle).values(_valeurs(ligne)))
    return ligne


def _valeurs(ligne: PieceDeclaree) -> dict[str, object]:
    return {champ: getattr(ligne, champ) for champ in PieceDeclaree.__dataclass_fields__}


def _noter_retiree(conn: Connection, sha256: str) -> None:
    """Note that a declaration named these bytes: they stay in the store until the upkeep puts aside what no row names."""
    conn.execute(insert(t.pieces_retirees).values(sha256=sha256).on_conflict_do_nothing())


def est_retiree(source: Source, sha256: str) -> bool:
    """Return whether a declaration, withdrawn or replaced since, named these bytes. Raises ErreurRegistre."""
    with lecture(source, "piece_retiree") as conn:
        requete = select(t.pieces_retirees.c.sha256).where(t.pieces_retirees.c.sha256 == sha256)
        return conn.execute(requete).scalar_one_or_none() is not None


def _verifier(fournisseur: Fournisseur, reference: str, nom: str, mime: str, limites: Limites) -> None:
    for quoi, valeur, maximum in (
        ("fournisseur", fournisseur.identifiant, IDENTIFIANT_MAX),
        ("reference", reference, REFERENCE_MAX),
        ("nom", nom, limites.nom_piece_jointe),
    ):
        if not 1 <= len(valeur) <= maximum or valeur != valeur.strip() or not tenable(valeur):
            raise ErreurUsage(f"{quoi} : de 1 à {maximum} caractères, sans blanc au bord / 1 to {maximum} characters", **{quoi: valeur})
    if not 1 <= fournisseur.type_identifiant <= 7:
        raise ErreurUsage("le type d'identifiant va de 1 à 7 / the identifier type is 1 to 7", type=fournisseur.type_identifiant)
    if not _MIME(mime):
        raise ErreurUsage(f"{mime!r} n'est pas un type MIME ; ajoutez --mime / is no MIME type; add --mime", mime=mime)


def _bornes(contenu: Iterable[bytes], maximum: int) -> Iterable[bytes]:
    """Pass the pieces on; stop what is empty or exceeds ``maximum`` bytes before it is kept."""
    taille = 0
    for morceau in contenu:
        taille += len(morceau)
        if taille > maximum:
            raise ErreurUsage(f"la pièce dépasse {maximum} octets / the attachment exceeds {maximum} bytes", limite=maximum)
        yield morceau
    if not taille:
        raise ErreurUsage("la pièce est vide / the attachment is empty", taille=0)


def piece_declaree(source: Source, fournisseur: Fournisseur, reference: str) -> PieceDeclaree | None:
    """Return the attachment that this issuer declared under ``reference``, or ``None``. Raises ErreurRegistre."""
    with lecture(source, "piece_declaree") as conn:
        row = conn.execute(select(t.pieces_declarees).where(_celle(fournisseur, reference))).mappings().one_or_none()
    return None if row is None else PieceDeclaree(**row)


def pieces_declarees(source: Source, fournisseur: Fournisseur) -> list[PieceDeclaree]:
    """Return the attachments of one issuer, by reference. Raises ErreurRegistre."""
    requete = select(t.pieces_declarees).where(_du(fournisseur)).order_by(t.pieces_declarees.c.reference)
    with lecture(source, "pieces_declarees") as conn:
        return [PieceDeclaree(**row) for row in conn.execute(requete).mappings()]


def retirer_piece(engine: Engine, fournisseur: Fournisseur, reference: str) -> bool:
    """Withdraw a declaration; its bytes stay in the store, invoices may have joined them. False when there was none."""
    with transaction(engine, "retirer_piece") as conn:
        requete = delete(t.pieces_declarees).where(_celle(fournisseur, reference)).returning(t.pieces_declarees.c.sha256)
        retiree = conn.execute(requete).scalar_one_or_none()
        if retiree is not None:
            _noter_retiree(conn, retiree)
    return retiree is not None


def _du(fournisseur: Fournisseur) -> ColumnElement[bool]:
    if not tenable(fournisseur.identifiant):
        return false()
    c = t.pieces_declarees.c
    return and_(c.fournisseur_type == fournisseur.type_identifiant, c.fournisseur_id == fournisseur.identifiant)


def _celle(fournisseur: Fournisseur, reference: str) -> ColumnElement[bool]:
    return and_(_du(fournisseur), t.pieces_declarees.c.reference == reference) if tenable(reference) else false()
