"""What an attachment holds once opened, and the visual of the mixed flows (E2): the invoice's own PDF.

Attachments travel as base64 of a zip of one file (annex EDI, seen in every published sample). Published files have an inner name that is
not the one declared, and some attach the file bare: both are read. Nothing is opened beyond the limit, nothing is trusted in a header.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from lxml.etree import _Element

from flux.archive import Nature, nature
from flux.limites import Limites
from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.facture import Facture, PieceJointe
from flux.parsers.valeurs import octets_base64
from flux.referentiel.espaces_de_noms import RAM, UBL_CBC
from flux.xsd.reperes import chemin_xpath, lignes_colonnes, rangs

#: First bytes of a zip, of a file in it, and of its central directory.
ZIP, _CENTRE = b"PK\x03\x04", b"PK\x01\x02"
#: Header of a file in a zip: flags, method, compressed size, lengths of the name and of the extra field.
_ENTETE = struct.Struct("<6xHH8xI4xHH")
_CHIFFRE, _TAILLES_APRES, _UTF8 = 0x0001, 0x0008, 0x0800
_STOCKE, _DEFLATE = 0, 8


class Refus(StrEnum):
    """Why an attachment could not be opened; the words are shown as they are, in both languages."""

    TAILLE = "trop gros / too large"
    ABIME = "zip abîmé / damaged"
    CHIFFRE = "zip chiffré / encrypted"
    METHODE = "compression inconnue / unknown"
    PLUSIEURS = "zip de plusieurs fichiers / of several files"


@dataclass(frozen=True, slots=True)
class PieceOuverte:
    """An attachment opened.

    :ivar nom: name inside the zip, ``None`` for a bare file. :ivar contenu: the file's bytes, ``None`` when ``refus`` says why not.
    """

    nom: str | None
    contenu: bytes | None
    refus: Refus | None = None


class _RefusError(Exception):
    """An attachment cannot be opened: a signal inside this module."""

    def __init__(self, refus: Refus) -> None:
        super().__init__(refus)
        self.refus = refus


def ouvrir_piece(contenu: bytes, limite: int) -> PieceOuverte:
    """Open an attachment: the one file of a zip, or the bytes themselves when they are no zip.

    :param limite: bytes admitted, opened. At most one more than that is ever made.
    """
    if not contenu.startswith(ZIP):
        return PieceOuverte(None, contenu) if len(contenu) <= limite else PieceOuverte(None, None, Refus.TAILLE)
    try:
        drapeaux, methode, comprimee, long_nom, long_extra = _ENTETE.unpack_from(contenu)
    except struct.error:
        return PieceOuverte(None, None, Refus.ABIME)
    debut = _ENTETE.size + long_nom
    nom = contenu[_ENTETE.size : debut].decode("utf-8" if drapeaux & _UTF8 else "cp437", "replace")
    try:
        return PieceOuverte(nom, _decomprimer(contenu[debut + long_extra :], drapeaux, methode, comprimee, limite))
    except _RefusError as error:
        return PieceOuverte(nom, None, error.refus)


def ouvrir_pieces(pieces: Iterable[PieceJointe], limites: Limites) -> Iterator[PieceOuverte]:
    """Open the attachments of one invoice in turn; those without content are not for here.

    :return: one answer for each; all together make at most ``limites.taille_fichier`` bytes, and what comes after is not opened
        (:data:`Refus.TAILLE`): a thousand small zips may not become a thousand large files.
    """
    reste = limites.taille_fichier
    for piece in pieces:
        limite = min(limites.piece_jointe, reste)
        ouverte = ouvrir_piece(piece.contenu or b"", limite)
        reste -= len(ouverte.contenu) if ouverte.contenu is not None else limite if ouverte.refus is Refus.TAILLE else 0
        yield ouverte


def _decomprimer(data: bytes, drapeaux: int, methode: int, comprimee: int, limite: int) -> bytes:
    """Return the bytes of the first file of a zip, whose data begin ``data``, when it is the only one.

    :raises _RefusError: when it is not, or cannot be read.
    """
    if drapeaux & _CHIFFRE:
        raise _RefusError(Refus.CHIFFRE)
    if methode == _STOCKE and not drapeaux & _TAILLES_APRES:
        octets, suite = data[:comprimee], data[comprimee:]
    elif methode == _DEFLATE:
        flux = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            octets = flux.decompress(data, limite + 1)
        except zlib.error as error:
            raise _RefusError(Refus.ABIME) from error
        suite = flux.unused_data
    else:
        raise _RefusError(Refus.METHODE)
    if len(octets) > limite:
        raise _RefusError(Refus.TAILLE)
    entre, centre, _ = suite.partition(_CENTRE)
    if ZIP in entre:
        raise _RefusError(Refus.PLUSIEURS)
    if not centre:
        raise _RefusError(Refus.ABIME)
    return octets


#: Elements that hold the content of an attachment, in each syntax.
CONTENUS = (f"{{{UBL_CBC}}}EmbeddedDocumentBinaryObject", f"{{{RAM}}}AttachmentBinaryObject", "Contenu")


def verifier_visuel(root: _Element, facture: Facture | None, data: bytes, limites: Limites) -> tuple[Anomalie, ...]:
    """Ask a mixed flow (E2) for the invoice's own PDF among its attachments: VIS-01 none, VIS-02 not opened, VIS-03 no PDF.

    The visual is the attachment of type 01; where the format gives no type, the first that is a PDF.
    """
    if facture is None:
        return ()
    jointes = [one for one in facture.pieces_jointes if one.contenu is not None]
    retenues = [one for one in jointes if one.type_piece == "01"] or [one for one in jointes if one.type_piece is None]
    faulty: tuple[PieceJointe, str, str] | None = None
    for piece, ouverte in zip(retenues, ouvrir_pieces(retenues, limites), strict=True):
        if ouverte.contenu is None:
            faulty = faulty or (piece, "VIS-02", ouverte.refus or "")
        elif (kind := nature(ouverte.contenu[:1024])) is Nature.PDF:
            return ()
        else:
            faulty = faulty or (piece, "VIS-03", kind)
    if faulty is None:
        return (anomalie("VIS-01", path="/*"),)
    piece, rule, why = faulty
    node = _contenu_de(root, next(rang for rang, one in enumerate(jointes) if one is piece))
    line, column = next(iter(lignes_colonnes(data, rangs(root, (node,)).values()).values()), (None, None))
    return (anomalie(rule, path=chemin_xpath(node), line=line, column=column, found=why, name=piece.nom or piece.reference or "?"),)


def _contenu_de(root: _Element, rang: int) -> _Element:
    """Return the element that holds the content of the attachment of that rank among those that have one."""
    nodes = [node for node in root.iter(*CONTENUS) if octets_base64(node.text) is not None]
    return nodes[rang] if rang < len(nodes) else root
