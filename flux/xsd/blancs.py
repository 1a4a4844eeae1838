"""White space around dates and times: XML Schema takes it away before it judges a value, libxml2 leaves it there.

Of all types but strings the facet ``whiteSpace`` is ``collapse`` and fixed (XML Schema Part 2 §4.3.6); libxml2 follows it for numbers,
and refuses ``<cbc:IssueDate> 2026-09-10 </cbc:IssueDate>``, as many a tidy printer of XML writes it. Only a document that was refused is
looked at here: a valid one costs nothing.
"""

from __future__ import annotations

from functools import lru_cache

from lxml import etree

from flux.xsd.types import elements_de_type

#: What XML calls white space; a no-break space is none, and stays a fault.
_BLANCS = " \t\r\n"
#: Types of our schemas in which libxml2 takes no white space; durations and parts of dates (``gYear``) stand in none of them.
_TYPES = frozenset({"date", "dateTime", "time"})


def resserrer_dates(root: etree._Element, cle: str, data: bytes) -> bytes:
    """Take the white space around dates and times out of a tree: what is left is the value that the schema gives them.

    It stays out: the official rules, which know no schema, would cast `` 202`` to a year.

    :param cle: key of the schema, whose types tell what is a date. :param data: the document's bytes.
    :return: the bytes of the tree as it now is, the elements in the same order; ``data`` itself when nothing was to be taken out.
    """
    tags = _dates(cle)
    changed = False
    for element in root.iter(*tags) if tags else ():
        text = element.text
        if text is not None and not len(element) and text != (bare := text.strip(_BLANCS)):
            element.text, changed = bare, True
    return etree.tostring(root, encoding="utf-8") if changed else data


@lru_cache(maxsize=32)
def _dates(cle: str) -> tuple[str, ...]:
    return tuple(elements_de_type(cle, _TYPES))
