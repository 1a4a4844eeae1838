"""The verification service: dead, moved, slow, babbling or impersonated, the update of a certificate works. Real servers, on the loopback."""

import json
import socket
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509

from raccordement.certificats.disjoncteur import Disjoncteur, EtatAdresse, EtatsEnMemoire
from raccordement.certificats.http import Bornes, EchecHttp, Panne, client_http, echec, exiger_publique
from raccordement.certificats.noms import empreinte
from raccordement.certificats.politique import PolitiqueCertificats
from raccordement.certificats.resultats import Controle, Decision, Resultat
from raccordement.certificats.service import ServiceVerification
from tests.pki import LE, pem, pki
from tests.serveur_http import autorite_tls, contexte_tls, serveur
from tests.unit.certificats.aides import juge

PKI = pki()
FEUILLE = PKI.intermediaire.emettre()
DEPOT = pem(FEUILLE, PKI.intermediaire.certificat)
#: Seconds: what a server that answers may take on a busy machine; and what one that never ends may hold the test for.
LARGE, COURT = 30.0, 2.0
LISTES = (PKI.racine.liste(), PKI.intermediaire.liste())
AC_TLS = autorite_tls()


def _avis(statut="bon", **autres):
    """The service as it should be."""

    def conduite(demande):
        if demande.command == "GET":
            return demande.repondre(json.dumps({"version": 1, "service": "verification-certificats"}).encode())
        premier = x509.load_pem_x509_certificates(demande.corps)[0]
        return demande.repondre(json.dumps({"version": 1, "sha256": empreinte(premier), "statut": statut, **autres}).encode())

    return conduite


def _lente(demande):
    demande.fini.wait(60)


def _goutte_a_goutte(demande):
    demande.send_response(200)
    demande.end_headers()
    while not demande.fini.wait(0.05):
        demande.wfile.write(b" ")
        demande.wfile.flush()


def _redirige(vers):
    return lambda demande: demande.repondre(b"", 301, Location=vers)


def _morte():
    """An address where nothing listens."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{prise.getsockname()[1]}/verification"


#: What the first address does → the failure that must be named.
CONDUITES = {
    "lente": (_lente, Panne.DELAI),
    "goutte-a-goutte": (_goutte_a_goutte, Panne.DELAI),
    "deplacee": (_redirige("https://nouvelle.essai.example/v2"), Panne.DEPLACEE),
    "deplacee-en-boucle": (_redirige("/verification"), Panne.DEPLACEE),
    "disparue": (lambda d: d.repondre(b"", 404), Panne.HTTP),
    "en-erreur": (lambda d: d.repondre(b"", 503), Panne.HTTP),
    "page-html": (lambda d: d.repondre(b"<html>Maintenance</html>"), Panne.ILLISIBLE),
    "json-profond": (lambda d: d.repondre(b"[" * 60_000), Panne.ILLISIBLE),
    "autre-version": (lambda d: d.repondre(b'{"version": 2}'), Panne.ILLISIBLE),
    "autre-certificat": (_avis(sha256="0" * 64), Panne.ILLISIBLE),
    "statut-inconnu": (_avis("peut-être"), Panne.ILLISIBLE),
    "trop-grosse": (lambda d: d.repondre(b" " * 100_000), Panne.TROP_GROS),
    "coupee": (lambda d: d.connection.close(), Panne.INJOIGNABLE),
}


@pytest.fixture
def ac(tmp_path):
    fichier = tmp_path / "ac-tls.pem"
    fichier.write_bytes(pem(AC_TLS.certificat))
    return str(fichier)


def _service(adresses, ac, delai=LARGE, **autres):
    return ServiceVerification(tuple(adresses), client_http(ac), EtatsEnMemoire(), lambda: LE, Bornes(delai, 64 * 1024), **autres)


def _verificateur(service, listes=LISTES):
    return replace(juge(PKI.racine.certificat, listes=listes, politique=PolitiqueCertificats()), service=service)


def _premieres(pile, tmp_path):
    """Every kind of bad first address, with the failure it must be told by."""
    for nom_, (conduite, panne) in CONDUITES.items():
        yield nom_, pile.enter_context(serveur(conduite))[0], panne
    yield "morte", _morte(), Panne.INJOIGNABLE
    yield "nom-inconnu", "http://nulle-part.invalid/", Panne.INJOIGNABLE
    yield "pas-une-adresse", "http://[", Panne.INJOIGNABLE
    for nom_, tls in (
        ("tls-d-une-autre-autorite", contexte_tls(tmp_path, autorite_tls("Racine étrangère"))),
        ("tls-d-un-autre-nom", contexte_tls(tmp_path, AC_TLS, ip="127.0.0.2")),
        ("tls-expire", contexte_tls(tmp_path, AC_TLS, fin=-timedelta(days=1))),
    ):
        yield nom_, pile.enter_context(serveur(_avis(), tls))[0], Panne.TLS


def test_a_certificate_update_works_whatever_the_first_address_does(tmp_path, ac):
    with ExitStack() as pile:
        seconde, recues = pile.enter_context(serveur(_avis(), contexte_tls(tmp_path, AC_TLS)))
        for rang, (nom_, adresse, panne) in enumerate(_premieres(pile, tmp_path), 1):
            service = _service([adresse, seconde], ac, COURT if panne is Panne.DELAI else LARGE)
            ligne = (verdict := _verificateur(service).verifier(DEPOT, LE)).ligne(Controle.SERVICE)
            assert verdict.decision is Decision.ACCEPTE, nom_
            assert (ligne.resultat, ligne.source) == (Resultat.REUSSI, seconde), nom_
            assert [(one["adresse"], one["panne"]) for one in ligne.detail["pannes"]] == [(adresse, panne.value)], nom_
            assert adresse in ligne.fr, nom_
            assert len(recues) == rang, nom_


def test_without_any_address_that_answers_local_verification_decides(tmp_path, ac):
    for listes, decision in ((LISTES, Decision.ACCEPTE), ((), Decision.ACCEPTE_A_REVERIFIER)):
        verdict = _verificateur(_service([_morte(), _morte()], ac), listes).verifier(DEPOT, LE)
        assert verdict.decision is decision
        assert verdict.ligne(Controle.SERVICE).resultat is Resultat.INCONNU
        assert "vérification locale" in verdict.ligne(Controle.SERVICE).fr


@pytest.mark.parametrize(
    ("statut", "listes", "decision"),
    [
        ("bon", LISTES, Decision.ACCEPTE),
        ("bon", (), Decision.ACCEPTE),
        ("bon", (LISTES[0], PKI.intermediaire.liste([FEUILLE.serial_number])), Decision.REFUSE),
        ("revoque", LISTES, Decision.REFUSE),
        ("revoque", (), Decision.REFUSE),
        ("inconnu", LISTES, Decision.ACCEPTE),
        ("inconnu", (), Decision.ACCEPTE_A_REVERIFIER),
    ],
)
def test_service_and_local_check_together(statut, listes, decision, ac):
    with serveur(_avis(statut, motif="perte")) as (adresse, _):
        assert _verificateur(_service([adresse], ac), listes).verifier(DEPOT, LE).decision is decision


def test_an_address_that_does_not_know_lets_the_next_one_speak(ac):
    with serveur(_avis("inconnu")) as (une, _), serveur(_avis("revoque")) as (autre, _):
        ligne = _verificateur(_service([une, autre], ac)).verifier(DEPOT, LE).ligne(Controle.SERVICE)
        assert (ligne.resultat, ligne.source) == (Resultat.ECHOUE, autre)


def test_a_new_address_is_told_by_name_and_never_followed(ac):
    with serveur(_avis("bon")) as (nouvelle, recues), serveur(_redirige(nouvelle)) as (ancienne, _):
        ligne = _verificateur(_service([ancienne], ac)).verifier(DEPOT, LE).ligne(Controle.SERVICE)
        assert ligne.resultat is Resultat.INCONNU
        assert f"mettez {nouvelle} dans FLUX_CERTIFICATS__SERVICE" in ligne.fr
        assert recues == []


def test_health_is_told_address_by_address(tmp_path, ac):
    with serveur(_avis()) as (bonne, _), serveur(_redirige("https://nouvelle.essai.example/")) as (partie, _):
        morte = _morte()
        sante = _service([bonne, partie, morte], ac).sante()
    assert [None if one.panne is None else one.panne.panne for one in sante] == [None, Panne.DEPLACEE, Panne.INJOIGNABLE]
    assert "prêt" in sante[0].fr
    assert "https://nouvelle.essai.example/" in sante[1].en


def test_a_failing_address_is_left_alone_then_tried_once_then_trusted_again(ac):
    heure = [LE]
    conduite = {"bonne": False}

    def change(demande):
        (_avis() if conduite["bonne"] else CONDUITES["en-erreur"][0])(demande)

    with serveur(change) as (adresse, recues):
        service = replace(_service([adresse], ac, disjoncteur=Disjoncteur(2, timedelta(minutes=5))), horloge=lambda: heure[0])
        chaine = (FEUILLE, PKI.intermediaire.certificat)
        for _ in range(5):
            service(chaine, LE)
        assert len(recues) == 2
        heure[0] += timedelta(minutes=5)
        service(chaine, LE)
        service(chaine, LE)
        assert len(recues) == 3
        heure[0] += timedelta(minutes=5)
        conduite["bonne"] = True
        assert [service(chaine, LE).resultat for _ in range(2)] == [Resultat.REUSSI] * 2
        assert len(recues) == 5


@pytest.mark.parametrize("echecs", range(5))
def test_the_breaker_opens_from_the_threshold_on(echecs):
    reglage, etat = Disjoncteur(3, timedelta(minutes=10)), EtatAdresse()
    for _ in range(echecs):
        etat = etat.apres_echec(LE, echec("http://a", Panne.DELAI), reglage)
    assert etat.peut_servir(LE) is (echecs < 3)
    assert etat.peut_servir(LE + timedelta(minutes=10))
    assert etat.apres_succes(LE).peut_servir(LE)


@pytest.mark.parametrize(
    ("adresse", "ips", "panne"),
    [
        ("http://crl.essai.example/a", ["8.8.8.8"], None),
        ("https://crl.essai.example/a", ["2001:4860:4860::8888"], None),
        ("http://crl.essai.example/a", ["8.8.8.8", "127.0.0.1"], Panne.INTERDITE),
        ("http://crl.essai.example/a", ["169.254.169.254"], Panne.INTERDITE),
        ("http://crl.essai.example/a", ["10.0.0.1"], Panne.INTERDITE),
        ("http://crl.essai.example/a", ["fe80::1%eth0"], Panne.INTERDITE),
        ("ldap://crl.essai.example/a", ["8.8.8.8"], Panne.INTERDITE),
        ("file:///etc/passwd", ["8.8.8.8"], Panne.INTERDITE),
        ("http://[", ["8.8.8.8"], Panne.INTERDITE),
    ],
)
def test_addresses_found_in_certificates_lead_to_the_public_network_only(adresse, ips, panne):
    if panne is None:
        exiger_publique(adresse, lambda *_: ips)
        return
    with pytest.raises(EchecHttp) as erreur:
        exiger_publique(adresse, lambda *_: ips)
    assert erreur.value.panne is panne
