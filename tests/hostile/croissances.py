"""Inputs that grow: for each parser what an attacker may repeat, as a function of how often."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from dataclasses import dataclass

from raccordement.certificats.lecture import lire_depot
from tests.fuzz.cibles import CIBLES
from tests.hostile.attaques_annuaire import _csv, _etablissement, _f14
from tests.hostile.attaques_archive import _ligne, _pax, entree, targz
from tests.hostile.attaques_certificats import _emboiter, _pkcs7
from tests.hostile.attaques_pdf import _pdf, retouche
from tests.hostile.attaques_pieces import _zip
from tests.hostile.modele import CII, CPP, MIXTE, UBL, exemple
from tests.unit.xsd.exemplaires import exemplaire


@dataclass(frozen=True)
class Croissance:
    """An input that grows, and what reads it.

    :ivar fabrique: the input of a size; sizes are counts of what is repeated. :ivar base: the least size that is tried.
    """

    nom: str
    lire: Callable[[bytes], object]
    fabrique: Callable[[int], bytes]
    base: int


def _bloc(balise: str, data: bytes, par: Callable[[bytes, int], bytes] = lambda bloc, _: bloc) -> Callable[[int], bytes]:
    """The document with its first such element as often as asked for; ``par`` gives the copy of a rank."""
    nom = balise.encode()
    motif = rb"<%b[ >].*?</%b>" % (nom, nom)
    trouve = re.search(motif, data, re.DOTALL)
    assert trouve, balise
    return lambda n: data.replace(trouve[0], b"\n".join(par(trouve[0], rang) for rang in range(n)), 1)


def _numero(bloc: bytes, rang: int) -> bytes:
    """A copy whose first figures after a tag are its rank: no two are alike."""
    return re.sub(rb"(?<=>)[A-Z]*\d+", b"%d" % rang, bloc, count=1)


def _texte(balise: str, data: bytes, motif: bytes = b"x") -> Callable[[int], bytes]:
    """The document with a text as long as asked for in its first such element."""
    avant = rb"(<%b(?: [^>]*)?>)[^<]*" % balise.encode()
    assert re.search(avant, data), balise
    return lambda n: re.sub(avant, lambda m: m[1] + motif * n, data, count=1)


def _avant_fin(morceau: bytes, data: bytes) -> Callable[[int], bytes]:
    """The document with something before its last end tag, as often as asked for."""
    place = data.rindex(b"</")
    return lambda n: data[:place] + morceau * n + data[place:]


def _piece(n: int) -> bytes:
    return re.sub(rb"(<cbc:EmbeddedDocumentBinaryObject[^>]*>)[^<]*", lambda m: m[1] + base64.b64encode(b"x" * n), exemple(MIXTE))


def _objets(n: int) -> bytes:
    return _pdf(
        b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [] /Count 0 >>", *(b"<< /A %d 0 R >>" % (one + 2) for one in range(n))
    )


def _fichiers(n: int) -> bytes:
    """A PDF that says that it holds its invoice as often as asked for."""

    def geste(pdf: object) -> None:
        pdf.Root.AF = pdf.make_indirect([pdf.Root.AF[0]] * n)

    return retouche(geste)


#: What stands beside the lines and is compared two by two by an official rule (payment means, VAT breakdowns) is bounded: OFF-05.
_DOCUMENTS = (
    (UBL, "lignes", _bloc("cac:InvoiceLine", exemple(UBL)), 150),
    (UBL, "lignes-autres", _bloc("cac:InvoiceLine", exemple(UBL), _numero), 150),
    (UBL, "notes", _bloc("cbc:Note", exemple(UBL)), 150),
    (UBL, "note-longue", _texte("cbc:Note", exemple(UBL), b"#A "), 2_000),
    (UBL, "note-de-blancs", _texte("cbc:Note", exemple(UBL), b" \n"), 2_000),
    (UBL, "numero-long", _texte("cbc:ID", exemple(UBL), b"F-/"), 2_000),
    (UBL, "elements-inconnus", _avant_fin(b"<x/>", exemple(UBL)), 400),
    (UBL, "commentaires", _avant_fin(b"<!-- x -->", exemple(UBL)), 400),
    (UBL, "instructions", _avant_fin(b"<?x y?>", exemple(UBL)), 400),
    (UBL, "identifiants", _bloc("cac:PartyIdentification", exemple(UBL)), 150),
    (CII, "lignes", _bloc("ram:IncludedSupplyChainTradeLineItem", exemple(CII)), 150),
    (CII, "lignes-autres", _bloc("ram:IncludedSupplyChainTradeLineItem", exemple(CII), _numero), 150),
    (CII, "notes", _bloc("ram:IncludedNote", exemple(CII)), 150),
    (CII, "note-longue", _texte("ram:Content", exemple(CII), b"#A "), 2_000),
    (CII, "elements-inconnus", _avant_fin(b"<x/>", exemple(CII)), 400),
    (CPP, "lignes", _bloc("Ligne", exemple(CPP)), 100),
    (CPP, "tva", _bloc("TVA", exemple(CPP)), 100),
    (CPP, "factures", _bloc("CPPFactureMixteUnitaire", exemple(CPP), _numero), 20),
    (CPP, "elements-inconnus", _avant_fin(b"<x/>", exemple(CPP)), 400),
    (MIXTE, "piece-longue", _piece, 50_000),
    (MIXTE, "pieces", _bloc("cac:AdditionalDocumentReference", exemple(MIXTE)), 20),
)  # fmt: skip
_CDAR, _CPP_STATUT = "statuts-FSO1304A", "statuts-FSO1301A"
_AUTRES = (
    ("porte-xml", "attributs", lambda n: b"<a " + b" ".join(b'a%d=""' % one for one in range(n)) + b"/>", 20),
    ("porte-xml", "profond", lambda n: b"<a>" * n + b"</a>" * n, 20),
    ("porte-xml", "texte", lambda n: b"<a>" + b"x" * n + b"</a>", 100_000),
    ("porte-xml", "attribut-long", lambda n: b'<a b="' + b"x" * n + b'"/>', 100_000),
    ("xmp", "proprietes", _avant_fin(b"<x/>", exemple(CII)), 400),
    ("archive", "membres", lambda n: targz(*(entree(f"{one}.xml", b"<a/>") for one in range(n))), 100),
    ("archive", "membres-d-un-nom", lambda n: targz(*(entree("a.xml", b"<a/>") for _ in range(n))), 100),
    ("archive", "lignes-pax", lambda n: _pax(_ligne(b"comment", b"x") * n), 200),
    ("archive", "nom-long", lambda n: targz(entree("a" * n + ".xml", b"<a/>")), 1_000),
    ("archive", "membre-long", lambda n: targz(entree("a.xml", b"<a>" + b"x" * n + b"</a>")), 100_000),
    ("piece", "membres", lambda n: _zip(*((f"{one}.pdf", b"%PDF-1.7") for one in range(n))), 50),
    ("nom", "longueur", lambda n: b"FSO1140A_" + b"A" * n, 1_000),
    ("nom", "tirets", lambda n: b"FSO1140A" + b"_A" * n, 1_000),
    ("pdf", "objets", _objets, 200),
    ("pdf", "fichiers-joints", _fichiers, 50),
    ("csv", "lignes", lambda n: _csv(*(b"%014d;;Commune\n" % (one + 10**13) for one in range(n))), 200),
    ("csv", "lignes-fausses", lambda n: _csv(b"x;;y\n" * n), 200),
    ("csv", "guillemets", lambda n: _csv(b'10000000000001;;"' + b'""' * n + b'"\n'), 1_000),
    ("f14", "blocs", lambda n: _f14(b"".join(_etablissement(siret=b"%014d" % (one + 10**13)) for one in range(n))), 100),
    ("f14", "etrangers", lambda n: _f14(b"<x/>" * n), 1_000),
    ("f14", "blocs-faux", lambda n: _f14(b"<Etablissement/>" * n), 200),
    (_CDAR, "references", _bloc("ram:ReferenceReferencedDocument", exemplaire("cdar")), 50),
    (_CDAR, "elements-inconnus", _avant_fin(b"<x/>", exemplaire("cdar")), 400),
    (_CPP_STATUT, "statuts", _bloc("CPPFactureStatutUnitaire", exemplaire("cpp-statut-facture")), 50),
    (_CPP_STATUT, "statuts-autres", _bloc("CPPFactureStatutUnitaire", exemplaire("cpp-statut-facture"), _numero), 50),
)  # fmt: skip
_CERTIFICATS = (
    ("profond", lambda n: _emboiter(b"", n), 200),
    ("profond-dans-pkcs7", lambda n: _pkcs7(_emboiter(b"", n)), 200),
    ("entiers", lambda n: b"\x30" + b"\x82" + (3 * n).to_bytes(2, "big") + b"\x02\x01\x01" * n, 1_000),
    ("blocs-pem", lambda n: b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n" * n, 500),
    ("debuts-pem", lambda n: b"-----BEGIN CERTIFICATE-----\n" * n, 500),
    ("elements-vides", lambda n: _pkcs7(_emboiter(b"\x05\0", 1) * n), 200),
    ("base64", lambda n: base64.b64encode(bytes(n)), 10_000),
)  # fmt: skip
CROISSANCES = (
    *(Croissance(f"document-{code}-{nom}", CIBLES[f"document-{code}"].essayer, fabrique, base) for code, nom, fabrique, base in _DOCUMENTS),
    *(Croissance(f"{cible}-{nom}", CIBLES[cible].essayer, fabrique, base) for cible, nom, fabrique, base in _AUTRES),
    *(Croissance(f"certificat-{nom}", lire_depot, fabrique, base) for nom, fabrique, base in _CERTIFICATS),
)
