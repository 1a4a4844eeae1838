"""Plans: which rules of a set may fire on the nodes of each path, decided once a path, and once a form of document."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flux.regles.officielles.document import Chemin, Forme, Noeud
from flux.regles.officielles.memoire import Fonction, Memoire
from flux.regles.officielles.motifs import convient

Barrages = tuple[tuple[int, "tuple[Candidat, ...]"], ...]


@dataclass(frozen=True, slots=True)
class Candidat:
    """A rule that may fire on the nodes of a path.

    Its rank, its function (``None``: absences say all), its condition on the node (``None``: it surely fires), whether the pattern goes
    on below and, where the condition asks for texts of one key, the key and the texts; for each branch of the condition, names without
    which it is false.
    """

    rang: int
    fonction: Fonction | None
    condition: Fonction | None
    continue_: bool
    cle: int | None = None
    textes: tuple[str, ...] = ()
    noms: tuple[tuple[str, ...], ...] = ((),)

    def possible(self, noms: Mapping[str, object]) -> bool:
        """Whether documents that have these names only have those that the condition asks for."""
        for branche in self.noms:
            for nom in branche:
                if nom not in noms:
                    break
            else:
                return True
        return False


@dataclass(frozen=True, slots=True)
class Etape:
    """What one pattern does with the nodes of a path; ``barrages``: (how far up, rules there) where the pattern may have stopped."""

    candidats: tuple[Candidat, ...]
    barrages: Barrages

    @property
    def seul(self) -> Candidat | None:
        """The rule that is alone in its pattern there, nothing above it."""
        return self.candidats[0] if len(self.candidats) == 1 and not self.barrages and self.candidats[0].fonction is not None else None


@dataclass(frozen=True, slots=True)
class Absence:
    """The presence of a node of this path (or of its attribute) fails an assertion of a rule on the path ``sujet``, so many steps up."""

    haut: int
    attribut: str | None
    regle: int
    assertion: int
    candidats: tuple[Candidat, ...]
    barrages: Barrages
    sujet: Chemin

    def possible(self, sujets: list[Noeud], memoire: Memoire) -> bool:
        """Whether the rule may fire on one of these nodes: not where the key that it asks for has other texts."""
        regle = next(c for c in self.candidats if c.rang == self.regle)
        if regle.condition is None or regle.cle is None:
            return True
        groupes = memoire.aiguillage(regle.cle, self.sujet, sujets)
        return any(texte in groupes for texte in regle.textes)


@dataclass(slots=True)
class PlanDeForme:
    """What a rule set does with the documents of one form, or with the nodes of one path whatever the form.

    :ivar sures: rules that fire on every node of a path. :ivar conditions: rules that are alone in their pattern, and fire on some.
    :ivar etapes: patterns where several rules may fire, or that may have stopped above. :ivar absences: what should not be there.
    :ivar blancs: of a path alone: rules alone in their pattern that fire on no node with a text.
    :ivar tous: names of which the rules ask for every element.
    """

    tous: tuple[str, ...]
    sures: list[tuple[Fonction, Chemin]] = field(default_factory=list)
    conditions: list[tuple[Candidat, Chemin]] = field(default_factory=list)
    etapes: list[tuple[Etape, Chemin]] = field(default_factory=list)
    absences: list[tuple[Absence, Chemin]] = field(default_factory=list)
    blancs: list[Candidat] = field(default_factory=list)

    def ajouter(self, etape: Etape, chemin: Chemin) -> None:
        """Add what one pattern does with the nodes of a path, unless no rule of it has a function."""
        if not any(c.fonction is not None for c in etape.candidats):
            return
        seul = etape.seul
        if seul is None or seul.fonction is None:
            self.etapes.append((etape, chemin))
        elif seul.condition is None:
            self.sures.append((seul.fonction, chemin))
        else:
            self.conditions.append((seul, chemin))


class Planificateur:
    """Plans of one rule set.

    :param motifs: the patterns of the generated module. :param absences: what it says must be absent.
    :param tous: see :class:`PlanDeForme`.
    """

    def __init__(self, motifs: Any, absences: Any, tous: frozenset[str]) -> None:  # noqa: ANN401 data of the generated module
        self._motifs = motifs
        self._tous = tous
        # Which rules may end on a name: (pattern, rank), "*" for those that end on a wildcard.
        self._par_nom: dict[str, list[tuple[int, int]]] = {}
        for motif, (_, regles) in enumerate(motifs):
            for rang, (_, _, branches) in enumerate(regles):
                for fin in {"*" if "*" in branche[1][-1][1] else branche[1][-1][1] for branche in branches}:
                    self._par_nom.setdefault(fin, []).append((motif, rang))
        self._barres = [any(not continue_ for _, continue_, _ in regles) for _, regles in motifs]
        self._absences: dict[tuple[str, ...], list[tuple[str | None, int, int, int]]] = {}
        for tags, *reste in absences:
            self._absences.setdefault(tags, []).append((reste[0], reste[1], reste[2], reste[3]))
        self._absence_max = max((len(tags) for tags in self._absences), default=0)

    def plan(self, forme: Forme) -> PlanDeForme:
        """The plan of a form, made once."""
        connu: PlanDeForme | None = forme.plans.get(self)
        if connu is None:
            connu = forme.plans[self] = self._planifier(forme)
        return connu

    def blancs(self, chemins: Iterable[Chemin]) -> Iterator[tuple[Candidat, Chemin]]:
        """Rules that fire on nodes without a text only, for these paths of a form already planned."""
        for chemin in chemins:
            yield from ((candidat, chemin) for candidat in chemin.plans[self][0].blancs)

    def _planifier(self, forme: Forme) -> PlanDeForme:
        plan = PlanDeForme(tuple(tag for tag in self._tous if tag in forme.par_nom))
        # Most documents of an archive have a form of their own: what their paths alone decide is added as it is.
        for chemin in forme.chemins:
            du_chemin = chemin.plans.get(self)
            if du_chemin is None:
                du_chemin = chemin.plans[self] = self._planifier_chemin(chemin)
            sur, incertaines = du_chemin
            plan.sures += sur.sures
            plan.conditions += sur.conditions
            plan.etapes += sur.etapes
            plan.absences += sur.absences
            for etape in incertaines:
                candidats = tuple([c for c in etape.candidats if c.possible(forme.par_nom)])
                plan.ajouter(Etape(candidats, etape.barrages), chemin)
        return plan

    def _planifier_chemin(self, chemin: Chemin) -> tuple[PlanDeForme, tuple[Etape, ...]]:
        """What is done with the nodes of a path whatever the document, and the patterns of which some rules ask for other names."""
        plan, incertaines = PlanDeForme(()), []
        for etape in self._etapes(chemin):
            if etape.seul is not None and getattr(etape.seul.condition, "blanc", False):
                plan.blancs.append(etape.seul)
            elif all(() in c.noms for c in etape.candidats):
                plan.ajouter(etape, chemin)
            else:
                incertaines.append(etape)
        plan.absences += [(absence, chemin) for absence in self._absences_de(chemin)]
        return plan, tuple(incertaines)

    def _candidats(self, chemin: Chemin) -> dict[int, tuple[Candidat, ...]]:
        """Rules that may fire on a path, by pattern, the one to try first coming first."""
        if not chemin.tag:
            return {}
        noms = chemin.noms()
        trouves: dict[int, tuple[Candidat, ...]] = {}
        fermes: set[int] = set()
        for motif, rang in sorted(set(self._par_nom.get(chemin.tag, []) + self._par_nom.get("*", []))):
            if motif in fermes:
                continue
            fonction, continue_, branches = self._motifs[motif][1][rang]
            retenues = [b for b in branches if convient(b[0], b[1], noms) and (b[2] is None or b[2](chemin.tag))]
            if not retenues:
                continue
            tests = [b[3] for b in retenues]
            sure = None in tests
            cles = {b[4][0] if b[4] else None for b in retenues}
            cle = cles.pop() if len(cles) == 1 else None
            textes = tuple(b[4][1] for b in retenues) if cle is not None else ()
            exiges = ((),) if sure else tuple(b[5] for b in retenues)
            candidat = Candidat(rang, fonction, None if sure else _un_de(tests), continue_, cle, textes, exiges)
            trouves[motif] = (*trouves.get(motif, ()), candidat)
            if sure:
                fermes.add(motif)
        return trouves

    def _etapes(self, chemin: Chemin) -> tuple[Etape, ...]:
        return tuple(
            Etape(candidats, self._barrages(chemin, motif))
            for motif, candidats in sorted(self._candidats(chemin).items())
            if any(c.fonction is not None for c in candidats)
        )

    def _barrages(self, chemin: Chemin, motif: int) -> Barrages:
        """Where above a path the pattern may stop."""
        barrages = []
        ici, haut = chemin.parent, 1
        while self._barres[motif] and ici is not None:
            dessus = self._candidats(ici).get(motif, ())
            if any(not c.continue_ for c in dessus):
                barrages.append((haut, dessus))
            ici, haut = ici.parent, haut + 1
        return tuple(barrages)

    def _absences_de(self, chemin: Chemin) -> tuple[Absence, ...]:
        trouvees = []
        tags: tuple[str, ...] = ()
        ici: Chemin | None = chemin
        for haut in range(self._absence_max + 1):
            if ici is None or not ici.tag:
                break
            for attribut, motif, regle, assertion in self._absences.get(tags, ()):
                candidats = self._candidats(ici).get(motif, ())
                if any(c.rang == regle for c in candidats):
                    trouvees.append(Absence(haut, attribut, regle, assertion, candidats, self._barrages(ici, motif), ici))
            tags = (ici.tag, *tags)
            ici = ici.parent
        return tuple(trouvees)


def _un_de(tests: list[Fonction]) -> Fonction:
    """One condition for several branches of a pattern."""
    if len(tests) == 1:
        return tests[0]
    return lambda noeud, memoire: any(test(noeud, memoire) for test in tests)


def declencher(candidat: Candidat, chemin: Chemin, noeuds: list[Noeud], memoire: Memoire) -> list[Noeud]:
    """The nodes of a path whose condition is true; all of them are looked at unless a key tells most of them apart."""
    condition = candidat.condition
    if condition is None:
        return noeuds
    if candidat.cle is None:
        parmi: Fonction | None = getattr(condition, "parmi", None)  # the same condition on many nodes, without a call for each
        return [n for n in noeuds if condition(n, memoire)] if parmi is None else parmi(noeuds, memoire)
    groupes = memoire.aiguillage(candidat.cle, chemin, noeuds)
    if len(candidat.textes) == 1:
        return [n for n in groupes.get(candidat.textes[0], ()) if condition(n, memoire)]
    return [n for n in dict.fromkeys(n for texte in candidat.textes for n in groupes.get(texte, ())) if condition(n, memoire)]


def appliquer(candidat: Candidat, chemin: Chemin, noeuds: list[Noeud], memoire: Memoire, echec: Fonction, erreur: Fonction) -> None:
    """A rule that is alone in its pattern: its condition need not be asked where its assertions are sure of all the nodes of the path."""
    revue = getattr(candidat.fonction, "revue", None) if len(noeuds) >= memoire.beaucoup and candidat.cle is None else None
    if revue is not None and not any(memoire.doutes(noeuds, revue)):
        return
    pris = declencher(candidat, chemin, noeuds, memoire)
    if pris and candidat.fonction is not None:
        candidat.fonction(pris, memoire, echec, erreur)


def partager(etape: Etape, chemin: Chemin, noeuds: list[Noeud], memoire: Memoire, echec: Fonction, erreur: Fonction) -> None:
    """Give each node to the first rule of the pattern that matches it."""
    restants = noeuds
    if etape.barrages:
        restants = [n for n in noeuds if not arrete(n, etape.barrages, memoire)]
    for candidat in etape.candidats:
        pris = (
            restants
            if candidat.condition is None
            else declencher(candidat, chemin, noeuds if candidat.cle is not None else restants, memoire)
        )
        if candidat.cle is not None and restants is not noeuds and pris:
            ouverts = set(restants)
            pris = [n for n in pris if n in ouverts]
        if pris and candidat.fonction is not None:
            candidat.fonction(pris, memoire, echec, erreur)
        if len(pris) == len(restants):
            break
        restants = _sauf(restants, pris)


def _sauf(noeuds: list[Noeud], pris: list[Noeud]) -> list[Noeud]:
    """The nodes that were not taken."""
    if not pris:
        return noeuds
    ensemble = set(pris)
    return [n for n in noeuds if n not in ensemble]


def verifier_absence(absence: Absence, noeuds: list[Noeud], memoire: Memoire, echec: Fonction) -> None:
    """Nodes that should not be there: say so once for each node of the rule."""
    sujets = memoire.document.par_chemin[absence.sujet]
    if len(sujets) >= memoire.beaucoup and not absence.possible(sujets, memoire):
        return
    for sujet in dict.fromkeys(_monter(n, absence.haut) for n in noeuds if absence.attribut is None or absence.attribut in n.attrs):
        regle = _declenchee(sujet, absence.candidats, memoire)
        if regle is not None and regle.rang == absence.regle and not arrete(sujet, absence.barrages, memoire):
            echec(absence.assertion, sujet)


def _monter(noeud: Noeud, haut: int) -> Noeud:
    for _ in range(haut):
        noeud = noeud.parent or noeud
    return noeud


def _declenchee(noeud: Noeud, candidats: tuple[Candidat, ...], memoire: Memoire) -> Candidat | None:
    """The rule that fires on a node: the first that matches."""
    for candidat in candidats:
        if candidat.condition is None or candidat.condition(noeud, memoire):
            return candidat
    return None


def arrete(noeud: Noeud, barrages: Barrages, memoire: Memoire) -> bool:
    """Whether the pattern stopped on a node above."""
    for haut, candidats in barrages:
        regle = _declenchee(_monter(noeud, haut), candidats, memoire)
        if regle is not None and not regle.continue_:
            return True
    return False
