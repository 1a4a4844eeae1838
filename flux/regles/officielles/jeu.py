"""A loaded rule set: what it does with one document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import getcontext, setcontext
from itertools import chain
from typing import Any

from flux.regles.officielles.document import Document, Emplacements, Noeud, element
from flux.regles.officielles.erreurs import ErreurMoteur, ErreurXPath
from flux.regles.officielles.execution import CONTEXTE
from flux.regles.officielles.memoire import Fonction, Memoire
from flux.regles.officielles.numeros import base, numero_publie
from flux.regles.officielles.plans import Planificateur, appliquer, partager, verifier_absence

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


class JeuDeRegles:
    """One official rule set, compiled. Safe to use from many threads on different documents.

    :param nom: name of the set, for messages.
    :param module: names of the generated module.
    :ivar nombre: assertions in the set. :ivar numeros: their published numbers, without the term that BR-FR adds.
    """

    def __init__(self, nom: str, module: Mapping[str, Any]) -> None:
        self.nom = nom
        self._assertions: tuple[tuple[str, str, str | None, int], ...] = module["ASSERTIONS"]
        self._memos: Mapping[object, Fonction] = module["MEMOS"]
        self._cles: tuple[Fonction, ...] = module["CLES"]
        self._planificateur = Planificateur(module["MOTIFS"], module["ABSENCES"], module["TOUS"])
        self.nombre = len(self._assertions)
        self.numeros = frozenset(base(numero_publie(a[0], a[2] or "")) for a in self._assertions)

    # -- evaluation ---------------------------------------------------------------------------------------------------

    def evaluer(self, document: Document) -> list[Echec]:
        """Decide every assertion of the set on a document.

        :return: failures, in the order of the rule file's report: by pattern, node in document order, assertion.
        :raises ErreurMoteur: a fault of this engine on this document; the reference engine can still decide it.
        """
        return self._garde(document, complet=False)[0]

    def evaluer_avec_reserve(self, document: Document) -> tuple[list[Echec], bool]:
        """Decide every assertion, and say whether a variable could not be evaluated, even one that nothing read.

        On such a document Saxon gives up or not, depending on what it has learnt from the evaluations before.

        :raises ErreurMoteur: as :meth:`evaluer`.
        """
        return self._garde(document, complet=True)

    def _garde(self, document: Document, *, complet: bool) -> tuple[list[Echec], bool]:
        avant = getcontext()
        setcontext(CONTEXTE.copy())
        try:
            return self._evaluer(document, complet=complet)
        except _FAUTES as faute:
            genre = type(faute).__name__  # never its sentence: it may quote the document, and it is logged
            raise ErreurMoteur(f"{self.nom}: {genre}", jeu=self.nom, cause=genre) from faute
        finally:
            setcontext(avant)

    def _evaluer(self, document: Document, *, complet: bool) -> tuple[list[Echec], bool]:
        plan = self._planificateur.plan(document.forme)
        memoire = Memoire(document, (self._memos, self._cles, plan.tous), complet=complet)
        trouves: list[tuple[int, Noeud, str | None, str]] = []

        def echec(assertion: int, noeud: Noeud, message: str | None = None) -> None:
            trouves.append((assertion, noeud, message, ""))

        def erreur(assertion: int, noeud: Noeud, cause: ErreurXPath) -> None:
            trouves.append((assertion, noeud, None, cause.code))

        par_chemin = document.par_chemin
        for fonction, chemin in plan.sures:
            fonction(par_chemin[chemin], memoire, echec, erreur)
        for candidat, chemin in chain(plan.conditions, self._planificateur.blancs(par_chemin if complet else document.blancs)):
            appliquer(candidat, chemin, par_chemin[chemin], memoire, echec, erreur)
        for etape, chemin in plan.etapes:
            partager(etape, chemin, par_chemin[chemin], memoire, echec, erreur)
        for absence, chemin in plan.absences:
            if absence.attribut is None or absence.attribut in document.attributs:
                verifier_absence(absence, par_chemin[chemin], memoire, echec)
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
