"""Comparison of the compiled engine with the reference engine, on files and on mutants of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from lxml import etree

from flux.regles.officielles.chargement import charger
from flux.regles.officielles.document import Document
from flux.regles.officielles.erreurs import ErreurMoteur
from flux.regles.officielles.jeu import Echec, JeuDeRegles
from flux.regles.officielles.mutants import muter
from flux.regles.officielles.reference import Reference, Reponse
from flux.xsd.catalogue import chemin_regles

_UBL = ("en16931-ubl", "br-fr-ubl", "extended-ctc-fr-ubl")
_CII = (
    "br-fr-cii", "extended-ctc-fr-cii", "facturx-minimum", "facturx-basicwl", "facturx-basic", "facturx-en16931", "facturx-extended",
)  # fmt: skip
#: Rule sets compared for a document, by the local name of its root.
JEUX_PAR_RACINE = {
    "Invoice": _UBL,
    "CreditNote": _UBL,
    "CrossIndustryInvoice": _CII,
    "CrossDomainAcknowledgementAndResponse": ("br-fr-cdv",),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One document on which the engines do not agree.

    :ivar document: file name, with the number of the mutant.
    :ivar jeu: rule set.
    :ivar compile: what only the compiled engine found; ``reference``: what only Saxon found.
    """

    document: str
    jeu: str
    compile: tuple[str, ...]
    reference: tuple[str, ...]
    xml: bytes = field(repr=False, default=b"")


@dataclass(slots=True)
class Rapport:
    """Figures of a comparison.

    :ivar evaluations: documents × sets; ``assertions``: those in the sets, summed over the evaluations.
    :ivar echecs: findings both agree on; ``abandons``: evaluations on which both give up with a dynamic error.
    :ivar instables: evaluations (document, set) on which Saxon gave up because of what it had learnt before: it agrees when the
        rule file is compiled anew, or what it gave up on is a variable that no reached expression reads.
    """

    documents: int = 0
    evaluations: int = 0
    assertions: int = 0
    echecs: int = 0
    abandons: int = 0
    instables: list[tuple[str, str]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)


def comparer(
    documents: Iterable[tuple[str, bytes]],
    mutants: int = 0,
    graine: int = 0,
    cache: Path | None = None,
    jeux: Sequence[str] | None = None,
) -> Rapport:
    """Run both engines on every document, then on mutants drawn among them, and tell where they differ.

    Identical means: the same multiset of (identifier, location, message with its white space normalised), or both give up
    with a dynamic error. Call it from the main thread.

    :param documents: names and XML (see :func:`sources.documents`); those of another format, or not well formed, are left out.
    :param mutants: how many mutants, over all documents.
    :param graine: seed of the mutants.
    :param cache: folder of compiled sets.
    :param jeux: keys of the only sets to run; ``None`` runs all those of the format.
    :raises ErreurConfiguration: saxonche is not installed.
    :raises ErreurUsage: called from another thread.
    """
    comparaison = _Comparaison(cache, jeux)
    racines: list[tuple[str, etree._Element]] = []
    for nom, data in documents:
        racine = _lire(data)
        if racine is not None:
            racines.append((nom, racine))
            comparaison.document(nom, racine)
    hasard = Random(graine)  # noqa: S311 mutants need no secret
    for numero in range(mutants if racines else 0):
        nom, racine = hasard.choice(racines)
        comparaison.document(f"{nom}#{numero}", etree.fromstring(etree.tostring(muter(racine, hasard)), _analyseur()))
    return comparaison.rapport


def _analyseur() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)


def _lire(data: bytes) -> etree._Element | None:
    try:
        racine = etree.fromstring(data, _analyseur())
    except etree.XMLSyntaxError:
        return None
    doctype = getattr(racine.getroottree().docinfo, "doctype", "")
    return racine if not doctype and etree.QName(racine).localname in JEUX_PAR_RACINE else None


class _Comparaison:
    """One run: both engines and the figures."""

    def __init__(self, cache: Path | None, jeux: Sequence[str] | None) -> None:
        self.rapport = Rapport()
        self._cache, self._jeux = cache, jeux
        self._reference = Reference()
        self._charges: dict[str, JeuDeRegles] = {}

    def document(self, nom: str, racine: etree._Element) -> None:
        """Compare the sets of the format on one document."""
        texte = etree.tostring(racine, encoding="unicode", with_tail=False)
        document = Document(racine)
        self.rapport.documents += 1
        for cle in JEUX_PAR_RACINE[etree.QName(racine).localname]:
            if self._jeux is not None and cle not in self._jeux:
                continue
            if cle not in self._charges:
                self._charges[cle] = charger(cle, self._cache)
            jeu = self._charges[cle]
            self.rapport.evaluations += 1
            self.rapport.assertions += jeu.nombre
            self._un_jeu(nom, jeu, document, texte)

    def _un_jeu(self, nom: str, jeu: JeuDeRegles, document: Document, texte: str) -> None:
        """Compare one set on one document."""
        rapport, fichier = self.rapport, chemin_regles(jeu.nom)
        reponse = self._reference.evaluer(fichier, texte)
        try:
            echecs = jeu.evaluer(document)
            complets, reserve = jeu.evaluer_avec_reserve(document)
        except ErreurMoteur as faute:
            rapport.differences.append(Difference(nom, jeu.nom, (str(faute),), (), texte.encode()))
            return
        ecart = _ecart(echecs, reponse)
        if ecart is not None and reponse.abandon:
            reponse = self._reference.evaluer(fichier, texte, neuve=True)
            ecart = _ecart(echecs, reponse)
            if ecart is not None and reserve and not ecart[0]:
                ecart, reponse = None, Reponse(())
            if ecart is None:
                rapport.instables.append((nom, jeu.nom))
        if ecart is None and echecs != complets:
            ecart = (tuple(map(str, echecs)), tuple(map(str, complets)))
        if ecart is not None:
            rapport.differences.append(Difference(nom, jeu.nom, *ecart, texte.encode()))
        elif reponse.abandon:
            rapport.abandons += 1
        else:
            rapport.echecs += len(echecs)


def _ecart(echecs: list[Echec], reponse: Reponse) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """What only one engine says; ``None`` when they agree."""
    erreurs = tuple(f"{e.erreur} {e.regle} {e.emplacement}" for e in echecs if e.erreur)
    if erreurs or reponse.abandon:
        return None if erreurs and reponse.abandon else (erreurs, (reponse.abandon,))
    ici = Counter(_cle(e.regle, e.emplacement, e.message) for e in echecs)
    la = Counter(_cle(c.regle, c.emplacement, c.message) for c in reponse.constats)
    return None if ici == la else (tuple((ici - la).elements()), tuple((la - ici).elements()))


def _cle(regle: str, emplacement: str, message: str) -> str:
    return f"{regle} {emplacement} {' '.join(message.split())}"
