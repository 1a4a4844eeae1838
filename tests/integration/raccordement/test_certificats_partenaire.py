"""The certificates of a partner: unique, two together for a window, switched and rolled back, closed for good when revoked."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from flux.errors import ErreurInvariant, ErreurUsage
from flux.modele.raccordement import EtatCertificat
from flux.registre.connexion import transaction
from raccordement.certificats_partenaire import (
    a_echoir,
    ajouter,
    certificats,
    en_vigueur,
    fermer,
    lire_public,
    mettre_en_vigueur,
    par_empreinte,
)
from raccordement.exemple import certificat_exemple
from raccordement.historique import historique
from tests.integration.raccordement.aides import LE, certificat, fiche_demandee, geste
from tests.integration.registre.aides import compte, ensemble


def _jour(n: float):
    return LE + timedelta(days=n)


def test_a_deposited_certificate_opens_nothing_until_it_is_put_in_force(registre: Engine) -> None:
    partner = fiche_demandee(registre)
    public = certificat_exemple("Éditeur", LE)
    found = ajouter(registre, partner, public, geste())
    assert (found.etat, found.cle_ssh.split()[0]) == (EtatCertificat.PROPOSE, "ecdsa-sha2-nistp256")
    assert en_vigueur(registre, partner, LE) == []
    assert ajouter(registre, partner, public, geste(1)) == found
    assert par_empreinte(registre, public.empreinte) == found
    done = mettre_en_vigueur(registre, found.id, geste(1))
    assert en_vigueur(registre, partner, _jour(0.5)) == []
    assert en_vigueur(registre, partner, _jour(1)) == [done]
    assert [one.detail["quoi"] for one in historique(registre, partner) if one.action == "certificat"] == ["depot", "mise_en_vigueur"]


def test_a_certificate_belongs_to_one_partner(registre: Engine) -> None:
    public = certificat_exemple("Éditeur", LE)
    one, two = fiche_demandee(registre), fiche_demandee(registre, "XYZ002")
    ajouter(registre, one, public, geste())
    with pytest.raises(ErreurUsage, match="autre partenaire"):
        ajouter(registre, two, public, geste())
    assert compte(registre, "certificats_partenaire") == 1


def test_two_partners_that_add_one_certificate_at_once_do_not_share_it(registre: Engine) -> None:
    public = certificat_exemple("Éditeur", LE)
    partners = [fiche_demandee(registre, code) for code in ("ABC001", "XYZ002")]

    def un(n: int) -> bool:
        try:
            return ajouter(registre, partners[n], public, geste()).partenaire_id == partners[n]
        except (ErreurUsage, ErreurInvariant):
            return False

    assert sorted(ensemble(2, un)) == [False, True]


def test_the_old_one_and_the_new_one_are_good_together_for_the_window(registre: Engine) -> None:
    partner = fiche_demandee(registre)
    old = certificat(registre, partner)
    new = ajouter(registre, partner, certificat_exemple("Éditeur", LE), geste(10)).id
    mettre_en_vigueur(registre, new, geste(10), recouvrement=timedelta(days=5))
    found = {day: {one.id for one in en_vigueur(registre, partner, _jour(day))} for day in (9, 10, 14.9, 15, 100)}
    assert found == {9: {old}, 10: {old, new}, 14.9: {old, new}, 15: {new}, 100: {new}}
    assert {one.id: one.etat for one in certificats(registre, partner)} == {old: EtatCertificat.REMPLACE, new: EtatCertificat.EN_VIGUEUR}


def test_a_switch_can_be_planned_and_rolled_back(registre: Engine) -> None:
    partner = fiche_demandee(registre)
    old = certificat(registre, partner)
    new = ajouter(registre, partner, certificat_exemple("Éditeur", LE), geste()).id
    mettre_en_vigueur(registre, new, geste(1), de=_jour(3), recouvrement=timedelta(days=2))
    assert [one.id for one in en_vigueur(registre, partner, _jour(2))] == [old]
    mettre_en_vigueur(registre, old, geste(4, "le nouveau ne passe pas"))
    assert [one.id for one in en_vigueur(registre, partner, _jour(4))] == [old]
    assert [one.id for one in en_vigueur(registre, partner, _jour(50))] == [old]
    again = next(one for one in certificats(registre, partner) if one.id == old)
    assert (again.en_vigueur_de, again.en_vigueur_jusqu) == (LE, None)


def test_its_own_dates_hold_it_whatever_the_window(registre: Engine) -> None:
    partner = fiche_demandee(registre)
    certificat(registre, partner, jours=30)
    assert len(en_vigueur(registre, partner, _jour(30))) == 1
    assert en_vigueur(registre, partner, _jour(30) + timedelta(seconds=1)) == []
    assert [len(a_echoir(registre, _jour(n))) for n in (30, 31)] == [0, 1]


def test_a_revoked_certificate_was_in_force_before_and_never_comes_back(registre: Engine) -> None:
    partner = fiche_demandee(registre)
    found = certificat(registre, partner)
    done = fermer(registre, found, geste(5, "clé perdue"), EtatCertificat.REVOQUE)
    assert done.etat is EtatCertificat.REVOQUE
    assert len(en_vigueur(registre, partner, _jour(4))) == 1
    assert en_vigueur(registre, partner, _jour(5)) == []
    for forbidden in (
        lambda: mettre_en_vigueur(registre, found, geste(6)),
        lambda: fermer(registre, found, geste(6), EtatCertificat.RETENU),
        lambda: fermer(registre, found, geste(6), EtatCertificat.EN_VIGUEUR),
    ):
        with pytest.raises(ErreurUsage):
            forbidden()
    assert fermer(registre, found, geste(7), EtatCertificat.REVOQUE).en_vigueur_jusqu == _jour(5)


def test_one_never_in_force_can_be_held_or_refused_but_not_replaced(registre: Engine) -> None:
    partner = fiche_demandee(registre)
    found = ajouter(registre, partner, certificat_exemple("Éditeur", LE), geste(), etat=EtatCertificat.RETENU)
    assert fermer(registre, found.id, geste(), EtatCertificat.REFUSE).en_vigueur_jusqu is None
    with pytest.raises(ErreurUsage):
        fermer(registre, found.id, geste(), EtatCertificat.REMPLACE)
    with pytest.raises(ErreurUsage):
        fermer(registre, 999, geste(), EtatCertificat.REFUSE)


def test_a_write_of_the_caller_s_transaction_goes_with_it(registre: Engine) -> None:
    partner = fiche_demandee(registre)
    with pytest.raises(ErreurUsage), transaction(registre, "essai") as conn:
        mettre_en_vigueur(conn, ajouter(conn, partner, certificat_exemple("Éditeur", LE), geste()).id + 1, geste())
    assert compte(registre, "certificats_partenaire") == 0
    assert compte(registre, "historique", "action = 'certificat'") == 0


def test_what_is_no_certificate_is_said_to_be_none() -> None:
    with pytest.raises(ErreurUsage, match="ne peut pas être lu"):
        lire_public(b"-----BEGIN CERTIFICATE-----")
