"""A loaded rule set: what it does with one document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import getcontext, setcontext
from typing import Any

from flux.regles.officielles.axes import trie
from flux.regles.officielles.document import Chemin, Document, Emplacements, Noeud, element
from flux.regles.officielles.erreurs import ErreurMoteur, ErreurXPath
from flux.regles.officielles.execution import CONTEXTE, Valeur
from flux.regles.officielles.motifs import convient
from flux.regles.officielles.numeros import base, numero_publie

Fonction = Callable[..., Any]  # generated code
_FAUTES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError, NameError, ErreurXPath)


@dataclass(frozen=True, slots=True)
class Echec:
    """One failed assertion, one report, or one test that could not be decided.

    :ivar regle: identifier of the assertion (``BR-CO-15``); ``""`` when the rule file gives none.
    :ivar drapeau: its flag (``fatal``, ``warning``…); ``""`` when the rule file gives none, which means fatal.
    :ivar message: the official text with its computed values; white space as published.
    :ivar emplacement: the XPath that SVRL gives.
    :ivar ligne: 1-based line of the element in the document, ``None`` when not known.
    :ivar erreur: W3C code of the dynamic error on which Saxon gives up the whole document; ``""`` for a plain failure.
    """

    regle: str
    drapeau: str
    message: str
    emplacement: str
    ligne: int | None
    erreur: str = ""


class Memoire(dict[int, Any]):
    """Expressions that only the document decides, evaluated at their first use; an error is raised again at each use.

    :ivar racine: the document node.
    :ivar reserve: whether a variable could not be evaluated, read or not.
    """

    def __init__(self, document: Document, fonctions: dict[int, Fonction], cles: Sequence[Fonction]) -> None:
        super().__init__()
        self.racine = document.noeud
        self.tous = document.tous
        self.elements = document.elements
        self.a_l_attribut = document.a_l_attribut
        self.reserve = False
        self._fonctions = fonctions
        self._cles = cles
        self._erreurs: dict[int, str] = {}
        self._index: dict[tuple[int, int], tuple[Sequence[Noeud], dict[str, list[Noeud]] | None]] = {}

    def __missing__(self, numero: int) -> Valeur:
        """Evaluate the expression."""
        if numero in self._erreurs:
            raise ErreurXPath(self._erreurs[numero])
        try:
            valeur = self._fonctions[numero](self)
        except ErreurXPath as erreur:
            self._erreurs[numero] = erreur.code
            raise
        self[numero] = valeur
        return valeur

    def trouver(self, cle: int, noeuds: Sequence[Noeud], valeurs: Iterable[str]) -> Sequence[Noeud]:
        """Those of the nodes whose key has one of the values, in document order.

        The index of a list is kept with the list itself, so that its identity stays its own. When a key cannot be read, the nodes are
        walked one by one as XPath does, and the error comes out only if the walk gets there.
        """
        connu = self._index.get((cle, id(noeuds)))
        if connu is None:
            connu = self._index[cle, id(noeuds)] = (noeuds, self._indexer(self._cles[cle], noeuds))
        if connu[1] is None:
            return Parcours(noeuds, self._cles[cle], frozenset(valeurs), self)
        listes = [connu[1][v] for v in dict.fromkeys(valeurs) if v in connu[1]]
        return listes[0] if len(listes) == 1 else trie(n for liste in listes for n in liste)

    def _indexer(self, lire: Fonction, noeuds: Sequence[Noeud]) -> dict[str, list[Noeud]] | None:
        """Nodes by key; ``None`` when a key cannot be read."""
        par_valeur: dict[str, list[Noeud]] = {}
        try:
            for noeud in noeuds:
                for valeur in dict.fromkeys(lire(noeud, self)):
                    par_valeur.setdefault(valeur, []).append(noeud)
        except ErreurXPath:
            return None
        return par_valeur


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


@dataclass(frozen=True, slots=True)
class _Candidat:
    """A rule that may fire on the nodes of a path.

    Its rank, its function (``None``: absences say all), its condition on the node (``None``: it surely fires), and whether the
    pattern goes on below.
    """

    rang: int
    fonction: Fonction | None
    condition: Fonction | None
    continue_: bool


@dataclass(frozen=True, slots=True)
class _Etape:
    """What one pattern does with the nodes of a path; ``barrages``: (how far up, rules there) where the pattern may have stopped."""

    candidats: tuple[_Candidat, ...]
    barrages: tuple[tuple[int, tuple[_Candidat, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Absence:
    """The presence of a node of this path (or of its attribute) fails an assertion of a rule, so many steps up."""

    haut: int
    attribut: str | None
    regle: int
    assertion: int
    candidats: tuple[_Candidat, ...]
    barrages: tuple[tuple[int, tuple[_Candidat, ...]], ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a rule set does with the nodes of one path."""

    etapes: tuple[_Etape, ...]
    absences: tuple[_Absence, ...]


class JeuDeRegles:
    """One official rule set, compiled. Safe to use from many threads on different documents.

    :param nom: name of the set, for messages.
    :param module: names of the generated module.
    :ivar nombre: assertions in the set. :ivar numeros: their published numbers, without the term that BR-FR adds.
    """

    def __init__(self, nom: str, module: dict[str, Any]) -> None:
        self.nom = nom
        self._assertions: tuple[tuple[str, str, str | None, int], ...] = module["ASSERTIONS"]
        self._memos: dict[int, Fonction] = module["MEMOS"]
        self._cles: tuple[Fonction, ...] = module["CLES"]
        self._motifs = module["MOTIFS"]
        self.nombre = len(self._assertions)
        self.numeros = frozenset(base(numero_publie(a[0], a[2] or "")) for a in self._assertions)
        # Which rules may end on a name: (pattern, rank), "*" for those that end on a wildcard.
        self._par_nom: dict[str, list[tuple[int, int]]] = {}
        for motif, (_, regles) in enumerate(self._motifs):
            for rang, (_, _, branches) in enumerate(regles):
                for fin in {"*" if "*" in pas[-1][1] else pas[-1][1] for _, pas, _, _ in branches}:
                    self._par_nom.setdefault(fin, []).append((motif, rang))
        self._barres = [any(not continue_ for _, continue_, _ in regles) for _, regles in self._motifs]
        self._absences: dict[tuple[str, ...], list[tuple[str | None, int, int, int]]] = {}
        for tags, *reste in module["ABSENCES"]:
            self._absences.setdefault(tags, []).append((reste[0], reste[1], reste[2], reste[3]))
        self._absence_max = max((len(tags) for tags in self._absences), default=0)

    # -- plans: once for each distinct path ---------------------------------------------------------------------------

    def _candidats(self, chemin: Chemin) -> dict[int, tuple[_Candidat, ...]]:
        """Rules that may fire on a path, by pattern, the one to try first coming first."""
        if not chemin.tag:
            return {}
        noms = chemin.noms()
        trouves: dict[int, tuple[_Candidat, ...]] = {}
        fermes: set[int] = set()
        for motif, rang in sorted(set(self._par_nom.get(chemin.tag, []) + self._par_nom.get("*", []))):
            if motif in fermes:
                continue
            fonction, continue_, branches = self._motifs[motif][1][rang]
            tests = [test for absolu, pas, forme, test in branches if convient(absolu, pas, noms) and (forme is None or forme(chemin.tag))]
            if not tests:
                continue
            sure = None in tests
            trouves[motif] = (*trouves.get(motif, ()), _Candidat(rang, fonction, None if sure else _un_de(tests), continue_))
            if sure:
                fermes.add(motif)
        return trouves

    def _planifier(self, chemin: Chemin) -> _Plan:
        etapes = []
        for motif, candidats in sorted(self._candidats(chemin).items()):
            if any(c.fonction is not None for c in candidats):
                etapes.append(_Etape(candidats, self._barrages(chemin, motif)))
        plan = _Plan(tuple(etapes), tuple(self._absences_de(chemin)))
        chemin.plans[self] = plan
        return plan

    def _barrages(self, chemin: Chemin, motif: int) -> tuple[tuple[int, tuple[_Candidat, ...]], ...]:
        """Where above a path the pattern may stop."""
        barrages = []
        ici, haut = chemin.parent, 1
        while self._barres[motif] and ici is not None:
            dessus = self._candidats(ici).get(motif, ())
            if any(not c.continue_ for c in dessus):
                barrages.append((haut, dessus))
            ici, haut = ici.parent, haut + 1
        return tuple(barrages)

    def _absences_de(self, chemin: Chemin) -> list[_Absence]:
        trouvees = []
        tags: tuple[str, ...] = ()
        ici: Chemin | None = chemin
        for haut in range(self._absence_max + 1):
            if ici is None or not ici.tag:
                break
            for attribut, motif, regle, assertion in self._absences.get(tags, ()):
                candidats = self._candidats(ici).get(motif, ())
                if any(c.rang == regle for c in candidats):
                    trouvees.append(_Absence(haut, attribut, regle, assertion, candidats, self._barrages(ici, motif)))
            tags = (ici.tag, *tags)
            ici = ici.parent
        return trouvees

    # -- evaluation ---------------------------------------------------------------------------------------------------

    def evaluer(self, document: Document) -> list[Echec]:
        """Decide every assertion of the set on a document.

        :return: failures, in the order of the rule file's report: by pattern, node in document order, assertion.
        :raises ErreurMoteur: a fault of this engine on this document; the reference engine can still decide it.
        """
        return self.evaluer_avec_reserve(document)[0]

    def evaluer_avec_reserve(self, document: Document) -> tuple[list[Echec], bool]:
        """Decide every assertion, and say whether a variable could not be evaluated, even one that nothing read.

        On such a document Saxon gives up or not, depending on what it has learnt from the evaluations before.

        :raises ErreurMoteur: as :meth:`evaluer`.
        """
        avant = getcontext()
        setcontext(CONTEXTE.copy())
        try:
            return self._evaluer(document)
        except _FAUTES as faute:
            raise ErreurMoteur(f"{self.nom}: {faute!r}", jeu=self.nom, cause=repr(faute)) from faute
        finally:
            setcontext(avant)

    def _evaluer(self, document: Document) -> tuple[list[Echec], bool]:  # noqa: C901 the hot loop, kept in one piece
        memoire = Memoire(document, self._memos, self._cles)
        trouves: list[tuple[int, Noeud, str | None, str]] = []

        def echec(assertion: int, noeud: Noeud, message: str | None = None) -> None:
            trouves.append((assertion, noeud, message, ""))

        def erreur(assertion: int, noeud: Noeud, cause: ErreurXPath) -> None:
            trouves.append((assertion, noeud, None, cause.code))

        for chemin, noeuds in document.par_chemin.items():
            plan = chemin.plans.get(self)
            if plan is None:
                plan = self._planifier(chemin)
            for etape in plan.etapes:
                candidat = etape.candidats[0]
                if etape.barrages or len(etape.candidats) > 1 or candidat.fonction is None:
                    _partager(etape, noeuds, memoire, echec, erreur)
                elif candidat.condition is None:
                    candidat.fonction(noeuds, memoire, echec, erreur)
                elif pris := [n for n in noeuds if candidat.condition(n, memoire)]:
                    candidat.fonction(pris, memoire, echec, erreur)
            for absence in plan.absences:
                if absence.attribut is None or any(absence.attribut in n.attrs for n in noeuds):
                    _verifier_absence(absence, noeuds, memoire, echec)
        if not trouves:
            return [], memoire.reserve
        trouves.sort(key=lambda t: (self._assertions[t[0]][3], t[1].ordre, t[0]))
        return self._restituer(trouves), memoire.reserve

    def _restituer(self, trouves: list[tuple[int, Noeud, str | None, str]]) -> list[Echec]:
        """Failures as results, the several paths of one absence told once."""
        resultats: list[Echec] = []
        vus: set[tuple[int, int]] = set()
        emplacements = Emplacements()
        for numero, noeud, message, code in trouves:
            if (numero, noeud.ordre) in vus:
                continue
            vus.add((numero, noeud.ordre))
            identifiant, drapeau, fixe, _ = self._assertions[numero]
            elem = element(noeud)
            ligne = None if elem is None or elem.sourceline is None else int(str(elem.sourceline))
            texte = message if message is not None else fixe or ""
            resultats.append(Echec(identifiant, drapeau, texte, emplacements.de(noeud), ligne, code))
        return resultats


def _un_de(tests: list[Fonction]) -> Fonction:
    """One condition for several branches of a pattern."""
    if len(tests) == 1:
        return tests[0]
    return lambda noeud, memoire: any(test(noeud, memoire) for test in tests)


def _partager(etape: _Etape, noeuds: list[Noeud], memoire: Memoire, echec: Fonction, erreur: Fonction) -> None:
    """Give each node to the first rule of the pattern that matches it."""
    restants = noeuds
    if etape.barrages:
        restants = [n for n in noeuds if not _arrete(n, etape.barrages, memoire)]
    for candidat in etape.candidats:
        pris = restants
        if candidat.condition is not None:
            condition = candidat.condition
            pris = [n for n in restants if condition(n, memoire)]
            restants = _sauf(restants, pris)
        if pris and candidat.fonction is not None:
            candidat.fonction(pris, memoire, echec, erreur)
        if candidat.condition is None or not restants:
            break


def _sauf(noeuds: list[Noeud], pris: list[Noeud]) -> list[Noeud]:
    """The nodes that were not taken."""
    if not pris:
        return noeuds
    ensemble = set(pris)
    return [n for n in noeuds if n not in ensemble]


def _verifier_absence(absence: _Absence, noeuds: list[Noeud], memoire: Memoire, echec: Fonction) -> None:
    """Nodes that should not be there: say so once for each node of the rule."""
    for sujet in dict.fromkeys(_monter(n, absence.haut) for n in noeuds if absence.attribut is None or absence.attribut in n.attrs):
        regle = _declenchee(sujet, absence.candidats, memoire)
        if regle is not None and regle.rang == absence.regle and not _arrete(sujet, absence.barrages, memoire):
            echec(absence.assertion, sujet)


def _monter(noeud: Noeud, haut: int) -> Noeud:
    for _ in range(haut):
        noeud = noeud.parent or noeud
    return noeud


def _declenchee(noeud: Noeud, candidats: tuple[_Candidat, ...], memoire: Memoire) -> _Candidat | None:
    """The rule that fires on a node: the first that matches."""
    for candidat in candidats:
        if candidat.condition is None or candidat.condition(noeud, memoire):
            return candidat
    return None


def _arrete(noeud: Noeud, barrages: tuple[tuple[int, tuple[_Candidat, ...]], ...], memoire: Memoire) -> bool:
    """Whether the pattern stopped on a node above."""
    for haut, candidats in barrages:
        regle = _declenchee(_monter(noeud, haut), candidats, memoire)
        if regle is not None and not regle.continue_:
            return True
    return False
