"""Attacks on what a partner deposits as a certificate (``.p7b``, PEM, DER): ASN.1, numbers, keys."""

from __future__ import annotations

import base64
from functools import cache

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12

from raccordement.certificats.lecture import TAILLE_MAX
from tests.hostile.modele import ACCEPTE, CERTIFICAT, PKI, Attaque
from tests.pki import cle_ec, cle_rsa, der, p7b, pem

#: OID of signed data (PKCS#7), and of an EC key, as DER.
_SIGNE, _EC = bytes.fromhex("06092a864886f70d010702"), bytes.fromhex("06072a8648ce3d0201")


def _tlv(tag: int, contenu: bytes) -> bytes:
    """One DER value."""
    size = len(contenu)
    long = size.to_bytes((size.bit_length() + 7) // 8 or 1, "big")
    return bytes([tag]) + (bytes([size]) if size < 128 else bytes([0x80 | len(long)]) + long) + contenu


def _emboiter(contenu: bytes, fois: int, tag: int = 0x30) -> bytes:
    for _ in range(fois):
        contenu = _tlv(tag, contenu)
    return contenu


def _pkcs7(certificats: bytes, contenu: bytes = _tlv(0x30, bytes.fromhex("06092a864886f70d010701"))) -> bytes:
    """Signed data that holds the bytes given in the place of its certificates."""
    signe = _tlv(0x30, b"\x02\x01\x01" + _tlv(0x31, b"") + contenu + _tlv(0xA0, certificats) + _tlv(0x31, b""))
    return _tlv(0x30, _SIGNE + _tlv(0xA0, signe))


@cache
def _bon() -> bytes:
    """A certificate of the test's own PKI."""
    return der(PKI.intermediaire.emettre(cle=cle_ec("hostile")))


@cache
def _autres(nombre: int) -> tuple[bytes, ...]:
    """As many certificates, each another one."""
    return tuple(der(PKI.intermediaire.emettre(cle=cle_ec("hostile"), numero=n + 1)) for n in range(nombre))


def _croises(nombre: int) -> bytes:
    """Authorities of one name that all certify each other: paths without number."""
    sous = [PKI.racine.sous_autorite("AC croisée", cle_ec(("croisee", n))) for n in range(nombre)]
    croises = [one.sous_autorite("AC croisée", cle_ec(("croisee", n)), longueur=None).certificat for one in sous for n in range(4)][
        : 18 - nombre
    ]
    feuille = sous[0].emettre(cle=cle_ec("hostile"))
    return p7b(feuille, *(one.certificat for one in sous), *croises)


def _der_cle(forme: PrivateFormat) -> bytes:
    return cle_rsa().private_bytes(Encoding.DER, forme, NoEncryption())


_PEM = cle_rsa().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
_CAS = (
    ("vide", lambda: b"", "illisible"),
    ("asn1-profond", lambda: _emboiter(b"", 3_000), "illisible"),
    ("asn1-tres-profond", lambda: _emboiter(b"", 60_000), "trop_gros"),
    ("asn1-profond-etiquete", lambda: _emboiter(b"", 50_000, 0xA0), "illisible"),
    ("asn1-profond-dans-pkcs7", lambda: _pkcs7(_emboiter(b"", 20_000)), "illisible"),
    ("asn1-profond-dans-le-contenu", lambda: _pkcs7(_bon(), _tlv(0x30, bytes.fromhex("06092a864886f70d010701") + _tlv(0xA0, _emboiter(b"", 20_000)))), "chaine"),
    ("asn1-profond-dans-une-cle", lambda: _tlv(0x30, b"\x02\x01\x00" + _tlv(0x30, _EC + _emboiter(b"", 20_000)) + _tlv(0x04, b"x")), "illisible"),
    ("longueur-sans-fin", lambda: b"\x30\x84\xff\xff\xff\xff" + bytes(1000), "illisible"),
    ("longueur-de-127-octets", lambda: b"\x30\xff" + b"\xff" * 127 + bytes(1000), "illisible"),
    ("longueur-indefinie", lambda: b"\x30\x80" * 100_000, "illisible"),
    ("longueur-indefinie-fermee", lambda: b"\x30\x80" * 50_000 + b"\0\0" * 50_000, "illisible"),
    ("etiquette-sans-fin", lambda: b"\x3f" + b"\xff" * 200_000, "illisible"),
    ("entier-immense", lambda: _tlv(0x30, _tlv(0x02, b"\x7f" * 250_000)), "illisible"),
    ("entiers-en-masse", lambda: _tlv(0x30, b"\x02\x01\x01" * 40_000), "cle_privee"),
    ("oid-immense", lambda: _tlv(0x30, _tlv(0x06, b"\xff" * 250_000) + _tlv(0xA0, b"")), "illisible"),
    ("trop-gros", lambda: b"\x30" * (TAILLE_MAX + 1), "trop_gros"),
    ("geant", lambda: _pkcs7(_bon() * 100_000), "trop_gros"),
    ("mille-fois-le-meme", lambda: _pkcs7(_bon() * (250_000 // len(_bon()))), "chaine"),
    ("quatre-cents-autres", lambda: _pkcs7(b"".join(_autres(400))), "trop_gros"),
    ("quatre-cents-en-pem", lambda: b"".join(b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(one) + b"-----END CERTIFICATE-----\n" for one in _autres(300)), "trop_gros"),
    ("vingt-croises", lambda: _croises(6), ACCEPTE),
    ("sans-certificat", lambda: _pkcs7(b""), "sans_certificat"),
    ("pas-des-certificats", lambda: _pkcs7(_tlv(0x30, b"\x02\x01\x01") * 5_000), "illisible"),
    ("certificat-coupe", lambda: _pkcs7(_bon()[:-20]), "illisible"),
    ("certificat-et-suite", lambda: _bon() + b"\0" * 100_000, "illisible"),
    ("texte", lambda: b"ceci n'est pas un certificat " * 5_000, "illisible"),
    ("xml", lambda: b"<a>" * 50_000, "illisible"),
    ("pem-sans-fin", lambda: b"-----BEGIN CERTIFICATE-----\n" * 9_000, "illisible"),
    ("pem-enorme-sans-fin", lambda: b"-----BEGIN CERTIFICATE-----\n" + b"A" * 250_000, "illisible"),
    ("pem-vides", lambda: b"-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n" * 4_800, "illisible"),
    ("pem-tirets", lambda: b"-" * 250_000, "illisible"),
    ("pem-clos-sans-debut", lambda: b"-----END CERTIFICATE-----\n" * 9_000, "illisible"),
    ("pem-petits-objets", lambda: b"-----BEGIN X-----\nMAMCAQE=\n-----END X-----\n" * 5_500, "illisible"),
    ("utf16", lambda: ("-----BEGIN CERTIFICATE-----\n" * 4_000).encode("utf-16"), "illisible"),
    ("pem-faux-base64", lambda: b"-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n", "illisible"),
    ("pem-etiquettes-en-masse", lambda: b"-----BEGIN X-----\n-----END X-----\n" * 7_000, "illisible"),
    ("base64-nu-de-rien", lambda: base64.b64encode(bytes(190_000)), "illisible"),
    ("cle-pem", lambda: _PEM, "cle_privee"),
    ("cle-en-utf16", lambda: _PEM.decode().encode("utf-16"), "cle_privee"),
    ("cle-apres-un-certificat", lambda: pem(PKI.racine.certificat) + _PEM, "cle_privee"),
    ("cle-pkcs8-nue", lambda: _der_cle(PrivateFormat.PKCS8), "cle_privee"),
    ("cle-pkcs1-nue", lambda: _der_cle(PrivateFormat.TraditionalOpenSSL), "cle_privee"),
    ("cle-dite-certificat", lambda: b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(_der_cle(PrivateFormat.PKCS8)) + b"-----END CERTIFICATE-----\n", "cle_privee"),
    ("cle-en-base64", lambda: base64.encodebytes(_der_cle(PrivateFormat.PKCS8)), "cle_privee"),
    ("cle-dans-pkcs7", lambda: _pkcs7(_der_cle(PrivateFormat.PKCS8)), "illisible"),
    ("pkcs12", lambda: pkcs12.serialize_key_and_certificates(b"x", cle_rsa(), None, None, BestAvailableEncryption(b"s")), "cle_privee"),
)  # fmt: skip
CERTIFICATS = tuple(Attaque(f"certificat-{nom}", fabrique, attendu, CERTIFICAT) for nom, fabrique, attendu in _CAS)
