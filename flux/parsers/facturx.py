"""A Factur-X PDF → its XML, and what its container has wrong. Only the objects that lead to the XML are read, each within limits."""

from __future__ import annotations

import base64
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream, String

from flux.limites import MIO, Limites
from flux.modele.anomalie import Anomalie, anomalie
from flux.parsers.xmp import ABSENT, lire_xmp
from flux.referentiel.facturx import MIME_XML, NIVEAU_DU_PROFIL, NOM_XML, RELATIONS_DU_XMP

#: Nodes of the name tree of attachments, and attachments, that are looked at (house): a tree may loop or never end.
NOEUDS_MAX = 100
PIECES_MAX = 1000

#: Opened bytes of one stream of qpdf's own (cross-references, object streams), and elements of one array. qpdf has these limits for
#: the whole process: they are set here once, before any thread opens a PDF. The attachment is opened by this module, within ``limites``.
_FLUX_INTERNE = 16 * MIO
_TABLEAU = 100_000

pikepdf.settings.set_qpdf_limits(
    flate_max_memory=_FLUX_INTERNE,
    run_length_max_memory=_FLUX_INTERNE,
    png_max_memory=_FLUX_INTERNE,
    tiff_max_memory=_FLUX_INTERNE,
    parser_max_container_size=_TABLEAU,
)


#: Bytes of a stream in ASCII base 85 (house): Python decodes it in 80 times its size of memory, and no maker of attachments uses it.
_ASCII_85_MAX = MIO

#: pikepdf names the file after the object it is read from; the answer to one file must not vary.
_ADRESSE_MEMOIRE = re.compile(r"(?:stream )?<[^>]* object at 0x[0-9a-f]+>:? ?")


class _FluxIllisibleError(Exception):
    """A stream cannot be opened within limits: a signal inside this module."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """One attachment: its names (in the tree, ``/UF``, ``/F``), its AFRelationship, its stream, whether ``/AF`` lists it."""

    noms: frozenset[str]
    relation: str
    flux: Object
    associee: bool


def ouvrir_pdf(data: bytes, limites: Limites) -> tuple[bytes | None, tuple[Anomalie, ...], str | None]:
    """Open a Factur-X PDF.

    :param limites: ``taille_fichier`` bounds the opened XML, ``objets_pdf`` the objects.
    :returns: the XML or ``None``, the anomalies of the container, and the level that the XMP announces or ``None``.
    """
    try:
        # No recovery: it is slow on hostile files, and a PDF that needs it is no PDF/A.
        with Pdf.open(io.BytesIO(data), attempt_recovery=False, inherit_page_attributes=False) as pdf:
            if pdf.is_encrypted:
                return None, (anomalie("PDF-02"),), None
            if int(pdf.trailer.get("/Size", 0)) > limites.objets_pdf:
                return None, (anomalie("PDF-01", found=f"/Size > {limites.objets_pdf}"),), None
            return _lire(pdf, limites)
    except pikepdf.PasswordError:
        return None, (anomalie("PDF-02"),), None
    except _FluxIllisibleError as error:
        return None, (anomalie("PDF-01", found=str(error)),), None
    except (pikepdf.PikepdfError, RuntimeError, ValueError, TypeError) as error:
        # pikepdf answers an object of another type than wanted with any of these
        return None, (anomalie("PDF-01", found=_ADRESSE_MEMOIRE.sub("", str(error))),), None


def verifier_niveau(xmp_level: str | None, profil: str | None) -> tuple[Anomalie, ...]:
    """Check that the XML's profile (BT-24) is a Factur-X level (PDF-10), and the one that the XMP announces (PDF-09).

    :param xmp_level: as :func:`ouvrir_pdf` returns it; ``None`` has been said already.
    """
    row = NIVEAU_DU_PROFIL.get(profil) if profil is not None else None
    if row is None:
        return (anomalie("PDF-10", found=profil or ABSENT, expected=", ".join(NIVEAU_DU_PROFIL)),)
    if xmp_level is not None and xmp_level != row.xmp:
        return (anomalie("PDF-09", found=xmp_level, expected=row.xmp),)
    return ()


def _lire(pdf: Pdf, limites: Limites) -> tuple[bytes | None, tuple[Anomalie, ...], str | None]:
    level, anomalies = _xmp(pdf, limites)
    pieces = _pieces(pdf)
    noms = sorted({nom for piece in pieces for nom in piece.noms})
    trouvees = [piece for piece in pieces if NOM_XML in piece.noms]
    if not trouvees:
        return None, (*anomalies, anomalie("PDF-03", found=", ".join(noms) or ABSENT)), level
    if len(trouvees) > 1:
        return None, (*anomalies, anomalie("PDF-04", found=len(trouvees))), level
    piece = trouvees[0]
    return _octets(piece.flux, limites.taille_fichier), (*anomalies, *_verifier_piece(piece, level)), level


def _verifier_piece(piece: _Piece, level: str | None) -> Iterator[Anomalie]:
    """Check how factur-x.xml is tied to the PDF: PDF-06, PDF-07, PDF-11."""
    admises = _RELATIONS_TOUTES if level is None else RELATIONS_DU_XMP[level]
    if piece.relation not in admises:
        yield anomalie("PDF-06", found=piece.relation, expected=", ".join(sorted(admises)))
    mime = _nom(piece.flux.get("/Subtype"))
    if mime != MIME_XML:
        yield anomalie("PDF-07", found=mime, expected=MIME_XML)
    if not piece.associee:
        yield anomalie("PDF-11")


def _xmp(pdf: Pdf, limites: Limites) -> tuple[str | None, tuple[Anomalie, ...]]:
    metadata = pdf.Root.get("/Metadata")
    if not isinstance(metadata, Stream):
        return None, (anomalie("PDF-12", found=ABSENT),)
    try:
        return lire_xmp(_octets(metadata, _FLUX_INTERNE), limites)
    except _FluxIllisibleError as error:
        return None, (anomalie("PDF-12", found=str(error)),)


def _pieces(pdf: Pdf) -> list[_Piece]:
    """Return the attachments, each once: one that stands in the name tree and in ``/AF`` is the same by its stream."""
    names = pdf.Root.get("/Names")
    arbre = names.get("/EmbeddedFiles") if isinstance(names, Dictionary) else None
    found: dict[tuple[int, int], _Piece] = {}
    for nom, fiche in _arbre(arbre):
        _ajouter(found, nom, fiche, associee=False)
    af = pdf.Root.get("/AF")
    if isinstance(af, Array):
        for index in range(min(len(af), PIECES_MAX)):
            _ajouter(found, None, af[index], associee=True)
    return list(found.values())


def _arbre(racine: object) -> Iterator[tuple[str | None, object]]:
    """Walk a name tree: at most :data:`NOEUDS_MAX` nodes and :data:`PIECES_MAX` leaves, whatever loops there are."""
    nodes, vus, pieces = [racine], 0, 0
    while nodes and vus < NOEUDS_MAX:
        node = nodes.pop()
        vus += 1
        if not isinstance(node, Dictionary):
            continue
        kids, names = node.get("/Kids"), node.get("/Names")
        if isinstance(kids, Array):
            nodes.extend(kids[index] for index in range(min(len(kids), NOEUDS_MAX)))
        if isinstance(names, Array):
            for index in range(0, min(len(names) - 1, 2 * (PIECES_MAX - pieces)), 2):
                pieces += 1
                yield _chaine(names[index]), names[index + 1]


def _ajouter(found: dict[tuple[int, int], _Piece], nom: str | None, fiche: object, *, associee: bool) -> None:
    """Add the attachment that the file specification ``fiche`` describes, or complete the one already found."""
    ef = fiche.get("/EF") if isinstance(fiche, Dictionary) else None
    if not isinstance(fiche, Dictionary) or not isinstance(ef, Dictionary):
        return
    flux = ef.get("/F", ef.get("/UF"))
    if not isinstance(flux, Stream):
        return
    noms = frozenset(one for one in (nom, _chaine(fiche.get("/UF")), _chaine(fiche.get("/F"))) if one)
    known = found.get(flux.objgen)
    if known is None:
        found[flux.objgen] = _Piece(noms, _nom(fiche.get("/AFRelationship")), flux, associee)
    else:
        found[flux.objgen] = replace(known, noms=known.noms | noms, associee=known.associee or associee)


def _chaine(value: object) -> str | None:
    return str(value) if isinstance(value, str | String) else None


def _nom(value: object) -> str:
    return str(value).removeprefix("/") if isinstance(value, Name) else ABSENT


def _octets(flux: Object, limite: int) -> bytes:
    """Open a stream within ``limite`` bytes. Not by qpdf, whose limit is one for the whole process, unless a predictor asks for it.

    :raises _FluxIllisibleError: beyond the limit, on damaged data, or on a filter that no maker of attachments uses.
    """
    noms = _liste(flux.get("/Filter"), Name)
    if len(noms) > _FILTRES_MAX:
        raise _FluxIllisibleError(f"/Filter: {len(noms)} > {_FILTRES_MAX}")
    parametres = _liste(flux.get("/DecodeParms"), Dictionary)
    if any(isinstance(one, Dictionary) and one.get("/Predictor", 1) != 1 for one in parametres):
        return _octets_predits(flux, limite)
    data = flux.read_raw_bytes()
    for nom in noms:
        ouvrir = _FILTRES.get(_nom(nom))
        if ouvrir is None:
            raise _FluxIllisibleError(f"/Filter {_nom(nom)}")
        try:
            data = ouvrir(data, limite + 1)
        except (ValueError, zlib.error) as error:
            raise _FluxIllisibleError(f"/Filter {_nom(nom)}: {error}") from error
        if len(data) > limite:
            raise _FluxIllisibleError(f"> {limite}")
    return data


def _liste(value: object, classe: type[Object]) -> list[Object]:
    """Return the object of a class, or what an array holds: a stream has one filter with its parameters, or several."""
    if isinstance(value, Array):
        return [value[index] for index in range(len(value))]
    return [value] if isinstance(value, classe) else []


def _octets_predits(flux: Object, limite: int) -> bytes:
    """Open a stream whose bytes were written as differences (ISO 32000-1 §7.4.4.4): qpdf adds them up, within :data:`_FLUX_INTERNE`."""
    try:
        data = flux.read_bytes()
    except (pikepdf.PikepdfError, RuntimeError) as error:
        raise _FluxIllisibleError(f"/DecodeParms /Predictor: {_ADRESSE_MEMOIRE.sub('', str(error))}") from error
    if len(data) > limite:
        raise _FluxIllisibleError(f"> {limite}")
    return data


def _inflate(data: bytes, limite: int) -> bytes:
    return zlib.decompressobj().decompress(data, limite)


def _ascii_hex(data: bytes, limite: int) -> bytes:
    text = b"".join(data.partition(b">")[0].split())
    return bytes.fromhex((text + b"0" * (len(text) % 2)).decode("ascii"))[:limite]


def _ascii_85(data: bytes, limite: int) -> bytes:
    if len(data) > _ASCII_85_MAX:
        raise _FluxIllisibleError(f"/Filter ASCII85Decode > {_ASCII_85_MAX}")
    return base64.a85decode(data.partition(b"~>")[0])[:limite]


#: Filter → opener of at most so many bytes.
_FILTRES: dict[str, Callable[[bytes, int], bytes]] = {"FlateDecode": _inflate, "ASCIIHexDecode": _ascii_hex, "ASCII85Decode": _ascii_85}
_FILTRES_MAX = 4
_RELATIONS_TOUTES = frozenset().union(*RELATIONS_DU_XMP.values())
