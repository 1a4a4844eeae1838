"""The table of verdicts: what each line says of the partner, and that nothing deposited makes it raise."""

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from hypothesis import given
from hypothesis import strategies as st

from flux.modele.raccordement import DECISIONS_CERTIFICAT
from raccordement.certificats.lecture import lire_depot
from raccordement.certificats.politique import PolitiqueCertificats, Role, SiInconnu, decider
from raccordement.certificats.resultats import TITRES, Controle, Decision, Ligne, Resultat
from raccordement.certificats.verdict import Attendu, EnService, joindre
from raccordement.exemple import renouvellement_exemple
from tests.pki import CLIENT, LE, SERVEUR, SIREN, SIRET, cle_ec, cle_rsa, der, nom, p7b, pem, pki, racine
from tests.unit.certificats.aides import Reseau, juge

PKI = pki()
LISTES = (PKI.racine.liste(), PKI.intermediaire.liste())
FEUILLE = PKI.intermediaire.emettre()
JOUR = timedelta(days=1)


def _verdict(feuille=FEUILLE, politique=None, **attendu):
    politique = politique or PolitiqueCertificats()
    return juge(PKI.racine.certificat, listes=LISTES, politique=politique).verifier(
        p7b(feuille, PKI.intermediaire.certificat), LE, Attendu(**attendu)
    )


def test_a_good_certificate_passes_every_line_and_is_accepted():
    verdict = _verdict(identifiant=SIRET, role=Role.CLIENT, tenants=lambda _: ())
    assert verdict.decision is Decision.ACCEPTE
    sans_objet = {one.controle for one in verdict.lignes if one.resultat is Resultat.SANS_OBJET}
    assert sans_objet == {Controle.POLITIQUES, Controle.RECOUVREMENT, Controle.SERVICE}
    assert [one.controle for one in verdict.lignes] == list(Controle)
    assert {one.resultat for one in verdict.lignes} == {Resultat.REUSSI, Resultat.SANS_OBJET}


def test_every_line_speaks_two_languages_and_names_its_source():
    for verdict in (_verdict(identifiant=SIRET), _verdict(PKI.racine.certificat)):
        for ligne in verdict.lignes:
            assert ligne.fr.strip()
            assert ligne.en.strip()
            assert ligne.source.strip()
    assert set(TITRES) == set(Controle)


@pytest.mark.parametrize(
    ("sujet", "identifiant", "resultat"),
    [
        (nom("c", SIREN), SIRET, Resultat.REUSSI),
        (nom("c", SIREN), SIREN, Resultat.REUSSI),
        (nom("c", SIREN), "73282932000074", Resultat.ECHOUE),
        (nom("c", ou=f"0002 {SIRET}"), SIRET, Resultat.REUSSI),
        (nom("c", ou=f"0002 {SIRET}"), SIREN + "00028", Resultat.ECHOUE),
        (nom("c", ou=f"0002{SIREN}"), SIRET, Resultat.REUSSI),
        (nom("c", ou=f"0009 {SIREN}"), SIRET, Resultat.ECHOUE),
        (nom("c", organisation=f"VATFR-32{SIREN}", ou="Achats"), SIRET, Resultat.REUSSI),
        (nom("c", organisation=f"SI:FR-{SIREN}", ou="Achats"), SIRET, Resultat.REUSSI),
        (nom("c", organisation=f"NTRBE-{SIREN}", ou="Achats"), SIRET, Resultat.ECHOUE),
        (nom("c", organisation="NTRFR-732829320", ou=f"0002 {SIREN}"), SIRET, Resultat.ECHOUE),
        (nom("c", ou="0002 123456789"), "12345678900018", Resultat.ECHOUE),
        (nom("c"), SIRET, Resultat.ECHOUE),
        (nom("c"), None, Resultat.SANS_OBJET),
    ],
)
def test_the_subject_must_name_the_owner_of_the_record(sujet, identifiant, resultat):
    verdict = _verdict(PKI.intermediaire.emettre(sujet), identifiant=identifiant)
    assert verdict.ligne(Controle.SUJET).resultat is resultat


def test_a_setting_lets_in_subjects_without_number_but_never_another_s():
    souple = PolitiqueCertificats(sujet_exige=False)
    sans, autre = PKI.intermediaire.emettre(nom("c")), PKI.intermediaire.emettre(nom("c", "732829320"))
    assert _verdict(sans, souple, identifiant=SIRET).ligne(Controle.SUJET).resultat is Resultat.SANS_OBJET
    assert _verdict(autre, souple, identifiant=SIRET).ligne(Controle.SUJET).resultat is Resultat.ECHOUE


@pytest.mark.parametrize("etendus", [(CLIENT,), (SERVEUR,), (CLIENT, SERVEUR), None])
@pytest.mark.parametrize("role", [None, *Role])
def test_the_usage_is_that_of_the_protocol(etendus, role):
    a = set(etendus or (CLIENT, SERVEUR))
    voulu = {None: set(), Role.CLIENT: {CLIENT}, Role.SERVEUR: {SERVEUR}, Role.LES_DEUX: {CLIENT, SERVEUR}}[role]
    attendu = Resultat.SANS_OBJET if role is None else Resultat.REUSSI if voulu <= a else Resultat.ECHOUE
    assert _verdict(PKI.intermediaire.emettre(etendus=etendus), role=role).ligne(Controle.USAGE).resultat is attendu


@pytest.mark.parametrize(
    ("voulues", "declarees", "resultat"),
    [
        ((), ("1.2.3",), Resultat.SANS_OBJET),
        (("1.2.3",), ("1.2.3", "1.2.4"), Resultat.REUSSI),
        (("1.2.3", "1.2.5"), ("1.2.5",), Resultat.REUSSI),
        (("1.2.3",), ("1.2.4",), Resultat.ECHOUE),
        (("1.2.3",), (), Resultat.ECHOUE),
    ],
)
def test_one_of_the_accepted_policies_is_wanted_when_any_is(voulues, declarees, resultat):
    politique = PolitiqueCertificats(politiques=frozenset(voulues))
    ligne = _verdict(PKI.intermediaire.emettre(politiques=declarees), politique).ligne(Controle.POLITIQUES)
    assert ligne.resultat is resultat
    assert list(ligne.detail["declarees"]) == list(declarees)


def test_a_certificate_or_key_of_another_partner_is_refused_without_saying_whose():
    demandes = []
    verdict = _verdict(tenants=lambda feuille: demandes.append(feuille) or ("ABC123",))
    assert verdict.ligne(Controle.UNICITE).resultat is Resultat.ECHOUE
    assert "ABC123" not in verdict.ligne(Controle.UNICITE).fr  # one partner does not learn who the other is
    assert demandes == [FEUILLE]


def test_without_the_network_revocation_waits_and_the_rest_is_judged():
    reseau = Reseau()
    lu = lire_depot(p7b(FEUILLE, PKI.intermediaire.certificat))
    verdict = juge(PKI.racine.certificat, reseau=reseau).juger(lu, LE, Attendu(SIRET, Role.CLIENT), reseau=False)
    assert reseau.demandes == []
    assert verdict.ligne(Controle.REVOCATION).resultat is Resultat.INCONNU
    assert verdict.ligne(Controle.SUJET).resultat is Resultat.REUSSI


@pytest.mark.parametrize(
    ("debut", "fin", "resultat"),
    [
        (LE - 300 * JOUR, LE + 30 * JOUR, Resultat.REUSSI),
        (LE - 300 * JOUR, LE - JOUR, Resultat.ECHOUE),
        (LE - 300 * JOUR, LE + 900 * JOUR, Resultat.ECHOUE),
        (None, None, Resultat.SANS_OBJET),
    ],
)
def test_a_gap_is_told_and_does_not_refuse(debut, fin, resultat):
    en_service = None if debut is None else EnService("0" * 64, debut, fin)
    verdict = _verdict(identifiant=SIRET, en_service=en_service)
    assert verdict.ligne(Controle.RECOUVREMENT).resultat is resultat
    assert verdict.decision is Decision.ACCEPTE


@pytest.mark.parametrize("si_inconnu", list(SiInconnu))
@pytest.mark.parametrize("resultat", list(Resultat))
@pytest.mark.parametrize("controle", list(Controle))
def test_one_line_decides_as_the_policy_says(controle, resultat, si_inconnu):
    lignes = tuple(Ligne(one, resultat if one is controle else Resultat.REUSSI, "f", "e", "s") for one in Controle)
    decision, revoir = decider(lignes, PolitiqueCertificats(si_inconnu=si_inconnu), LE)
    attendu = Decision.ACCEPTE
    if controle is not Controle.RECOUVREMENT and resultat is Resultat.ECHOUE:
        attendu = Decision.REFUSE
    elif controle not in {Controle.RECOUVREMENT, Controle.SERVICE} and resultat is Resultat.INCONNU:
        attendu = {SiInconnu.ACCEPTER: Decision.ACCEPTE_A_REVERIFIER, SiInconnu.RETENIR: Decision.RETENU}[si_inconnu]
    assert decision is attendu
    assert (revoir is not None) is (attendu in {Decision.ACCEPTE_A_REVERIFIER, Decision.RETENU})
    assert decision.accepte is (attendu in {Decision.ACCEPTE, Decision.ACCEPTE_A_REVERIFIER})


@pytest.mark.parametrize("service", list(Resultat))
@pytest.mark.parametrize("locale", list(Resultat))
def test_the_service_answers_an_unknown_and_never_undoes_a_revocation(locale, service):
    base = Ligne(Controle.REVOCATION, locale, "f", "e", "s")
    joint = joindre(base, replace(base, controle=Controle.SERVICE, resultat=service))
    attendu = Resultat.REUSSI if (locale, service) == (Resultat.INCONNU, Resultat.REUSSI) else locale
    assert joint.resultat is attendu


ETRANGERE = racine("Racine étrangère")
ETRANGERE_AC = ETRANGERE.sous_autorite("AC étrangère")
AUTRE_FEUILLE, AUTRE_CHAINE = ETRANGERE_AC.emettre(), (ETRANGERE_AC.certificat, ETRANGERE.certificat)
SEULE = racine("edi.seul.example")
_SIGNE_SEUL = SEULE.emettre(SEULE.certificat.subject, SEULE.cle)
#: What was deposited → what the line says in French and in English, and what it must not say.
CHAINES = {
    "emetteur-absent": ((AUTRE_FEUILLE,), "L'émetteur « AC étrangère » n'est pas joint", "“AC étrangère” is not attached", "contact"),
    "racine-absente": (
        (AUTRE_FEUILLE, AUTRE_CHAINE[0]), "« Racine étrangère » n'est ni joint ni accepté", "“Racine étrangère” is neither", "complète",
    ),
    "racine-non-acceptee": (
        (AUTRE_FEUILLE, *AUTRE_CHAINE), "sa racine « Racine étrangère » n'est pas une autorité acceptée ici : demandez à votre contact",
        "its root “Racine étrangère” is no authority accepted here: ask your contact", "ni joint",
    ),
    "desordre": ((AUTRE_CHAINE[1], AUTRE_FEUILLE, AUTRE_CHAINE[0]), "sa racine « Racine étrangère »", "its root", "ni joint"),
    "auto-signe": ((_SIGNE_SEUL,), "« edi.seul.example » n'est signé par aucune autorité", "signed by no authority", "joint"),
}  # fmt: skip


@pytest.mark.parametrize(("certificats", "fr", "en", "jamais"), CHAINES.values(), ids=CHAINES)
def test_a_chain_that_leads_nowhere_says_what_is_missing_and_who_can_mend_it(certificats, fr, en, jamais):
    ligne = juge(PKI.racine.certificat).verifier(pem(*certificats), LE).ligne(Controle.CHAINE)
    assert ligne.resultat is Resultat.ECHOUE
    assert fr in ligne.fr
    assert en in ligne.en
    assert jamais not in ligne.fr


def test_authorities_that_certify_each_other_without_end_are_told_as_a_chain_that_stops():
    un = ETRANGERE.sous_autorite("AC une", cle_ec("une"))
    deux = un.sous_autorite("AC deux", cle_ec("deux"))
    retour = deux.sous_autorite("AC une", cle_ec("une"))
    ligne = juge(PKI.racine.certificat).verifier(pem(deux.emettre(), deux.certificat, retour.certificat), LE).ligne(Controle.CHAINE)
    assert "s'arrête à « AC" in ligne.fr


def test_a_platform_that_accepts_no_authority_does_not_send_the_partner_to_look_for_one():
    ligne = juge().verifier(pem(FEUILLE, PKI.intermediaire.certificat, PKI.racine.certificat), LE).ligne(Controle.CHAINE)
    assert "La plateforme n'accepte encore aucune autorité" in ligne.fr
    assert "contact" in ligne.fr
    assert "contact" in ligne.en


def test_a_key_without_a_size_has_no_bits():
    ligne = _verdict(PKI.intermediaire.emettre(cle=ed25519.Ed25519PrivateKey.generate())).ligne(Controle.CLE)
    assert ligne.resultat is Resultat.ECHOUE
    assert "est Ed25519 ;" in ligne.fr
    assert "is Ed25519;" in ligne.en
    assert "0 bit" not in ligne.fr + ligne.en
    assert ligne.detail["bits"] is None


@st.composite
def _abimes(draw):
    """A certificate or PKCS#7 with a few bytes changed."""
    base = bytearray(draw(st.sampled_from([der(FEUILLE), p7b(FEUILLE, PKI.intermediaire.certificat)])))
    for place, octet in draw(st.lists(st.tuples(st.integers(0, len(base) - 1), st.integers(0, 255)), min_size=1, max_size=3)):
        base[place] = octet
    return bytes(base)


@given(_abimes())
def test_no_deposit_makes_the_table_raise_and_no_forged_one_is_accepted(octets):
    verdict = juge(PKI.racine.certificat, listes=LISTES).verifier(octets, LE, Attendu(SIRET, Role.CLIENT))
    assert all(one.fr and one.en for one in verdict.lignes)
    if verdict.decision.accepte:
        assert verdict.sha256 == juge(PKI.racine.certificat, listes=LISTES).verifier(pem(FEUILLE), LE).sha256


def test_the_ledger_knows_every_decision():
    assert tuple(one.value for one in Decision) == DECISIONS_CERTIFICAT


def test_the_renewal_of_the_demonstration_is_accepted():
    autorite, certificat = renouvellement_exemple("000000000", LE, cle_rsa())
    verdict = juge(autorite, politique=PolitiqueCertificats()).verifier(
        pem(certificat, autorite), LE, Attendu("00000000000000", Role.CLIENT)
    )
    assert verdict.echecs == ()
    assert verdict.decision is Decision.ACCEPTE_A_REVERIFIER  # nobody answers for its revocation
