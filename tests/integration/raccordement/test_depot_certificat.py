"""A partner renews its certificate by a file in ``in/``: real SFTP server, real ledger, answers in ``out/``."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from flux.etapes import ETAPES_CERTIFICATS, certificat_attend
from flux.modele.raccordement import EtatCertificat
from raccordement.certificats.depot_fichier import est_certificat
from raccordement.certificats_partenaire import certificats, en_vigueur
from raccordement.fiches import modifier, trouver
from raccordement.historique import Geste
from tests.integration.test_etapes import DEBUT, Maison, maison
from tests.pki import SIRET, cle_ec, cle_rsa, nom, p7b, pem, pki

__all__ = ["maison"]
PKI = pki()
JOUR = timedelta(days=1)


@pytest.fixture
def renouvelable(maison: Maison, tmp_path):
    """The house, its partner's SIRET that of the test certificates, one authority accepted."""
    (tmp_path / "autorites").mkdir()
    (tmp_path / "autorites" / "essai.pem").write_bytes(pem(PKI.racine.certificat))
    modifier(maison.contexte.engine, "ABC123", {"siret": SIRET}, Geste("essai", DEBUT))
    return maison


def _certificat(sujet=None, cle=None, **autres):
    base = {"debut": DEBUT - JOUR, "fin": DEBUT + 300 * JOUR}
    return PKI.intermediaire.emettre(sujet, cle or cle_ec("depot"), **(base | autres))


def _deposer(maison, nom_, data, tmp_path):
    fichier = tmp_path / "depot.bin"
    fichier.write_bytes(data)
    return maison.deposer(fichier, nom_)


def _partenaire(maison):
    return trouver(maison.contexte.engine, "ABC123")[0]


def _etats(maison):
    return {one.etat for one in certificats(maison.contexte.engine, _partenaire(maison))}


def test_a_renewal_by_file_leaves_both_certificates_good_and_an_answer(renouvelable, tmp_path):
    maison = renouvelable
    nouveau = _certificat()
    _deposer(maison, "CERT_ABC123_2027.p7b", p7b(nouveau, PKI.intermediaire.certificat), tmp_path)
    flux = maison.deposer(maison.fabriquer())
    assert len(maison.recevoir()) == 1  # the flow beside it goes its way
    assert certificat_attend(maison.contexte)
    assert _etats(maison) == {EtatCertificat.EN_VIGUEUR, EtatCertificat.PROPOSE}
    rapport = ETAPES_CERTIFICATS["juger"](maison.contexte)
    assert "mis en vigueur" in rapport
    assert _etats(maison) == {EtatCertificat.EN_VIGUEUR, EtatCertificat.REMPLACE}
    assert len(en_vigueur(maison.contexte.engine, _partenaire(maison), maison.contexte.horloge())) == 2
    assert not certificat_attend(maison.contexte)
    maison.emettre()
    (reponse,) = [(nom_, data.decode()) for nom_, data in maison.reponses().items() if nom_.startswith("CERT_")]
    assert reponse[0].endswith("_accepte_a_reverifier.txt")
    assert "Certificat accepté" in reponse[1]
    assert flux not in reponse[1]
    with maison.serveur.client("abc123") as sftp:
        assert sftp.listdir("/in") == []


@pytest.mark.parametrize(
    ("nom_", "data", "mot"),
    [
        (
            "CERT_ABC123_x.p12",
            pkcs12.serialize_key_and_certificates(b"x", cle_rsa(), None, None, BestAvailableEncryption(b"s")),
            "révoquer",
        ),
        ("sauvegarde.pfx", pkcs12.serialize_key_and_certificates(b"x", cle_rsa(), None, None, BestAvailableEncryption(b"s")), "révoquer"),
        ("CERT_ABC123_vide.p7b", b"", "exportez"),
        ("CERT_ABC123_gros.pem", b"x" * 300_000, "Kio"),
        ("CERT_XYZ789_x.p7b", p7b(_certificat(), PKI.intermediaire.certificat), "CERT_ABC123_<libellé>"),
        ("nouveau.pem", p7b(_certificat(), PKI.intermediaire.certificat), "CERT_ABC123_<libellé>"),
        ("CERT_ABC123_seul.p7b", p7b(_certificat()), "chaîne complète"),
        ("CERT_ABC123_autre.p7b", p7b(_certificat(nom("x", "732829320")), PKI.intermediaire.certificat), "Titulaire"),
        ("CERT_ABC123_vieux.p7b", p7b(_certificat(fin=DEBUT - timedelta(hours=1)), PKI.intermediaire.certificat), "expiré"),
    ],
    ids=["p12", "pfx", "vide", "gros", "autre-code", "mal-nomme", "sans-chaine", "autre-titulaire", "expire"],
)
def test_what_is_refused_is_answered_at_once_and_nothing_of_it_is_kept(renouvelable, tmp_path, nom_, data, mot):
    maison = renouvelable
    _deposer(maison, nom_, data, tmp_path)
    maison.tout()
    ((reponse, texte),) = maison.reponses().items()
    assert reponse.endswith("_refuse.txt")
    assert mot in texte.decode()
    assert _etats(maison) == {EtatCertificat.EN_VIGUEUR}
    entrepot = tmp_path / "entrepot"
    gardes = [one.read_bytes() for one in entrepot.rglob("*") if one.is_file()]
    assert gardes == [texte]  # the answer alone is in the staging store


def test_the_same_file_deposited_twice_gets_one_certificate_and_two_answers(renouvelable, tmp_path):
    maison = renouvelable
    data = p7b(_certificat(), PKI.intermediaire.certificat)
    for _ in range(2):
        _deposer(maison, "CERT_ABC123_2027.p7b", data, tmp_path)
        maison.recevoir()
        ETAPES_CERTIFICATS["juger"](maison.contexte)
    assert len(certificats(maison.contexte.engine, _partenaire(maison))) == 2
    maison.emettre()
    premiere, seconde = (data.decode() for _, data in sorted(maison.reponses().items()))
    assert "Certificat accepté" in premiere
    assert "déjà accepté" in seconde


def test_an_unusable_folder_of_authorities_holds_certificates_and_no_flow(renouvelable, tmp_path):
    maison = renouvelable
    faux = tmp_path / "autorites" / "z.pem"
    faux.write_bytes(b"rien")
    _deposer(maison, "CERT_ABC123_2027.p7b", p7b(_certificat(), PKI.intermediaire.certificat), tmp_path)
    maison.deposer(maison.fabriquer())
    maison.tout()
    assert any(nom_.startswith("CSO") for nom_ in maison.reponses())
    assert _etats(maison) == {EtatCertificat.EN_VIGUEUR}
    faux.unlink()
    maison.recevoir()
    assert _etats(maison) == {EtatCertificat.EN_VIGUEUR, EtatCertificat.PROPOSE}


@pytest.mark.parametrize(
    ("nom_", "attendu"),
    [
        ("CERT_ABC123_x.p7b", True), ("cert_abc.xml", True), ("a.P12", True), ("cle.key", True), ("a.jks", True),
        ("FSO1140A_ABC123_ABC1231140000000000000001.xml", False), ("facture.pdf", False), ("a.p12.xml", False),
    ],
)  # fmt: skip
def test_a_name_tells_certificates_from_flows(nom_, attendu):
    assert est_certificat(nom_) is attendu
