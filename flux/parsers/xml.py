"""The gate: the one way by which bytes from outside become an XML tree.

No DOCTYPE, hence no entity; no network; UTF-8 only; no control character; bounded depth, size, number of tags and of attributes. Every
refusal is an anomaly (XML-01 … XML-05, XML-07, XML-08), never an exception.
"""

from __future__ import annotations

import codecs
import re
import threading
from typing import cast

from lxml import etree
from lxml.etree import _Element

from flux.limites import MIO, NOMBRE_MAX, Limites
from flux.modele.anomalie import Anomalie, anomalie
from flux.parsers.valeurs import NombreDemesureError
from flux.referentiel.raisons_xml import RAISON_INCONNUE, RAISONS_XML
from flux.xsd.reperes import chemin_xpath

#: Bytes above which libxml2's own limits (10,000,000 characters a text node) could refuse what this house allows: an attachment of
#: 10 MB is 13.3 MB of base64 in one node. Beyond it they are lifted and ours alone hold.
TAILLE_LIBXML2 = 10_000_000

#: ``<`` and ``=`` characters in a document larger than :data:`TAILLE_LIBXML2` (house): each tag or attribute may cost 200 bytes of memory.
BALISES_MAX = 5_000_000

_BOM = codecs.BOM_UTF8
_AUTRES_CODAGES = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (b"<\0\0\0", "UTF-32"),
    (b"\0\0\0<", "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
    (b"<\0", "UTF-16"),
    (b"\0<", "UTF-16"),
    (b"\x4c\x6f\xa7\x94", "EBCDIC"),
)
_CODAGE_DECLARE = re.compile(rb"""<\?xml[ \t\r\n][^>]*?encoding[ \t\r\n]*=[ \t\r\n]*["']([A-Za-z][A-Za-z0-9._-]*)""")
_UTF8 = frozenset({b"UTF-8", b"UTF8"})
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_CONTROLE = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]|\xc2[\x80-\x9f]")
#: A reference to U+007F…U+009F, wherever it stands.
_REFERENCE = re.compile(rb"&#(?:x0*(7[fF]|[89][0-9a-fA-F])|0*(12[7-9]|1[345][0-9]));")
#: The same, but comments, CDATA sections and processing instructions are passed over whole: there it is plain text.
_REFERENCE_VRAIE = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|" + _REFERENCE.pattern, re.DOTALL)
_BLANCS = re.compile(rb"[ \t\r\n]*")
_VALEUR = re.compile(r"value (\d+)")

_CARACTERE_INTERDIT = 9
#: Nothing at all, or something after the end: these say more than that the document stops.
_CONTENU_EN_TROP = frozenset({4, 5})
_FIN_PREMATUREE = 77
_LIMITE_DEPASSEE = 114


class _Outils(threading.local):
    """Parsers and compiled paths of one thread: a shared parser would make threads wait for one another."""

    def __init__(self) -> None:
        self.petit = _analyseur(huge=False)
        self.grand = _analyseur(huge=True)
        self.chemins: dict[str, etree.XPath] = {}

    def premier(self, path: str, root: _Element) -> _Element | None:
        """Return the first element that a path finds: 6 µs on an invoice for the depth, a walk in Python takes 60."""
        compiled = self.chemins.get(path)
        if compiled is None:
            compiled = self.chemins[path] = etree.XPath(path)
        found = compiled(root)
        return cast("_Element", found[0]) if isinstance(found, list) and found else None


def _analyseur(*, huge: bool) -> etree.XMLParser:
    # Comments and processing instructions are left out of the tree, so that a comment inside a value does not cut it in two.
    return etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
        huge_tree=huge,
    )


_OUTILS = _Outils()


def lire_xml(data: bytes, limites: Limites) -> tuple[_Element | None, tuple[Anomalie, ...]]:
    """Parse ``data``, one XML document.

    :param limites: ``profondeur_xml`` and ``attributs_xml`` are used; the size is the caller's to bound.
    :returns: the root and no anomaly, or ``None`` and at least one.
    """
    refus = _codage(data) or _doctype(data) or _controle_brut(data)
    if refus is not None:
        return None, (refus,)
    parser = _OUTILS.petit
    if len(data) > TAILLE_LIBXML2:
        if data.count(b"<") + data.count(b"=") > BALISES_MAX:
            return None, (anomalie("XML-07", expected=BALISES_MAX),)
        parser = _OUTILS.grand
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        return None, (_mal_forme(data, error, limites),)
    refus = _structure(root, data, limites) or _controle_reference(data)
    if refus is not None:
        return None, (refus,)
    return root, ()


def dire_nombre(root: _Element, error: NombreDemesureError) -> Anomalie:
    """Tell a number longer than any may be, where it stands."""
    element = next((one for one in root.iter("*") if one.text is not None and one.text.strip() == error.texte), root)
    return anomalie("XML-09", path=chemin_xpath(element), line=ligne(element), found=error.texte, expected=NOMBRE_MAX)


def _structure(root: _Element, data: bytes, limites: Limites) -> Anomalie | None:
    """Refuse what is nested too deep, or bears too many attributes."""
    deep = _OUTILS.premier("/*" * (limites.profondeur_xml + 1), root)
    if deep is not None:
        return anomalie("XML-05", line=ligne(deep), expected=limites.profondeur_xml)
    if data.count(b"=") <= limites.attributs_xml:
        return None  # most documents have fewer attributes in all: one count tells
    crowded = _OUTILS.premier(f"(//*[@*[{limites.attributs_xml + 1}]])[1]", root)
    return None if crowded is None else anomalie("XML-08", line=ligne(crowded), expected=limites.attributs_xml)


def ligne(element: _Element) -> int | None:
    """Return the line of an element as libxml2 knows it, right up to 65,535."""
    return cast("int | None", element.sourceline)


def _position(data: bytes, index: int) -> tuple[int, int]:
    """Return line and column, from 1; the column counts characters, as editors do."""
    start = data.rfind(b"\n", 0, index) + 1
    return data.count(b"\n", 0, index) + 1, len(data[start:index].decode("utf-8", "replace")) + 1


def _codage(data: bytes) -> Anomalie | None:
    """Refuse what is not UTF-8: by its first bytes, by its declaration, by its content."""
    head = data[:4]
    for prefix, name in _AUTRES_CODAGES:
        if head.startswith(prefix):
            return anomalie("XML-03", line=1, column=1, found=name, expected="UTF-8")
    declared = _CODAGE_DECLARE.match(data, len(_BOM) if head.startswith(_BOM) else 0)
    if declared is not None and declared[1].upper() not in _UTF8:
        line, column = _position(data, declared.start(1))
        return anomalie("XML-03", line=line, column=column, found=declared[1].decode(), expected="UTF-8")
    if data.isascii():
        return None
    index = _octet_invalide(data)
    if index is None:
        return None
    line, column = _position(data, index)
    return anomalie("XML-03", line=line, column=column, found=f"0x{data[index]:02X}", expected="UTF-8")


def _octet_invalide(data: bytes) -> int | None:
    """Return the index of the first byte that is not UTF-8. By slices: a whole decoded document could weigh four times its bytes."""
    view, start, end = memoryview(data), 0, len(data)
    while start < end:
        stop = start + MIO
        try:
            start += codecs.utf_8_decode(view[start:stop], "strict", stop >= end)[1]
        except UnicodeDecodeError as error:
            return start + error.start
    return None


def _doctype(data: bytes) -> Anomalie | None:
    """Refuse a DOCTYPE. It can only stand in the prolog: the same letters in a CDATA section or a comment are text."""
    index = len(_BOM) if data.startswith(_BOM) else 0
    while True:
        blank = _BLANCS.match(data, index)
        index = blank.end() if blank is not None else index
        end = b"?>" if data.startswith(b"<?", index) else b"-->" if data.startswith(b"<!--", index) else None
        if end is None:
            break
        # "<!-->" is no whole comment: its end is looked for after its start
        found = data.find(end, index + (2 if end == b"?>" else 4))
        if found < 0:
            return None  # libxml2 will say that it is not ended
        index = found + len(end)
    if not data.startswith(b"<!DOCTYPE", index):
        return None
    line, column = _position(data, index)
    return anomalie("XML-02", line=line, column=column)


def _controle_brut(data: bytes) -> Anomalie | None:
    """Refuse DEL and C1 characters; C0 ones are refused by libxml2 itself, at no cost here."""
    if b"\x7f" not in data and (data.isascii() or _C1.search(data) is None):
        return None
    return _controle_trouve(data)


def _controle_trouve(data: bytes) -> Anomalie | None:
    found = _CONTROLE.search(data)
    if found is None:
        return None
    return _controle(data, found.start(), ord(found[0].decode()))


def _controle_reference(data: bytes) -> Anomalie | None:
    """Refuse references to DEL and C1. ``data`` is well formed, so that each comment and each CDATA section has an end."""
    # looking for one byte first is 20 times faster than looking for two
    if b"&" not in data or _REFERENCE.search(data) is None:
        return None
    for found in _REFERENCE_VRAIE.finditer(data):
        number = int(found[1], 16) if found[1] else int(found[2]) if found[2] else None
        if number is not None:
            return _controle(data, found.start(), number)
    return None


def _controle(data: bytes, index: int, number: int) -> Anomalie:
    line, column = _position(data, index)
    return anomalie("XML-04", line=line, column=column, found=f"U+{number:04X}")


def _mal_forme(data: bytes, error: etree.XMLSyntaxError, limites: Limites) -> Anomalie:
    """Say in plain words what libxml2 refused."""
    line, column = error.position
    code: int = getattr(error, "code", 0)  # lxml-stubs do not know it
    technical = (error.msg or "").split("\n")[0].split(", line ")[0]
    if code == _LIMITE_DEPASSEE and "depth" in technical:
        return anomalie("XML-05", line=line, column=column, expected=limites.profondeur_xml)
    refus = _controle_trouve(data)
    if refus is not None:
        return refus
    number = _VALEUR.search(technical)
    if code == _CARACTERE_INTERDIT and number is not None:
        return anomalie("XML-04", line=line, column=column, found=f"U+{int(number[1]):04X}")
    if code not in _CONTENU_EN_TROP and not data.rstrip().endswith(b">"):  # cut in a tag or a text, whatever the reader waited for there
        code = _FIN_PREMATUREE
    fr, en = RAISONS_XML.get(code, RAISON_INCONNUE)
    return anomalie("XML-01", line=line, column=column, found=technical, raison_fr=fr, raison_en=en)
