"""A public-key infrastructure made at test time: authorities, certificates, CRLs, OCSP answers. Nothing of it is ever checked in.

Time is chosen by the test: everything is valid around :data:`LE`, a fixed moment that is passed to what is tested.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509 import ocsp as o
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, NameOID

LE = datetime(2027, 1, 15, 12, tzinfo=UTC)
SIREN = "123456782"  # of this project: its Luhn key is right, it belongs to nobody known
SIRET = SIREN + "00010"
Cle = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@functools.cache
def cle_rsa(rang: int = 0, bits: int = 2048) -> rsa.RSAPrivateKey:
    """An RSA key, made once in a process for each rank: they are slow."""
    return rsa.generate_private_key(65537, bits)


@functools.cache
def cle_ec(rang: object = 0, courbe: type[ec.EllipticCurve] = ec.SECP256R1) -> ec.EllipticCurvePrivateKey:
    """An elliptic key, made once in a process for each rank."""
    return ec.generate_private_key(courbe())


def nom(cn: str, siren: str | None = None, ou: str | None = None, organisation: str | None = None) -> x509.Name:
    """A name as French authorities write them."""
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"), x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Essai SA")]
    if organisation or siren:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_IDENTIFIER, organisation or f"NTRFR-{siren}"))
    if ou or siren:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, ou or f"0002 {siren}"))
    return x509.Name([*parts, x509.NameAttribute(NameOID.COMMON_NAME, cn)])


def usages(*noms: str) -> x509.KeyUsage:
    """A key-usage extension with these bits."""
    tous = (
        "digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign",
        "crl_sign", "encipher_only", "decipher_only",
    )  # fmt: skip
    return x509.KeyUsage(**{one: one in noms for one in tous})


CLIENT, SERVEUR = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH


@dataclass(frozen=True)
class Autorite:
    """An authority: its certificate and key."""

    certificat: x509.Certificate
    cle: Cle
    ocsp: str | None = None
    crl: str | None = None

    def emettre(  # noqa: PLR0913  # one keyword for each thing a test bends
        self,
        sujet: x509.Name | None = None,
        cle: Cle | None = None,
        *,
        debut: datetime = LE - timedelta(days=30),
        fin: datetime = LE + timedelta(days=365),
        usage: x509.KeyUsage | None = None,
        etendus: Sequence[x509.ObjectIdentifier] | None = (CLIENT,),
        politiques: Sequence[str] = (),
        hachage: hashes.HashAlgorithm | None = None,
        numero: int | None = None,
        noms_dns: Sequence[str] = (),
        extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
        cle_signature: Cle | None = None,
        noms_ip: Sequence[object] = (),
    ) -> x509.Certificate:
        """A certificate of an end entity."""
        builder = self._base(sujet or nom("client.essai.example", SIREN), cle or cle_rsa(), debut, fin, numero)
        builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        builder = builder.add_extension(usage or usages("digital_signature", "key_encipherment"), critical=True)
        if etendus:
            builder = builder.add_extension(x509.ExtendedKeyUsage(etendus), critical=False)
        if politiques:
            infos = [x509.PolicyInformation(x509.ObjectIdentifier(one), None) for one in politiques]
            builder = builder.add_extension(x509.CertificatePolicies(infos), critical=False)
        if noms_dns or noms_ip:
            alternatifs = [*(x509.DNSName(one) for one in noms_dns), *(x509.IPAddress(one) for one in noms_ip)]
            builder = builder.add_extension(x509.SubjectAlternativeName(alternatifs), critical=False)
        for valeur, critique in extensions:
            builder = builder.add_extension(valeur, critical=critique)
        return builder.sign(cle_signature or self.cle, hachage or hashes.SHA256())

    def sous_autorite(  # noqa: PLR0913
        self,
        cn: str,
        cle: Cle | None = None,
        *,
        debut: datetime = LE - timedelta(days=365),
        fin: datetime = LE + timedelta(days=5 * 365),
        longueur: int | None = 0,
        usage: x509.KeyUsage | None = None,
        ca: bool = True,
        noms_permis: x509.NameConstraints | None = None,
        etendus: Sequence[x509.ObjectIdentifier] | None = None,
        ocsp: str | None = None,
        crl: str | None = None,
    ) -> Autorite:
        """An authority below this one; ``ocsp`` and ``crl`` are what its own certificates will declare."""
        cle = cle or cle_ec(cn)
        builder = self._base(nom(cn), cle, debut, fin, None)
        builder = builder.add_extension(x509.BasicConstraints(ca=ca, path_length=longueur if ca else None), critical=True)
        builder = builder.add_extension(usage or usages("key_cert_sign", "crl_sign"), critical=True)
        if noms_permis:
            builder = builder.add_extension(noms_permis, critical=True)
        if etendus:
            builder = builder.add_extension(x509.ExtendedKeyUsage(etendus), critical=False)
        return Autorite(builder.sign(self.cle, hashes.SHA256()), cle, ocsp, crl)

    def _base(self, sujet: x509.Name, cle: Cle, debut: datetime, fin: datetime, numero: int | None) -> x509.CertificateBuilder:
        publique = cle.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(sujet)
            .issuer_name(self.certificat.subject)
            .public_key(publique)
            .serial_number(numero or x509.random_serial_number())
            .not_valid_before(debut)
            .not_valid_after(fin)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(publique), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.certificat.public_key()), critical=False)
        )
        if self.ocsp:
            acces = x509.AccessDescription(AuthorityInformationAccessOID.OCSP, x509.UniformResourceIdentifier(self.ocsp))
            builder = builder.add_extension(x509.AuthorityInformationAccess([acces]), critical=False)
        if self.crl:
            point = x509.DistributionPoint([x509.UniformResourceIdentifier(self.crl)], None, None, None)
            builder = builder.add_extension(x509.CRLDistributionPoints([point]), critical=False)
        return builder

    def liste(
        self,
        revoques: Iterable[int] = (),
        *,
        du: datetime = LE - timedelta(hours=1),
        jusqu_au: datetime | None = LE + timedelta(days=7),
        cle: Cle | None = None,
        extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
    ) -> bytes:
        """A CRL, DER, that revokes these serial numbers."""
        builder = x509.CertificateRevocationListBuilder().issuer_name(self.certificat.subject).last_update(du)
        builder = builder.next_update(jusqu_au or du + timedelta(days=1))
        builder = builder.add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.certificat.public_key()), critical=False)
        builder = builder.add_extension(x509.CRLNumber(1), critical=False)
        for valeur, critique in extensions:
            builder = builder.add_extension(valeur, critical=critique)
        for numero in revoques:
            builder = builder.add_revoked_certificate(
                x509.RevokedCertificateBuilder().serial_number(numero).revocation_date(LE - timedelta(days=2)).build()
            )
        return builder.sign(cle or self.cle, hashes.SHA256()).public_bytes(Encoding.DER)

    def repondeur(self) -> Autorite:
        """A delegated OCSP responder of this authority, not to be checked itself."""
        cle = cle_ec(("ocsp", self.certificat.serial_number))
        certificat = Autorite(self.certificat, self.cle).emettre(
            nom("Répondeur OCSP"), cle, etendus=(ExtendedKeyUsageOID.OCSP_SIGNING,), usage=usages("digital_signature"),
            extensions=((x509.OCSPNoCheck(), False),),
        )  # fmt: skip
        return Autorite(certificat, cle)

    def reponse_ocsp(
        self,
        certificat: x509.Certificate,
        statut: o.OCSPCertStatus = o.OCSPCertStatus.GOOD,
        *,
        du: datetime = LE - timedelta(hours=1),
        jusqu_au: datetime = LE + timedelta(hours=12),
        par: Autorite | None = None,
    ) -> bytes:
        """An OCSP answer, DER, signed by the responder ``par`` or by this authority."""
        signataire = par or self
        revoque = statut is o.OCSPCertStatus.REVOKED
        builder = o.OCSPResponseBuilder().add_response(
            cert=certificat, issuer=self.certificat, algorithm=hashes.SHA1(), cert_status=statut, this_update=du, next_update=jusqu_au,
            revocation_time=LE - timedelta(days=2) if revoque else None,
            revocation_reason=x509.ReasonFlags.key_compromise if revoque else None,
        )  # fmt: skip
        builder = builder.responder_id(o.OCSPResponderEncoding.HASH, signataire.certificat).certificates([signataire.certificat])
        return builder.sign(signataire.cle, hashes.SHA256()).public_bytes(Encoding.DER)


def racine(cn: str = "Racine d'essai", cle: Cle | None = None, le: datetime = LE, **autres: str) -> Autorite:
    """A self-signed root, valid ten years around ``le``."""
    cle = cle or cle_ec(cn)
    builder = (
        x509.CertificateBuilder()
        .subject_name(nom(cn))
        .issuer_name(nom(cn))
        .public_key(cle.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(le - timedelta(days=3650))
        .not_valid_after(le + timedelta(days=3650))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(cle.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(usages("key_cert_sign", "crl_sign"), critical=True)
    )
    return Autorite(builder.sign(cle, hashes.SHA256()), cle, **autres)


@dataclass(frozen=True)
class Pki:
    """A root, an intermediate below it, and addresses that its certificates declare."""

    racine: Autorite
    intermediaire: Autorite


def pki(ocsp_: str | None = None, crl: str | None = None, crl_racine: str | None = None) -> Pki:
    """A root and an intermediate authority."""
    base = racine(**{k: v for k, v in {"crl": crl_racine}.items() if v})
    return Pki(base, base.sous_autorite("AC d'essai", ocsp=ocsp_, crl=crl))


def der(certificat: x509.Certificate) -> bytes:
    """DER."""
    return certificat.public_bytes(Encoding.DER)


def pem(*certificats: x509.Certificate) -> bytes:
    """PEM, one after another."""
    return b"".join(one.public_bytes(Encoding.PEM) for one in certificats)


def p7b(*certificats: x509.Certificate, forme: Encoding = Encoding.DER) -> bytes:
    """PKCS#7 without signature, as authorities deliver chains."""
    return pkcs7.serialize_certificates(list(certificats), forme)


def en_sha1(certificat: x509.Certificate, autorite: Autorite) -> x509.Certificate:
    """The same certificate signed with SHA-1 by an elliptic authority: the library that makes the others refuses to."""
    lu = asn1.Certificate.load(der(certificat))
    corps = lu["tbs_certificate"]
    algorithme = {"algorithm": "sha1_ecdsa"}
    corps["signature"] = algorithme
    cle = autorite.cle
    assert isinstance(cle, ec.EllipticCurvePrivateKey)
    empreinte = hashlib.sha1(corps.dump(force=True)).digest()
    lu["signature_algorithm"] = algorithme
    lu["signature_value"] = cle.sign(empreinte, ec.ECDSA(Prehashed(hashes.SHA1())))
    return x509.load_der_x509_certificate(lu.dump(force=True))
