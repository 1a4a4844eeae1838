"""One document in, one verdict out: the wheel that the command line, the DAGs and the benchmark all turn.

The checks run in the order of :class:`~flux.referentiel.anomalies.Couche`. A check that cannot run (the XML is not well formed) stops
the ones that need its result; everything else still runs, so that one pass shows every fault of a file.
"""

from __future__ import annotations

import hashlib

from flux.archive import Nature, nature
from flux.limites import Limites
from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.facture import Facture
from flux.modele.verdict import VerdictDocument
from flux.parsers.cii import lire_cii
from flux.parsers.facturx import ouvrir_pdf, verifier_niveau
from flux.parsers.ubl import lire_ubl
from flux.parsers.xml import lire_xml
from flux.referentiel.espaces_de_noms import CII, UBL_CREDIT_NOTE, UBL_INVOICE
from flux.referentiel.facturx import NIVEAU_DU_PROFIL
from flux.referentiel.interfaces import Interface
from flux.xsd.validation import nom_court, valider

#: Root element → (key of its schema, parser).
_RACINES = {
    f"{{{UBL_INVOICE}}}Invoice": ("ubl-invoice", lire_ubl),
    f"{{{UBL_CREDIT_NOTE}}}CreditNote": ("ubl-creditnote", lire_ubl),
    f"{{{CII}}}CrossIndustryInvoice": ("cii-d22b", lire_cii),
}


def juger(nom: str, contenu: bytes, interface: Interface, limites: Limites) -> VerdictDocument:
    """Judge one document.

    :param nom: its name inside the archive, or the flow's.
    :param contenu: its bytes, as received.
    :param interface: the row it was deposited under.
    :return: the verdict; ``facture`` is given whenever something could be mapped, also for a rejected document.
    """
    facture, anomalies = _juger(contenu, interface, limites)
    return VerdictDocument(
        nom=nom,
        sha256=hashlib.sha256(contenu).hexdigest(),
        taille=len(contenu),
        facture=facture,
        anomalies=tuple(a.au_membre(nom) for a in anomalies),
    )


def _juger(contenu: bytes, interface: Interface, limites: Limites) -> tuple[Facture | None, tuple[Anomalie, ...]]:
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
    if root.tag not in interface.racines:
        expected = ", ".join(nom_court(tag) for tag in interface.racines)
        wrong = anomalie("XML-06", path="/*", found=nom_court(root.tag), interface=interface.code, expected=expected)
        return None, (*anomalies, wrong)
    schema, lire = _RACINES[root.tag]
    facture = lire(root)
    if interface.pdf:
        anomalies += verifier_niveau(niveau_xmp, facture.profil)
        niveau = NIVEAU_DU_PROFIL.get(facture.profil or "")
        schema = niveau.schema if niveau is not None else schema
    return facture, anomalies + valider(root, schema, xml, limites)
