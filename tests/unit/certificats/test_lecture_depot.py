"""What a partner may deposit, and what is refused without being kept."""

import base64

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12
from hypothesis import given
from hypothesis import strategies as st

from raccordement.certificats.lecture import TAILLE_MAX, Lecture, Motif, Refus, est_une_cle, lire_depot
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


#: How a text leaves Windows: PowerShell 5's ``>`` writes the first, Notepad's "Unicode big endian" the second; without a mark as well.
UTF_16 = {
    "le-bom": lambda texte: b"\xff\xfe" + texte.decode().encode("utf-16-le"),
    "be-bom": lambda texte: b"\xfe\xff" + texte.decode().encode("utf-16-be"),
    "le": lambda texte: texte.decode().encode("utf-16-le"),
    "be": lambda texte: texte.decode().encode("utf-16-be"),
}


@pytest.mark.parametrize("coder", UTF_16.values(), ids=UTF_16)
@pytest.mark.parametrize("forme", ["pem", "p7b", "base64"])
def test_a_certificate_in_utf_16_is_read_like_any_other(forme, coder):
    texte = {"pem": pem(FEUILLE, *CHAINE), "p7b": p7b(FEUILLE, *CHAINE, forme=Encoding.PEM), "base64": base64.encodebytes(der(FEUILLE))}[
        forme
    ]
    lu = lire_depot(coder(texte))
    assert isinstance(lu, Lecture)
    assert (lu.feuille, lu.forme) == (FEUILLE, lire_depot(texte).forme)


def _textes_de_cles():
    yield "pkcs8", cle_rsa().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    yield "openssh", cle_ec().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    yield "base64", base64.encodebytes(cle_rsa().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()))
    yield "putty", b"PuTTY-User-Key-File-3: ssh-rsa\n"


@pytest.mark.parametrize("coder", UTF_16.values(), ids=UTF_16)
@pytest.mark.parametrize("texte", [pytest.param(texte, id=nom_) for nom_, texte in _textes_de_cles()])
def test_a_private_key_in_utf_16_is_a_key_and_is_not_kept(texte, coder):
    assert lire_depot(coder(texte)) == Refus(Motif.CLE_PRIVEE)
    assert est_une_cle(coder(texte))


def test_a_key_added_in_utf_16_after_a_certificate_is_seen():
    octets = pem(FEUILLE) + UTF_16["le"](cle_rsa().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    assert est_une_cle(octets)


@pytest.mark.parametrize("coder", UTF_16.values(), ids=UTF_16)
def test_a_flow_in_utf_16_that_speaks_of_keys_stays_a_flow(coder):
    assert not est_une_cle(coder(b"<Invoice><Note>-----BEGIN PRIVATE KEY-----</Note></Invoice>"))


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
        (pem(FEUILLE, PKI.intermediaire.emettre(nom("autre"))), Motif.PLUSIEURS),
        (b"0" * (TAILLE_MAX + 1), Motif.TROP_GROS),
        (pem(*(PKI.intermediaire.emettre() for _ in range(21))), Motif.TROP_GROS),
    ],
    ids=["vide", "texte", "coupe", "deux", "gros", "trop-nombreux"],
)
def test_what_cannot_be_judged_says_why_and_what_to_do(octets, motif):
    assert lire_depot(octets) == Refus(motif)


def _bloc(etiquette, der_=b"0\x03\x02\x01\x01"):
    return b"-----BEGIN %b-----\n%b-----END %b-----\n" % (etiquette, base64.encodebytes(der_), etiquette)


_FIN, _DEBUT, _LIGNES = b"-----END CERTIFICATE-----\n", b"-----BEGIN CERTIFICATE-----\n", pem(FEUILLE).splitlines(keepends=True)
COUPES = {
    "sans-fin": (pem(FEUILLE).replace(_FIN, b"") + pem(*CHAINE), 1),
    "sans-debut": (pem(FEUILLE).replace(_DEBUT, b"") + pem(*CHAINE), 1),
    "sans-debut-au-milieu": (pem(CHAINE[1]) + pem(FEUILLE).replace(_DEBUT, b"") + pem(CHAINE[0]), 2),
    "sans-fin-au-bout": (pem(*CHAINE) + pem(FEUILLE).replace(_FIN, b""), 3),
    "lignes-perdues": (b"".join(_LIGNES[:3] + _LIGNES[5:]) + pem(*CHAINE), 1),
    "tirets-perdus": (pem(FEUILLE).replace(b"-----BEGIN", b"----BEGIN") + pem(*CHAINE), 1),
    "etiquette-abimee": (pem(FEUILLE).replace(b"BEGIN CERTIFICATE", b"BEGIN CERTIFICAT") + pem(*CHAINE), 1),
    "genre-inconnu": (_bloc(b"SMART CERTIFICATE", der(FEUILLE)) + pem(*CHAINE), 1),
    "seul": (_DEBUT + b"AAAA\n" + _FIN, 1),
    "pas-du-base64": (_DEBUT + b"*\n" + _FIN, 1),
    "cite-dans-un-courriel": (b"".join(b"> " + one for one in _LIGNES), 1),
    "p7b-coupe": (pem(FEUILLE) + p7b(*CHAINE, forme=Encoding.PEM).replace(b"-----END PKCS7-----\n", b""), 2),
}


@pytest.mark.parametrize(("octets", "rang"), COUPES.values(), ids=COUPES)
def test_a_block_that_is_cut_is_named_and_never_passed_over(octets, rang):
    refus = lire_depot(octets)
    assert refus == Refus(Motif.ILLISIBLE, bloc=rang)
    assert f"bloc {rang} " in refus.fr
    assert f"lock {rang} " in refus.en


@pytest.mark.parametrize(
    ("etiquette", "dit"),
    [
        ("CERTIFICATE REQUEST", "demande de certificat"), ("NEW CERTIFICATE REQUEST", "demande de certificat"),
        ("PUBLIC KEY", "clé publique"), ("TRUSTED CERTIFICATE", "openssl x509"), ("X509 CRL", "liste de révocation"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("chaine", [(), CHAINE], ids=["seul", "avec-la-chaine"])
def test_what_is_no_certificate_is_named_with_what_to_send_instead(etiquette, dit, chaine):
    refus = lire_depot(pem(*chaine) + _bloc(etiquette.encode()))
    assert refus == Refus(Motif.AUTRE_OBJET, len(chaine) + 1, etiquette)
    assert f"« {etiquette} »" in refus.fr
    assert dit in refus.fr
    assert f"“{etiquette}”" in refus.en


@pytest.mark.parametrize("etiquette", [b"CERTIFICATE REQUEST", b"X509 CRL", b"DH PARAMETERS"])
def test_what_comes_beside_the_certificate_of_a_partner_takes_nothing_away(etiquette):
    lu = lire_depot(_bloc(etiquette) + pem(FEUILLE, *CHAINE))
    assert isinstance(lu, Lecture)
    assert (lu.feuille, len(lu.chaine)) == (FEUILLE, 2)


@pytest.mark.parametrize("etiquette", [b"CERTIFICATE", b"PUBLIC KEY", b"CHOSE"])
def test_a_key_in_any_block_is_told_before_a_block_that_is_cut(etiquette):
    cachee = cle_rsa().private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    octets = COUPES["sans-fin"][0] + _bloc(etiquette, cachee)
    assert lire_depot(octets) == Refus(Motif.CLE_PRIVEE)
    assert est_une_cle(octets)


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
