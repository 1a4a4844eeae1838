"""A partner for demonstrations and tests: a whole record, open in qualification, with a certificate of its own making."""

from __future__ import annotations

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from sqlalchemy import Engine

from flux.errors import ErreurInvariant
from flux.modele.raccordement import EtatFiche
from flux.registre.valeurs import Partenaire
from raccordement.abonnements import possibles
from raccordement.certificats_partenaire import CertificatPublic, ajouter, lire_public, mettre_en_vigueur
from raccordement.etats import changer_etat
from raccordement.fiche import Abonnement, lire_demande
from raccordement.fiches import creer, fiche, trouver
from raccordement.historique import Geste
from raccordement.partenaires import partenaire

Cle = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
#: Who made the example, in its history.
QUI = "exemple"


def certificat_exemple(nom: str, le: datetime, cle: Cle | None = None, *, jours: int = 398) -> CertificatPublic:
    """Make a self-signed certificate, good from a day before ``le``. No authority stands behind it.

    :param cle: its key, P-256 by default, then thrown away. :param jours: days it is good after ``le``.
    """
    key = cle or ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, nom[:64])])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(le - timedelta(days=1))
        .not_valid_after(le + timedelta(days=jours))
        .sign(key, hashes.SHA256())
    )
    return lire_public(made.public_bytes(Encoding.DER))


def renouvellement_exemple(identifiant: str, le: datetime, cle: Cle, *, jours: int = 398) -> tuple[x509.Certificate, x509.Certificate]:
    """Make an authority for one use and a certificate of its making, as an authority delivers them: good from a day before ``le``.

    :param identifiant: SIRET or SIREN that the subject names. :param cle: the key certified. :return: the authority, the certificate.
    """
    secret = ec.generate_private_key(ec.SECP256R1())
    autorite = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autorité d'un jour")])
    titulaire = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"0002 {identifiant}"),
            x509.NameAttribute(NameOID.COMMON_NAME, "edi.exemple.invalid"),
        ]
    )
    base = (
        x509.CertificateBuilder().issuer_name(autorite).not_valid_before(le - timedelta(days=1)).not_valid_after(le + timedelta(days=jours))
    )
    ca = base.subject_name(autorite).public_key(secret.public_key()).serial_number(x509.random_serial_number())
    ca = ca.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    feuille = base.subject_name(titulaire).public_key(cle.public_key()).serial_number(x509.random_serial_number())
    return ca.sign(secret, hashes.SHA256()), feuille.sign(secret, hashes.SHA256())


def creer_partenaire(engine: Engine, code_application: str, nom: str, dossier: str, le: datetime, *, cle: Cle | None = None) -> Partenaire:
    """Make a partner that may send every interface in qualification and gets every outgoing one; when it is there, it is left as it stands.

    :param cle: private key of its account, whose certificate is put in force; by default one that nobody has.
    :raises ErreurUsage: malformed code or folder, or either is taken with other values. Facts: ``code_application``, ``dossier``.
    """
    geste = Geste(QUI, le, "partenaire d'exemple")
    demande = lire_demande(
        {
            "code_application": code_application,
            "raison_sociale": nom,
            "dossier": dossier,
            "siret": "00000000000000",
            "contacts": [{"nom": "Équipe technique", "courriel": "technique@exemple.invalid"}],
            "abonnements": [Abonnement(interface=code, sens=sens) for sens, codes in possibles().items() for code in codes],
        }
    )
    known = fiche(engine, code_application)
    if known is None or (known.raison_sociale, known.dossier) != (nom, dossier):
        creer(engine, demande, geste)
    partner, found = trouver(engine, code_application)
    if found.etat is EtatFiche.DEMANDE:
        kept = ajouter(engine, partner, certificat_exemple(nom, le, cle), geste)
        mettre_en_vigueur(engine, kept.id, geste)
        changer_etat(engine, code_application, EtatFiche.QUALIFICATION, geste)
    made = partenaire(engine, code_application)
    if made is None:  # records are never deleted
        raise ErreurInvariant(f"the record {code_application} was made and is gone", code_application=code_application)
    return made
