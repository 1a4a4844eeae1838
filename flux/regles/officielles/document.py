"""The index of one document: built once, read by every rule set that applies.

Nodes are grouped by *path* (the names from the root down): a rule set decides once for each distinct path which rules can fire
there, and remembers it for the next documents, since invoices share their paths.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, ClassVar

from lxml import etree

from flux.regles.officielles.conversions import BLANCS
from flux.regles.officielles.erreurs import ErreurMoteur

VIDE: dict[str, Any] = {}
PROFONDEUR_MAX = 500  # nested elements; flux.limites lets far fewer in
FORMES_MAX = 200  # distinct sets of paths remembered in a process, some 50 kB each with what the rule sets plan for them
CHEMINS_PAR_FORME = 2_000
CHEMINS_MAX = 20_000  # distinct paths remembered in a process; past it the memory starts anew (names come from outside)

_BLANCS = re.compile(r"[ \t\r\n]+")
_texte_de = etree.XPath("string()", smart_strings=False)


def normaliser(texte: str) -> str:
    """``normalize-space``: XML white space only (a no-break space stays)."""
    if texte.isalnum():  # a code or a number, most often: nothing white in it
        return texte
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


class Forme:
    """The distinct paths of a document, in the order of their first node: invoices of one issuer share a few forms.

    :ivar chemins: the paths.
    :ivar par_nom: paths that end on each name.
    :ivar plans: what each rule set does with the documents of this form.
    """

    __slots__ = ("chemins", "par_nom", "plans")

    connues: ClassVar[dict[tuple[Chemin, ...], Forme]] = {}

    def __init__(self, chemins: tuple[Chemin, ...]) -> None:
        self.chemins = chemins
        self.par_nom: dict[str, tuple[Chemin, ...]] = {}
        for chemin in chemins:
            self.par_nom[chemin.tag] = (*self.par_nom.get(chemin.tag, ()), chemin)
        self.plans: dict[object, Any] = {}

    @classmethod
    def de(cls, chemins: tuple[Chemin, ...]) -> Forme:
        """Return the form of these paths, remembered by the process within limits."""
        connue = cls.connues.get(chemins)
        if connue is None:
            connue = cls(chemins)
            if len(chemins) > CHEMINS_PAR_FORME:
                return connue  # no invoice: nothing to gain by keeping it
            if len(cls.connues) >= FORMES_MAX:
                cls.connues = {}
            cls.connues[chemins] = connue
        return connue


class Noeud:
    """An element (or, with an empty tag, the document node); with children, it is a :class:`NoeudInterne`.

    No ``__getattr__`` here: a class that has one loses the interpreter's short way to every attribute, and rules read tens of thousands.

    :ivar parent: the node above, ``None`` for the document node.
    :ivar tag: Clark name.
    :ivar kids: child elements by Clark name, in document order.
    :ivar attrs: attributes by Clark name.
    :ivar val: string value (all the text inside); of a node with children, computed at its first use.
    :ivar norm: ``normalize-space`` of the string value, once :func:`norm` has computed it; ``None`` before.
    :ivar ordre: position in the document, 0 for the document node.
    """

    __slots__ = ("attrs", "kids", "norm", "ordre", "parent", "tag", "val")

    attrs: Mapping[str, str]
    kids: dict[str, Sequence[Noeud]]
    norm: str | None
    ordre: int
    parent: Noeud | None
    tag: str
    val: str


class NoeudInterne(Noeud):
    """A node with children: ``val`` waits for its first use."""

    __slots__ = ("_val",)

    _val: str

    @property
    def val(self) -> str:  # type: ignore[override]  # a leaf keeps its own in the slot that this hides
        """All the text inside."""
        try:
            return self._val
        except AttributeError:
            elem = element(self)
            self._val = "".join(k.val for k in enfants(self)) if elem is None else str(_texte_de(elem))
            return self._val


class NoeudDocument(NoeudInterne):
    """The document node: it leads back to lxml's elements, which nodes do not keep.

    :ivar racine: the root element.
    """

    __slots__ = ("_elements", "racine")

    def __init__(self, racine: etree._Element) -> None:
        self.parent = None
        self.tag = ""
        self.attrs = VIDE
        self.norm = None
        self.ordre = 0
        self.racine = racine
        self._elements: list[etree._Element] | None = None

    def element(self, ordre: int) -> etree._Element:
        """The element at that position: only failures, names as written and mixed content ask for one, so the list waits for them."""
        if self._elements is None:
            self._elements = list(self.racine.iter("*"))
        return self._elements[ordre - 1]


def element(noeud: Noeud) -> etree._Element | None:
    """The lxml element of a node; ``None`` for the document node."""
    dessus = noeud
    while dessus.parent is not None:
        dessus = dessus.parent
    return dessus.element(noeud.ordre) if isinstance(dessus, NoeudDocument) and noeud.ordre else None


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


rang: Callable[[Noeud], int] = attrgetter("ordre")  # position in the document, for sorting


class _Arbre:
    """The tree of paths of the process."""

    racine = Chemin("", None)


class Document:
    """The index of one document.

    :param racine: root element, already parsed and found safe (no DOCTYPE); it must not change while the index lives.
    :raises ErreurMoteur: elements nested deeper than :data:`PROFONDEUR_MAX`.
    :ivar noeud: the document node.
    :ivar sommet: the root element.
    :ivar par_chemin: nodes of each distinct path, in document order.
    :ivar attributs: Clark names of the attributes.
    :ivar doubles: paths of which some parent has several nodes.
    :ivar blancs: paths of which a node may have neither child nor text, white space aside.
    :ivar forme: what its paths alone decide.
    """

    def __init__(self, racine: etree._Element) -> None:
        if Chemin.nombre > CHEMINS_MAX:
            Chemin.nombre = 0
            _Arbre.racine = Chemin("", None)
            Forme.connues = {}
        self.noeud = NoeudDocument(racine)
        self.par_chemin: dict[Chemin, list[Noeud]] = {_Arbre.racine: [self.noeud]}
        self.attributs: set[str] = set()
        self.doubles: set[Chemin] = set()
        self.blancs: set[Chemin] = set()
        self._par_nom: dict[str, list[Noeud]] = {}
        self._internes: list[Noeud] = [self.noeud]  # nodes with children, in document order
        self._indexer(racine)
        self.sommet = next(iter(self.noeud.kids.values()))[0]
        self.forme = Forme.de(tuple(self.par_chemin))

    def __del__(self) -> None:
        """Cut the links from parents to children, so that nodes go at once rather than at the next collection of cycles.

        The lists by path go first: nodes then go in document order, as they lie in memory, which takes half the time.
        """
        self.par_chemin.clear()
        self._par_nom.clear()
        for noeud in self._internes:
            noeud.kids = VIDE

    def _indexer(self, racine: etree._Element) -> None:  # noqa: C901, PLR0912, PLR0915 one piece, see below
        """Make the nodes in one walk of the document, without recursion: the number of its children says where an element ends.

        The hot loop of the index, kept in one piece.
        """
        par_chemin, doubles = self.par_chemin, self.doubles
        connus = par_chemin.get
        internes = self._internes.append
        parent: Noeud = self.noeud
        chemin = _Arbre.racine
        suites = chemin.enfants
        kids: dict[str, Any] = {}
        parent.kids = kids
        restent = 1  # children of `parent` that are still to come
        dessus: list[Any] = []
        ordre = 0
        for elem in racine.iter():
            restent -= 1
            tag = elem.tag
            suite = suites.get(tag)
            if suite is None:
                if tag.__class__ is not str:  # a comment or a processing instruction
                    self.blancs.add(chemin)  # its element may have children of this kind only
                    while not restent and dessus:
                        parent, chemin, suites, kids, restent = dessus.pop()
                    continue
                suite = chemin.enfant(tag)
            ordre += 1
            nom = suite.tag  # the one text of that name: look-ups compare it by identity
            attrs = VIDE
            if attributs := elem.items():
                attrs = dict(attributs)  # type: ignore[arg-type]  # lxml 6 gives str; the stubs say bytes too
                self.attributs.update(attrs)
            nombre = len(elem)
            noeud: Noeud
            if nombre:  # the two kinds are filled apart: the interpreter has a short way where a line of code meets one kind only
                noeud = interne = NoeudInterne()
                interne.parent = parent
                interne.tag = nom
                interne.attrs = attrs
                interne.norm = None
                interne.ordre = ordre
            else:
                noeud = feuille = Noeud()
                feuille.parent = parent
                feuille.tag = nom
                feuille.attrs = attrs
                feuille.norm = None
                feuille.ordre = ordre
                texte = elem.text
                if not texte or texte < "!":  # empty, or begins with a blank
                    texte = texte or ""
                    if not texte.strip(BLANCS):
                        self.blancs.add(suite)
                feuille.val = texte
                feuille.kids = VIDE
            noeuds = connus(suite)
            if noeuds is None:
                par_chemin[suite] = [noeud]
            else:
                noeuds.append(noeud)
            if nom not in kids:
                kids[nom] = (noeud,)  # most elements have no sibling of their name, and a tuple of one is cheap
            else:
                freres = kids[nom]
                if freres.__class__ is tuple:
                    kids[nom] = [freres[0], noeud]
                    doubles.add(suite)
                else:
                    freres.append(noeud)
            if nombre:
                dessus.append((parent, chemin, suites, kids, restent))
                if len(dessus) > PROFONDEUR_MAX:
                    raise ErreurMoteur(f"more than {PROFONDEUR_MAX} nested elements", jeu="", cause="depth")
                parent, chemin, suites, restent = noeud, suite, suite.enfants, nombre
                kids = noeud.kids = {}
                internes(noeud)
                continue
            while not restent and dessus:
                parent, chemin, suites, kids, restent = dessus.pop()

    def chemin(self, noeud: Noeud) -> Chemin:
        """The path of a node."""
        tags = []
        while noeud.parent is not None:
            tags.append(noeud.tag)
            noeud = noeud.parent
        trouve = next(iter(self.par_chemin))
        for tag in reversed(tags):
            trouve = trouve.enfants[tag]
        return trouve

    def tous(self, tag: str) -> list[Noeud]:
        """Every element of that Clark name, in document order (XPath ``//nom``)."""
        connus = self._par_nom.get(tag)
        if connus is None:
            listes = [self.par_chemin[chemin] for chemin in self.forme.par_nom.get(tag, ())]
            connus = listes[0] if len(listes) == 1 else sorted((n for liste in listes for n in liste), key=rang)
            self._par_nom[tag] = connus
        return connus

    def elements(self) -> Iterator[Noeud]:
        """Every element, grouped by path (not in document order)."""
        for chemin, noeuds in self.par_chemin.items():
            if chemin.parent is not None:
                yield from noeuds


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
