"""Trusted lists made and signed at test time."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography import x509
from lxml import etree
from signxml import SignatureConstructionMethod
from signxml.xades import XAdESSigner

from raccordement.certificats.tsl import STATUTS_ACCEPTES, TSL, TYPES_ACCEPTES
from tests.pki import LE, Autorite, der

GRANTED = min(STATUTS_ACCEPTES)
CA_QC = next(one for one in TYPES_ACCEPTES if one.endswith("QC"))


def liste(
    services: Iterable[tuple[x509.Certificate, str, str]], numero: int = 7, prochaine: datetime = LE + timedelta(days=90)
) -> etree._Element:
    """A list, unsigned. :param services: certificate, type and status of each."""
    racine = etree.Element(f"{{{TSL}}}TrustServiceStatusList", nsmap={None: TSL})
    schema = _sous(racine, "SchemeInformation")
    _sous(schema, "TSLSequenceNumber", str(numero))
    _sous(schema, "SchemeTerritory", "FR")
    _sous(schema, "ListIssueDateTime", f"{LE - timedelta(days=1):%Y-%m-%dT%H:%M:%SZ}")
    _sous(_sous(schema, "NextUpdate"), "dateTime", f"{prochaine:%Y-%m-%dT%H:%M:%SZ}")
    prestataire = _sous(_sous(racine, "TrustServiceProviderList"), "TrustServiceProvider")
    _sous(_sous(_sous(prestataire, "TSPInformation"), "TSPName"), "Name", "Prestataire d'essai")
    tous = _sous(prestataire, "TSPServices")
    for certificat, genre, statut in services:
        service = _sous(_sous(tous, "TSPService"), "ServiceInformation")
        _sous(service, "ServiceTypeIdentifier", genre)
        _sous(_sous(service, "ServiceName"), "Name", "AC d'essai")
        identite = _sous(_sous(service, "ServiceDigitalIdentity"), "DigitalId")
        _sous(identite, "X509Certificate", base64.b64encode(der(certificat)).decode())
        _sous(service, "ServiceStatus", statut)
        _sous(service, "StatusStartingTime", "2020-01-01T00:00:00Z")
    return racine


def signer(racine: etree._Element, signataire: Autorite) -> bytes:
    """The list, signed in its own root."""
    signe = XAdESSigner(method=SignatureConstructionMethod.enveloped, signature_algorithm="ecdsa-sha256", digest_algorithm="sha256").sign(
        racine, key=signataire.cle, cert=[signataire.certificat]
    )
    return etree.tostring(signe, xml_declaration=True, encoding="UTF-8")


def _sous(parent: etree._Element, nom: str, texte: str | None = None) -> etree._Element:
    found = etree.SubElement(parent, f"{{{TSL}}}{nom}")
    found.text = texte
    return found
