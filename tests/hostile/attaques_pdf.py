"""Attacks on Factur-X files: objects that loop, bombs in streams, attachments that pretend."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String

from tests.hostile.modele import ACCEPTE, FACTURX, Attaque, exemple

_MIO = 1 << 20
Geste = Callable[[pikepdf.Pdf], None]


def retouche(geste: Geste, **save: object) -> bytes:
    """The good Factur-X file after a change."""
    sortie = io.BytesIO()
    with pikepdf.open(io.BytesIO(exemple(FACTURX))) as pdf:
        geste(pdf)
        pdf.save(sortie, **{"deterministic_id": True, "fix_metadata_version": False} | save)
    return sortie.getvalue()


def _fiche(pdf: pikepdf.Pdf) -> Dictionary:
    return pdf.Root.AF[0]


def _pdf(*objets: bytes, racine: bytes = b"1 0 R", suite: bytes = b"", table: bytes | None = None) -> bytes:
    """A PDF written by hand, with its cross-reference table."""
    sortie = bytearray(b"%PDF-1.7\n")
    places = []
    for rang, objet in enumerate(objets, 1):
        places.append(len(sortie))
        sortie += b"%d 0 obj\n%s\nendobj\n" % (rang, objet)
    debut = len(sortie)
    lignes = b"".join(b"%010d 00000 n \n" % place for place in places)
    sortie += table or b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objets) + 1, lignes)
    sortie += b"trailer\n<< /Size %d /Root %s %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objets) + 1, racine, suite, debut)
    return bytes(sortie)


def _flux(donnees: bytes, entrees: bytes = b"") -> bytes:
    return b"<< /Length %d %s>>\nstream\n%s\nendstream" % (len(donnees), entrees, donnees)


def _bombe(taille: int, fois: int = 1) -> bytes:
    data = bytes(taille)
    for _ in range(fois):
        data = zlib.compress(data, 9)
    return data


def _embarque(donnees: bytes, filtres: object) -> bytes:
    def geste(pdf: pikepdf.Pdf) -> None:
        flux = Stream(pdf, donnees)
        flux.Filter, flux.Subtype = filtres, Name("/text/xml")
        _fiche(pdf).EF = Dictionary(F=pdf.make_indirect(flux))

    return retouche(geste, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)


def _jumelle(pdf: pikepdf.Pdf) -> None:
    autre = Dictionary(_fiche(pdf))
    autre.EF = Dictionary(F=pdf.make_stream(b"<a/>"))
    pdf.Root.Names.EmbeddedFiles.Names.extend([String("factur-x.xml"), pdf.make_indirect(autre)])


def _arbre_en_boucle(pdf: pikepdf.Pdf) -> None:
    noeud = pdf.make_indirect(Dictionary())
    noeud.Kids = Array([noeud, noeud, pdf.Root.Names.EmbeddedFiles])
    pdf.Root.Names.EmbeddedFiles = noeud


def _arbre_touffu(pdf: pikepdf.Pdf) -> None:
    noeud = pdf.Root.Names.EmbeddedFiles
    for _ in range(30):
        noeud = pdf.make_indirect(Dictionary(Kids=Array([noeud] * 30)))
    pdf.Root.Names.EmbeddedFiles = noeud


def _pieces_en_masse(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AF = Array([pdf.make_indirect(Dictionary(EF=Dictionary(F=pdf.make_stream(b"x")), UF=String(f"{n}"))) for n in range(3_000)])


def _actions(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = Dictionary(S=Name.JavaScript, JS=String("app.launchURL('http://127.0.0.1:9/')"))
    pdf.Root.AA = Dictionary(WC=Dictionary(S=Name.Launch, F=String("/bin/sh")))
    pdf.Root.Names.JavaScript = Dictionary(Names=Array([String("x"), Dictionary(S=Name.JavaScript, JS=String("while(1);"))]))


def _externe(pdf: pikepdf.Pdf) -> None:
    flux = _fiche(pdf).EF.F
    flux["/F"] = String("/etc/passwd")  # an external stream, by ISO 32000 7.3.8: its bytes would be a file's
    flux["/FFilter"] = Name.FlateDecode


def _xmp(data: bytes) -> Geste:
    def geste(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Metadata = pdf.make_stream(data, Type=Name.Metadata, Subtype=Name.XML)

    return geste


def _xml(data: bytes) -> bytes:
    return retouche(lambda pdf: _fiche(pdf).EF.F.write(data))


def _flux_d_objets() -> bytes:
    def geste(pdf: pikepdf.Pdf) -> None:
        pdf.Root.Gros = Array([pdf.make_indirect(String(b"x" * 400_000)) for _ in range(80)])

    return retouche(geste, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _tableaux_comprimes() -> bytes:
    """150 arrays of 90,000 numbers, each a few hundred bytes in a stream of objects, all on the way to the attachments."""

    def geste(pdf: pikepdf.Pdf) -> None:
        gros = [pdf.make_indirect(Array([0] * 90_000)) for _ in range(150)]
        pdf.Root.AF = Array([*gros, *pdf.Root.AF])

    return retouche(geste, object_stream_mode=pikepdf.ObjectStreamMode.generate)


def _objets_en_masse() -> bytes:
    return _pdf(b"<< /Type /Catalog >>", *(b"null" for _ in range(100_000)), suite=b"/Faux 600000 ").replace(
        b"/Size 100002", b"/Size 999999999"
    )


def _xref_immense() -> bytes:
    return _pdf(b"<< /Type /Catalog >>", table=b"xref\n0 999999999\n" + b"0000000000 65535 f \n" * 1_000)


def _prev_en_boucle() -> bytes:
    data = _pdf(b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>", suite=b"/Prev 0000000000 ")
    return data.replace(b"/Prev 0000000000", b"/Prev %010d" % int(re.search(rb"startxref\n(\d+)", data)[1]))


_FLATE = Name.FlateDecode
PDF: tuple[Attaque, ...] = tuple(
    Attaque(nom, fabrique, attendu, FACTURX)
    for nom, fabrique, attendu in (
        ("pdf-pages-en-boucle", lambda: _pdf(b"<< /Type /Catalog /Pages 2 0 R /AF [] >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"), "PDF-03"),
        ("pdf-reference-a-soi", lambda: _pdf(b"<< /Type /Catalog /Names 2 0 R >>", b"2 0 R"), "PDF-01"),
        ("pdf-longueur-en-boucle", lambda: _pdf(b"<< /Type /Catalog /Metadata 2 0 R >>", b"<< /Length 2 0 R >>\nstream\nx\nendstream"), "PDF-01"),
        ("pdf-tableaux-emboites", lambda: _pdf(b"<< /Type /Catalog /AF " + b"[" * 200_000 + b"]" * 200_000 + b" >>"), "PDF-01"),
        ("pdf-dictionnaires-emboites", lambda: _pdf(b"<< /Type /Catalog /AF " + b"<< /A " * 100_000 + b"1" + b">>" * 100_000 + b" >>"), "PDF-01"),
        ("pdf-tableau-immense", lambda: _pdf(b"<< /Type /Catalog /AF [" + b"1 " * 600_000 + b"] >>"), "PDF-01"),
        ("pdf-tableau-de-15-mo", lambda: _pdf(b"<< /Type /Catalog /AF [" + b"1 " * 8_000_000 + b"] >>"), "PDF-01"),
        ("pdf-flux-d-objets-en-masse", _tableaux_comprimes, "PDF-01"),
        ("pdf-nom-immense", lambda: _pdf(b"<< /Type /Catalog /" + b"N" * 5_000_000 + b" 1 >>"), "PDF-01"),
        ("pdf-chaine-immense", lambda: _pdf(b"<< /Type /Catalog /X (" + b"(" * 2_000_000 + b")" * 2_000_000 + b") >>"), "PDF-01"),
        ("pdf-objets-en-masse", _objets_en_masse, "PDF-01"),
        ("pdf-xref-immense", _xref_immense, "PDF-01"),
        ("pdf-xref-en-boucle", _prev_en_boucle, "PDF-01"),
        ("pdf-startxref-ailleurs", lambda: _pdf(b"<< /Type /Catalog >>").replace(b"startxref\n", b"startxref\n99999999999999999999"), "PDF-01"),
        ("pdf-sans-fin", lambda: b"%PDF-1.7\n" + b"1 0 obj << " * 500_000, "PDF-01"),
        ("pdf-parentheses", lambda: b"%PDF-1.7\n" + b"(" * 5_000_000, "PDF-01"),
        ("pdf-chiffre-mot-de-passe", lambda: retouche(lambda _: None, encryption=pikepdf.Encryption(user="secret", owner="x", R=6), deterministic_id=False), "PDF-02"),
        ("pdf-chiffre-sans-mot-de-passe", lambda: retouche(lambda _: None, encryption=pikepdf.Encryption(user="", owner="x", R=6), deterministic_id=False), "PDF-02"),
        ("pdf-chiffre-inconnu", lambda: _pdf(b"<< /Type /Catalog >>", suite=b"/Encrypt << /Filter /Inconnu /V 99 >> /ID [(x) (x)] "), "PDF-01"),
        ("pdf-flux-d-objets", _flux_d_objets, "PDF-01"),
        ("pdf-bombe-flate", lambda: _embarque(_bombe(130 * _MIO), _FLATE), "PDF-01"),
        ("pdf-bombe-flate-double", lambda: _embarque(_bombe(130 * _MIO, 2), Array([_FLATE, _FLATE])), "PDF-01"),
        ("pdf-filtres-en-masse", lambda: _embarque(b"x", Array([_FLATE] * 100_000)), "PDF-01"),
        ("pdf-filtre-lzw", lambda: _embarque(b"x" * 1000, Name.LZWDecode), "PDF-01"),
        ("pdf-filtre-jbig2", lambda: _embarque(b"x", Name.JBIG2Decode), "PDF-01"),
        ("pdf-ascii85-de-z", lambda: _embarque(b"z" * 5_000_000 + b"~>", Name.ASCII85Decode), "PDF-01"),
        ("pdf-ascii85-hors-plage", lambda: _embarque(b"uuuuu" * 1000, Name.ASCII85Decode), "PDF-01"),
        ("pdf-asciihex-immense", lambda: _embarque(b"00" * 5_000_000 + b">", Name.ASCIIHexDecode), "XML-04"),
        ("pdf-deux-fois-le-meme-nom", lambda: retouche(_jumelle), "PDF-04"),
        ("pdf-arbre-en-boucle", lambda: retouche(_arbre_en_boucle), ACCEPTE),
        ("pdf-arbre-touffu", lambda: retouche(_arbre_touffu), ACCEPTE),
        ("pdf-pieces-en-masse", lambda: retouche(_pieces_en_masse), ACCEPTE),
        ("pdf-actions", lambda: retouche(_actions), ACCEPTE),
        ("pdf-flux-externe", lambda: retouche(_externe), ACCEPTE),
        ("pdf-xmp-doctype", lambda: retouche(_xmp(b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]><x>&e;</x>')), "PDF-12"),
        ("pdf-xmp-bombe", lambda: retouche(_xmp(bytes(20 * _MIO))), "PDF-12"),
        ("pdf-xmp-profond", lambda: retouche(_xmp(b"<a>" * 100_000)), "PDF-12"),
        ("pdf-xml-doctype", lambda: _xml(b"<!DOCTYPE x><x/>"), "XML-02"),
        ("pdf-xml-vide", lambda: _xml(b""), "XML-01"),
        ("pdf-xml-qui-est-un-pdf", lambda: _xml(exemple(FACTURX)), "XML-03"),
        ("pdf-dans-les-ordures", lambda: b"x" * 1000 + exemple(FACTURX), ACCEPTE),
        ("pdf-suivi-d-ordures", lambda: exemple(FACTURX) + b"\0" * 5_000_000, "PDF-01"),
        ("pdf-polyglotte-xml", lambda: b"<a>" + exemple(FACTURX) + b"</a>", "ARC-11"),
    )
)  # fmt: skip
