"""Attachments: names, types, sizes, contents. Names are those of Chorus Pro's rules in both eras; lengths are in characters."""

from __future__ import annotations

from collections.abc import Sequence

from flux.modele.facture import Facture, PieceJointe
from flux.parsers.pieces import CONTENUS, ZIP, ouvrir_pieces
from flux.parsers.valeurs import octets_base64
from flux.referentiel.interfaces import Ere
from flux.referentiel.types_pieces import EXTENSIONS, EXTENSIONS_ZIP
from flux.regles.gestion.regle import CLASSIQUE, FEV_2026, PJ, REFORME, TOUTES, XP, Constat, ContexteRegles, Regle


def _nom(piece: PieceJointe, c: ContexteRegles) -> tuple[str, str | None]:
    """Return the term that names an attachment, and its name: classic formats write it as the reference (AIFE's samples)."""
    if c.interface.ere is Ere.CLASSIQUE and piece.nom in (None, piece.reference):
        return "BT-122", piece.reference
    return "BT-125-2", piece.nom


def extension(nom: str) -> str:
    """Return the extension of a file name in small letters, empty when it has none."""
    return nom.rpartition(".")[2].lower() if "." in nom else ""


def _nom_long(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    found = []
    for rang, piece in enumerate(f.pieces_jointes):
        terme, nom = _nom(piece, c)
        if nom is not None and piece.contenu is not None and len(nom) > c.limites.nom_piece_jointe:
            found.append(Constat(terme, nom, c.limites.nom_piece_jointe, rang, faits={"length": len(nom)}))
    return found


def _nom_absent(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    found = []
    for rang, piece in enumerate(f.pieces_jointes):
        terme, nom = _nom(piece, c)
        if nom is None and piece.contenu is not None:
            found.append(Constat(terme, rang=rang, absent=True))
    return found


def _type(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    found = []
    for rang, piece in enumerate(f.pieces_jointes):
        terme, nom = _nom(piece, c)
        if nom is not None and piece.contenu is not None and extension(nom) not in EXTENSIONS:
            found.append(Constat(terme, nom, ", ".join(sorted(EXTENSIONS)), rang))
    return found


def _contenu(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """PJ-04 and PJ-05: content that is there and gives no bytes."""
    if all(piece.contenu is not None for piece in f.pieces_jointes):
        return ()
    found = []
    for node in c.root.iter(*CONTENUS):
        text = (node.text or "").strip()
        if not text:
            found.append(Constat("BT-125", noeud=node, regle="PJ-04"))
        elif octets_base64(text) is None:
            found.append(Constat("BT-125", text[:40], noeud=node, regle="PJ-05"))
    return found


def _taille(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    limite = c.limites.piece_jointe
    return [
        Constat("BT-125", len(piece.contenu), limite, rang, faits={"nom": _nom(piece, c)[1] or f"n° {rang + 1}"})
        for rang, piece in enumerate(f.pieces_jointes)
        if piece.contenu is not None and len(piece.contenu) >= limite
    ]


def _taille_totale(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    if not f.pieces_jointes:
        return ()
    total = sum(len(piece.contenu) for piece in f.pieces_jointes if piece.contenu is not None)
    return () if total <= c.limites.taille_fichier else (Constat("BG-24", total, c.limites.taille_fichier, absent=True),)


def _paquet(f: Facture, c: ContexteRegles) -> Sequence[Constat]:
    """A packed attachment is a ZIP of one file of the same name; many senders do otherwise, so this only informs."""
    zips = [(rang, piece, *_nom(piece, c)) for rang, piece in enumerate(f.pieces_jointes) if (piece.contenu or b"").startswith(ZIP)]
    zips = [one for one in zips if one[3] is not None and extension(one[3]) not in EXTENSIONS_ZIP]
    found = []
    for (rang, _piece, terme, nom), ouverte in zip(zips, ouvrir_pieces((one[1] for one in zips), c.limites), strict=True):
        inside = ouverte.nom if ouverte.refus is None else ouverte.refus
        if inside != nom:
            found.append(Constat(terme, inside, nom, rang))
    return found


_NOMS = ("BT-122", "BT-125-2")

REGLES = (
    Regle("PJ-01", "", CLASSIQUE, _NOMS, PJ, _nom_long),
    Regle("CPRO-41", "BR-FR-CPRO-41", REFORME, _NOMS, XP, _nom_long, depuis=FEV_2026),
    Regle("PJ-02", "", TOUTES, _NOMS, PJ, _type),
    Regle("PJ-03", "", TOUTES, _NOMS, PJ, _nom_absent),
    Regle("PJ-04", "", TOUTES, ("BT-125",), PJ, _contenu),
    Regle("PJ-05", "", TOUTES, ("BT-125",), "W3C XML Schema Part 2 §3.2.16 (base64Binary)", None),
    Regle("PJ-06", "", TOUTES, ("BT-125",), PJ, _taille),
    Regle("PJ-07", "", TOUTES, ("BG-24",), PJ, _taille_totale),
    Regle("PJ-08", "", TOUTES, _NOMS, "AIFE's samples; Pastell changelog V2.0.7 on names that differ", _paquet),
)  # fmt: skip
