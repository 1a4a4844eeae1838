"""Chains in the manner of the public path-validation suites, made here: name, what is given, and the line that must fail."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from raccordement.certificats.politique import Role
from raccordement.certificats.resultats import Controle
from tests.pki import CLIENT, LE, SERVEUR, Autorite, cle_ec, cle_rsa, en_sha1, nom, pki, racine, usages

JOUR = timedelta(days=1)


@dataclass(frozen=True)
class Cas:
    """One chain. :ivar attendu: the check that does not pass, ``None`` when all pass. :ivar ecart: why OpenSSL says otherwise."""

    nom: str
    feuille: x509.Certificate
    chaine: tuple[x509.Certificate, ...]
    ancres: tuple[x509.Certificate, ...]
    listes: tuple[bytes, ...]
    attendu: Controle | None = None
    le: datetime = LE
    role: Role = Role.CLIENT
    ecart: str = ""


def _simple(
    nom_: str, attendu: Controle | None = None, *, le: datetime = LE, role: Role = Role.CLIENT, ecart: str = "", **feuille: object
) -> Cas:
    """A root, an intermediate, a certificate bent by ``feuille``; fresh CRLs."""
    p = pki()
    un = p.intermediaire.emettre(**feuille)
    return Cas(
        nom_, un, (p.intermediaire.certificat,), (p.racine.certificat,), _listes(p.racine, p.intermediaire), attendu, le, role, ecart
    )


def _listes(*autorites: Autorite) -> tuple[bytes, ...]:
    return tuple(one.liste() for one in autorites)


def _sous(nom_: str, attendu: Controle | None, feuille: dict[str, object] | None = None, ecart: str = "", **autorite: object) -> Cas:
    """The same, with an intermediate bent by ``autorite``."""
    base = racine()
    milieu = base.sous_autorite("AC pliée", **autorite)
    un = milieu.emettre(**(feuille or {}))
    return Cas(nom_, un, (milieu.certificat,), (base.certificat,), _listes(base, milieu), attendu, ecart=ecart)


def _revocations() -> Iterator[Cas]:
    p = pki()
    un, racine_, milieu = p.intermediaire.emettre(), p.racine.certificat, p.intermediaire.certificat

    def cas(nom_: str, attendu: Controle | None, *listes: bytes, le: datetime = LE, ecart: str = "") -> Cas:
        return Cas(nom_, un, (milieu,), (racine_,), listes, attendu, le, ecart=ecart)

    haute, basse = p.racine.liste(), p.intermediaire.liste()
    yield cas("crl-bonnes", None, haute, basse)
    yield cas("feuille-revoquee", Controle.REVOCATION, haute, p.intermediaire.liste([un.serial_number]))
    yield cas("intermediaire-revoquee", Controle.REVOCATION, p.racine.liste([milieu.serial_number]), basse)
    yield cas("revoquee-parmi-mille", Controle.REVOCATION, haute, p.intermediaire.liste([*range(1, 1000), un.serial_number]))
    yield cas("voisine-revoquee", None, haute, p.intermediaire.liste([un.serial_number + 1]))
    yield cas("sans-crl", Controle.REVOCATION)
    yield cas("sans-crl-de-l-intermediaire", Controle.REVOCATION, basse)
    yield cas("crl-perimee", Controle.REVOCATION, haute, p.intermediaire.liste(jusqu_au=LE - JOUR, du=LE - 3 * JOUR))
    yield cas("crl-a-venir", Controle.REVOCATION, haute, p.intermediaire.liste(du=LE + JOUR, jusqu_au=LE + 9 * JOUR))
    yield cas("crl-forgee", Controle.REVOCATION, haute, p.intermediaire.liste(cle=cle_ec("intrus")))
    yield cas("crl-d-une-autre-autorite", Controle.REVOCATION, haute, racine("Autre").liste())
    portee = x509.IssuingDistributionPoint
    vide = {
        "full_name": None, "relative_name": None, "only_contains_user_certs": False, "only_contains_ca_certs": False,
        "only_some_reasons": None, "indirect_crl": False, "only_contains_attribute_certs": False,
    }  # fmt: skip
    for cle, attendu in (
        ("only_contains_user_certs", None),
        ("only_contains_ca_certs", Controle.REVOCATION),
        ("only_contains_attribute_certs", Controle.REVOCATION),
    ):
        idp = portee(**(vide | {cle: True}))
        yield cas(f"crl-{cle}", attendu, haute, p.intermediaire.liste(extensions=[(idp, True)]))
    inconnue = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    yield cas("crl-extension-critique-inconnue", Controle.REVOCATION, haute, p.intermediaire.liste(extensions=[(inconnue, True)]))


def _constructions() -> Iterator[Cas]:
    p = pki()
    un, milieu, base = p.intermediaire.emettre(), p.intermediaire.certificat, p.racine.certificat
    listes = _listes(p.racine, p.intermediaire)
    yield Cas("intermediaire-absente", un, (), (base,), listes, Controle.CHAINE)
    yield Cas("racine-non-acceptee", un, (milieu, base), (racine("Étrangère").certificat,), listes, Controle.CHAINE)
    yield Cas("racine-jointe", un, (milieu, base), (base,), listes)
    yield Cas("chaine-en-desordre-et-intrus", un, (base, racine("Intruse").certificat, milieu), (base,), listes)
    forgee = p.intermediaire.emettre(cle_signature=cle_ec("faussaire"))
    yield Cas("signature-forgee", forgee, (milieu,), (base,), listes, Controle.CHAINE)
    homonyme = racine("AC d'essai", cle_ec("homonyme"))
    yield Cas("autorite-homonyme", homonyme.emettre(), (milieu,), (base,), listes, Controle.CHAINE)
    croisee = racine("Racine croisée")
    autre = Autorite(croisee.sous_autorite("AC d'essai", p.intermediaire.cle).certificat, p.intermediaire.cle)
    croisees = (*_listes(croisee, p.intermediaire),)
    yield Cas("signee-en-croix", un, (autre.certificat, milieu), (croisee.certificat,), croisees)
    yield Cas("signee-en-croix-deux-ancres", un, (autre.certificat, milieu), (base, croisee.certificat), (*listes, croisee.liste()))
    longue = p.racine.sous_autorite("Niveau 1", longueur=1)
    sous = longue.sous_autorite("Niveau 2")
    yield Cas("trois-niveaux", sous.emettre(), (sous.certificat, longue.certificat), (base,), _listes(p.racine, longue, sous))
    courte = p.racine.sous_autorite("Courte", longueur=0)
    bas = courte.sous_autorite("Trop bas")
    yield Cas(
        "chaine-trop-longue", bas.emettre(), (bas.certificat, courte.certificat), (base,), _listes(p.racine, courte, bas), Controle.CHAINE
    )
    partenaire = Autorite(p.intermediaire.emettre(cle=cle_ec("faux-ca")), cle_ec("faux-ca"))
    signe = partenaire.emettre(nom("signé par un partenaire"))
    yield Cas("emis-par-un-non-ca", signe, (partenaire.certificat, milieu), (base,), _listes(p.racine, p.intermediaire), Controle.CHAINE)


def _contraintes() -> Iterator[Cas]:
    permis = x509.NameConstraints([x509.DNSName("essai.example")], None)
    exclus = x509.NameConstraints(None, [x509.DNSName("essai.example")])
    ip = x509.NameConstraints([x509.IPAddress(ipaddress.ip_network("10.0.0.0/8"))], None)
    dedans: dict[str, object] = {"noms_dns": ["edi.essai.example"]}
    yield _sous("nom-permis", None, dedans, noms_permis=permis)
    yield _sous("nom-hors-des-permis", Controle.CHAINE, {"noms_dns": ["edi.ailleurs.example"]}, noms_permis=permis)
    yield _sous("nom-exclu", Controle.CHAINE, dedans, noms_permis=exclus)
    yield _sous("nom-hors-des-exclus", None, {"noms_dns": ["edi.ailleurs.example"]}, noms_permis=exclus)
    yield _sous("ip-hors-du-reseau-permis", Controle.CHAINE, {"noms_ip": [ipaddress.ip_address("192.0.2.1")]}, noms_permis=ip)
    ecart = "the validator does not judge constraints on IP addresses: it refuses what OpenSSL would accept, never the reverse"
    yield _sous("ip-permise", Controle.CHAINE, {"noms_ip": [ipaddress.ip_address("10.1.2.3")]}, ecart, noms_permis=ip)
    yield _sous("autorite-non-ca", Controle.CHAINE, ca=False)
    yield _sous("autorite-sans-droit-de-signer", Controle.CHAINE, usage=usages("crl_sign"))
    yield _sous("autorite-sans-droit-de-signer-les-crl", Controle.REVOCATION, usage=usages("key_cert_sign"))
    yield _sous("autorite-expiree", Controle.DATES, fin=LE - JOUR)
    yield _sous("autorite-a-venir", Controle.DATES, debut=LE + JOUR)
    yield _sous("autorite-reservee-aux-clients", None, etendus=[CLIENT])
    yield _sous("autorite-reservee-aux-serveurs", Controle.USAGE, etendus=[SERVEUR])
    yield _sous("autorite-cle-faible", Controle.CLE, cle=cle_rsa("faible", 1024))


def _feuilles() -> Iterator[Cas]:
    yield _simple("bonne")
    yield _simple("bonne-ec", cle=cle_ec("feuille"))
    yield _simple("bonne-p384", cle=cle_ec("feuille", ec.SECP384R1))
    yield _simple("expiree", Controle.DATES, fin=LE - timedelta(seconds=2))
    yield _simple("expire-a-l-instant", fin=LE + timedelta(seconds=1))
    yield _simple("a-venir", Controle.DATES, debut=LE + timedelta(seconds=2))
    yield _simple("valable-a-l-instant", debut=LE)
    yield _simple("jugee-plus-tard", Controle.DATES, le=LE + 3 * JOUR, fin=LE + 2 * JOUR)
    yield _simple("cle-faible", Controle.CLE, cle=cle_rsa("faible", 1024))
    yield _simple("courbe-faible", Controle.CLE, cle=cle_ec("p192", ec.SECP192R1))
    p = pki()
    sha1 = en_sha1(p.intermediaire.emettre(), p.intermediaire)
    yield Cas("sha1", sha1, (p.intermediaire.certificat,), (p.racine.certificat,), _listes(p.racine, p.intermediaire), Controle.SIGNATURE)
    yield _simple("sha384", hachage=hashes.SHA384())
    yield _simple("sans-usage-etendu", etendus=None)
    yield _simple("usage-serveur-pour-un-client", Controle.USAGE, etendus=[SERVEUR])
    yield _simple("usage-serveur-pour-un-serveur", etendus=[SERVEUR], role=Role.SERVEUR)
    yield _simple("usage-client-pour-un-serveur", Controle.USAGE, role=Role.SERVEUR)
    yield _simple("usage-quelconque", Controle.USAGE, etendus=[ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])
    yield _simple("usage-courriel", Controle.USAGE, etendus=[ExtendedKeyUsageOID.EMAIL_PROTECTION])
    yield _simple("cle-qui-ne-signe-pas", Controle.USAGE, usage=usages("key_encipherment"))
    yield _simple("cle-qui-chiffre-pour-un-serveur", usage=usages("key_encipherment"), etendus=[SERVEUR], role=Role.SERVEUR)
    inconnue = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.99999.1"), b"\x05\x00")
    yield _simple("extension-inconnue", extensions=[(inconnue, False)])
    yield _simple("extension-critique-inconnue", Controle.CHAINE, extensions=[(inconnue, True)])


CAS: tuple[Cas, ...] = (*_feuilles(), *_contraintes(), *_constructions(), *_revocations())
