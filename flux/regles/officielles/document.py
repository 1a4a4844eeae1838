"""The index of one document: built once, read by every rule set that applies.

Nodes are grouped by *path* (the names from the root down): a rule set decides once for each distinct path which rules can fire
there, and remembers it for the next documents, since invoices share their paths.
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

VIDE: dict[str, Any] = {}
CHEMINS_MAX = 50_000  # distinct paths remembered in a process; past it the memory starts anew (names come from outside)

_BLANCS = re.compile(r"[ \t\r\n]+")
_texte_de = etree.XPath("string()", smart_strings=False)


def normaliser(texte: str) -> str:
    """``normalize-space``: XML white space only (a no-break space stays)."""
    if texte.isascii():
        return " ".join(texte.split())
    return _BLANCS.sub(" ", texte).strip(" ")


class Chemin:
    """One distinct path: a node of the tree of paths, shared by all documents of the process.

    :ivar tag: Clark name of the last step, ``""`` for the document node.
    :ivar parent: the path one step up.
    :ivar profondeur: 0 for the document node.
    :ivar enfants: next steps by name.
    :ivar plans: what each rule set does with the nodes of this path.
    """

    __slots__ = ("enfants", "parent", "plans", "profondeur", "tag")

    nombre = 0

    def __init__(self, tag: str, parent: Chemin | None) -> None:
        self.tag = tag
        self.parent = parent
        self.profondeur: int = 0 if parent is None else parent.profondeur + 1
        self.enfants: dict[str, Chemin] = {}
        self.plans: dict[object, Any] = {}
        Chemin.nombre += 1

    def enfant(self, tag: str) -> Chemin:
        """Return the next step of that name, made when new."""
        trouve = self.enfants.get(tag)
        if trouve is None:
            trouve = self.enfants[tag] = Chemin(tag, self)
        return trouve

    def noms(self) -> tuple[str, ...]:
        """Names from the root element down."""
        noms: list[str] = []
        ici: Chemin = self
        while ici.parent is not None:
            noms.append(ici.tag)
            ici = ici.parent
        return tuple(reversed(noms))


class Noeud:
    """An element (or, with an empty tag, the document node).

    :ivar parent: the node above, ``None`` for the document node.
    :ivar tag: Clark name.
    :ivar kids: child elements by Clark name, in document order.
    :ivar attrs: attributes by Clark name.
    :ivar val: string value (all the text inside).
    :ivar norm: ``normalize-space`` of the string value, once :func:`norm` has computed it; ``None`` before.
    :ivar elem: the lxml element of a node with children; ``None`` for a leaf that is the first of its name (see :func:`element`): the
        Python side of every element is not kept alive.
    :ivar ordre: position in the document, 0 for the document node.
    """

    __slots__ = ("attrs", "elem", "kids", "norm", "ordre", "parent", "tag", "val")

    attrs: Mapping[str, str]
    elem: Any
    kids: dict[str, Sequence[Noeud]]
    norm: str | None
    ordre: int
    parent: Noeud | None
    tag: str
    val: str

    def __getattr__(self, nom: str) -> str:
        """Compute ``val`` of a node with children at its first use."""
        if nom == "val":
            self.val = str(_texte_de(self.elem)) if self.elem is not None else "".join(k.val for k in enfants(self))
            return self.val
        raise AttributeError(nom)


def element(noeud: Noeud) -> etree._Element | None:
    """The lxml element of a node; ``None`` for the document node."""
    connu: etree._Element | None = noeud.elem
    if connu is not None or noeud.parent is None:
        return connu
    dessus: etree._Element = noeud.parent.elem
    return next(dessus.iterchildren(noeud.tag), None)


def norm(noeud: Noeud) -> str:
    """``normalize-space`` of the string value, computed once."""
    connu = noeud.norm
    if connu is None:
        connu = noeud.norm = normaliser(noeud.val)
    return connu


def enfants(noeud: Noeud) -> list[Noeud]:
    """Child elements of every name, in document order."""
    listes = noeud.kids.values()
    return sorted((n for liste in listes for n in liste), key=rang)


def rang(noeud: Noeud) -> int:
    """Position in the document, for sorting."""
    return noeud.ordre


class _Arbre:
    """The tree of paths of the process."""

    racine = Chemin("", None)


class Document:
    """The index of one document.

    :param racine: root element, already parsed and found safe (no DOCTYPE); it must not change while the index lives.
    :ivar noeud: the document node.
    :ivar par_chemin: nodes of each distinct path, in document order.
    """

    def __init__(self, racine: etree._Element) -> None:
        if Chemin.nombre > CHEMINS_MAX:
            Chemin.nombre = 0
            _Arbre.racine = Chemin("", None)
        self.par_chemin: dict[Chemin, list[Noeud]] = {}
        document = Noeud()
        document.parent = None
        document.tag = ""
        document.attrs = VIDE
        document.elem = None
        document.norm = None
        document.ordre = 0
        self.noeud = document
        self.nombre = 0
        self.par_chemin[_Arbre.racine] = [document]
        ramasse = gc.isenabled()
        gc.disable()  # a hundred thousand live objects and no garbage: a collection would find nothing
        try:
            sommet = self._noeud(racine, document, _Arbre.racine.enfant(racine.tag))
        finally:
            if ramasse:
                gc.enable()
        sommet.elem = racine
        document.kids = {sommet.tag: (sommet,)}
        self._par_nom: dict[str, list[Noeud]] | None = None
        self._attributs: frozenset[str] | None = None

    def __del__(self) -> None:
        """Cut the links from parents to children, so that nodes go at once rather than at the next collection of cycles."""
        for noeuds in self.par_chemin.values():
            for noeud in noeuds:
                noeud.kids = VIDE

    def _noeud(self, elem: etree._Element, parent: Noeud, chemin: Chemin) -> Noeud:
        noeud = Noeud()
        noeud.parent = parent
        noeud.tag = chemin.tag
        noeud.norm = None
        self.nombre += 1
        noeud.ordre = self.nombre
        par_chemin = self.par_chemin
        if chemin in par_chemin:
            par_chemin[chemin].append(noeud)
        else:
            par_chemin[chemin] = [noeud]
        attributs = elem.items()
        noeud.attrs = dict(attributs) if attributs else VIDE  # type: ignore[arg-type]  # lxml 6 gives str; the stubs say bytes too
        if len(elem) == 0:
            noeud.val = elem.text or ""
            noeud.kids = VIDE
            noeud.elem = None
            return noeud
        noeud.elem = elem
        kids: dict[str, Any] = {}
        suites = chemin.enfants
        for sous in elem:
            tag = sous.tag
            if tag.__class__ is not str:
                continue  # comment or processing instruction
            suite = suites.get(tag)
            if suite is None:
                suite = chemin.enfant(tag)
            enfant = self._noeud(sous, noeud, suite)
            freres = kids.get(tag)
            if freres is None:
                kids[tag] = (enfant,)  # most elements have no sibling of their name, and a tuple of one is cheap
                continue
            enfant.elem = sous
            if freres.__class__ is tuple:
                kids[tag] = [freres[0], enfant]
            else:
                freres.append(enfant)
        noeud.kids = kids
        return noeud

    def tous(self, tag: str) -> list[Noeud]:
        """Every element of that Clark name, in document order (XPath ``//nom``)."""
        if self._par_nom is None:
            self._par_nom = {}
            for chemin, noeuds in self.par_chemin.items():
                if chemin.tag in self._par_nom:
                    self._par_nom[chemin.tag] = sorted(self._par_nom[chemin.tag] + noeuds, key=rang)
                else:
                    self._par_nom[chemin.tag] = noeuds
        return self._par_nom.get(tag, [])

    def elements(self) -> Iterator[Noeud]:
        """Every element, grouped by path (not in document order)."""
        for chemin, noeuds in self.par_chemin.items():
            if chemin.parent is not None:
                yield from noeuds

    def a_l_attribut(self, nom: str) -> bool:
        """Whether any element carries that attribute (XPath ``//@nom``)."""
        if self._attributs is None:
            self._attributs = frozenset(a for n in self.elements() for a in n.attrs)
        return nom in self._attributs


class Emplacements:
    """Locations of nodes as SVRL gives them: ``/*:Invoice[namespace-uri()='…'][1]/…``, the full path with namespaces and ranks."""

    def __init__(self) -> None:
        self._pas: dict[Noeud, str] = {}
        self._chemins: dict[Noeud, str] = {}

    def de(self, noeud: Noeud) -> str:
        """The location of one element."""
        if noeud.parent is None:
            return ""
        connu = self._chemins.get(noeud)
        if connu is None:
            if noeud not in self._pas:
                self._numeroter(noeud.parent.kids[noeud.tag])
            connu = self._chemins[noeud] = self.de(noeud.parent) + self._pas[noeud]
        return connu

    def _numeroter(self, freres: Sequence[Noeud]) -> None:
        """Write the steps of all the siblings of one name at once: ranks are counted once."""
        tag = freres[0].tag
        espace, accolade, local = tag[1:].rpartition("}") if tag[0] == "{" else ("", "", tag)
        nom = f"/*:{local}[namespace-uri()='{espace}']" if accolade else f"/{local}"
        for rang, frere in enumerate(freres, 1):
            self._pas[frere] = f"{nom}[{rang}]"
