"""The checks that need the certificate alone, or the certificate and its path: dates, key, signature, usage, subject, policies."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from flux.modele.anomalie import citer
from flux.modele.temps import PARIS
from raccordement.certificats.identifiants import identifiants
from raccordement.certificats.noms import est_autorite, extension, nom_lisible
from raccordement.certificats.politique import PolitiqueCertificats, Role
from raccordement.certificats.resultats import Controle, Ligne, echoue, reussi, sans_objet

Certificats = tuple[x509.Certificate, ...]


def en_jour(instant: datetime) -> str:
    """Return an instant as people of France read it."""
    return f"{instant.astimezone(PARIS):%d/%m/%Y %H:%M}"


def controler_dates(chemin: Certificats, le: datetime) -> Ligne:
    """Judge the dates of every certificate of the path."""
    source = "RFC 5280, 4.1.2.5"
    for one in chemin:
        debut, fin = one.not_valid_before_utc, one.not_valid_after_utc
        nom = citer(nom_lisible(one.subject))
        faits = {"certificat": nom, "debut": debut.isoformat(), "fin": fin.isoformat()}
        if le < debut:
            return echoue(
                Controle.DATES,
                f"« {nom} » n'est valable qu'à partir du {en_jour(debut)} : déposez-le à nouveau à cette date.",
                f"“{nom}” is valid from {en_jour(debut)} (Paris) on only: deposit it again then.",
                source, **faits,
            )  # fmt: skip
        if le > fin:
            return echoue(
                Controle.DATES,
                f"« {nom} » a expiré le {en_jour(fin)} : demandez un nouveau certificat à votre autorité.",
                f"“{nom}” expired on {en_jour(fin)} (Paris): ask your authority for a new certificate.",
                source, **faits,
            )  # fmt: skip
    feuille = chemin[0]
    fin = feuille.not_valid_after_utc
    jours = (fin - le).days
    return reussi(
        Controle.DATES,
        f"Valable du {en_jour(feuille.not_valid_before_utc)} au {en_jour(fin)}, encore {jours} jours.",
        f"Valid from {en_jour(feuille.not_valid_before_utc)} to {en_jour(fin)} (Paris), {jours} days left.",
        source, debut=feuille.not_valid_before_utc.isoformat(), fin=fin.isoformat(), jours=jours,
    )  # fmt: skip


def controler_cle(chemin: Certificats, politique: PolitiqueCertificats) -> Ligne:
    """Judge the key of every certificate of the path."""
    source = "RGS V2, annexe B1 ; note SE p. 22"
    for one in chemin:
        genre, bits, bonne = _cle(one, politique)
        nom = citer(nom_lisible(one.subject))
        if not bonne:
            est_fr, est_en = ("de type inconnu", "of an unknown type") if genre is None else (genre, genre)
            courbes = ", ".join(sorted(politique.courbes))
            return echoue(
                Controle.CLE,
                f"La clé de « {nom} » est {est_fr}{f' de {bits} bits' if bits else ''} ; il faut RSA d'au moins {politique.rsa_min} bits "
                f"ou une courbe acceptée ({courbes}) : faites émettre un certificat sur une clé neuve.",
                f"The key of “{nom}” is {est_en}{f', {bits} bits' if bits else ''}; RSA of at least {politique.rsa_min} bits or an "
                f"accepted curve ({courbes}) is wanted: have a certificate issued on a new key.",
                source, certificat=nom, type=genre, bits=bits,
            )  # fmt: skip
    genre, bits, _ = _cle(chemin[0], politique)
    return reussi(Controle.CLE, f"{genre}, {bits} bits.", f"{genre}, {bits} bits.", source, type=genre, bits=bits)


def _cle(certificat: x509.Certificate, politique: PolitiqueCertificats) -> tuple[str | None, int | None, bool]:
    """Return kind, bits, and whether the policy accepts it. Some kinds (Ed25519) have no size to speak of; an unknown one has no name."""
    try:
        cle = certificat.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return None, None, False
    if isinstance(cle, rsa.RSAPublicKey):
        return "RSA", cle.key_size, cle.key_size >= politique.rsa_min
    if isinstance(cle, ec.EllipticCurvePublicKey):
        return f"ECDSA {cle.curve.name}", cle.curve.key_size, cle.curve.name in politique.courbes
    return type(cle).__name__.removesuffix("PublicKey"), getattr(cle, "key_size", None), False


def controler_signature(chemin: Certificats, politique: PolitiqueCertificats) -> Ligne:
    """Judge the hash algorithm that signed each certificate; the anchor's own signature proves nothing and is not looked at."""
    source = "Note SE p. 22 (SHA-2) ; RGS V2, annexe B1"
    voulus = ", ".join(sorted(politique.hachages))
    for one in chemin[:-1] or chemin:
        nom, hachage = citer(nom_lisible(one.subject)), _hachage(one)
        if hachage not in politique.hachages:
            return echoue(
                Controle.SIGNATURE,
                f"« {nom} » est signé avec {hachage or 'un algorithme inconnu'} ; il faut : {voulus}.",
                f"“{nom}” is signed with {hachage or 'an unknown algorithm'}; wanted: {voulus}.",
                source, certificat=nom, hachage=hachage,
            )  # fmt: skip
    hachage = _hachage(chemin[0])
    return reussi(Controle.SIGNATURE, f"Signé avec {hachage}.", f"Signed with {hachage}.", source, hachage=hachage)


def _hachage(certificat: x509.Certificate) -> str | None:
    try:
        algorithme = certificat.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return None
    return None if algorithme is None else algorithme.name


_ETENDUS = {Role.CLIENT: ExtendedKeyUsageOID.CLIENT_AUTH, Role.SERVEUR: ExtendedKeyUsageOID.SERVER_AUTH}
_NOMS = {Role.CLIENT: ("client (SSL Client)", "client (SSL Client)"), Role.SERVEUR: ("serveur (SSL Serveur)", "server (SSL Serveur)")}
#: Key-usage bits, one of which each role needs, as TLS uses them.
_BITS: dict[Role, tuple[str, ...]] = {
    Role.CLIENT: ("digital_signature", "key_agreement"),
    Role.SERVEUR: ("digital_signature", "key_encipherment", "key_agreement"),
}


def controler_usage(chemin: Certificats, role: Role | None) -> Ligne:
    """Judge key usage and extended key usage, of the certificate and of the authorities that restrict theirs."""
    source = "RFC 5280, 4.2.1.3 et 4.2.1.12 ; KB0011570"
    if est_autorite(chemin[0]):
        return echoue(
            Controle.USAGE,
            "C'est le certificat d'une autorité, non celui d'un partenaire : déposez le vôtre.",
            "This is the certificate of an authority, not of a partner: deposit yours.",
            source,
        )
    if role is None:
        return sans_objet(Controle.USAGE, "Protocole non donné : usage non jugé.", "No protocol given: usage not judged.", source)
    for voulu in (Role.CLIENT, Role.SERVEUR) if role is Role.LES_DEUX else (role,):
        fr, en = _NOMS[voulu]
        if not _bits(chemin[0], _BITS[voulu]):
            return echoue(
                Controle.USAGE,
                f"L'usage de la clé ne permet pas l'authentification {fr} : il y faut la signature numérique.",
                f"The key usage does not allow {en} authentication: it needs digital signature.",
                source, role=voulu.value,
            )  # fmt: skip
        fautif = next((one for one in chemin[:-1] if not _etendu(one, _ETENDUS[voulu])), None)
        if fautif is not None:
            nom = citer(nom_lisible(fautif.subject))
            return echoue(
                Controle.USAGE,
                f"L'usage étendu de « {nom} » ne comprend pas l'authentification {fr} : demandez un certificat de ce type.",
                f"The extended key usage of “{nom}” does not include {en} authentication: ask for a certificate of that kind.",
                source, role=voulu.value, certificat=nom,
            )  # fmt: skip
    return reussi(Controle.USAGE, f"Convient pour : {role.value}.", f"Fit for: {role.value}.", source, role=role.value)


def _bits(certificat: x509.Certificate, voulus: Iterable[str]) -> bool:
    usage = extension(certificat, x509.KeyUsage)
    return usage is None or any(getattr(usage, one) for one in voulus)


def _etendu(certificat: x509.Certificate, voulu: x509.ObjectIdentifier) -> bool:
    etendus = extension(certificat, x509.ExtendedKeyUsage)
    return etendus is None or voulu in etendus


def controler_sujet(feuille: x509.Certificate, identifiant: str | None, politique: PolitiqueCertificats) -> Ligne:
    """Judge the subject against the SIRET or SIREN of the record."""
    source = "RGS V2, annexe A4 (OU) ; ETSI EN 319 412-1, 5.1.4 (organizationIdentifier)"
    found = identifiants(feuille.subject)
    lus = ", ".join(f"{citer(one.brut)} ({one.norme})" for one in found)
    if identifiant is None:
        return sans_objet(
            Controle.SUJET,
            f"Pas de fiche à comparer. Le titulaire dit : {lus or 'aucun SIREN'}.",
            f"No record to compare with. The subject says: {lus or 'no SIREN'}.",
            source, identifiants=[one.brut for one in found],
        )  # fmt: skip
    if found and all(one.designe(identifiant) for one in found):
        return reussi(Controle.SUJET, f"Titulaire de la fiche : {lus}.", f"Owner of the record: {lus}.", source, attendu=identifiant)
    if not found and not politique.sujet_exige:
        return sans_objet(
            Controle.SUJET, "Aucun SIREN au titulaire, et les réglages n'en exigent pas.", "No SIREN, and none is required.", source
        )
    return echoue(
        Controle.SUJET,
        f"La fiche est au SIRET ou SIREN {identifiant} ; le titulaire dit : {lus or 'aucun SIREN'}. Déposez un certificat de cette entité.",
        f"The record is of SIRET or SIREN {identifiant}; the subject says: {lus or 'no SIREN'}. Deposit a certificate of that entity.",
        source, attendu=identifiant, trouves=[one.brut for one in found],
    )  # fmt: skip


#: Policies whose meaning is published (ETSI EN 319 411-1 and -2, 5.3): shown by name.
NOMS_POLITIQUES = {
    "0.4.0.2042.1.1": "NCP", "0.4.0.2042.1.2": "NCP+", "0.4.0.2042.1.3": "LCP", "0.4.0.2042.1.7": "OVCP",
    "0.4.0.194112.1.1": "QCP-l", "0.4.0.194112.1.4": "QEVCP-w", "0.4.0.194112.1.5": "QNCP-w",
}  # fmt: skip


def controler_politiques(feuille: x509.Certificate, politique: PolitiqueCertificats) -> Ligne:
    """Judge the policy OIDs against those of the settings."""
    declarees = extension(feuille, x509.CertificatePolicies)
    oids = [one.policy_identifier.dotted_string for one in declarees or ()]
    dites = ", ".join(f"{one} ({NOMS_POLITIQUES[one]})" if one in NOMS_POLITIQUES else one for one in oids)
    source = "FLUX_CERTIFICATS__POLITIQUES ; RFC 5280, 4.2.1.4"
    if not politique.politiques:
        return sans_objet(
            Controle.POLITIQUES,
            f"Les réglages n'exigent aucune politique. Déclarées : {dites or 'aucune'}.",
            f"The settings require no policy. Declared: {dites or 'none'}.",
            source, declarees=oids,
        )  # fmt: skip
    communes = sorted(politique.politiques & set(oids))
    if communes:
        return reussi(
            Controle.POLITIQUES, f"Politique acceptée : {communes[0]}.", f"Accepted policy: {communes[0]}.", source, declarees=oids
        )
    return echoue(
        Controle.POLITIQUES,
        f"Aucune politique acceptée. Déclarées : {dites or 'aucune'}. Demandez un certificat RGS 1* au moins.",
        f"No accepted policy. Declared: {dites or 'none'}. Ask for a certificate of level RGS 1* at least.",
        source, declarees=oids, voulues=sorted(politique.politiques),
    )  # fmt: skip
