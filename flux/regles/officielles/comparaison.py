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
    :ivar instables: evaluations on which Saxon gave up because of what it had learnt before: it agrees when the rule file is
        compiled anew, or what it gave up on is a variable that no reached expression reads.
    """

    documents: int = 0
    evaluations: int = 0
    assertions: int = 0
    echecs: int = 0
    abandons: int = 0
    instables: int = 0
    differences: list[Difference] = field(default_factory=list)


def comparer(
    fichiers: Iterable[Path],
    mutants: int = 0,
    graine: int = 0,
    cache: Path | None = None,
    jeux: Sequence[str] | None = None,
) -> Rapport:
    """Run both engines on every file, then on mutants drawn among them, and tell where they differ.

    Identical means: the same multiset of (identifier, location, message with its white space normalised), or both give up
    with a dynamic error. Call it from the main thread.

    :param fichiers: XML files; those of another format, or not well formed, are left out.
    :param mutants: how many mutants, over all files.
    :param graine: seed of the mutants.
    :param cache: folder of compiled sets.
    :param jeux: keys of the only sets to run; ``None`` runs all those of the format.
    """
    reference = Reference()
    rapport = Rapport()
    charges: dict[str, JeuDeRegles] = {}
    racines: list[tuple[str, etree._Element]] = []
    for fichier in sorted(fichiers):
        racine = _lire(fichier)
        if racine is not None:
            racines.append((fichier.name, racine))
            _un_document(fichier.name, racine, jeux, charges, cache, reference, rapport)
    hasard = Random(graine)  # noqa: S311 mutants need no secret
    for numero in range(mutants if racines else 0):
        nom, racine = hasard.choice(racines)
        mutant = etree.fromstring(etree.tostring(muter(racine, hasard)))
        _un_document(f"{nom}#{numero}", mutant, jeux, charges, cache, reference, rapport)
    return rapport


def _lire(fichier: Path) -> etree._Element | None:
    try:
        arbre = etree.parse(fichier, etree.XMLParser(resolve_entities=False, no_network=True))
    except (etree.XMLSyntaxError, OSError):
        return None
    racine = arbre.getroot()
    doctype = getattr(arbre.docinfo, "doctype", "")
    return racine if not doctype and etree.QName(racine).localname in JEUX_PAR_RACINE else None


def _un_document(
    nom: str,
    racine: etree._Element,
    jeux: Sequence[str] | None,
    charges: dict[str, JeuDeRegles],
    cache: Path | None,
    reference: Reference,
    rapport: Rapport,
) -> None:
    texte = etree.tostring(racine, encoding="unicode", with_tail=False)
    document = Document(racine)
    rapport.documents += 1
    for cle in JEUX_PAR_RACINE[etree.QName(racine).localname]:
        if jeux is not None and cle not in jeux:
            continue
        if cle not in charges:
            charges[cle] = charger(cle, cache)
        jeu = charges[cle]
        rapport.evaluations += 1
        rapport.assertions += jeu.nombre
        _un_jeu(nom, jeu, document, texte, reference, rapport)


def _un_jeu(nom: str, jeu: JeuDeRegles, document: Document, texte: str, reference: Reference, rapport: Rapport) -> None:
    """Compare one set on one document."""
    fichier = chemin_regles(jeu.nom)
    reponse = reference.evaluer(fichier, texte)
    try:
        echecs, reserve = jeu.evaluer_avec_reserve(document)
    except ErreurMoteur as faute:
        rapport.differences.append(Difference(nom, jeu.nom, (str(faute),), (), texte.encode()))
        return
    ecart = _ecart(echecs, reponse)
    if ecart is not None and reponse.abandon:
        reponse = reference.evaluer(fichier, texte, neuve=True)
        ecart = _ecart(echecs, reponse)
        if ecart is not None and reserve and not ecart[0]:
            ecart, reponse = None, Reponse(())
        rapport.instables += ecart is None
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
