"""One document in, one verdict out: the wheel that the command line, the DAGs and the benchmark all turn.

The checks run in the order of :class:`~flux.referentiel.anomalies.Couche`. A check that cannot run (the XML is not well formed) stops
the ones that need its result; everything else still runs, so that one pass shows every fault of a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, Protocol, TypeVar

from lxml.etree import _Element

from flux.annuaire import Annuaire
from flux.archive import Nature, nature
from flux.limites import Limites
from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.facture import Facture
from flux.modele.verdict import VerdictDocument
from flux.parsers.chorus_cii import lire_chorus_cii
from flux.parsers.cii import lire_cii
from flux.parsers.cpp_facture import lire_cpp_facture, verifier_unite
from flux.parsers.facturx import verifier_niveau
from flux.parsers.isole import ISOLEMENT
from flux.parsers.pieces import verifier_visuel
from flux.parsers.ubl import lire_ubl
from flux.parsers.valeurs import NombreDemesureError
from flux.parsers.xml import dire_nombre, lire_xml
from flux.referentiel.anomalies_officielles import NON_JUGE, TROP
from flux.referentiel.catalogue import Severite
from flux.referentiel.facturx import NIVEAU_DU_PROFIL
from flux.referentiel.interfaces import INTERFACES, Controle, Ere, Format, Interface
from flux.referentiel.schemas import SCHEMAS
from flux.regles.gestion import ContexteRegles, controler, expliquer_echecs
from flux.regles.gestion.regle import SANS_JOUR
from flux.regles.officielles.constats import en_anomalies, numero
from flux.regles.officielles.moteur import ReglesOfficielles
from flux.regles.officielles.numeros import base
from flux.xsd.d16b import verifier_16b
from flux.xsd.validation import nom_court, valider

#: Format and era → parser. A parser answers ``None`` for a document that holds no one invoice.
_LECTEURS: dict[tuple[Format, Ere], Callable[[_Element], Facture | None]] = {
    (Format.UBL, Ere.REFORME): lire_ubl,
    (Format.CII, Ere.REFORME): lire_cii,
    (Format.FACTURX, Ere.REFORME): lire_cii,
    (Format.UBL, Ere.CLASSIQUE): lire_ubl,
    (Format.CII, Ere.CLASSIQUE): lire_chorus_cii,
    (Format.FACTURX, Ere.CLASSIQUE): lire_cii,
    (Format.CPP_FACTURE, Ere.CLASSIQUE): lire_cpp_facture,
}

#: Documents judged together, and the bytes past which no other joins them: attachments make one of several megabytes.
ENSEMBLE, OCTETS_ENSEMBLE = 32, 512 * 1024

#: Check that a row asks for → its function: root, invoice, bytes, limits → anomalies.
_CONTROLES: dict[Controle, Callable[[_Element, Facture | None, bytes, Limites], tuple[Anomalie, ...]]] = {
    Controle.CII_16B: verifier_16b,
    Controle.VISUEL: verifier_visuel,
    Controle.UNE_FACTURE: verifier_unite,
}


def verifier_lecteurs(rows: Iterable[Interface]) -> None:
    """Stop the import on an interface that nothing here can read or check.

    :raises RuntimeError: names the row and what it lacks.
    """
    for row in rows:
        if (row.format, row.ere) not in _LECTEURS:
            raise RuntimeError(f"interface {row.code} has no parser for {row.format} of the {row.ere} era")
        if not set(row.controles) <= set(_CONTROLES):
            raise RuntimeError(f"interface {row.code} asks for a check that does not exist: {row.controles}")


verifier_lecteurs(INTERFACES.values())


def juger(
    nom: str,
    contenu: bytes,
    interface: Interface,
    limites: Limites,
    *,
    le: date = SANS_JOUR,
    annuaire: Annuaire | None = None,
    severites: Mapping[str, Severite] | None = None,
    officielles: ReglesOfficielles | None = None,
) -> VerdictDocument:
    """Judge one document.

    :param nom: its name inside the archive, or the flow's.
    :param contenu: its bytes, as received.
    :param interface: the row it was deposited under.
    :param le: day of reception, Europe/Paris; without one the newest rules judge, and none that asks for the day.
    :param annuaire: the directory of public structures, ``None`` when there is none to judge recipients by.
    :param severites: severities in use where they are not the published ones, by key of a management rule.
    :param officielles: the official rules; ``None`` judges by none.
    :return: the verdict; ``facture`` is given whenever something could be mapped, also for a rejected document.
    """
    jugement = _Jugement(interface, limites, le, annuaire, severites or {}, officielles)
    return _juger_ensemble([(nom, contenu)], jugement)[0]


class _Nomme(Protocol):
    @property
    def nom(self) -> str: ...


_Document = TypeVar("_Document", bound=_Nomme)


def juger_a_la_suite(
    documents: Iterable[tuple[_Document, bytes]],
    interface: Interface,
    limites: Limites,
    *,
    le: date = SANS_JOUR,
    annuaire: Annuaire | None = None,
    severites: Mapping[str, Severite] | None = None,
    officielles: ReglesOfficielles | None = None,
    regles_au: date | None = None,
) -> Iterator[tuple[_Document, VerdictDocument]]:
    """Judge documents one after the other: the verdicts of :func:`juger`, in the same order, a seventh sooner.

    A few are taken at a time, and each check runs over all of them before the next check begins: what it needs of code and tables is
    then in the processor's caches, where a whole document's checks would each push out the others'.

    :param documents: (what bears the document's name, its bytes), read as they are wanted. The other parameters are those of :func:`juger`.
    :param regles_au: day whose rules judge, where it is not that of reception; ``le`` stays what the rules ask the day of reception of.
    """
    jugement = _Jugement(interface, limites, le, annuaire, severites or {}, officielles, regles_au)
    ensemble: list[tuple[_Document, bytes]] = []
    octets = 0
    for document in documents:
        ensemble.append(document)
        octets += len(document[1])
        if len(ensemble) == ENSEMBLE or octets >= OCTETS_ENSEMBLE:
            yield from _avec_verdicts(ensemble, jugement)
            ensemble, octets = [], 0
    yield from _avec_verdicts(ensemble, jugement)


def _avec_verdicts(ensemble: list[tuple[_Document, bytes]], jugement: _Jugement) -> Iterator[tuple[_Document, VerdictDocument]]:
    verdicts = _juger_ensemble([(document.nom, contenu) for document, contenu in ensemble], jugement)
    return zip((document for document, _ in ensemble), verdicts, strict=True)


@dataclass(frozen=True, slots=True)
class _Jugement:
    """What :func:`juger` is given beside the document."""

    interface: Interface
    limites: Limites
    le: date
    annuaire: Annuaire | None
    severites: Mapping[str, Severite]
    officielles: ReglesOfficielles | None
    regles_au: date | None = None


def relire(contenu: bytes, interface: Interface, limites: Limites) -> Facture | None:
    """Return the invoice of a document judged before, without judging it again; ``None`` when it holds none."""
    xml = ISOLEMENT.ouvrir(contenu, limites)[0] if interface.pdf else contenu
    root = None if xml is None else lire_xml(xml, limites)[0]
    try:
        return None if root is None else _LECTEURS[interface.format, interface.ere](root)
    except NombreDemesureError:
        return None


class _Juge(NamedTuple):
    """A document judged: what could be mapped, the faults, the official sets that the reference engine ran."""

    facture: Facture | None
    anomalies: tuple[Anomalie, ...]
    replis: tuple[str, ...] = ()


def _juger_ensemble(documents: Sequence[tuple[str, bytes]], jugement: _Jugement) -> list[VerdictDocument]:
    """Take every document to its next check, then every one to the one after that, until each has its verdict."""
    juges: dict[int, _Juge] = {}
    ouverts = {rang: _juger(contenu, jugement) for rang, (_, contenu) in enumerate(documents)}
    while ouverts:
        for rang, suite in list(ouverts.items()):
            try:
                next(suite)
            except StopIteration as fin:
                juges[rang] = fin.value
                del ouverts[rang]
    return [_verdict(nom, contenu, juges[rang]) for rang, (nom, contenu) in enumerate(documents)]


def _verdict(nom: str, contenu: bytes, juge: _Juge) -> VerdictDocument:
    return VerdictDocument(
        nom=nom,
        sha256=hashlib.sha256(contenu).hexdigest(),
        taille=len(contenu),
        facture=juge.facture,
        anomalies=tuple(a.au_membre(nom) for a in juge.anomalies),
        replis=juge.replis,
    )


def _juger(contenu: bytes, jugement: _Jugement) -> Generator[None, None, _Juge]:  # noqa: PLR0911 one a check that stops the others
    """Judge one document, pausing between its checks."""
    interface, limites = jugement.interface, jugement.limites
    wanted = Nature.PDF if interface.pdf else Nature.XML
    kind = nature(contenu[:1024])
    if kind is not wanted:
        return _Juge(None, (anomalie("ARC-11", found=kind, interface=interface.code, expected=wanted),))
    xml, anomalies, niveau_xmp = ISOLEMENT.ouvrir(contenu, limites) if interface.pdf else (contenu, (), None)
    if xml is None:
        return _Juge(None, anomalies)
    root, found = lire_xml(xml, limites)
    anomalies += found
    if root is None:
        return _Juge(None, anomalies)
    schema = next((cle for cle in interface.schemas if SCHEMAS[cle].racine == root.tag), None)
    if schema is None:
        expected = ", ".join(nom_court(tag) for tag in interface.racines)
        wrong = anomalie("XML-06", path="/*", found=nom_court(root.tag), interface=interface.code, expected=expected)
        return _Juge(None, (*anomalies, wrong))
    yield
    try:
        facture = _LECTEURS[interface.format, interface.ere](root)
    except NombreDemesureError as error:
        return _Juge(None, (*anomalies, dire_nombre(root, error)))
    if interface.pdf and facture is not None:
        anomalies += verifier_niveau(niveau_xmp, facture.profil)
        niveau = NIVEAU_DU_PROFIL.get(facture.profil or "")
        if niveau is not None and interface.schema_du_niveau:
            schema = niveau.schema
    yield
    schema_faults = valider(root, schema, xml, limites)
    anomalies += schema_faults
    for controle in interface.controles:
        anomalies += _CONTROLES[controle](root, facture, xml, limites)
    if facture is None:
        return _Juge(None, anomalies)
    yield
    contexte = ContexteRegles(
        interface,
        jugement.le,
        root,
        xml,
        annuaire=jugement.annuaire,
        severites=jugement.severites,
        limites=limites,
        schema_valide=not schema_faults,
        regles_au=jugement.regles_au,
    )
    found, replis = yield from _juger_par_regles(facture, contexte, jugement.officielles)
    return _Juge(facture, anomalies + found, replis)


def _juger_par_regles(
    facture: Facture, contexte: ContexteRegles, officielles: ReglesOfficielles | None
) -> Generator[None, None, tuple[tuple[Anomalie, ...], tuple[str, ...]]]:
    """Run the management rules and the official ones; return the faults and the sets that the reference engine ran.

    The official rules take the schema for granted, as their publishers do: of a document that breaks it they would tell faults that are
    none. Where a management rule says the same as an official one, it is the official one that is told, in the other's words and with its
    values.
    """
    if officielles is None or not contexte.schema_valide:
        return controler(facture, contexte), ()
    found = officielles.evaluer(contexte.root, facture.profil, contexte.interface.ere, contexte.jour_des_regles)
    yield
    anomalies = controler(facture, replace(contexte, officielles=found.numeros))
    if found.exces is not None:
        tag, nombre, maximum = found.exces
        anomalies = (anomalie(TROP, path="/*", name=nom_court(tag), found=nombre, expected=maximum), *anomalies)
    if found.echecs:
        broken = frozenset(base(numero(one)) for one in found.echecs)
        same = expliquer_echecs(facture, contexte, broken)
        anomalies += en_anomalies(contexte.root, contexte.data, found.echecs, contexte.limites.anomalies_fichier, same, contexte.severites)
    weight = contexte.severites.get(NON_JUGE, Severite.AVERTISSEMENT)
    silent = tuple(replace(anomalie(NON_JUGE, regle=cle), severity=weight) for cle in found.non_juges)
    return anomalies + silent, found.replis
