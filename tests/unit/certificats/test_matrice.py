"""Every verdict is OpenSSL's on the same chain at the same moment; where OpenSSL says no, our table says which check."""

import pytest

from raccordement.certificats.politique import Role
from raccordement.certificats.resultats import Controle, Resultat
from raccordement.certificats.verdict import Attendu
from tests.pki import pem
from tests.unit.certificats.aides import juge, openssl_verify
from tests.unit.certificats.matrice import CAS

#: The checks that OpenSSL makes too.
COMMUNS = (Controle.CHAINE, Controle.DATES, Controle.CLE, Controle.SIGNATURE, Controle.USAGE, Controle.REVOCATION)
BUTS = {Role.CLIENT: "sslclient", Role.SERVEUR: "sslserver"}


@pytest.mark.parametrize("cas", CAS, ids=lambda cas: cas.nom)
def test_a_verdict_is_that_of_openssl(cas, tmp_path):
    juge_ = juge(*cas.ancres, listes=cas.listes)
    verdict = juge_.verifier(pem(cas.feuille, *cas.chaine), cas.le, Attendu(role=cas.role))
    fautives = [one.controle for one in verdict.lignes if one.controle in COMMUNS and one.resultat in {Resultat.ECHOUE, Resultat.INCONNU}]
    assert fautives == ([cas.attendu] if cas.attendu else []), [(one.controle.value, one.en) for one in verdict.lignes]
    avis = openssl_verify(tmp_path, cas.feuille, cas.chaine, cas.ancres, cas.listes, cas.le, BUTS[cas.role])
    assert (avis == "0") is (cas.attendu is None or bool(cas.ecart)), avis


def test_the_cases_have_names_of_their_own():
    assert len({one.nom for one in CAS}) == len(CAS)
