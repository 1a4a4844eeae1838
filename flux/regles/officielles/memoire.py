"""What one rule set remembers while it decides one document: shared expressions, and nodes by key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from types import GeneratorType
from typing import Any

from flux.regles.officielles.axes import trie
from flux.regles.officielles.conversions import Valeur
from flux.regles.officielles.document import Chemin, Document, Noeud
from flux.regles.officielles.erreurs import ErreurXPath

Fonction = Callable[..., Any]  # generated code
Groupes = Mapping[str, Sequence[Noeud]]
Revue = tuple[int, Iterable[str], bool, Fonction | None]  # steps up, names down, one each, what is asked of those


BEAUCOUP = 12  # fewer are looked at one by one at once


class Memoire(dict[object, Any]):
    """Expressions that only the document decides, evaluated at their first use; an error is raised again at each use.

    :param plan: remembered expressions, keys, and names of which the rules ask for every element.
    :param complet: evaluate the variables of rules that the document dispenses with too, so that ``reserve`` is complete; and look at
        every path as a whole, so that a comparison of the engines looks at both ways to a verdict.
    :ivar racine: the document node.
    :ivar sommet: the root element.
    :ivar tous: every element of a name, in document order.
    :ivar noms: names of the elements found in the document. :ivar attributs: names of the attributes.
    :ivar beaucoup: nodes from which a path is looked at as a whole first (:meth:`doutes`).
    :ivar reserve: whether a variable could not be evaluated, read or not.
    """

    def __init__(
        self, document: Document, plan: tuple[Mapping[object, Fonction], Sequence[Fonction], Iterable[str]], *, complet: bool = False
    ) -> None:
        fonctions, cles, tous = plan
        super().__init__()
        self.racine = document.noeud
        self.sommet = document.sommet
        self.tous = {tag: document.tous(tag) for tag in tous}.get
        self.document = document
        self.elements = document.elements
        self.noms = document.forme.par_nom
        self.attributs = document.attributs
        self.reserve = False
        self.complet = complet
        self.beaucoup = 1 if complet else BEAUCOUP
        self._fonctions = fonctions
        self._cles = cles
        self._index: dict[tuple[int, int], tuple[Sequence[Noeud], dict[str, list[Noeud]] | None]] = {}
        self._par_cle: dict[int, list[_Index]] = {}
        self._aiguillages: dict[tuple[int, Chemin], Groupes] = {}
        self._doutes: dict[tuple[Chemin, int], list[bool]] = {}

    def __missing__(self, numero: object) -> Valeur:
        """Evaluate the expression: that of a number, or a function followed by its values."""
        try:
            if numero.__class__ is tuple and numero not in self._fonctions:
                fonction, *valeurs = numero
                valeur = fonction(self, *valeurs)
            else:
                valeur = self._fonctions[numero](self)
        except ErreurXPath as erreur:
            self._fonctions = {**self._fonctions, numero: partial(_lever_encore, erreur.code)}
            raise
        if valeur.__class__ is GeneratorType:
            valeur = _tirer(valeur)
        self[numero] = valeur
        return valeur

    def trouver(self, cle: int, noeuds: Sequence[Noeud], valeurs: Iterable[str] | Callable[[], Iterable[str]]) -> Sequence[Noeud]:
        """Those of the nodes whose key has one of the values, in document order.

        The index of a list is kept with the list itself, so that its identity stays its own. When a key cannot be read, the nodes are
        walked one by one as XPath does, and the error comes out only if the walk gets there.

        :param valeurs: the values, or what gives them: read only when there is a key to compare with.
        """
        if not noeuds:
            return ()
        connu = self._index.get((cle, id(noeuds)))
        if connu is None:
            connu = self._index[cle, id(noeuds)] = (noeuds, self._indexer(cle, noeuds).entier)
        if connu[1] is not None and not connu[1]:
            return ()
        if callable(valeurs):
            valeurs = valeurs()
        if connu[1] is None:
            return Parcours(noeuds, self._cles[cle], frozenset(valeurs), self)
        listes = [connu[1][v] for v in dict.fromkeys(valeurs) if v in connu[1]]
        return listes[0] if len(listes) == 1 else trie(n for liste in listes for n in liste)

    def candidats(self, cle: int, noeuds: Sequence[Noeud], valeurs: Iterable[str] | Callable[[], Iterable[str]]) -> Sequence[Noeud]:
        """Those of the nodes whose key has one of the values; all of them when a key or a value cannot be read."""
        try:
            trouves = self.trouver(cle, noeuds, valeurs)
        except ErreurXPath:
            return noeuds
        return noeuds if isinstance(trouves, Parcours) else trouves

    def grouper(self, cle: int, noeuds: Sequence[Noeud]) -> Groupes | Parcourus:
        """Nodes by key; when a key cannot be read, something that walks the nodes for each value as XPath does."""
        groupes = self._indexer(cle, noeuds).entier
        return Parcourus(noeuds, self._cles[cle], self) if groupes is None else groupes

    def aiguillage(self, cle: int, chemin: Chemin, noeuds: Sequence[Noeud]) -> Groupes:
        """Nodes of a path by key; one whose key cannot be read has none: an error in a pattern is a node that does not match."""
        groupes = self._aiguillages.get((cle, chemin))
        if groupes is None:
            groupes = self._aiguillages[cle, chemin] = self._indexer(cle, noeuds).groupes
        return groupes

    def doutes(self, noeuds: Sequence[Noeud], revues: tuple[Revue, ...]) -> list[bool]:
        """For each assertion of a rule, whether the nodes must be looked at; all are of one path.

        Answered once a path: a rule that is alone in its pattern is asked before its condition, and asks again for those that it fires on.
        """
        chemin = self.document.chemin(noeuds[0])
        connus = self._doutes.get((chemin, id(revues)))  # data of the generated module, which outlives the document
        if connus is None:
            connus = self._doutes[chemin, id(revues)] = [not self._sure(chemin, *revue) for revue in revues]
        return connus

    def _sure(self, chemin: Chemin, montees: int, tags: Iterable[str], exacte: bool, tient: Fonction | None) -> bool:
        """Whether an assertion surely holds, without error, for every node of a path (see :mod:`revues`)."""
        for _ in range(montees):
            if chemin.parent is None:
                return False
            chemin = chemin.parent
        dessous: Chemin | None = chemin
        for tag in tags:
            dessous = dessous.enfants.get(tag) if dessous is not None else None
            if dessous in self.document.doubles:
                return False
        par_chemin = self.document.par_chemin
        noeuds = par_chemin.get(dessous, ()) if dessous is not None else ()
        if exacte and len(noeuds) != len(par_chemin[chemin]):
            return False
        try:
            return tient is None or bool(tient(noeuds, self))
        except ErreurXPath:
            return False

    def _indexer(self, cle: int, noeuds: Sequence[Noeud]) -> _Index:
        """Nodes by key, made once for the same nodes, whatever the path that led to them."""
        connus = self._par_cle.setdefault(cle, [])
        for index in connus:
            if index.noeuds == noeuds:  # their identities: a small part of what reading the keys costs
                return index
        index = _Index(noeuds)
        connus.append(index)
        lire, groupes = self._cles[cle], index.groupes
        for noeud in noeuds:
            try:
                valeurs = lire(noeud, self)
                for valeur in valeurs if len(valeurs) == 1 else dict.fromkeys(valeurs):
                    groupes.setdefault(valeur, []).append(noeud)
            except ErreurXPath:
                index.entier = None
        return index


class _Index:
    """Nodes by key.

    :ivar noeuds: the nodes. :ivar groupes: those whose key can be read. :ivar entier: the same; ``None`` when a key cannot be read.
    """

    __slots__ = ("entier", "groupes", "noeuds")

    def __init__(self, noeuds: Sequence[Noeud]) -> None:
        self.noeuds = noeuds
        self.groupes: dict[str, list[Noeud]] = {}
        self.entier: dict[str, list[Noeud]] | None = self.groupes


def _lever_encore(code: str, _: Memoire) -> Valeur:
    raise ErreurXPath(code)


def _tirer(items: Iterable[Valeur]) -> Sequence[Valeur]:
    """The items of a sequence, up to the error if there is one: who looks no further than a first item does not meet it."""
    liste: list[Valeur] = []
    try:
        for item in items:
            liste.append(item)  # noqa: PERF402 what comes before the error must stay
    except ErreurXPath as erreur:
        return Interrompue(liste, erreur.code)
    return liste


class Interrompue(Sequence[Any]):
    """A sequence whose evaluation fails after its first items."""

    def __init__(self, debut: list[Valeur], code: str) -> None:
        self._debut, self._code = debut, code

    def __iter__(self) -> Iterator[Valeur]:
        """Give the first items, then the error."""
        yield from self._debut
        raise ErreurXPath(self._code)

    def __bool__(self) -> bool:
        """Whether there is one item."""
        return bool(self._debut) or self._echouer()

    def __len__(self) -> int:
        """Counting meets the error."""
        raise ErreurXPath(self._code)

    def __getitem__(self, rang: Any) -> Any:  # noqa: ANN401 an index or a slice, as a list does
        """Read an item; past the first ones, the error."""
        if isinstance(rang, int) and 0 <= rang < len(self._debut):
            return self._debut[rang]
        return self._echouer()

    def _echouer(self) -> Any:  # noqa: ANN401 never returns
        raise ErreurXPath(self._code)


class Parcourus:
    """Nodes by key, walked anew for each value."""

    def __init__(self, noeuds: Sequence[Noeud], lire: Fonction, memoire: Memoire) -> None:
        self._noeuds, self._lire, self._memoire = noeuds, lire, memoire

    def get(self, valeur: str, _: Sequence[Noeud]) -> Sequence[Noeud]:
        """Those whose key is the value."""
        return Parcours(self._noeuds, self._lire, frozenset((valeur,)), self._memoire)


class Parcours(Sequence[Noeud]):
    """Nodes chosen by their key, read one by one and only as far as needed."""

    def __init__(self, noeuds: Sequence[Noeud], lire: Fonction, valeurs: frozenset[str], memoire: Memoire) -> None:
        self._noeuds, self._lire, self._valeurs, self._memoire = noeuds, lire, valeurs, memoire

    def __iter__(self) -> Iterator[Noeud]:
        """Walk the nodes."""
        return (n for n in self._noeuds if not self._valeurs.isdisjoint(self._lire(n, self._memoire)))

    def __bool__(self) -> bool:
        """Whether there is one, without looking further."""
        return next(iter(self), None) is not None

    def __len__(self) -> int:
        """How many there are."""
        return sum(1 for _ in self)

    def __getitem__(self, rang: Any) -> Any:  # noqa: ANN401 an index or a slice, a node or a list: as a list does
        """Read them all, as a list does."""
        return list(self)[rang]
