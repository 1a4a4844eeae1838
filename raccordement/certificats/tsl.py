"""A trusted list (ETSI TS 119 612): its signature checked against a known signer, then the authorities it vouches for.

Only what the signature covers is read. The signer's certificate is given by the operator, who got it from the list of the lists or from
the authority's own publication: trust begins there, nothing in the list itself can replace it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from flux.limites import Limites
from flux.parsers.xml import lire_xml
from raccordement.certificats.noms import empreinte, est_autorite

TSL = "http://uri.etsi.org/02231/v2#"
_N = {"t": TSL}
#: Services whose certificates are accepted as authorities (TS 119 612, 5.5.1.1): qualified certificates, and other public-key ones.
TYPES_ACCEPTES = frozenset({"http://uri.etsi.org/TrstSvc/Svctype/CA/QC", "http://uri.etsi.org/TrstSvc/Svctype/CA/PKC"})
#: Statuses in which a service is vouched for (TS 119 612, 5.5.4).
STATUTS_ACCEPTES = frozenset(
    {
        "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted",
        "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/recognisedatnationallevel",
    }
)
#: Bytes of a list at most (house; the largest national ones hold some 10 MB).
TAILLE_MAX = 48 * 1024 * 1024


class MotifTsl(StrEnum):
    """Why a trusted list is refused."""

    XML = "xml"
    SIGNATURE = "signature"
    SIGNATAIRE = "signataire"
    FORME = "forme"
    PERIMEE = "perimee"
    RECUL = "recul"


TEXTES: dict[MotifTsl, tuple[str, str]] = {
    MotifTsl.XML: ("ce n'est pas un XML sûr (DOCTYPE, codage, taille…)", "it is not safe XML (DOCTYPE, encoding, size…)"),
    MotifTsl.SIGNATURE: (
        "sa signature ne tient pas, ou n'est pas du signataire attendu : retéléchargez la liste, vérifiez le certificat du signataire",
        "its signature does not hold, or is not that of the expected signer: download the list again, check the signer's certificate",
    ),
    MotifTsl.SIGNATAIRE: (
        "le certificat du signataire attendu n'est pas valable à cette date : donnez le nouveau",
        "the expected signer's certificate is not valid at this date: give the new one",
    ),
    MotifTsl.FORME: ("ce n'est pas une liste de confiance ETSI TS 119 612", "it is not an ETSI TS 119 612 trusted list"),
    MotifTsl.PERIMEE: ("sa prochaine mise à jour est passée : prenez la nouvelle", "its next update is past: take the new one"),
    MotifTsl.RECUL: (
        "une liste plus récente est déjà importée : celle-ci reviendrait en arrière",
        "a more recent list is already imported: this one would go back in time",
    ),
}


@dataclass(frozen=True, slots=True)
class RefusTsl:
    """A list refused: nothing of it is used. :ivar detail: English detail, for the log."""

    motif: MotifTsl
    detail: str = ""

    @property
    def fr(self) -> str:
        """The French sentence."""
        return f"Liste de confiance refusée : {TEXTES[self.motif][0]}."

    @property
    def en(self) -> str:
        """The English sentence."""
        return f"Trusted list refused: {TEXTES[self.motif][1]}."


@dataclass(frozen=True, slots=True)
class ServiceDeConfiance:
    """One accepted authority. :ivar prestataire: who runs it. :ivar nom: name of the service. :ivar depuis: since when in that status."""

    certificat: x509.Certificate
    prestataire: str
    nom: str
    statut: str
    depuis: str


@dataclass(frozen=True, slots=True)
class ListeDeConfiance:
    """A list that may be used. :ivar numero: sequence number. :ivar prochaine: next update (UTC). :ivar ecartes: services not accepted."""

    territoire: str
    numero: int
    emise_le: datetime
    prochaine: datetime
    services: tuple[ServiceDeConfiance, ...]
    ecartes: int


def lire_tsl(data: bytes, signataires: Iterable[x509.Certificate], le: datetime) -> ListeDeConfiance | RefusTsl:
    """Check and read a list. Never raises on what it holds.

    :param signataires: certificates, one of which must have signed. :param le: the moment judged (aware).
    """
    if len(data) > TAILLE_MAX:
        return RefusTsl(MotifTsl.XML, f"{len(data)} bytes")
    _, faults = lire_xml(data, Limites())
    if faults:
        return RefusTsl(MotifTsl.XML, faults[0].en)
    valables = [one for one in signataires if one.not_valid_before_utc <= le <= one.not_valid_after_utc]
    if not valables:
        return RefusTsl(MotifTsl.SIGNATAIRE)
    signee: etree._Element | str = "no signer was given"
    for one in valables:
        signee = _signee(data, one, le)
        if not isinstance(signee, str):
            break
    if isinstance(signee, str):
        return RefusTsl(MotifTsl.SIGNATURE, signee)
    return _lire(signee, le)


def _signee(data: bytes, signataire: x509.Certificate, le: datetime) -> etree._Element | str:
    """Return the whole list as its signature covers it, or why not."""
    config = XAdESSignatureConfiguration(location="./", expect_references=True, verification_time=le, ignore_ambiguous_key_info=True)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True)
    try:
        parts = XAdESVerifier().verify(data, x509_cert=signataire, expect_config=config, parser=parser)
    except (SignXMLException, etree.LxmlError, ValueError, TypeError, KeyError, AttributeError, UnsupportedAlgorithm) as error:
        return f"{type(error).__name__}: {error}"
    for part in parts:
        if part.signed_xml is not None and part.signed_xml.tag == f"{{{TSL}}}TrustServiceStatusList":
            return part.signed_xml
    return "the signature does not cover the whole list"


def _lire(racine: etree._Element, le: datetime) -> ListeDeConfiance | RefusTsl:
    try:
        territoire = _texte(racine, "t:SchemeInformation/t:SchemeTerritory")
        numero = int(_texte(racine, "t:SchemeInformation/t:TSLSequenceNumber"))
        emise = _instant(racine, "t:SchemeInformation/t:ListIssueDateTime")
        prochaine = _instant(racine, "t:SchemeInformation/t:NextUpdate/t:dateTime")
    except ValueError as error:
        return RefusTsl(MotifTsl.FORME, str(error))
    if le > prochaine:
        return RefusTsl(MotifTsl.PERIMEE, prochaine.isoformat())
    found: dict[str, ServiceDeConfiance] = {}
    ecartes = 0
    for prestataire in racine.iterfind("t:TrustServiceProviderList/t:TrustServiceProvider", _N):
        nom = _texte(prestataire, "t:TSPInformation/t:TSPName/t:Name", "")
        for service in prestataire.iterfind("t:TSPServices/t:TSPService/t:ServiceInformation", _N):
            lus = _service(service, nom)
            ecartes += not lus
            found |= {empreinte(one.certificat): one for one in lus}
    return ListeDeConfiance(territoire, numero, emise, prochaine, tuple(found.values()), ecartes)


def _service(service: etree._Element, prestataire: str) -> list[ServiceDeConfiance]:
    """Return the authorities of a service, none when its type or status is not accepted."""
    statut = _texte(service, "t:ServiceStatus", "")
    if _texte(service, "t:ServiceTypeIdentifier", "") not in TYPES_ACCEPTES or statut not in STATUTS_ACCEPTES:
        return []
    nom, depuis = _texte(service, "t:ServiceName/t:Name", ""), _texte(service, "t:StatusStartingTime", "")
    found = []
    for one in service.iterfind("t:ServiceDigitalIdentity/t:DigitalId/t:X509Certificate", _N):
        try:
            certificat = x509.load_der_x509_certificate(base64.b64decode("".join((one.text or "").split()), validate=True))
        except (ValueError, binascii.Error, x509.InvalidVersion):
            continue
        if est_autorite(certificat):
            found.append(ServiceDeConfiance(certificat, prestataire, nom, statut.rsplit("/", 1)[-1], depuis))
    return found


def _texte(noeud: etree._Element, chemin: str, absent: str | None = None) -> str:
    """Return the text at a path. Raises ValueError when it is absent and no other text is given."""
    found = noeud.findtext(chemin, absent, _N)
    if found is None:
        raise ValueError(f"{chemin} is missing")
    return found.strip()


def _instant(noeud: etree._Element, chemin: str) -> datetime:
    found = datetime.fromisoformat(_texte(noeud, chemin))
    if found.tzinfo is None:
        raise ValueError(f"{chemin} has no time zone")
    return found
