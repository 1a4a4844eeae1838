"""The official rules over one document: the sets that apply, by the compiled engine, by Saxon where that cannot."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import structlog
from lxml import etree
from platformdirs import user_cache_path

from flux.errors import ErreurConfiguration
from flux.ramasse_miettes import sans_ramasse_miettes
from flux.referentiel.interfaces import Ere
from flux.referentiel.jeux import MoteurRegles
from flux.regles.officielles.bornes import Exces, exces
from flux.regles.officielles.chargement import charger
from flux.regles.officielles.choix import jeux_applicables
from flux.regles.officielles.document import Document
from flux.regles.officielles.erreurs import ErreurMoteur, ErreurRegles
from flux.regles.officielles.jeu import Echec, JeuDeRegles
from flux.regles.officielles.repli import ReferenceAPart
from flux.xsd.catalogue import chemin_regles

_journal = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What the official rules found in one document.

    :ivar echecs: in the order of the sets. :ivar numeros: published numbers of the rules that judged it.
    :ivar replis: sets that Saxon ran because the compiled engine could not. :ivar non_juges: sets that neither could run.
    :ivar exces: the group repeated so often that no set was run.
    """

    echecs: tuple[Echec, ...] = ()
    numeros: frozenset[str] = frozenset()
    replis: tuple[str, ...] = ()
    non_juges: tuple[str, ...] = ()
    exces: Exces | None = None


class ReglesOfficielles:
    """The official rules as this process runs them. Sets are loaded at their first use and kept.

    :param moteur: engine asked first; ``AUCUN`` judges nothing.
    :param cache: folder of compiled sets (:mod:`flux.regles.officielles.cache`); ``None`` compiles in memory.
    :param reference: the fall-back; its process starts when first needed.
    """

    def __init__(self, moteur: MoteurRegles, cache: Path | None, reference: ReferenceAPart | None = None) -> None:
        self._moteur = moteur
        self._cache = cache
        self._reference = reference or ReferenceAPart()
        self._jeux: dict[str, JeuDeRegles | None] = {}
        self._numeros: dict[tuple[str, ...], frozenset[str]] = {}

    def evaluer(self, root: etree._Element, profil: str | None, ere: Ere, le: date) -> Evaluation:
        """Run the sets that apply on one document that its schema accepts.

        :param profil: BT-24. :param ere: era of its interface. :param le: day of reception, Europe/Paris.
        :raises ErreurConfiguration: a rule file is not the pinned one, the cache folder is not private, or Saxon alone was asked for and
            is not installed.
        """
        with sans_ramasse_miettes():  # until the index is gone: tens of thousands of nodes, of which none is garbage before
            return self._evaluer(root, profil, ere, le)

    def _evaluer(self, root: etree._Element, profil: str | None, ere: Ere, le: date) -> Evaluation:
        jeux = () if self._moteur is MoteurRegles.AUCUN else jeux_applicables(str(root.tag), profil, ere, le)
        if not jeux:
            return Evaluation()
        index = _indexer(root)
        trop = None if index is None else exces(index)
        if trop is not None:
            return Evaluation(exces=trop)
        document = index if self._moteur is MoteurRegles.NATIF else None
        echecs: list[Echec] = []
        replis: list[str] = []
        muets: list[str] = []
        for cle in jeux:
            found = None if document is None else self._natif(cle, document)
            if found is None:
                found = self._par_reference(cle, root)
                (muets if found is None else replis).append(cle)
            echecs += found or ()
        juges = tuple(cle for cle in jeux if cle not in muets)
        return Evaluation(tuple(echecs), self._numeros_de(juges), tuple(replis) if self._moteur is MoteurRegles.NATIF else (), tuple(muets))

    def _numeros_de(self, jeux: tuple[str, ...]) -> frozenset[str]:
        """Return the numbers of the rules in some sets; none of a set that cannot be read here."""
        if jeux not in self._numeros:
            lus = (self._jeu(cle) for cle in jeux)
            self._numeros[jeux] = frozenset().union(*(jeu.numeros for jeu in lus if jeu is not None))
        return self._numeros[jeux]

    def _jeu(self, cle: str) -> JeuDeRegles | None:
        """Return a compiled set, ``None`` when its file holds a construct that the compiler does not know."""
        if cle not in self._jeux:
            try:
                self._jeux[cle] = charger(cle, self._cache)
            except ErreurRegles as faute:
                _journal.warning("regles_inconnues", jeu=cle, **faute.facts)
                self._jeux[cle] = None
        return self._jeux[cle]

    def _natif(self, cle: str, document: Document) -> Sequence[Echec] | None:
        """Return what a set finds, ``None`` when the compiled engine cannot run it."""
        jeu = self._jeu(cle)
        if jeu is None:
            return None
        try:
            return jeu.evaluer(document)
        except ErreurMoteur as faute:
            _journal.warning("regles_repli", **faute.facts)
            return None

    def _par_reference(self, cle: str, root: etree._Element) -> Sequence[Echec] | None:
        """Return what Saxon finds, ``None`` when it cannot say."""
        try:
            reponse = self._reference.evaluer(chemin_regles(cle), etree.tostring(root, encoding="unicode", with_tail=False))
        except (ErreurMoteur, ErreurConfiguration) as faute:
            if self._moteur is MoteurRegles.SAXON and not isinstance(faute, ErreurMoteur):
                raise
            _journal.error("regles_non_jugees", jeu=cle, cause=str(faute))
            return None
        if reponse.abandon:
            return [Echec(cle.upper(), "", "", "", None, reponse.abandon)]
        return [Echec(c.regle, c.drapeau, c.message, c.emplacement, None) for c in reponse.constats]


def _indexer(root: etree._Element) -> Document | None:
    """Index a document for the compiled engine, ``None`` when it is nested too deep for it."""
    try:
        return Document(root)
    except ErreurMoteur as faute:
        _journal.warning("regles_repli", **faute.facts)
        return None


@lru_cache(maxsize=4)
def regles_officielles(moteur: MoteurRegles, cache: Path | None) -> ReglesOfficielles:
    """Return the official rules of this process: sets and fall-back are loaded once, whoever asks.

    :param cache: folder of compiled sets; ``None`` is the user's cache folder.
    """
    return ReglesOfficielles(moteur, dossier_du_cache(cache))


def dossier_du_cache(voulu: Path | None) -> Path:
    """Return the folder of compiled sets: the one wanted, or that of the user's cache."""
    return voulu or user_cache_path("chorus-flux") / "regles"
