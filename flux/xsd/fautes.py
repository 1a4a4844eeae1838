"""The faults of one document as libxml2 tells them, each tied to its element, in time that grows with the document only.

libxml2 tells a fault's element as a path, which costs it a walk along all siblings: a plain validation of twice 40,000 faulty
siblings took twenty seconds, and the time grows with the square. So faults are counted while the bytes stream by (no path), and
only the part of the document that holds the first ones is validated as a tree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from lxml import etree

from flux.errors import ErreurUsage
from flux.xsd.catalogue import diagnostic, schema
from flux.xsd.reperes import aux_rangs, rangs

#: Faults counted in one file; past it the count is said to be a minimum.
PLAFOND = 10_000
#: Elements and attributes of a document that is validated as a tree, past which it is validated as it streams. A choice of this project:
#: as many faults as elements then cost less than a second.
NOEUDS_SUR_ARBRE = 20_000
#: Times that a document is validated again without the elements not expected where they are.
TOURS = 10
#: Length from which a prefixed name may have been cut in a path by libxml2, in bytes.
_COUPURE = 90
_TRONCON = 1 << 15
_PAS = re.compile(r"/(?P<test>[^/\[]+)(?:\[(?P<rang>\d+)\])?")
#: As the gate reads (flux/parsers/xml.py), which has already held the document to this house's limits.
_LECTURE: dict[str, Any] = {"encoding": "utf-8", "huge_tree": True, "no_network": True, "resolve_entities": False, "collect_ids": False}


@dataclass(frozen=True, slots=True)
class Faute:
    """One line of libxml2.

    :ivar element: the element at fault, in the caller's tree. :ivar rang: its rank in document order, from 0.
    :ivar sorte: libxml2's own name of the kind, ``SCHEMAV_…``. :ivar message: its English sentence.
    """

    element: etree._Element
    rang: int
    sorte: str
    message: str


@dataclass(frozen=True, slots=True)
class _Ligne:
    """One line of libxml2, tied to an element of the tree that was validated."""

    element: etree._Element
    sorte: str
    message: str

    @property
    def intruse(self) -> bool:
        """True when the element is not expected where it is: libxml2 then looks at none of its next siblings."""
        return self.sorte == "SCHEMAV_ELEMENT_CONTENT" and ": This element is not expected." in self.message

    @property
    def incomplete(self) -> bool:
        """True when a child is missing at the element's end."""
        return self.sorte == "SCHEMAV_ELEMENT_CONTENT" and not self.intruse

    @property
    def attendu(self) -> str:
        """What the sentence says is expected, ``( {…}ID )``."""
        return self.message.rpartition(" Expected is ")[2].removeprefix("one of ")


class _Rien:
    """A parser target that builds no tree."""

    def close(self) -> None:
        """Give nothing."""


def est_valide(root: etree._Element, cle: str, data: bytes) -> bool:
    """Return the verdict of schema ``cle`` alone.

    :raises ErreurUsage: ``data`` is not what the tree was read from.
    """
    if _petit(root, data):
        return bool(schema(cle).validate(root))
    return _compter(data, cle, plafond=1)[0] == 0


def relever(root: etree._Element, cle: str, data: bytes, combien: int) -> tuple[list[Faute], int]:
    """Return the first faults of a document that is not valid, and how many it has in all.

    :param combien: faults wanted, at most.
    :return: the faults in document order; the count, which stops at :data:`PLAFOND`.
    :raises ErreurUsage: ``data`` is not what the tree was read from.
    """
    total, coupe = _compter(data, cle, combien, PLAFOND)
    tree = root if coupe is None else _debut(data[:coupe])
    lines = _valider(tree, cle, combien)
    places = rangs(tree, (line.element for line in lines))
    found = {(places[line.element], line.sorte, line.message): None for line in lines}
    if total <= combien and _petit(root, data) and any(line.intruse for line in lines):
        found |= _cachees(data, cle, {places[line.element] for line in lines if line.intruse}, combien)
        total = len(found)
    kept = sorted(found, key=lambda fault: fault[0])[:combien]
    own = aux_rangs(root, {rank for rank, _, _ in kept})
    return [Faute(own[rank], rank, sorte, message) for rank, sorte, message in kept], max(total, len(kept))


def _petit(root: etree._Element, data: bytes) -> bool:
    """Tell whether a document may be validated as a tree. Four bytes is the shortest element: most are told small without counting.

    Each attribute may be a fault of its own, whose path costs as much as an element's: they count too.
    """
    return len(data) <= 4 * NOEUDS_SUR_ARBRE or cast(float, root.xpath("count(//*) + count(//@*)")) <= NOEUDS_SUR_ARBRE


def _valider(tree: etree._Element, cle: str, combien: int) -> list[_Ligne]:
    """Return the first faults of a tree, in libxml2's order."""
    with diagnostic(cle) as second:
        second.validate(tree)
        lines = [(e.path, e.type_name, e.message) for e in islice(_lignes(second.error_log), combien)]
    enfants: dict[tuple[etree._Element, str], list[etree._Element]] = {}
    return [_Ligne(_trouver(tree, path, enfants), sorte, message) for path, sorte, message in lines]


def _cachees(data: bytes, cle: str, intrus: set[int], combien: int) -> dict[tuple[int, str, str], None]:
    """Return the faults that intruders hide: those of a copy without them, and so on.

    An echo is left out: a parent still waiting for what an intruder was told to be in the way of, or missing the intruder itself.

    :param intrus: ranks of the elements not expected where they are.
    """
    copy = _debut(data)  # read again: a copy of the tree costs libxml2 a search among all namespaces for each element
    ranks = {element: rank for rank, element in enumerate(copy.iter("*"))}
    lines = [line for line in _valider(copy, cle, combien) if ranks[line.element] in intrus]
    waited: dict[etree._Element, set[str]] = {}
    removed: dict[etree._Element, set[str]] = {}
    found: dict[tuple[int, str, str], None] = {}
    for _ in range(TOURS):
        intruders = [(line, parent) for line in lines if line.intruse and (parent := line.element.getparent()) is not None]
        if not intruders:
            break
        for line, parent in intruders:
            waited.setdefault(parent, set()).add(line.attendu)
            removed.setdefault(parent, set()).add(f" {line.element.tag}")
            parent.remove(line.element)
        lines = _valider(copy, cle, combien)
        for line in lines:
            parent = line.element.getparent() if line.intruse else line.element
            awaited = line.attendu if line.intruse or line.incomplete else ""
            echo = awaited and parent in waited and (awaited in waited[parent] or any(name in awaited for name in removed[parent]))
            if not echo:
                found[ranks[line.element], line.sorte, line.message] = None
    return found


def _compter(data: bytes, cle: str, combien: int = 0, plafond: int = PLAFOND) -> tuple[int, int | None]:
    """Stream ``data`` past the schema, until ``plafond`` faults.

    :return: the number of faults, up to ``plafond``; the offset before which ``combien`` of them and at least one more lie,
        ``None`` when the document has no more than that.
    :raises ErreurUsage: ``data`` is not XML: it cannot be what the tree was read from.
    """
    parser = etree.XMLParser(target=cast("etree.ParserTarget", _Rien()), schema=schema(cle), **_LECTURE)
    total, coupe = 0, None
    try:
        for start in range(0, len(data), _TRONCON):
            parser.feed(data[start : start + _TRONCON])
            total = len(parser.feed_error_log)
            if coupe is None and total > combien:
                coupe = start + _TRONCON
            if total >= plafond:
                return plafond, coupe
        parser.close()
    except etree.XMLSyntaxError as cause:
        raise ErreurUsage(f"these bytes are not those of the tree to judge: {cause}", cle=cle) from cause
    return total, coupe


def _lignes(log: Any) -> Iterator[Any]:  # noqa: ANN401 -- the published types of lxml's log do not say that it can be iterated over
    """Return the lines of a log of lxml."""
    return iter(log)


def _debut(data: bytes) -> etree._Element:
    """Return the tree of a document's beginning. Validated, it shows the same first faults as the whole, in the same order."""
    return etree.fromstring(data, etree.XMLParser(recover=True, **_LECTURE))


def _trouver(root: etree._Element, path: str | None, enfants: dict[tuple[etree._Element, str], list[etree._Element]]) -> etree._Element:
    """Return the element of a path by libxml2, which spells names with the document's own prefixes or as ``*``.

    A path that leads nowhere stops at the last element it does reach.

    :param enfants: children already looked for, by parent and name; kept from one path to the next, which mostly share them.
    """
    here = root
    for step in islice(_PAS.finditer(path or ""), 1, None):
        test, rank = step["test"], int(step["rang"] or 1)
        below = enfants.get((here, test))
        if below is None:
            query = "*" if test == "*" else "*[name()=$nom]" if len(test) < _COUPURE else "*[starts-with(name(), $nom)]"
            below = enfants[here, test] = cast("list[etree._Element]", here.xpath(query, nom=test))  # noqa: SLF001 -- lxml's public type
        if len(below) < rank:
            break
        here = below[rank - 1]
    return here
