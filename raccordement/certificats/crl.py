"""A certificate revocation list read once: its signature checked once an issuer, its entries in a dictionary.

pyhanko-certvalidator walks the whole list at every look-up; with 50,000 entries that is most of a second. Here a list in the usual shape
(complete, direct, of the certificate's own issuer) answers by itself; for any other shape, or when it cannot conclude, it says so and the
validator judges it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from asn1crypto import crl as asn1
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtensionOID

from raccordement.certificats.noms import est_autorite, extension

_ORDINAIRES = {ExtensionOID.AUTHORITY_KEY_IDENTIFIER, ExtensionOID.CRL_NUMBER, ExtensionOID.ISSUING_DISTRIBUTION_POINT}
_HACHAGES = {"sha256", "sha384", "sha512"}


@dataclass(slots=True)
class ListeRevocation:
    """One CRL. Build with :meth:`lire`. :ivar brute: the same for pyhanko-certvalidator. :ivar taille: bytes."""

    liste: x509.CertificateRevocationList
    brute: asn1.CertificateList
    taille: int
    _index: dict[int, x509.RevokedCertificate] = field(default_factory=dict)
    _ordinaire: bool = False
    _signataires: dict[bytes, bool] = field(default_factory=dict)

    @classmethod
    def lire(cls, data: bytes) -> ListeRevocation:
        """Read DER or PEM.

        :raises ValueError: it is not a CRL.
        """
        liste = x509.load_pem_x509_crl(data) if data.lstrip().startswith(b"-----BEGIN") else x509.load_der_x509_crl(data)
        der = liste.public_bytes(Encoding.DER)
        made = cls(liste, asn1.CertificateList.load(der), len(der))
        made._ordinaire = made._est_ordinaire()
        if made._ordinaire:
            made._index = {one.serial_number: one for one in liste}
        return made

    @property
    def du(self) -> datetime:
        """When it was issued (UTC)."""
        return self.liste.last_update_utc

    @property
    def jusqu_au(self) -> datetime | None:
        """When the next one is due (UTC)."""
        return self.liste.next_update_utc

    def _est_ordinaire(self) -> bool:
        """Return whether it is complete and direct: no delta, no indirect issuer, no part of the reasons, no unknown extension."""
        try:
            presentes = {one.oid for one in self.liste.extensions}
        except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
            return False
        portee = self._portee()
        partielle = portee is not None and (
            portee.indirect_crl or portee.only_contains_attribute_certs or portee.only_some_reasons or portee.relative_name
        )
        return presentes <= _ORDINAIRES and not partielle

    def _portee(self) -> x509.IssuingDistributionPoint | None:
        try:
            return self.liste.extensions.get_extension_for_class(x509.IssuingDistributionPoint).value
        except x509.ExtensionNotFound:
            return None

    def etat(self, certificat: x509.Certificate, emetteur: x509.Certificate, le: datetime) -> datetime | bool | None:
        """Return ``True`` when ``certificat`` is not revoked at ``le``, the moment when it was, or ``None`` when this list cannot tell."""
        if not self._ordinaire or not self._concerne(certificat, emetteur) or not self._signee(emetteur):
            return None
        if self.jusqu_au is None or not self.du <= le <= self.jusqu_au:
            return None
        entree = self._index.get(certificat.serial_number)
        if entree is None or entree.revocation_date_utc >= le:
            return True
        return entree.revocation_date_utc

    def _concerne(self, certificat: x509.Certificate, emetteur: x509.Certificate) -> bool:
        """RFC 5280, 6.3.3 (b): the list is of the certificate's issuer, and its scope covers the certificate."""
        if not self.liste.issuer == certificat.issuer == emetteur.subject:
            return False
        portee = self._portee()
        if portee is None:
            return True
        if portee.only_contains_ca_certs if not est_autorite(certificat) else portee.only_contains_user_certs:
            return False
        if portee.full_name is None:
            return True
        points = extension(certificat, x509.CRLDistributionPoints) or ()
        return any(nom in portee.full_name for point in points for nom in point.full_name or ())

    def _signee(self, emetteur: x509.Certificate) -> bool:
        cle = emetteur.public_key()
        octets = cle.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if octets not in self._signataires:
            self._signataires[octets] = self._verifier(emetteur)
        return self._signataires[octets]

    def _verifier(self, emetteur: x509.Certificate) -> bool:
        cle, usage = emetteur.public_key(), extension(emetteur, x509.KeyUsage)
        if not isinstance(cle, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) or (usage is not None and not usage.crl_sign):
            return False
        try:
            hachage = self.liste.signature_hash_algorithm
            return hachage is not None and hachage.name in _HACHAGES and self.liste.is_signature_valid(cle)
        except (UnsupportedAlgorithm, InvalidSignature, ValueError, TypeError):
            return False
