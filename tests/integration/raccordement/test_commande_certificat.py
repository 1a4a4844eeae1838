"""``flux raccordement certificat`` and ``sante``, as an operator or a program types them; trusted lists in the ledger."""

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from icalendar import Calendar
from typer.testing import CliRunner

from flux.cli import app
from flux.config import Reglages
from flux.contexte import Contexte
from flux.errors import ErreurConfiguration, ErreurUsage
from flux.reglages_certificats import ListeSuivie, ReglagesCertificats
from flux.transport.entrepot import Entrepot
from raccordement.certificats.autorites import Import, ancres, listes
from raccordement.certificats.http import client_http
from raccordement.certificats.quotidien import importer_tsl, rafraichir
from raccordement.certificats.rapport import rapport_listes, rapport_sante
from raccordement.certificats.registre import EtatsRegistre
from raccordement.certificats.tsl import MotifTsl
from tests.integration.raccordement.pki_ledger import fiche
from tests.pki import LE, SERVEUR, Autorite, cle_ec, cle_rsa, nom, p7b, pem, pki, racine, usages
from tests.serveur_http import serveur
from tests.tsl import CA_QC, GRANTED, signer
from tests.tsl import liste as liste_tsl
from tests.unit.certificats.test_service import _avis, _morte, _redirige

PKI = pki()
JOUR = timedelta(days=1)


def _p7b(rang=0, **autres):
    return p7b(PKI.intermediaire.emettre(cle=cle_ec(("cli", rang)), **autres), PKI.intermediaire.certificat)


@pytest.fixture
def flux(registre, tmp_path, monkeypatch):
    (tmp_path / "autorites").mkdir()
    (tmp_path / "autorites" / "essai.pem").write_bytes(b"Source: autorite faite par les tests\n" + pem(PKI.racine.certificat))
    cert = {}

    def contexte():
        reglages = Reglages(dossier=tmp_path, certificats=ReglagesCertificats(reseau_delai=30.0, **cert))
        return Contexte(reglages, registre, Entrepot.depuis(reglages), horloge=lambda: LE)

    monkeypatch.setattr("flux.cli.rendu.contexte", contexte)

    def lancer(*arguments, code=0):
        done = CliRunner().invoke(app, ["raccordement", *map(str, arguments)])
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.output

    lancer.reglages = cert
    lancer.dossier = tmp_path
    return lancer


@pytest.fixture
def fichier(tmp_path):
    def ecrire(data, nom_="certificat.p7b"):
        (tmp_path / nom_).write_bytes(data)
        return tmp_path / nom_

    return ecrire


def test_a_verdict_is_told_line_by_line_and_its_exit_code_is_the_decision(flux, fichier, registre):
    fiche(registre)
    bon, mauvais = fichier(_p7b()), fichier(_p7b(etendus=[SERVEUR]), "mauvais.p7b")
    dit = json.loads(flux("certificat", "verifier", bon, "--fiche", "ABC001", "--format", "json"))
    assert dit["decision"] == "accepte_a_reverifier"  # this PKI declares neither OCSP nor CRL
    assert [one["controle"] for one in dit["lignes"]] == [
        "lecture", "chaine", "dates", "cle", "signature", "usage", "sujet", "politiques", "unicite", "recouvrement", "revocation", "service",
    ]  # fmt: skip
    dit = json.loads(flux("certificat", "verifier", mauvais, "--fiche", "ABC001", "--format", "json", code=1))
    assert [one["controle"] for one in dit["lignes"] if one["resultat"] == "echoue"] == ["usage"]
    texte = flux("certificat", "verifier", bon, "--fiche", "ABC001")
    assert "autorite faite par les" in texte
    assert "\\u000a" not in texte
    assert flux("certificat", "lister", "ABC001", "--format", "json").strip() == "[]"


def test_a_certificate_is_judged_at_the_date_asked(flux, fichier):
    vieux = fichier(_p7b(fin=LE + JOUR))
    assert '"dates", "resultat": "reussi"' in flux("certificat", "verifier", vieux, "--format", "json")
    assert '"dates", "resultat": "echoue"' in flux("certificat", "verifier", vieux, "--le", "2027-01-17", "--format", "json", code=1)
    with pytest.raises(ErreurUsage, match="ISO 8601"):
        flux("certificat", "verifier", vieux, "--le", "demain")


def test_a_private_key_is_never_kept_nor_shown(flux, fichier, registre):
    fiche(registre)
    cle = cle_rsa().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    dit = flux("certificat", "deposer", "ABC001", fichier(cle, "CERT.pem"), code=1)
    assert "révoquer" in " ".join(dit.split())
    assert cle.splitlines()[1].decode() not in dit
    assert flux("certificat", "lister", "--format", "json").strip() == "[]"


def test_a_renewal_from_deposit_to_roll_back(flux, fichier, registre):
    fiche(registre)
    flux("certificat", "deposer", "ABC001", fichier(_p7b(1, fin=LE + 20 * JOUR)), "--basculer", "--par", "anne")
    avant = flux("certificat", "lister", "--format", "json")
    dit = flux("certificat", "deposer", "ABC001", fichier(_p7b(2)), "--basculer", "--repetition")
    assert "changerait" in dit
    assert flux("certificat", "lister", "--format", "json") == avant
    garde = json.loads(flux("certificat", "deposer", "ABC001", fichier(_p7b(2)), "--format", "json"))["changements"]
    assert [one["etat"] for one in garde] == ["propose"]
    flux("certificat", "basculer", "ABC001", garde[0]["empreinte"][:8], "--recouvrement", 3)
    etats = {one["etat"]: one for one in json.loads(flux("certificat", "lister", "ABC001", "--format", "json"))}
    assert etats.keys() == {"en_vigueur", "remplace"}
    assert etats["remplace"]["en_vigueur_jusqu"] == (LE + 3 * JOUR).isoformat()
    assert all(one["en_vigueur"] for one in etats.values())
    assert "remplace → en_vigueur" in flux("certificat", "revenir", "ABC001", "--motif", "le partenaire n'a pas basculé")
    assert "ABC001" in flux("certificat", "lister")


def test_the_calendar_of_the_partners(flux, fichier, registre):
    fiche(registre)
    flux("certificat", "deposer", "ABC001", fichier(_p7b(1)), "--basculer")
    (evenement,) = Calendar.from_ical(flux("certificat", "calendrier")).walk("VEVENT")
    assert evenement["dtstart"].dt == (LE + 365 * JOUR).date()
    sortie = flux.dossier / "fins.ics"
    assert "1 certificat" in flux("certificat", "calendrier", "ABC001", "-o", sortie)
    assert sortie.read_bytes().startswith(b"BEGIN:VCALENDAR")


def test_health_names_the_address_that_moved_and_the_ledger_remembers(flux, registre):
    assert "vérification locale" in flux("sante")
    with serveur(_avis()) as (bonne, _), serveur(_redirige("https://nouvelle.essai.example/")) as (partie, _):
        flux.reglages["service"] = (bonne, partie, _morte())
        dit = json.loads(flux("sante", "--format", "json", code=1))
        assert [one["pret"] for one in dit] == [True, False, False]
        assert dit[1]["vers"] == "https://nouvelle.essai.example/"
        assert "✗" in flux("sante", code=1)
    assert EtatsRegistre(registre).lire(partie).echecs == 2
    assert EtatsRegistre(registre).lire(bonne).dernier_succes == LE


@pytest.mark.parametrize(
    "contenu",
    [b"rien", pem(PKI.intermediaire.emettre()), pem(PKI.racine.certificat) + b"-----BEGIN PRIVATE KEY-----\n"],
    ids=["illisible", "non-ca", "cle-privee"],
)
def test_the_folder_of_authorities_holds_authorities_only(flux, contenu):
    (flux.dossier / "autorites" / "z.pem").write_bytes(contenu)
    with pytest.raises(ErreurConfiguration, match=r"z\.pem"):
        flux("certificat", "autorites")


def test_an_operator_reads_where_authorities_were_looked_for_and_what_none_means(flux):
    def dit():
        return " ".join(flux("certificat", "autorites").split())

    assert "Cherchées dans" in dit()
    assert "sera refusé" not in dit()
    (flux.dossier / "autorites" / "essai.pem").unlink()
    assert "aucune, tout certificat sera refusé" in dit()
    assert "none, every certificate will be refused" in dit()
    flux.reglages["autorites"] = flux.dossier / "autorite"
    with pytest.raises(ErreurConfiguration, match="FLUX_CERTIFICATS__AUTORITES"):
        flux("certificat", "autorites")


SIGNATAIRE = Autorite(PKI.racine.emettre(nom("Signataire"), cle_ec("tsl"), usage=usages("digital_signature"), etendus=None), cle_ec("tsl"))
AUTRE = racine("Autre")


def _tsl(*certificats, numero=7, **autres):
    return signer(liste_tsl([(one, CA_QC, GRANTED) for one in certificats], numero, **autres), SIGNATAIRE)


def test_a_trusted_list_replaces_the_former_one_at_once_and_never_goes_back(registre, tmp_path):
    signataires = tmp_path / "signataires.pem"
    signataires.write_bytes(pem(SIGNATAIRE.certificat))

    def importer(data):
        return importer_tsl(registre, data, signataires, "essai.xml", LE)

    def acceptees():
        return {one.certificat for one in ancres(registre, tmp_path / "rien")}

    fait = importer(_tsl(PKI.racine.certificat))
    assert isinstance(fait, Import)
    assert (fait.total, len(fait.ajoutees), len(fait.retirees)) == (1, 1, 0)
    fait = importer(_tsl(AUTRE.certificat, numero=8))
    assert (fait.total, len(fait.ajoutees), len(fait.retirees)) == (1, 1, 1)
    assert acceptees() == {AUTRE.certificat}
    assert importer(_tsl(PKI.racine.certificat, numero=7)).motif is MotifTsl.RECUL
    assert acceptees() == {AUTRE.certificat}
    assert "TSL FR n° 8" in ancres(registre, tmp_path / "rien")[0].source


def test_lists_are_imported_by_command_and_refused_whole_when_altered(flux, fichier):
    signataires = fichier(pem(SIGNATAIRE.certificat), "signataires.pem")
    bonne = _tsl(AUTRE.certificat)
    assert "1 autorités" in flux("certificat", "importer-liste", fichier(bonne, "fr.xml"), "--signataires", signataires)
    assert len(json.loads(flux("certificat", "autorites", "--format", "json"))) == 2
    assert "TSL FR n° 7" in flux("certificat", "autorites")
    alteree = fichier(bonne.replace(b">FR<", b">BE<"), "be.xml")
    assert "refusée" in flux("certificat", "importer-liste", alteree, "--signataires", signataires, code=1)
    with pytest.raises(ErreurUsage, match="signataires"):
        flux("certificat", "importer-liste", fichier(bonne, "fr.xml"), "--signataires", fichier(b"rien", "faux.pem"))


def test_lists_of_the_settings_are_fetched_once_a_day_and_a_failure_keeps_the_former_one(registre, tmp_path):
    signataires = tmp_path / "signataires.pem"
    signataires.write_bytes(pem(SIGNATAIRE.certificat))
    contenu = [_tsl(PKI.racine.certificat, prochaine=LE + 3 * JOUR)]
    with serveur(lambda demande: demande.repondre(contenu[0])) as (adresse, recues):
        suivies = (ListeSuivie(adresse=adresse, signataires=signataires),)

        def faire(jours):
            return rafraichir(registre, client_http(), suivies, LE + jours * JOUR, 1.0)

        assert isinstance(faire(0)[0].resultat, Import)
        assert (faire(0.5), len(recues)) == ([], 1)
        contenu[0] = b"<html/>"
        (rate,) = faire(1)
        assert rate.resultat.motif is MotifTsl.SIGNATURE
    (rate,) = rafraichir(registre, client_http(), suivies, LE + 5 * JOUR, 1.0)
    assert len(ancres(registre, tmp_path / "rien")) == 1
    rapport = rapport_listes([rate], listes(registre), LE + 5 * JOUR)
    assert "ne répond pas" in rapport
    assert "PÉRIMÉE" in rapport


def test_the_report_on_health_says_when_nobody_answers():
    assert "aucun réglé" in rapport_sante(())
