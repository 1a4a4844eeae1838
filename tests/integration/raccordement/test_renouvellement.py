"""Renewal without a gap on a real ledger: the old and the new one together, switch, roll back, rehearsal."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from flux.errors import ErreurUsage
from flux.modele.raccordement import EtatCertificat
from flux.registre import tables as t
from raccordement.certificats.politique import PolitiqueCertificats, SiInconnu
from raccordement.certificats.registre import dernier_verdict
from raccordement.certificats.renouvellement import basculer, deposer, revenir
from raccordement.certificats.resultats import Controle, Decision, Resultat
from raccordement.certificats_partenaire import certificats, en_vigueur
from raccordement.historique import Geste
from tests.integration.raccordement.pki_ledger import Terrain, en_service, fiche
from tests.pki import LE, SIREN, cle_ec, nom, p7b

JOUR = timedelta(days=1)
GESTE = Geste("operateur", LE)


def _photo(engine):
    """Everything the ledger holds of certificates."""
    with engine.begin() as conn:
        return {
            one.name: conn.execute(select(one)).all() for one in (t.certificats_partenaire, t.verdicts_certificat, t.historique, t.sorties)
        }


def test_a_switch_leaves_both_certificates_good_for_the_window(registre):
    terrain = Terrain()
    partner = en_service(registre, terrain)
    (ancien,) = certificats(registre, partner)
    suite = deposer(registre, terrain.juge, "ABC001", terrain.depot(1), GESTE, basculer=True, recouvrement=10 * JOUR)
    assert suite.verdict.decision is Decision.ACCEPTE
    nouveau = suite.certificat
    for jours, attendus in ((0, {ancien.id, nouveau.id}), (9, {ancien.id, nouveau.id}), (10, {nouveau.id}), (300, {nouveau.id})):
        assert {one.id for one in en_vigueur(registre, partner, LE + jours * JOUR)} == attendus


def test_a_deposit_alone_opens_nothing_and_a_switch_follows_when_the_operator_says(registre):
    terrain = Terrain()
    partner = en_service(registre, terrain)
    garde = deposer(registre, terrain.juge, "ABC001", terrain.depot(1), GESTE).certificat
    assert garde.etat is EtatCertificat.PROPOSE
    assert garde.id not in {one.id for one in en_vigueur(registre, partner, LE)}
    suite = basculer(registre, terrain.juge, "ABC001", garde.empreinte[:12], GESTE)
    assert suite.certificat.etat is EtatCertificat.EN_VIGUEUR
    assert len(en_vigueur(registre, partner, LE)) == 2


def test_a_switch_can_be_set_for_a_later_day(registre):
    terrain = Terrain()
    partner = en_service(registre, terrain)
    garde = deposer(registre, terrain.juge, "ABC001", terrain.depot(1), GESTE).certificat
    basculer(registre, terrain.juge, "ABC001", garde.empreinte, GESTE, de=LE + 3 * JOUR, recouvrement=2 * JOUR)
    comptes = [len(en_vigueur(registre, partner, LE + jours * JOUR)) for jours in (0, 2, 3, 4, 5)]
    assert comptes == [1, 1, 2, 2, 1]


def test_a_roll_back_puts_the_former_one_back_and_leaves_the_other_good(registre):
    terrain = Terrain()
    partner = en_service(registre, terrain)
    (ancien,) = certificats(registre, partner)
    deposer(registre, terrain.juge, "ABC001", terrain.depot(1), GESTE, basculer=True)
    suite = revenir(registre, terrain.juge, "ABC001", Geste("operateur", LE + JOUR))
    assert (suite.certificat.id, suite.certificat.etat) == (ancien.id, EtatCertificat.EN_VIGUEUR)
    assert len(en_vigueur(registre, partner, LE + JOUR)) == 2
    assert [one.id for one in en_vigueur(registre, partner, LE + 60 * JOUR)] == [ancien.id]


def test_without_a_former_certificate_there_is_no_way_back(registre):
    terrain = Terrain()
    en_service(registre, terrain)
    with pytest.raises(ErreurUsage, match="lister ABC001"):
        revenir(registre, terrain.juge, "ABC001", GESTE)


@pytest.mark.parametrize("geste", ["deposer", "basculer", "revenir"])
def test_a_rehearsal_says_what_would_happen_and_changes_nothing(registre, geste):
    terrain = Terrain()
    en_service(registre, terrain)
    nouveau = terrain.depot(1)
    garde = (
        None if geste == "deposer" else deposer(registre, terrain.juge, "ABC001", nouveau, GESTE, basculer=geste == "revenir").certificat
    )

    def faire(*, repetition):
        if geste == "deposer":
            return deposer(registre, terrain.juge, "ABC001", nouveau, GESTE, basculer=True, repetition=repetition)
        if geste == "basculer":
            return basculer(registre, terrain.juge, "ABC001", garde.empreinte, GESTE, repetition=repetition)
        return revenir(registre, terrain.juge, "ABC001", GESTE, repetition=repetition)

    avant = _photo(registre)
    dite = faire(repetition=True)
    assert _photo(registre) == avant
    faite = faire(repetition=False)
    assert _photo(registre) != avant
    etats = [[(one.empreinte, one.etat, one.en_vigueur_jusqu) for one in suite.apres] for suite in (dite, faite)]
    assert etats[0] == etats[1]


def test_what_is_refused_is_not_kept_so_that_nobody_ties_up_another_s_certificate(registre):
    terrain = Terrain()
    fiche(registre)
    fiche(registre, "XYZ002", siret="73282932000074")
    depot = terrain.depot()
    voleur = deposer(registre, terrain.juge, "XYZ002", depot, GESTE)
    assert voleur.certificat is None
    assert voleur.verdict.ligne(Controle.SUJET).resultat is Resultat.ECHOUE
    assert deposer(registre, terrain.juge, "ABC001", depot, GESTE).certificat is not None


def test_a_key_serves_one_partner_only(registre):
    terrain = Terrain(PolitiqueCertificats(sujet_exige=False))
    en_service(registre, terrain)
    fiche(registre, "XYZ002", siret="73282932000074")
    meme_cle = terrain.pki.intermediaire.emettre(nom("autre", "732829320"), cle_ec(("partenaire", 0)))
    verdict = deposer(registre, terrain.juge, "XYZ002", p7b(meme_cle, terrain.pki.intermediaire.certificat), GESTE).verdict
    assert [one.controle for one in verdict.echecs] == [Controle.UNICITE]


@pytest.mark.parametrize(
    ("si_inconnu", "etat"), [(SiInconnu.ACCEPTER, EtatCertificat.EN_VIGUEUR), (SiInconnu.RETENIR, EtatCertificat.RETENU)]
)
def test_an_unknown_revocation_is_accepted_or_held_as_the_policy_says(registre, si_inconnu, etat):
    terrain = Terrain(PolitiqueCertificats(si_inconnu=si_inconnu))
    terrain.couper()
    fiche(registre)
    suite = deposer(registre, terrain.juge, "ABC001", terrain.depot(), GESTE, basculer=True)
    assert suite.certificat.etat is etat
    garde = dernier_verdict(registre, suite.certificat.id)
    assert garde.reverifier_le == LE + terrain.politique.reverifier_apres


def test_the_same_deposit_again_changes_no_certificate(registre):
    terrain = Terrain()
    partner = en_service(registre, terrain)
    depot = terrain.depot(1)
    un = deposer(registre, terrain.juge, "ABC001", depot, GESTE)
    deux = deposer(registre, terrain.juge, "ABC001", depot, GESTE)
    assert un.certificat == deux.certificat
    assert len(certificats(registre, partner)) == 2
    with registre.begin() as conn:
        assert (
            conn.execute(text("SELECT count(*) FROM verdicts_certificat WHERE certificat_id = :id"), {"id": un.certificat.id}).scalar_one()
            == 1
        )


@pytest.mark.parametrize("empreinte", ["ffff", "", "zz"])
def test_a_fingerprint_must_name_one_certificate(registre, empreinte):
    terrain = Terrain()
    en_service(registre, terrain)
    deposer(registre, terrain.juge, "ABC001", terrain.depot(1), GESTE)
    with pytest.raises(ErreurUsage):
        basculer(registre, terrain.juge, "ABC001", empreinte, GESTE)


def test_the_siren_of_a_record_is_enough(registre):
    terrain = Terrain()
    fiche(registre, siret=None, siren=SIREN)
    assert deposer(registre, terrain.juge, "ABC001", terrain.depot(), GESTE).verdict.decision is Decision.ACCEPTE
