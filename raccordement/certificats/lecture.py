"""Read what a partner deposits: PEM, DER or PKCS#7 with its chain. Anything that holds a private key is refused, unread and unkept.

KB asks for PKCS#7 with the complete chain, public part only. A private key that left its owner's machine is no longer private:
the answer says to revoke it. Nothing of such a file is stored, quoted or logged.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from enum import StrEnum

from asn1crypto import cms, core, keys, pkcs12
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from raccordement.certificats.noms import emis_par, est_autorite

#: Bytes of a deposit at most (house): a chain of ten certificates makes some 20 KiB.
TAILLE_MAX = 256 * 1024
#: Certificates of a deposit at most (house).
CERTIFICATS_MAX = 20


class Motif(StrEnum):
    """Why a deposit cannot be judged."""

    CLE_PRIVEE = "cle_privee"
    TROP_GROS = "trop_gros"
    ILLISIBLE = "illisible"
    SANS_CERTIFICAT = "sans_certificat"
    PLUSIEURS = "plusieurs"


_CLE_FR = (
    "Ce fichier contient une clé privée ou peut en contenir une (PKCS#12, PKCS#8, OpenSSH, JKS…) : il n'a été ni lu plus avant, ni "
    "conservé. Cette clé a quitté votre poste : demandez à votre autorité de révoquer le certificat, faites-en émettre un autre avec "
    "une clé neuve, puis déposez sa seule partie publique (.p7b avec la chaîne)."
)
_CLE_EN = (
    "This file holds a private key, or may hold one (PKCS#12, PKCS#8, OpenSSH, JKS…): it was neither read further nor kept. That key "
    "has left your machine: ask your authority to revoke the certificate, have another one issued with a new key, then deposit its "
    "public part only (.p7b with the chain)."
)
#: What a person reads, French and English.
TEXTES: dict[Motif, tuple[str, str]] = {
    Motif.CLE_PRIVEE: (_CLE_FR, _CLE_EN),
    Motif.TROP_GROS: (
        f"Le fichier dépasse {TAILLE_MAX // 1024} Kio ou {CERTIFICATS_MAX} certificats : déposez le certificat et sa chaîne seulement.",
        f"The file exceeds {TAILLE_MAX // 1024} KiB or {CERTIFICATS_MAX} certificates: deposit the certificate and its chain only.",
    ),
    Motif.ILLISIBLE: (
        "Le fichier n'est ni un certificat PEM ou DER, ni un PKCS#7 (.p7b) lisible : exportez à nouveau le certificat avec sa chaîne.",
        "The file is neither a readable PEM or DER certificate nor a PKCS#7 (.p7b): export the certificate with its chain again.",
    ),
    Motif.SANS_CERTIFICAT: (
        "Le fichier ne contient aucun certificat : déposez le vôtre avec sa chaîne (.p7b).",
        "The file holds no certificate: deposit yours with its chain (.p7b).",
    ),
    Motif.PLUSIEURS: (
        "Le fichier contient plusieurs certificats qui ne forment pas une chaîne : déposez un seul certificat, avec ses autorités.",
        "The file holds several certificates that make no chain: deposit one certificate, with its authorities.",
    ),
}


@dataclass(frozen=True, slots=True)
class Lecture:
    """A deposit read. :ivar feuille: the partner's certificate. :ivar chaine: the others, in no order. :ivar forme: how it came."""

    feuille: x509.Certificate
    chaine: tuple[x509.Certificate, ...]
    forme: str


@dataclass(frozen=True, slots=True)
class Refus:
    """A deposit that cannot be judged. It holds nothing of the file."""

    motif: Motif

    @property
    def fr(self) -> str:
        """The French sentence."""
        return TEXTES[self.motif][0]

    @property
    def en(self) -> str:
        """The English sentence."""
        return TEXTES[self.motif][1]


#: Marks of files that hold a private key and are not DER: PEM labels (also of keys under a passphrase), Java keystores, PuTTY.
_CLE_EN_CLAIR = re.compile(rb"PRIVATE[ _-]KEY|PuTTY-User-Key-File|SSH2 ENCRYPTED", re.IGNORECASE)
_MAGASINS = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce", b"openssh-key-v1\x00")
_BLOC = re.compile(rb"-----BEGIN ([A-Z0-9 ]{1,40})-----([^-]*)-----END \1-----")
_CERTIFICATS = {b"CERTIFICATE", b"X509 CERTIFICATE"}
_PKCS7 = {b"PKCS7", b"CMS", b"PKCS #7 SIGNED DATA"}
#: A tag or an object identifier without end: reading it costs the square of its length. No key or digest in real life has so many bytes
#: of 128 and more in a row, nor has a text in French.
_SANS_FIN = re.compile(rb"[\x80-\xff]{256}")
#: How flows begin: XML, PDF, gzip. Such a file is a flow, whatever its texts quote.
_DEBUTS_DE_FLUX = (b"<", b"%PDF-", b"\x1f\x8b")
#: What asn1crypto and cryptography let out on malformed input.
_ERREURS = (ValueError, TypeError, KeyError, IndexError, OverflowError, x509.InvalidVersion)


def lire_depot(data: bytes) -> Lecture | Refus:
    """Read a deposit. Never raises on what it holds."""
    if len(data) > TAILLE_MAX:
        return Refus(Motif.TROP_GROS)
    if _CLE_EN_CLAIR.search(data) or data.startswith(_MAGASINS):
        return Refus(Motif.CLE_PRIVEE)
    if b"-----BEGIN" in data:
        return _lire_pem(data)
    found = _ouvrir(_der(data))
    return found if isinstance(found, Refus) else _juger(found, "PKCS#7" if _est_pkcs7(_der(data)) else "DER")


def est_une_cle(debut: bytes) -> bool:
    """Return whether a file deposited as a flow is a private key or a key store, which must not be kept. Never raises.

    :param debut: its first :data:`TAILLE_MAX` bytes, or all of it.
    """
    if debut.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(_DEBUTS_DE_FLUX):
        return False
    lu = lire_depot(debut)
    return isinstance(lu, Refus) and lu.motif is Motif.CLE_PRIVEE


def _der(data: bytes) -> bytes:
    """Return DER, undoing the bare base64 that some tools export."""
    if data[:1] == b"\x30":
        return data
    try:
        return base64.b64decode(b"".join(data.split()), validate=True)
    except binascii.Error:
        return data


def _lire_pem(data: bytes) -> Lecture | Refus:
    found: list[x509.Certificate] = []
    formes: set[str] = set()
    for label, corps in _BLOC.findall(data):
        if label not in _CERTIFICATS | _PKCS7:
            continue
        try:
            der = base64.b64decode(b"".join(corps.split()), validate=True)
        except binascii.Error:
            return Refus(Motif.ILLISIBLE)
        one = _ouvrir(der)
        if isinstance(one, Refus):
            return one
        formes.add("PKCS#7 (PEM)" if label in _PKCS7 else "PEM")
        found += one
    return _juger(found, " + ".join(sorted(formes)))


def _ouvrir(der: bytes) -> list[x509.Certificate] | Refus:
    """Return the certificates of one DER object: a certificate or a PKCS#7."""
    if der[:1] != b"\x30" or _SANS_FIN.search(der):
        return Refus(Motif.ILLISIBLE)
    if _cle_privee(der):
        return Refus(Motif.CLE_PRIVEE)
    try:
        if _est_pkcs7(der):
            return [_certificat(one) for one in _contenu_pkcs7(der)]
        return [_certificat(der)]
    except _ERREURS:
        return Refus(Motif.ILLISIBLE)


def _certificat(der: bytes) -> x509.Certificate:
    """Load a certificate; its names and dates are parsed here, so that none of them raises later."""
    lu = x509.load_der_x509_certificate(der)
    for valeur in (lu.subject, lu.issuer, lu.not_valid_before_utc, lu.not_valid_after_utc, lu.serial_number):
        str(valeur)
    return lu


def _est_pkcs7(der: bytes) -> bool:
    try:
        return str(cms.ContentInfo.load(der)["content_type"].native) == "signed_data"
    except _ERREURS:
        return False


def _contenu_pkcs7(der: bytes) -> list[bytes]:
    """Return the DER certificates of a PKCS#7 signed-data; BER with indefinite lengths is read too."""
    certificats = cms.ContentInfo.load(der)["content"]["certificates"]
    return [one.chosen.dump() for one in certificats if one.name == "certificate"]


def _cle_privee(der: bytes) -> bool:
    """Return whether a DER object is a PKCS#12 or a private key (PKCS#1, PKCS#8 clear or encrypted, SEC 1)."""
    formes: tuple[type[core.Sequence], ...] = (
        pkcs12.Pfx, keys.PrivateKeyInfo, keys.EncryptedPrivateKeyInfo, keys.RSAPrivateKey, keys.ECPrivateKey, keys.DSAPrivateKey,
    )  # fmt: skip
    return any(_se_lit(forme, der) for forme in formes)


def _se_lit(forme: type[core.Sequence], der: bytes) -> bool:
    try:
        forme.load(der, strict=True).native  # noqa: B018  # .native parses the whole
    except _ERREURS:
        return False
    return True


def _juger(found: list[x509.Certificate] | Refus, forme: str) -> Lecture | Refus:
    """Tell the partner's certificate from its authorities."""
    if isinstance(found, Refus):
        return found
    uniques = list({one.public_bytes(Encoding.DER): one for one in found}.values())
    if not uniques:
        return Refus(Motif.SANS_CERTIFICAT)
    if len(uniques) > CERTIFICATS_MAX:
        return Refus(Motif.TROP_GROS)
    feuilles = [one for one in uniques if not any(emis_par(other, one) for other in uniques if other is not one)]
    feuilles = [one for one in feuilles if not est_autorite(one)] or feuilles
    if len(feuilles) != 1:
        return Refus(Motif.PLUSIEURS)
    return Lecture(feuilles[0], tuple(one for one in uniques if one is not feuilles[0]), forme)
