"""Revocation has three answers; silence is never a revocation."""

import itertools
from datetime import timedelta

import pytest
from cryptography.x509.ocsp import OCSPCertStatus

from raccordement.certificats.chaine import Ancre, etablir_chemin
from raccordement.certificats.crl import ListeRevocation
from raccordement.certificats.http import Panne
from raccordement.certificats.lecture import lire_depot
from raccordement.certificats.memoire import Gardee, Memoire
from raccordement.certificats.politique import PolitiqueCertificats, SiInconnu
from raccordement.certificats.resultats import Controle, Decision, Resultat
from raccordement.certificats.revocation import Etat, _juger, combiner, interroger
from tests.pki import LE, cle_ec, nom, pem, pki, racine
from tests.unit.certificats.aides import Reseau, juge, sources
from tests.unit.certificats.matrice import CAS

OCSP, CRL, CRL_R = "http://ocsp.essai.example/", "http://crl.essai.example/ac.crl", "http://crl.essai.example/racine.crl"
PKI = pki(OCSP, CRL, CRL_R)
PKI = type(PKI)(PKI.racine, PKI.racine.sous_autorite("AC", ocsp=OCSP, crl=CRL))
FEUILLE = PKI.intermediaire.emettre()
REPONDEUR = PKI.intermediaire.repondeur()
BON, REVOQUE = OCSPCertStatus.GOOD, OCSPCertStatus.REVOKED
NUMERO = FEUILLE.serial_number


def _ocsp(statut=BON, **autres):
    return PKI.intermediaire.reponse_ocsp(FEUILLE, statut, **autres)


def _reponse(reseau, le=LE):
    chemin = etablir_chemin(lire_depot(pem(FEUILLE, PKI.intermediaire.certificat)), [Ancre(PKI.racine.certificat, "essai")], le)
    return interroger(chemin, sources(reseau), le)


HAUT = {CRL_R: PKI.racine.liste()}
INTRUS = racine("Intrus").repondeur()


@pytest.mark.parametrize(
    ("ocsp", "crl", "attendu"),
    [
        (_ocsp(par=REPONDEUR), Panne.DELAI, Etat.BON),
        (_ocsp(), Panne.DELAI, Etat.BON),
        (_ocsp(REVOQUE, par=REPONDEUR), PKI.intermediaire.liste(), Etat.REVOQUE),
        (_ocsp(OCSPCertStatus.UNKNOWN, par=REPONDEUR), PKI.intermediaire.liste(), Etat.BON),
        (_ocsp(OCSPCertStatus.UNKNOWN, par=REPONDEUR), Panne.DELAI, Etat.INCONNU),
        (_ocsp(par=INTRUS), Panne.DELAI, Etat.INCONNU),
        (_ocsp(REVOQUE, par=INTRUS), Panne.DELAI, Etat.INCONNU),
        (_ocsp(REVOQUE, par=INTRUS), PKI.intermediaire.liste(), Etat.BON),
        (_ocsp(par=REPONDEUR, du=LE - timedelta(days=9), jusqu_au=LE - timedelta(days=8)), Panne.DELAI, Etat.INCONNU),
        (_ocsp(par=REPONDEUR, du=LE - timedelta(days=9), jusqu_au=LE - timedelta(days=8)), PKI.intermediaire.liste([NUMERO]), Etat.REVOQUE),
        (PKI.intermediaire.reponse_ocsp(PKI.intermediaire.emettre(), par=REPONDEUR), Panne.DELAI, Etat.INCONNU),
        (b"n'importe quoi", PKI.intermediaire.liste(), Etat.BON),
        (b"n'importe quoi", b"n'importe quoi", Etat.INCONNU),
        (Panne.DELAI, Panne.DELAI, Etat.INCONNU),
        (Panne.TLS, Panne.HTTP, Etat.INCONNU),
        (Panne.INJOIGNABLE, PKI.intermediaire.liste(), Etat.BON),
        (Panne.INJOIGNABLE, PKI.intermediaire.liste([NUMERO]), Etat.REVOQUE),
        (Panne.DEPLACEE, PKI.intermediaire.liste(cle=cle_ec("intrus")), Etat.INCONNU),
    ],
)
def test_each_pair_of_answers_leads_to_one_of_three(ocsp, crl, attendu):
    reponse = _reponse(Reseau({OCSP: ocsp, CRL: crl, **HAUT}))
    assert [one.etat for one in reponse] == [attendu, Etat.BON]


@pytest.mark.parametrize("panne", list(Panne))
def test_no_failure_of_the_network_is_ever_a_revocation(panne):
    reponses = _reponse(Reseau({OCSP: panne, CRL: panne, CRL_R: panne}))
    assert {one.etat for one in reponses} == {Etat.INCONNU}
    assert {one.panne for une in reponses for one in une.pannes} == {panne}


def test_an_unknown_authority_does_not_hide_a_revoked_certificate():
    reponses = _reponse(Reseau({OCSP: Panne.DELAI, CRL: PKI.intermediaire.liste([NUMERO]), CRL_R: Panne.DELAI}))
    assert [one.etat for one in reponses] == [Etat.REVOQUE, Etat.INCONNU]
    assert combiner(one.etat for one in reponses) is Etat.REVOQUE


@pytest.mark.parametrize("etats", list(itertools.product(Etat, repeat=2)))
def test_a_path_is_revoked_by_one_and_good_by_all(etats):
    attendu = Etat.REVOQUE if Etat.REVOQUE in etats else Etat.INCONNU if Etat.INCONNU in etats else Etat.BON
    assert combiner(etats) is attendu
    assert combiner(()) is Etat.INCONNU


@pytest.mark.parametrize("si_inconnu", list(SiInconnu))
@pytest.mark.parametrize(
    ("crl", "resultat"),
    [(PKI.intermediaire.liste(), Resultat.REUSSI), (Panne.DELAI, Resultat.INCONNU), (PKI.intermediaire.liste([NUMERO]), Resultat.ECHOUE)],
)
def test_what_an_unknown_does_is_the_policy_s_to_say_and_only_that(crl, resultat, si_inconnu):
    politique = PolitiqueCertificats(si_inconnu=si_inconnu)
    verdict = juge(PKI.racine.certificat, reseau=Reseau({CRL: crl, **HAUT}), politique=politique).verifier(
        pem(FEUILLE, PKI.intermediaire.certificat), LE
    )
    assert verdict.ligne(Controle.REVOCATION).resultat is resultat
    attendus = {
        (Resultat.REUSSI, SiInconnu.ACCEPTER): Decision.ACCEPTE,
        (Resultat.REUSSI, SiInconnu.RETENIR): Decision.ACCEPTE,
        (Resultat.INCONNU, SiInconnu.ACCEPTER): Decision.ACCEPTE_A_REVERIFIER,
        (Resultat.INCONNU, SiInconnu.RETENIR): Decision.RETENU,
        (Resultat.ECHOUE, SiInconnu.ACCEPTER): Decision.REFUSE,
        (Resultat.ECHOUE, SiInconnu.RETENIR): Decision.REFUSE,
    }
    assert verdict.decision is attendus[resultat, si_inconnu]
    a_revoir = verdict.decision in {Decision.ACCEPTE_A_REVERIFIER, Decision.RETENU}
    assert verdict.reverifier_le == (LE + politique.reverifier_apres if a_revoir else None)


def test_a_certificate_that_declares_no_source_is_unknown_not_good():
    p = pki()
    verdict = juge(p.racine.certificat).verifier(pem(p.intermediaire.emettre(), p.intermediaire.certificat), LE)
    ligne = verdict.ligne(Controle.REVOCATION)
    assert ligne.resultat is Resultat.INCONNU
    assert "ni OCSP ni CRL" in ligne.fr


def test_sources_of_a_chain_nobody_vouches_for_are_never_called():
    reseau = Reseau()
    juge(racine("Autre").certificat, reseau=reseau).verifier(pem(FEUILLE, PKI.intermediaire.certificat), LE)
    assert reseau.demandes == []


class Horloge:
    def __init__(self):
        self.heure = LE

    def __call__(self):
        return self.heure


def test_a_list_is_fetched_once_then_again_when_it_is_no_longer_fresh():
    reseau, horloge = Reseau({CRL: PKI.intermediaire.liste()}), Horloge()
    src = sources(reseau, horloge=horloge)
    for _ in range(3):
        assert len(src.crl(FEUILLE)[0]) == 1
    assert reseau.demandes == [CRL]
    horloge.heure += src.fraicheur
    src.crl(FEUILLE)
    assert reseau.demandes == [CRL, CRL]


def test_an_address_that_failed_rests_then_is_tried_again():
    reseau, horloge = Reseau({CRL: Panne.DELAI}), Horloge()
    src = sources(reseau, horloge=horloge)
    assert [[one.panne for one in src.crl(FEUILLE)[1]] for _ in range(3)] == [[Panne.DELAI]] * 3
    assert reseau.demandes == [CRL]
    horloge.heure += src.repos
    reseau.reponses[CRL] = PKI.intermediaire.liste()
    assert len(src.crl(FEUILLE)[0]) == 1


def test_the_cache_holds_no_more_than_it_may_and_nothing_past_its_date():
    memoire: Memoire[int] = Memoire(3, 100)
    for rang in range(5):
        memoire.garder(rang, Gardee(rang, LE, LE + timedelta(hours=1), 40))
    assert (len(memoire), memoire.octets) == (2, 80)
    assert [memoire.lire(rang, LE) for rang in range(5)] == [None, None, None, 3, 4]
    memoire.garder("gros", Gardee(9, LE, LE + timedelta(hours=1), 101))
    assert memoire.lire("gros", LE) is None
    assert memoire.lire(4, LE + timedelta(hours=1)) is None
    assert (len(memoire), memoire.octets) == (1, 40)


#: The validator judges revocation on a path that holds with sound algorithms only.
SAINS = [one for one in CAS if one.listes and one.attendu in {None, Controle.REVOCATION, Controle.USAGE}]


@pytest.mark.parametrize("cas", SAINS, ids=lambda cas: cas.nom)
def test_our_index_of_a_list_never_contradicts_the_validator(cas):
    """Where the index concludes, the validator alone, on the same lists, concludes the same."""
    chemin = etablir_chemin(lire_depot(pem(cas.feuille, *cas.chaine)), [Ancre(one, "essai") for one in cas.ancres], cas.le)
    listes = [ListeRevocation.lire(one) for one in cas.listes]
    compares = 0
    for rang, (un, emetteur) in enumerate(itertools.pairwise(chemin.certificats)):
        for conclu in (liste.etat(un, emetteur, cas.le) for liste in listes):
            if conclu is not None:
                compares += 1
                assert _juger(chemin, rang, cas.le, (), listes).etat is (Etat.BON if conclu is True else Etat.REVOQUE)
    assert compares or cas.attendu is Controle.REVOCATION


def test_a_list_of_fifty_thousand_entries_is_read_once_however_many_ask():
    grande = PKI.intermediaire.liste(range(1, 50_001))
    reseau = Reseau({CRL: grande, **HAUT})
    verificateur = juge(PKI.racine.certificat, reseau=reseau)
    feuilles = [PKI.intermediaire.emettre(nom(f"client {rang}"), cle_ec(), numero=49_995 + rang) for rang in range(10)]
    resultats = [verificateur.verifier(pem(un, PKI.intermediaire.certificat), LE).ligne(Controle.REVOCATION).resultat for un in feuilles]
    assert resultats == [Resultat.ECHOUE] * 6 + [Resultat.REUSSI] * 4
    assert reseau.demandes.count(CRL) == 1
