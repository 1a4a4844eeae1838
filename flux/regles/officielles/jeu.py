"""A loaded rule set: what it does with one document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import getcontext, setcontext
from typing import Any

from flux.regles.officielles.document import Chemin, Document, Noeud, emplacement
from flux.regles.officielles.erreurs import ErreurMoteur, ErreurXPath
from flux.regles.officielles.execution import CONTEXTE
from flux.regles.officielles.motifs import convient

Fonction = Callable[..., Any]
_FAUTES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError, NameError)


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
    """

    def __init__(self, document: Document, fonctions: Sequence[Fonction]) -> None:
        super().__init__()
        self.racine = document.noeud
        self.tous = document.tous
        self.elements = document.elements
        self.a_l_attribut = document.a_l_attribut
        self._fonctions = fonctions
        self._erreurs: dict[int, str] = {}

    def __missing__(self, numero: int) -> Any:
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


@dataclass(frozen=True, slots=True)
class _Candidat:
    """A rule that may fire on the nodes of a path: its rank, its function (``None``: absences say all), its conditions on the node
    (``None``: it surely fires), and whether the pattern goes on below."""

    rang: int
    fonction: Fonction | None
    conditions: tuple[Fonction, ...] | None
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
    motif: int
    regle: int
    assertion: int


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a rule set does with the nodes of one path."""

    etapes: tuple[_Etape, ...]
    absences: tuple[_Absence, ...]


class JeuDeRegles:
    """One official rule set, compiled. Safe to use from many threads on different documents.

    :param nom: name of the set, for messages.
    :param module: names of the generated module.
    :ivar nombre: assertions in the set.
    """

    def __init__(self, nom: str, module: dict[str, Any]) -> None:
        self.nom = nom
        self._assertions: tuple[tuple[str, str, str | None, int], ...] = module["ASSERTIONS"]
        self._memos: tuple[Fonction, ...] = module["MEMOS"]
        self._motifs = module["MOTIFS"]
        self.nombre = len(self._assertions)
        # Which rules may end on a name: (pattern, rank), "*" for those that end on a wildcard.
        self._par_nom: dict[str, list[tuple[int, int]]] = {}
        for motif, (_, regles) in enumerate(self._motifs):
            for rang, (_, _, branches) in enumerate(regles):
                for fin in {"*" if "*" in pas[-1][1] else pas[-1][1] for _, pas, _ in branches}:
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
            tests = [test for absolu, pas, test in branches if convient(absolu, pas, noms)]
            if not tests:
                continue
            sure = None in tests
            trouves[motif] = (*trouves.get(motif, ()), _Candidat(rang, fonction, None if sure else tuple(tests), continue_))
            if sure:
                fermes.add(motif)
        return trouves

    def _planifier(self, chemin: Chemin) -> _Plan:
        etapes = []
        for motif, candidats in sorted(self._candidats(chemin).items()):
            barrages = []
            ici, haut = chemin.parent, 1
            while self._barres[motif] and ici is not None:
                dessus = self._candidats(ici).get(motif, ())
                if any(not c.continue_ for c in dessus):
                    barrages.append((haut, dessus))
                ici, haut = ici.parent, haut + 1
            if any(c.fonction is not None for c in candidats):
                etapes.append(_Etape(candidats, tuple(barrages)))
        plan = _Plan(tuple(etapes), tuple(self._absences_de(chemin)))
        chemin.plans[self] = plan
        return plan

    def _absences_de(self, chemin: Chemin) -> list[_Absence]:
        trouvees = []
        tags: tuple[str, ...] = ()
        ici: Chemin | None = chemin
        for haut in range(self._absence_max + 1):
            if ici is None or not ici.tag:
                break
            for attribut, motif, regle, assertion in self._absences.get(tags, ()):
                if any(c.rang == regle for c in self._candidats(ici).get(motif, ())):
                    trouvees.append(_Absence(haut, attribut, motif, regle, assertion))
            tags = (ici.tag, *tags)
            ici = ici.parent
        return trouvees

    # -- evaluation ---------------------------------------------------------------------------------------------------

    def evaluer(self, document: Document) -> list[Echec]:
        """Decide every assertion of the set on a document.

        :return: failures, in the order of the rule file's report: by pattern, node in document order, assertion.
        :raises ErreurMoteur: a fault of this engine on this document; the reference engine can still decide it.
        """
        avant = getcontext()
        setcontext(CONTEXTE.copy())
        try:
            return self._evaluer(document)
        except _FAUTES as faute:
            raise ErreurMoteur(f"{self.nom}: {faute!r}", jeu=self.nom, cause=repr(faute)) from faute
        finally:
            setcontext(avant)

    def _evaluer(self, document: Document) -> list[Echec]:
        memoire = Memoire(document, self._memos)
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
                restants = noeuds
                if etape.barrages:
                    restants = [n for n in noeuds if not _arrete(n, etape.barrages, memoire)]
                for candidat in etape.candidats:
                    if candidat.conditions is None:
                        if candidat.fonction is not None:
                            candidat.fonction(restants, memoire, echec, erreur)
                        break
                    pris, autres = [], []
                    for noeud in restants:
                        (pris if any(c(noeud, memoire) for c in candidat.conditions) else autres).append(noeud)
                    if pris and candidat.fonction is not None:
                        candidat.fonction(pris, memoire, echec, erreur)
                    restants = autres
                    if not restants:
                        break
            if plan.absences:
                self._verifier_absences(chemin, noeuds, plan, memoire, echec)
        trouves.sort(key=lambda t: (self._assertions[t[0]][3], t[1].ordre, t[0]))
        return self._restituer(trouves)

    def _verifier_absences(
        self, chemin: Chemin, noeuds: list[Noeud], plan: _Plan, memoire: Memoire, echec: Callable[[int, Noeud], None]
    ) -> None:
        """Nodes that should not be there: say so once for each node of the rule."""
        for absence in plan.absences:
            sujets: dict[Noeud, None] = {}
            for noeud in noeuds:
                if absence.attribut is None or absence.attribut in noeud.attrs:
                    sujets[_monter(noeud, absence.haut)] = None
            if not sujets:
                continue
            ici = chemin
            for _ in range(absence.haut):
                ici = ici.parent or ici
            candidats = self._candidats(ici).get(absence.motif, ())
            for sujet in sujets:
                regle = _declenchee(sujet, candidats, memoire)
                if regle is not None and regle.rang == absence.regle and not self._barree(sujet, ici, absence.motif, memoire):
                    echec(absence.assertion, sujet)

    def _barree(self, noeud: Noeud, chemin: Chemin, motif: int, memoire: Memoire) -> bool:
        """Whether the pattern stopped above the node."""
        if not self._barres[motif]:
            return False
        ici, dessus = chemin.parent, noeud.parent
        while ici is not None and dessus is not None:
            regle = _declenchee(dessus, self._candidats(ici).get(motif, ()), memoire)
            if regle is not None and not regle.continue_:
                return True
            ici, dessus = ici.parent, dessus.parent
        return False

    def _restituer(self, trouves: list[tuple[int, Noeud, str | None, str]]) -> list[Echec]:
        """Failures as results, the several paths of one absence told once."""
        resultats: list[Echec] = []
        vus: set[tuple[int, int]] = set()
        for numero, noeud, message, code in trouves:
            if (numero, noeud.ordre) in vus:
                continue
            vus.add((numero, noeud.ordre))
            identifiant, drapeau, fixe, _ = self._assertions[numero]
            ligne = noeud.elem.sourceline if noeud.elem is not None else None
            texte = message if message is not None else fixe or ""
            resultats.append(Echec(identifiant, drapeau, texte, emplacement(noeud), ligne, code))
        return resultats


def _monter(noeud: Noeud, haut: int) -> Noeud:
    for _ in range(haut):
        noeud = noeud.parent or noeud
    return noeud


def _declenchee(noeud: Noeud, candidats: tuple[_Candidat, ...], memoire: Memoire) -> _Candidat | None:
    """The rule that fires on a node: the first that matches."""
    for candidat in candidats:
        if candidat.conditions is None or any(c(noeud, memoire) for c in candidat.conditions):
            return candidat
    return None


def _arrete(noeud: Noeud, barrages: tuple[tuple[int, tuple[_Candidat, ...]], ...], memoire: Memoire) -> bool:
    """Whether the pattern stopped on a node above."""
    for haut, candidats in barrages:
        regle = _declenchee(_monter(noeud, haut), candidats, memoire)
        if regle is not None and not regle.continue_:
            return True
    return False
