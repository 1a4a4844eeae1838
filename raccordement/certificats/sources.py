"""Where revocation data come from: OCSP responders and CRL addresses that certificates declare, through bounded, dated caches.

An address that failed is left alone for a while: five hundred partners of one authority do not wait five hundred times.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from asn1crypto import ocsp as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID

from raccordement.certificats.crl import ListeRevocation
from raccordement.certificats.http import EchecHttp, Panne, echec
from raccordement.certificats.memoire import Gardee, Memoire
from raccordement.certificats.noms import empreinte, extension

#: Takes an address and, for a POST, a body and its type; returns the body of the answer or raises :class:`EchecHttp`.
Recuperateur = Callable[[str, bytes | None, str], bytes]
_V = TypeVar("_V")
_TYPE_OCSP = "application/ocsp-request"


@dataclass(frozen=True, slots=True)
class ReponseOcsp:
    """One OCSP answer, unverified. :ivar brute: for pyhanko-certvalidator, which checks who signed it."""

    brute: asn1.OCSPResponse
    adresse: str
    jusqu_au: datetime | None


@dataclass(slots=True)
class Sources:
    """Revocation data, fetched and cached.

    :ivar recuperer: the network. :ivar horloge: aware UTC times, for the caches.
    :ivar fraicheur: how long an answer is used without asking again, its own end permitting. :ivar repos: how long a failed address rests.
    :ivar locales: CRLs given by hand, asked before the network.
    """

    recuperer: Recuperateur
    horloge: Callable[[], datetime]
    fraicheur: timedelta = timedelta(hours=1)
    repos: timedelta = timedelta(minutes=5)
    locales: tuple[ListeRevocation, ...] = ()
    _listes: Memoire[ListeRevocation] = field(default_factory=lambda: Memoire(64, 128 * 1024 * 1024))
    _reponses: Memoire[ReponseOcsp] = field(default_factory=lambda: Memoire(4096, 32 * 1024 * 1024))
    _pannes: Memoire[EchecHttp] = field(default_factory=lambda: Memoire(1024, 1024 * 1024))

    def ocsp(self, certificat: x509.Certificate, emetteur: x509.Certificate) -> tuple[list[ReponseOcsp], list[EchecHttp]]:
        """Return what the responders that ``certificat`` declares say of it, and which did not answer."""
        demande = ocsp.OCSPRequestBuilder().add_certificate(certificat, emetteur, hashes.SHA1()).build()  # noqa: S303  # RFC 5019: an identifier, not a signature
        corps, qui = demande.public_bytes(Encoding.DER), empreinte(certificat)

        def une(adresse: str) -> ReponseOcsp:
            return self._garder(self._reponses, (adresse, qui), adresse, corps, lambda data: _lire_ocsp(data, adresse))

        return _chacune(une, adresses_ocsp(certificat))

    def crl(self, certificat: x509.Certificate) -> tuple[list[ListeRevocation], list[EchecHttp]]:
        """Return the lists that ``certificat`` declares, local ones first, and the addresses that gave none."""
        found, pannes = _chacune(lambda one: self._garder(self._listes, one, one, None, _lire_crl(one)), adresses_crl(certificat))
        return [*self.locales, *found], pannes

    def _garder(
        self, memoire: Memoire[_V], cle: object, adresse: str, corps: bytes | None, lire: Callable[[bytes], tuple[_V, datetime | None]]
    ) -> _V:
        now = self.horloge()
        gardee = memoire.lire(cle, now)
        if gardee is not None:
            return gardee
        if (panne := self._pannes.lire(adresse, now)) is not None:
            raise panne
        try:
            data = self.recuperer(adresse, corps, _TYPE_OCSP)
            valeur, fin = lire(data)
        except EchecHttp as error:
            self._pannes.garder(adresse, Gardee(error, now, now + self.repos, 1024))
            raise
        jusqu_au = min(fin or now, now + self.fraicheur)
        memoire.garder(cle, Gardee(valeur, now, jusqu_au, len(data)))
        return valeur


def _chacune(une: Callable[[str], _V], adresses: Iterable[str]) -> tuple[list[_V], list[EchecHttp]]:
    found: list[_V] = []
    pannes: list[EchecHttp] = []
    for adresse in adresses:
        try:
            found.append(une(adresse))
        except EchecHttp as error:
            pannes.append(error)
    return found, pannes


def _lire_ocsp(data: bytes, adresse: str) -> tuple[ReponseOcsp, datetime | None]:
    try:
        lue = ocsp.load_der_ocsp_response(data)
        reussie = lue.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
        fin = lue.next_update_utc if reussie else None
        brute = asn1.OCSPResponse.load(data)
    except (ValueError, TypeError, KeyError) as error:
        raise echec(adresse, Panne.ILLISIBLE, "OCSP") from error
    if not reussie:
        raise echec(adresse, Panne.HTTP, f"OCSP {lue.response_status.name}")
    return ReponseOcsp(brute, adresse, fin), fin


def _lire_crl(adresse: str) -> Callable[[bytes], tuple[ListeRevocation, datetime | None]]:
    def lire(data: bytes) -> tuple[ListeRevocation, datetime | None]:
        try:
            liste = ListeRevocation.lire(data)
        except (ValueError, TypeError) as error:
            raise echec(adresse, Panne.ILLISIBLE, "CRL") from error
        return liste, liste.jusqu_au

    return lire


def adresses_ocsp(certificat: x509.Certificate) -> tuple[str, ...]:
    """Return the OCSP addresses that a certificate declares, four at most."""
    acces = extension(certificat, x509.AuthorityInformationAccess) or ()
    return tuple(
        one.access_location.value
        for one in acces
        if one.access_method == AuthorityInformationAccessOID.OCSP and isinstance(one.access_location, x509.UniformResourceIdentifier)
    )[:4]


def adresses_crl(certificat: x509.Certificate) -> tuple[str, ...]:
    """Return the http(s) CRL addresses that a certificate declares, four at most."""
    points = extension(certificat, x509.CRLDistributionPoints) or ()
    noms = (nom for point in points for nom in point.full_name or ())
    return tuple(one.value for one in noms if isinstance(one, x509.UniformResourceIdentifier) and one.value.startswith("http"))[:4]
