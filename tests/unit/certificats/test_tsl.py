"""Trusted lists: what they vouch for, and every way of forging one that is refused."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from raccordement.certificats.tsl import TSL, ListeDeConfiance, MotifTsl, RefusTsl, lire_tsl
from tests.pki import LE, Autorite, cle_ec, nom, pki, racine, usages
from tests.tsl import CA_QC, GRANTED, liste, signer

PKI = pki()
SIGNATAIRE = Autorite(
    PKI.racine.emettre(nom("Signataire de la liste"), cle_ec("tsl"), usage=usages("digital_signature"), etendus=None), cle_ec("tsl")
)
INTRUS = Autorite(PKI.racine.emettre(nom("Signataire de la liste"), cle_ec("intrus"), usage=usages("digital_signature")), cle_ec("intrus"))
WITHDRAWN = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/withdrawn"
TSA = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST"
AC = PKI.intermediaire.certificat
AUTRE = racine("Autre").certificat
BONNE = signer(
    liste([(AC, CA_QC, GRANTED), (AUTRE, CA_QC, WITHDRAWN), (AUTRE, TSA, GRANTED), (PKI.intermediaire.emettre(), CA_QC, GRANTED)]),
    SIGNATAIRE,
)


def _lire(data=BONNE, signataires=(SIGNATAIRE.certificat,), le=LE):
    return lire_tsl(data, signataires, le)


def test_a_list_vouches_for_its_authorities_in_an_accepted_status_only():
    lue = _lire()
    assert isinstance(lue, ListeDeConfiance)
    assert [one.certificat for one in lue.services] == [AC]
    assert (lue.territoire, lue.numero, lue.ecartes) == ("FR", 7, 3)
    assert lue.services[0].prestataire == "Prestataire d'essai"


def test_any_of_the_expected_signers_will_do():
    assert isinstance(_lire(signataires=(INTRUS.certificat, SIGNATAIRE.certificat)), ListeDeConfiance)


def _remplacer(avant, apres):
    assert avant in BONNE
    return BONNE.replace(avant, apres)


def _enveloppee():
    """The signed list moved inside another one that vouches for somebody else."""
    hote = liste([(AUTRE, CA_QC, GRANTED)])
    hote.append(etree.fromstring(BONNE))
    return etree.tostring(hote)


def _signature_deplacee():
    """The signature of the good list put on another one, with the good one hidden in an Object beside it."""
    hote, bonne = liste([(AUTRE, CA_QC, GRANTED)]), etree.fromstring(BONNE)
    signature = bonne.find("{http://www.w3.org/2000/09/xmldsig#}Signature")
    hote.append(signature)
    return etree.tostring(hote)


@pytest.mark.parametrize(
    ("data", "motif"),
    [
        (_remplacer(b"<?xml version='1.0' encoding='UTF-8'?>", b"<!DOCTYPE x [<!ENTITY e 'x'>]>"), MotifTsl.XML),
        (_remplacer(b"<SchemeTerritory>FR<", b"<SchemeTerritory>BE<"), MotifTsl.SIGNATURE),
        (_remplacer(b"svcstatus/withdrawn".replace(b"svc", b"Svc"), b"Svcstatus/granted"), MotifTsl.SIGNATURE),
        (signer(liste([(AC, CA_QC, GRANTED)]), INTRUS), MotifTsl.SIGNATURE),
        (etree.tostring(liste([(AC, CA_QC, GRANTED)])), MotifTsl.SIGNATURE),
        (_enveloppee(), MotifTsl.SIGNATURE),
        (_signature_deplacee(), MotifTsl.SIGNATURE),
        (signer(liste([(AC, CA_QC, GRANTED)], prochaine=LE - timedelta(seconds=1)), SIGNATAIRE), MotifTsl.PERIMEE),
        (signer(etree.fromstring(f"<TrustServiceStatusList xmlns='{TSL}'><a/></TrustServiceStatusList>"), SIGNATAIRE), MotifTsl.FORME),
        (signer(etree.fromstring("<autre/>"), SIGNATAIRE), MotifTsl.SIGNATURE),
        (b"", MotifTsl.XML),
        (b"rien", MotifTsl.XML),
    ],
    ids=[
        "doctype",
        "alteree",
        "statut-change",
        "intrus",
        "non-signee",
        "enveloppee",
        "signature-deplacee",
        "perimee",
        "vide",
        "autre",
        "rien",
        "texte",
    ],
)
def test_a_hostile_or_stale_list_is_refused_whole(data, motif):
    refus = _lire(data)
    assert isinstance(refus, RefusTsl)
    assert refus.motif is motif, refus.detail
    assert refus.fr
    assert refus.en


@pytest.mark.parametrize("le", [LE + timedelta(days=400), LE - timedelta(days=31)])
def test_a_signer_out_of_its_dates_signs_nothing(le):
    assert _lire(le=le) == RefusTsl(MotifTsl.SIGNATAIRE)
    assert _lire(signataires=()) == RefusTsl(MotifTsl.SIGNATAIRE)


@given(st.integers(0, len(BONNE) - 1), st.integers(0, 255))
def test_no_change_of_a_byte_makes_a_list_vouch_for_anybody_else(place, octet):
    lue = _lire(BONNE[:place] + bytes([octet]) + BONNE[place + 1 :])
    assert isinstance(lue, RefusTsl) or [one.certificat for one in lue.services] == [AC]
