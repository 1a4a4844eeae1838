"""Read what a partner deposits: PEM, DER or PKCS#7 with its chain. Anything that holds a private key is refused, unread and unkept.

KB asks for PKCS#7 with the complete chain, public part only. A private key that left its owner's machine is no longer private:
the answer says to revoke it. Nothing of such a file is stored, quoted or logged.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from asn1crypto import cms, core, keys, pkcs12
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from raccordement.certificats.blocs import a_plat, blocs, est_pem, sans_base64
from raccordement.certificats.noms import emis_par, est_autorite
from raccordement.certificats.refus import AUTRES, CERTIFICAT_AUTREMENT, CERTIFICATS_MAX, TAILLE_MAX, Motif, Refus

__all__ = ["TAILLE_MAX", "Lecture", "Motif", "Refus", "est_une_cle", "lire_depot"]


@dataclass(frozen=True, slots=True)
class Lecture:
    """A deposit read. :ivar feuille: the partner's certificate. :ivar chaine: the others, in no order. :ivar forme: how it came."""

    feuille: x509.Certificate
    chaine: tuple[x509.Certificate, ...]
    forme: str


#: Marks of files that hold a private key and are not DER: PEM labels (also of keys under a passphrase), Java keystores, PuTTY.
_CLE_EN_CLAIR = re.compile(rb"PRIVATE[ _-]KEY|PuTTY-User-Key-File|SSH2 ENCRYPTED", re.IGNORECASE)
_MAGASINS = (b"\xfe\xed\xfe\xed", b"\xce\xce\xce\xce", b"openssh-key-v1\x00")
_CERTIFICATS = {"CERTIFICATE", "X509 CERTIFICATE"}
_PKCS7 = {"PKCS7", "CMS", "PKCS #7 SIGNED DATA"}
#: A tag or an object identifier without end: reading it costs the square of its length. No key or digest in real life has so many bytes
#: of 128 and more in a row, nor has a text in French.
_SANS_FIN = re.compile(rb"[\x80-\xff]{256}")
#: How flows begin: XML, PDF, gzip. Such a file is a flow, whatever its texts quote.
_DEBUTS_DE_FLUX = (b"<", b"%PDF-", b"\x1f\x8b")
#: What asn1crypto and cryptography let out on malformed input.
_ERREURS = (ValueError, TypeError, KeyError, IndexError, OverflowError, x509.InvalidVersion)


def lire_depot(data: bytes) -> Lecture | Refus:
    """Read a deposit, also of text in UTF-16. Never raises on what it holds."""
    if len(data) > TAILLE_MAX:
        return Refus(Motif.TROP_GROS)
    texte = a_plat(data)
    if _CLE_EN_CLAIR.search(data) or _CLE_EN_CLAIR.search(texte) or data.startswith(_MAGASINS):
        return Refus(Motif.CLE_PRIVEE)
    if est_pem(texte):
        return _lire_pem(texte)
    der = sans_base64(data, texte)
    found = _ouvrir(der)
    return found if isinstance(found, Refus) else _juger(found, "PKCS#7" if _est_pkcs7(der) else "DER")


def est_une_cle(debut: bytes) -> bool:
    """Return whether a file deposited as a flow is a private key or a key store, which must not be kept. Never raises.

    :param debut: its first :data:`TAILLE_MAX` bytes, or all of it.
    """
    if a_plat(debut).lstrip().startswith(_DEBUTS_DE_FLUX):
        return False
    lu = lire_depot(debut)
    return isinstance(lu, Refus) and lu.motif is Motif.CLE_PRIVEE


def _lire_pem(texte: bytes) -> Lecture | Refus:
    """Read every block: a key hidden in one is told before whatever else is wrong, and no block that is cut is passed over."""
    found: list[x509.Certificate] = []
    formes: set[str] = set()
    premier: Refus | None = None
    autre: Refus | None = None
    for bloc in blocs(texte):
        etiquette = bloc.etiquette
        one = Refus(Motif.ILLISIBLE) if bloc.der is None else _ouvrir(bloc.der)
        if isinstance(one, Refus) and one.motif is Motif.CLE_PRIVEE:
            return one
        if etiquette in _CERTIFICATS | _PKCS7:
            if isinstance(one, Refus):
                premier = premier or Refus(one.motif, bloc.rang)
                continue
            formes.add("PKCS#7 (PEM)" if etiquette in _PKCS7 else "PEM")
            found += one
        elif etiquette == CERTIFICAT_AUTREMENT:
            premier = premier or Refus(Motif.AUTRE_OBJET, bloc.rang, etiquette)
        else:
            connu = etiquette in AUTRES
            autre = autre or Refus(Motif.AUTRE_OBJET if connu else Motif.ILLISIBLE, bloc.rang, etiquette if connu else None)
    lu = premier or _juger(found, " + ".join(sorted(formes)))
    # Beside the certificate of a partner, a request or a list of revoked ones takes nothing away. Without it, that is what was deposited.
    sans_partenaire = est_autorite(lu.feuille) if isinstance(lu, Lecture) else lu.motif is Motif.SANS_CERTIFICAT
    return autre if autre is not None and sans_partenaire else lu


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
