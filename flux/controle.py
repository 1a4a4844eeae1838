"""One document in, one verdict out: the wheel that the command line, the DAGs and the benchmark all turn.

The checks run in the order of :class:`~flux.referentiel.anomalies.Couche`. A check that cannot run (the XML is not well formed) stops
the ones that need its result; everything else still runs, so that one pass shows every fault of a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

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
from flux.parsers.facturx import ouvrir_pdf, verifier_niveau
from flux.parsers.pieces import verifier_visuel
from flux.parsers.ubl import lire_ubl
from flux.parsers.xml import lire_xml
from flux.referentiel.catalogue import Severite
from flux.referentiel.facturx import NIVEAU_DU_PROFIL
from flux.referentiel.interfaces import INTERFACES, Controle, Ere, Format, Interface
from flux.referentiel.schemas import SCHEMAS
from flux.regles.gestion import ContexteRegles, controler
from flux.regles.gestion.regle import SANS_JOUR
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
) -> VerdictDocument:
    """Judge one document.

    :param nom: its name inside the archive, or the flow's.
    :param contenu: its bytes, as received.
    :param interface: the row it was deposited under.
    :param le: day of reception, Europe/Paris; without one the newest rules judge, and none that asks for the day.
    :param annuaire: the directory of public structures, ``None`` when there is none to judge recipients by.
    :param severites: severities in use where they are not the published ones, by key of a management rule.
    :return: the verdict; ``facture`` is given whenever something could be mapped, also for a rejected document.
    """
    facture, anomalies = _juger(contenu, interface, limites, _Jugement(le, annuaire, severites or {}))
    return VerdictDocument(
        nom=nom,
        sha256=hashlib.sha256(contenu).hexdigest(),
        taille=len(contenu),
        facture=facture,
        anomalies=tuple(a.au_membre(nom) for a in anomalies),
    )


@dataclass(frozen=True, slots=True)
class _Jugement:
    """What :func:`juger` is given beside the document and its interface."""

    le: date
    annuaire: Annuaire | None
    severites: Mapping[str, Severite]


def relire(contenu: bytes, interface: Interface, limites: Limites) -> Facture | None:
    """Return the invoice of a document judged before, without judging it again; ``None`` when it holds none."""
    xml = ouvrir_pdf(contenu, limites)[0] if interface.pdf else contenu
    root = None if xml is None else lire_xml(xml, limites)[0]
    return None if root is None else _LECTEURS[interface.format, interface.ere](root)


def _juger(contenu: bytes, interface: Interface, limites: Limites, jugement: _Jugement) -> tuple[Facture | None, tuple[Anomalie, ...]]:
    wanted = Nature.PDF if interface.pdf else Nature.XML
    kind = nature(contenu[:1024])
    if kind is not wanted:
        return None, (anomalie("ARC-11", found=kind, interface=interface.code, expected=wanted),)
    xml, anomalies, niveau_xmp = ouvrir_pdf(contenu, limites) if interface.pdf else (contenu, (), None)
    if xml is None:
        return None, anomalies
    root, found = lire_xml(xml, limites)
    anomalies += found
    if root is None:
        return None, anomalies
    schema = next((cle for cle in interface.schemas if SCHEMAS[cle].racine == root.tag), None)
    if schema is None:
        expected = ", ".join(nom_court(tag) for tag in interface.racines)
        wrong = anomalie("XML-06", path="/*", found=nom_court(root.tag), interface=interface.code, expected=expected)
        return None, (*anomalies, wrong)
    facture = _LECTEURS[interface.format, interface.ere](root)
    if interface.pdf and facture is not None:
        anomalies += verifier_niveau(niveau_xmp, facture.profil)
        niveau = NIVEAU_DU_PROFIL.get(facture.profil or "")
        if niveau is not None and interface.schema_du_niveau:
            schema = niveau.schema
    schema_faults = valider(root, schema, xml, limites)
    anomalies += schema_faults
    for controle in interface.controles:
        anomalies += _CONTROLES[controle](root, facture, xml, limites)
    if facture is not None:
        contexte = ContexteRegles(
            interface,
            jugement.le,
            root,
            xml,
            annuaire=jugement.annuaire,
            severites=jugement.severites,
            limites=limites,
            schema_valide=not schema_faults,
        )
        anomalies += controler(facture, contexte)
    return facture, anomalies
