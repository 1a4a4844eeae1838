"""What a partner may deposit, and what is refused without being kept."""

import base64

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12
from hypothesis import given
from hypothesis import strategies as st

from raccordement.certificats.lecture import TAILLE_MAX, Lecture, Motif, Refus, lire_depot
from tests.pki import cle_ec, cle_rsa, der, nom, p7b, pem, pki

PKI = pki()
FEUILLE = PKI.intermediaire.emettre()
CHAINE = (PKI.intermediaire.certificat, PKI.racine.certificat)


@pytest.mark.parametrize(
    ("octets", "forme", "autres"),
    [
        (pem(FEUILLE), "PEM", 0),
        (pem(*CHAINE, FEUILLE), "PEM", 2),
        (b"subject=CN = quelque chose\n" + pem(FEUILLE, CHAINE[0]), "PEM", 1),
        (pem(FEUILLE, FEUILLE), "PEM", 0),
        (der(FEUILLE), "DER", 0),
        (base64.encodebytes(der(FEUILLE)), "DER", 0),
        (p7b(FEUILLE, *CHAINE), "PKCS#7", 2),
        (p7b(*CHAINE, FEUILLE, forme=Encoding.PEM), "PKCS#7 (PEM)", 2),
        (pem(FEUILLE) + p7b(*CHAINE, forme=Encoding.PEM), "PEM + PKCS#7 (PEM)", 2),
    ],
    ids=["pem", "pem-chaine", "pem-commente", "pem-double", "der", "base64", "p7b", "p7b-pem", "pem-et-p7b"],
)
def test_a_public_certificate_is_read_in_every_form(octets, forme, autres):
    lu = lire_depot(octets)
    assert isinstance(lu, Lecture)
    assert lu.feuille == FEUILLE
    assert (lu.forme, len(lu.chaine)) == (forme, autres)


def _cles():
    secret = BestAvailableEncryption(b"secret")
    for sorte, cle in (("rsa", cle_rsa()), ("ec", cle_ec())):
        for nom_forme, forme in (("pkcs8", PrivateFormat.PKCS8), ("openssl", PrivateFormat.TraditionalOpenSSL)):
            for nom_codage, codage in (("pem", Encoding.PEM), ("der", Encoding.DER)):
                yield f"{sorte}-{nom_forme}-{nom_codage}", cle.private_bytes(codage, forme, NoEncryption())
        yield f"{sorte}-pkcs8-chiffre-pem", cle.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, secret)
        yield f"{sorte}-pkcs8-chiffre-der", cle.private_bytes(Encoding.DER, PrivateFormat.PKCS8, secret)
        yield f"{sorte}-openssh", cle.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    for nom_, chiffrement in (("clair", NoEncryption()), ("chiffre", secret)):
        yield f"pkcs12-{nom_}", pkcs12.serialize_key_and_certificates(b"x", cle_rsa(), FEUILLE, None, chiffrement)
    yield "pkcs12-base64", base64.encodebytes(pkcs12.serialize_key_and_certificates(b"x", cle_rsa(), FEUILLE, None, secret))
    yield "pem-et-cle", pem(FEUILLE) + cle_rsa().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    cachee = cle_rsa().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    yield "sous-une-autre-etiquette", b"-----BEGIN CERTIFICATE-----\n" + base64.encodebytes(cachee) + b"-----END CERTIFICATE-----\n"
    yield "jks", b"\xfe\xed\xfe\xed\x00\x00\x00\x02"
    yield "putty", b"PuTTY-User-Key-File-3: ssh-rsa\n"


@pytest.mark.parametrize("octets", [pytest.param(octets, id=nom_) for nom_, octets in _cles()])
def test_whatever_holds_a_private_key_is_refused_with_the_advice_to_revoke_it(octets):
    refus = lire_depot(octets)
    assert refus == Refus(Motif.CLE_PRIVEE)
    assert "révoquer" in refus.fr
    assert "revoke" in refus.en


@pytest.mark.parametrize(
    ("octets", "motif"),
    [
        (b"", Motif.ILLISIBLE),
        (b"bonjour", Motif.ILLISIBLE),
        (der(FEUILLE)[:-10], Motif.ILLISIBLE),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", Motif.ILLISIBLE),
        (b"-----BEGIN CERTIFICATE-----\n*\n-----END CERTIFICATE-----\n", Motif.ILLISIBLE),
        (b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", Motif.SANS_CERTIFICAT),
        (pem(FEUILLE, PKI.intermediaire.emettre(nom("autre"))), Motif.PLUSIEURS),
        (b"0" * (TAILLE_MAX + 1), Motif.TROP_GROS),
        (pem(*(PKI.intermediaire.emettre() for _ in range(21))), Motif.TROP_GROS),
    ],
    ids=["vide", "texte", "coupe", "pem-faux", "pem-mal-code", "cle-publique", "deux", "gros", "trop-nombreux"],
)
def test_what_cannot_be_judged_says_why_and_what_to_do(octets, motif):
    assert lire_depot(octets) == Refus(motif)


def test_a_chain_without_its_end_keeps_the_lowest_authority_to_be_judged():
    lu = lire_depot(pem(*CHAINE))
    assert isinstance(lu, Lecture)
    assert lu.feuille == PKI.intermediaire.certificat


@given(st.one_of(st.binary(max_size=400), st.tuples(st.integers(0, len(der(FEUILLE)) - 1), st.integers(0, 255)).map(
    lambda change: der(FEUILLE)[: change[0]] + bytes([change[1]]) + der(FEUILLE)[change[0] + 1 :]
), st.tuples(st.integers(0, len(p7b(FEUILLE)) - 1), st.integers(0, 255)).map(
    lambda change: p7b(FEUILLE)[: change[0]] + bytes([change[1]]) + p7b(FEUILLE)[change[0] + 1 :]
)))  # fmt: skip
def test_no_bytes_make_the_reading_raise(octets):
    assert isinstance(lire_depot(octets), Lecture | Refus)
