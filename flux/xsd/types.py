"""Which built-in type of XML Schema a value must have, when libxml2 does not say.

libxml2 names a type only if it is built in or global: of an amount in UBL it says "the local atomic type". The answer is in
the schema's text, two or three derivations away.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from functools import lru_cache

from lxml import etree

from flux.xsd.catalogue import chemin
from flux.xsd.epingler import fichiers_charges

_XS = "http://www.w3.org/2001/XMLSchema"


def type_de_element(cle: str, element: str) -> str | None:
    """Return the built-in type of an element's value.

    :param cle: key of the schema. :param element: Clark name, ``{…}PayableAmount``.
    :return: its local name (``decimal``); ``None`` when the schema does not know the element, gives it no value, or gives several
        types to elements of that name.
    """
    type_ = _derivations(cle)[0].get(element)
    return type_de_base(cle, type_) if type_ is not None else None


def type_de_base(cle: str, type_: str) -> str | None:
    """Return the local name of the built-in type that a type derives from, however far; ``None`` when it is not simple.

    :param cle: key of the schema. :param type_: Clark name, ``{…}AmountType``.
    """
    bases = _derivations(cle)[1]
    here: str | None = type_
    for _ in range(len(bases) + 1):
        if here is None or here.startswith(f"{{{_XS}}}"):
            break
        here = bases.get(here)
    return etree.QName(here).localname if here is not None else None


def elements_de_type(cle: str, types: Collection[str]) -> Iterator[str]:
    """Yield the Clark names of the elements whose value has one of these built-in types.

    :param cle: key of the schema. :param types: local names, ``date``.
    """
    return (element for element in _derivations(cle)[0] if type_de_element(cle, element) in types)


@lru_cache(maxsize=32)
def _derivations(cle: str) -> tuple[dict[str, str | None], dict[str, str | None]]:
    """Return element → its type (``None`` when there are several), and type → what it derives from."""
    elements: dict[str, str | None] = {}
    types: dict[str, str | None] = {}
    for path in fichiers_charges(chemin(cle)):
        schema = etree.parse(path).getroot()
        target = schema.get("targetNamespace")
        for node in schema.iter(f"{{{_XS}}}element", f"{{{_XS}}}complexType", f"{{{_XS}}}simpleType"):
            name, base = node.get("name"), _base(node)
            if name is None:
                continue
            clark = f"{{{target}}}{name}" if target else name
            if etree.QName(node).localname == "element":
                elements[clark] = base if elements.get(clark, base) == base else None
            else:
                types[clark] = base
    return elements, types


def _base(node: etree._Element) -> str | None:
    """Return the Clark name of what ``node`` refers to, extends or restricts."""
    qname = node.get("type")
    if qname is None and etree.QName(node).localname != "element":
        step = next(node.iterdescendants(f"{{{_XS}}}extension", f"{{{_XS}}}restriction"), None)
        qname = step.get("base") if step is not None else None
    if qname is None:
        return None
    prefix, _, local = qname.rpartition(":")
    uri = node.nsmap.get(prefix or None)
    return f"{{{uri}}}{local}" if uri else local
