"""CII 16B of the classic interfaces → :class:`~flux.modele.facture.Facture`: where Chorus Pro writes terms otherwise than EN 16931.

From AIFE's commented sample FSO1116A_P02: a line's gross price is the unit price without VAT, its net price the one with VAT; an
attachment is named by its reference and its type stands in its name.
"""

from __future__ import annotations

from dataclasses import replace

from lxml.etree import _Element

from flux.modele.facture import Facture, Ligne, PieceJointe
from flux.parsers.assemblage import PIECES_CHORUS
from flux.parsers.cii import lire_cii


def lire_chorus_cii(root: _Element) -> Facture:
    """Map a CrossIndustryInvoice written by Chorus Pro's conventions, valid or not: what cannot be read is absent."""
    facture = lire_cii(root)
    return replace(
        facture,
        lignes=tuple(_prix(ligne) if ligne.prix_brut is not None else ligne for ligne in facture.lignes),
        pieces_jointes=tuple(_piece(piece) for piece in facture.pieces_jointes),
    )


def _prix(ligne: Ligne) -> Ligne:
    """Read the two prices as without and with VAT, unless a discount says that they are EN 16931's gross and net."""
    if ligne.prix_remise is not None:
        return ligne
    return replace(ligne, prix_net=ligne.prix_brut, prix_ttc=ligne.prix_net, prix_brut=None)


def _piece(piece: PieceJointe) -> PieceJointe:
    type_piece = piece.description if piece.description in PIECES_CHORUS else piece.type_piece
    return replace(piece, nom=piece.nom or piece.reference, type_piece=type_piece)
