"""Axes of XPath 2.0 on the index of a document, for compiled rules."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lxml import etree

from flux.regles.officielles.document import Noeud, element, enfants, rang

_TEXTES = etree.XPath("text()", smart_strings=False)
_TEXTES_DESSOUS = etree.XPath(".//text()", smart_strings=False)


def trie(noeuds: Iterable[Noeud]) -> list[Noeud]:
    """Document order, without doubles."""
    return sorted(dict.fromkeys(noeuds), key=rang)


def union(a: Sequence[Noeud], b: Sequence[Noeud]) -> Sequence[Noeud]:
    """``a | b``, in document order."""
    if not b:
        return a
    if not a:
        return b
    return trie([*a, *b])


def parents(noeuds: Iterable[Noeud]) -> list[Noeud]:
    """Parents of the nodes, each once, in document order."""
    return trie([n.parent for n in noeuds if n.parent is not None])


def ancetres(noeud: Noeud, soi: bool) -> list[Noeud]:
    """Ancestor elements, from the root down; with the node itself when ``soi``."""
    chaine = [noeud] if soi else []
    ici = noeud.parent
    while ici is not None and ici.parent is not None:
        chaine.append(ici)
        ici = ici.parent
    chaine.reverse()
    return chaine


def descendants(noeud: Noeud, soi: bool) -> list[Noeud]:
    """Descendant elements in document order; with the node itself when ``soi``."""
    liste = [noeud] if soi else []
    for fils in enfants(noeud):
        liste.extend(descendants(fils, True))
    return liste


def precedents(candidats: Sequence[Noeud], noeud: Noeud) -> list[Noeud]:
    """Those of the candidates that end before the node starts (XPath ``preceding``)."""
    dessus = set(ancetres(noeud, False))
    return [c for c in candidats if c.ordre < noeud.ordre and c not in dessus]


def freres(noeud: Noeud, avant_lui: bool) -> list[Noeud]:
    """Sibling elements before or after the node."""
    if noeud.parent is None:
        return []
    tous = enfants(noeud.parent)
    rang = tous.index(noeud)
    return tous[:rang] if avant_lui else tous[rang + 1 :]


def textes(noeud: Noeud, profond: bool) -> list[str]:
    """Text nodes below the node: its own, or every one when ``profond``."""
    elem = element(noeud)
    if elem is None:
        return [t for fils in enfants(noeud) for t in textes(fils, profond)] if profond else []
    trouves = (_TEXTES_DESSOUS if profond else _TEXTES)(elem)
    return [str(t) for t in trouves] if isinstance(trouves, list) else []


def nom(noeud: Noeud | None) -> str:
    """``name()``: the name as written, prefix included."""
    elem = None if noeud is None else element(noeud)
    if elem is None:
        return ""
    prefixe = elem.prefix
    local = nom_local(noeud)
    return f"{prefixe}:{local}" if prefixe else local


def nom_local(noeud: Noeud | None) -> str:
    """``local-name()``."""
    return "" if noeud is None else noeud.tag.rpartition("}")[2]


def espace_de_noms(noeud: Noeud | None) -> str:
    """``namespace-uri()``."""
    return "" if noeud is None else noeud.tag[1:].rpartition("}")[0]
