"""Where a fault is: short names, XPath 1.0, line and column."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Collection, Iterable
from itertools import islice
from typing import cast

from lxml import etree

from flux.referentiel.espaces_de_noms import PREFIXE_DE, PREFIXES

#: Prefixes of attributes that belong to XML itself, for display; only ``xml`` needs no declaration in a path.
_PREFIXES_XML = {"http://www.w3.org/XML/1998/namespace": "xml", "http://www.w3.org/2001/XMLSchema-instance": "xsi"}
#: Longest name or namespace that a path spells out, in characters; past it the element is told by its rank.
_LONGUEUR_NOM = 200
#: A start tag (group 1), or what may hold a ``<`` that begins none; end tags are no match.
_BALISE = re.compile(rb"<(?:!--.*?-->|!\[CDATA\[.*?\]\]>|\?.*?\?>|([^/!?]))", re.DOTALL)
#: Bytes that go on a character of UTF-8: without them there is one byte a character.
_SUITES = bytes(range(0x80, 0xC0))


def nom_court(clark: str) -> str:
    """Return a Clark name with its canonical prefix (``cbc:ID``); with an unknown namespace, the Clark name itself."""
    uri, local = _couper(clark)
    if not uri:
        return local
    prefix = PREFIXE_DE.get(uri) or _PREFIXES_XML.get(uri)
    return f"{prefix}:{local}" if prefix else clark


def chemin_xpath(element: etree._Element, attribut: str | None = None) -> str:
    """Return an XPath 1.0 that finds ``element`` alone in its document, or its attribute.

    Canonical prefixes, whatever the document's own; a rank only where siblings share the name.

    :param attribut: Clark name of an attribute that the element has.
    """
    steps = [_pas(e) for e in (*reversed(list(element.iterancestors())), element)]
    if attribut is not None:
        steps.append("@" + _test(attribut))
    return "/" + "/".join(steps)


def lignes_colonnes(data: bytes, rangs: Collection[int]) -> dict[int, tuple[int, int]]:
    """Return line and column, from 1, of the start tags of elements given by rank in document order, from 0.

    lxml keeps no column and no line past 65,535. Columns are characters. In one pass: expat, before 2.6, reads an attribute or a comment
    again at each piece of it that comes, and 120 MB of one took it minutes.

    :param data: a well-formed document in UTF-8, without DOCTYPE: a ``<`` is a tag, or begins what is passed over whole.
    """
    wanted = set(rangs)
    found: dict[int, tuple[int, int]] = {}
    line, column, here = 1, 1, len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0
    starts = (one.start() for one in _BALISE.finditer(data) if one[1])
    for rank, start in enumerate(starts):
        if rank not in wanted:
            continue
        between = data[here:start]
        breaks = between.count(b"\n") + between.count(b"\r") - between.count(b"\r\n")
        if breaks:
            line, column = line + breaks, 1
            between = between[max(between.rfind(b"\n"), between.rfind(b"\r")) + 1 :]
        column += len(between.translate(None, _SUITES))
        here = start
        found[rank] = (line, column)
        if len(found) == len(wanted):
            break
    return found


def rangs(root: etree._Element, elements: Iterable[etree._Element]) -> dict[etree._Element, int]:
    """Return the rank of each element below ``root`` in document order, from 0; comments and instructions do not count."""
    wanted = set(elements)
    found: dict[etree._Element, int] = {}
    for rank, element in enumerate(root.iter("*")):
        if element in wanted:
            found[element] = rank
            if len(found) == len(wanted):
                break
    return found


def aux_rangs(root: etree._Element, rangs: Iterable[int]) -> dict[int, etree._Element]:
    """Return the elements at these ranks; the reverse of :func:`rangs`."""
    wanted = set(rangs)
    last = max(wanted, default=-1)
    return {rank: element for rank, element in enumerate(islice(root.iter("*"), last + 1)) if rank in wanted}


def _couper(clark: str) -> tuple[str, str]:
    uri, brace, local = clark[1:].rpartition("}") if clark.startswith("{") else ("", "", clark)
    return (uri, local) if brace else ("", clark)


def _test(clark: str) -> str:
    """Return the node test of a name; a predicate where the namespace has no prefix, or where XPath might not know the letters."""
    uri, local = _couper(clark)
    prefix = PREFIXE_DE.get(uri)
    if local.isascii() and (prefix or not uri):
        return f"{prefix}:{local}" if prefix else local
    quote = '"' if "'" in uri else "'"  # a parsed URI holds no double quote
    return f"*[local-name()='{local}' and namespace-uri()={quote}{uri}{quote}]"


def _pas(element: etree._Element) -> str:
    """Return one step of a path."""
    tag = str(element.tag)
    if len(tag) > _LONGUEUR_NOM:
        return f"*[{_nombre(element, '*') + 1}]"
    test = _test(tag)
    if element.getparent() is None:
        return test
    before = _nombre(element, test)
    alone = before == 0 and next(element.itersiblings(tag), None) is None
    return test if alone else f"{test}[{before + 1}]"


def _nombre(element: etree._Element, test: str) -> int:
    """Return how many siblings before ``element`` pass ``test``; in C, since a flow may hold 100,000 lines."""
    return int(cast(float, element.xpath(f"count(preceding-sibling::{test})", namespaces=PREFIXES)))
