"""Records in the ledger: made once, changed with a trace, moved from state to state when all is there."""

import pytest
from sqlalchemy import Engine, text

from flux.errors import ErreurInvariant, ErreurUsage
from flux.modele.raccordement import EtatFiche, Sens
from flux.registre.connexion import transaction
from flux.registre.depots import enregistrer_depot
from flux.registre.sorties import clore_flux
from flux.registre.valeurs import Compteurs
from raccordement.etats import changer_etat, examiner
from raccordement.fiche import Abonnement
from raccordement.fiches import abonner, creer, fiche, fiches, modifier, trouver
from raccordement.historique import fiche_au, historique
from tests.integration.raccordement.aides import LE, certificat, demande, en_qualification, fiche_demandee, geste
from tests.integration.registre.aides import compte, depot, ensemble, sorties
from tests.integration.registre.aides import ouvrir as ouvrir_flux

Q, P, S, C = EtatFiche.QUALIFICATION, EtatFiche.PRODUCTION, EtatFiche.SUSPENDU, EtatFiche.CLOS


def _un_flux(engine: Engine, partner: int, statut: str, jours: int = 1) -> None:
    found = enregistrer_depot(engine, depot(partner, f"r{jours}{statut}", None, plus=jours * 24 * 60))
    ouvrir_flux(engine, found.id, ())
    clore_flux(engine, found.id, statut, Compteurs(0, 0, 0), sorties(f"retour-{found.id}"), le=LE)


def test_a_record_made_twice_is_the_same(registre: Engine) -> None:
    made = ensemble(4, lambda _: creer(registre, demande(), geste()))
    assert all(one == made[0] for one in made)
    assert fiche(registre, "ABC001") == made[0]
    assert (made[0].etat, made[0].dossier, made[0].siren) == (EtatFiche.DEMANDE, "abc001", "000010066")
    assert compte(registre, "historique") == 1
    assert fiche(registre, "ZZZ999") is None
    assert fiches(registre, Q) == []


@pytest.mark.parametrize("autres", [{"raison_sociale": "Une autre"}, {"code": "ABC002", "dossier": "abc001"}])
def test_a_code_or_a_folder_that_is_taken_is_refused(registre: Engine, autres: dict[str, str]) -> None:
    fiche_demandee(registre)
    with pytest.raises(ErreurUsage, match="appartient déjà"):
        creer(registre, demande(**autres), geste())
    assert len(fiches(registre)) == 1


def test_a_change_says_what_was_and_what_is(registre: Engine) -> None:
    partner = fiche_demandee(registre)
    changed = modifier(registre, "ABC001", {"fin": "2027-06-30", "siret": "00000000000727"}, geste(1, "avenant"))
    assert (str(changed.fin), changed.siren) == ("2027-06-30", "000000000")
    assert modifier(registre, "ABC001", {"fin": "2027-06-30"}, geste(2)) == changed
    first, last = historique(registre, partner)
    assert (first.action, last.action, last.par, last.motif) == ("creation", "modification", "operateur", "avenant")
    assert last.detail["fin"] == {"avant": None, "apres": "2027-06-30"}
    assert set(last.detail) == {"fin", "siren", "siret"}
    assert fiche_au(registre, partner, geste(0.5).le) == first.fiche
    assert fiche_au(registre, partner, geste(1).le) == changed
    assert fiche_au(registre, partner, geste(-1).le) is None


@pytest.mark.parametrize("changement", [{"dossier": "autre"}, {"code_application": "XYZ001"}, {"etat": "production"}, {"siret": "1"}])
def test_what_cannot_be_changed_is_refused_and_nothing_changes(registre: Engine, changement: dict[str, object]) -> None:
    fiche_demandee(registre)
    with pytest.raises(ErreurUsage):
        modifier(registre, "ABC001", changement, geste(1))
    assert compte(registre, "historique") == 1


def test_subscriptions_come_and_go_by_interface_and_direction(registre: Engine) -> None:
    partner = fiche_demandee(registre)
    new, gone = Abonnement(interface="FSO1106A", sens=Sens.EMISSION), Abonnement(interface="FSO1301A", sens=Sens.RECEPTION)
    found = abonner(registre, "ABC001", geste(1), ajouter=[new, new], retirer=[gone])
    assert {(one.interface, one.sens.value) for one in found.abonnements} == {("FSO1100A", "emission"), ("FSO1106A", "emission")}
    assert abonner(registre, "ABC001", geste(2), ajouter=[new], retirer=[gone]) == found
    assert [one.action for one in historique(registre, partner)] == ["creation", "abonnement"]


_INCONNUE = {"interface": "FSO9999A", "sens": "emission"}


def test_a_record_is_not_made_with_a_subscription_to_what_does_not_exist(registre: Engine) -> None:
    with pytest.raises(ErreurUsage, match="FSO9999A"):
        creer(registre, demande(abonnements=[_INCONNUE]), geste())
    assert (fiches(registre), compte(registre, "historique")) == ([], 0)


def test_a_subscription_to_what_does_not_exist_is_neither_added_nor_put_in_place_of_the_others(registre: Engine) -> None:
    fiche_demandee(registre)
    with pytest.raises(ErreurUsage, match="FSO9999A"):
        abonner(registre, "ABC001", geste(1), ajouter=[Abonnement(interface="FSO9999A", sens=Sens.EMISSION)])
    with pytest.raises(ErreurUsage, match="FSO9999A"):
        modifier(registre, "ABC001", {"abonnements": [_INCONNUE]}, geste(1))
    assert trouver(registre, "ABC001")[1].abonnements == demande().abonnements
    assert compte(registre, "historique") == 1


def test_a_subscription_of_old_to_what_does_not_exist_opens_nothing_hinders_nothing_and_can_be_taken_away(registre: Engine) -> None:
    partner = fiche_demandee(registre, abonnements=[])
    certificat(registre, partner)
    with registre.begin() as conn:  # as before the table was asked
        conn.execute(text("INSERT INTO abonnements (partenaire_id, interface, sens) VALUES (:p, 'FSO9999A', 'emission')"), {"p": partner})
    assert [one.code for one in changer_etat(registre, "ABC001", Q, geste(1))] == ["abonnement"]
    assert modifier(registre, "ABC001", {"raison_sociale": "Autre"}, geste(1)).abonnee("FSO9999A", Sens.EMISSION)
    old, new = (Abonnement(interface=one, sens=Sens.EMISSION) for one in ("FSO9999A", "FSO1100A"))
    assert abonner(registre, "ABC001", geste(2), ajouter=[new], retirer=[old]).abonnements == (new,)
    assert changer_etat(registre, "ABC001", Q, geste(3)) == ()


def test_qualification_asks_for_a_certificate_in_force(registre: Engine) -> None:
    partner = fiche_demandee(registre)
    assert [one.code for one in changer_etat(registre, "ABC001", Q, geste())] == ["certificat"]
    certificat(registre, partner, jours=10)
    assert [one.code for one in examiner(registre, "ABC001", Q, geste(11).le)] == ["certificat"]
    assert changer_etat(registre, "ABC001", Q, geste(1)) == ()
    assert changer_etat(registre, "ABC001", Q, geste(2)) == ()
    assert [one.action for one in historique(registre, partner)] == ["creation", "certificat", "certificat", "etat"]


@pytest.mark.parametrize(("statut", "manque"), [("INTEGRE", []), ("INTEGRE_PARTIEL", ["flux-integre"]), ("IRRECEVABLE", ["flux-integre"])])
def test_production_asks_for_a_flow_integrated_in_qualification(registre: Engine, statut: str, manque: list[str]) -> None:
    partner = en_qualification(registre)
    assert [one.code for one in changer_etat(registre, "ABC001", P, geste(1))] == ["flux-integre"]
    _un_flux(registre, partner, "INTEGRE", jours=-1)  # before qualification
    _un_flux(registre, partner, statut)
    assert [one.code for one in changer_etat(registre, "ABC001", P, geste(2))] == manque
    found = trouver(registre, "ABC001")[1]
    assert (found.etat, found.environnement.value) == ((Q, "qualification") if manque else (P, "production"))


def test_a_suspended_record_goes_back_where_it_was(registre: Engine) -> None:
    partner = en_qualification(registre)
    with pytest.raises(ErreurUsage, match="pourquoi"):
        changer_etat(registre, "ABC001", S, geste(1))
    changer_etat(registre, "ABC001", S, geste(1, "impayé"))
    with pytest.raises(ErreurUsage, match="suspendu"):
        changer_etat(registre, "ABC001", P, geste(2))
    assert changer_etat(registre, "ABC001", Q, geste(2)) == ()
    _un_flux(registre, partner, "INTEGRE")
    changer_etat(registre, "ABC001", P, geste(3))
    changer_etat(registre, "ABC001", S, geste(4, "incident"))
    with pytest.raises(ErreurUsage, match="suspendu"):
        changer_etat(registre, "ABC001", Q, geste(5))
    assert changer_etat(registre, "ABC001", P, geste(5)) == ()
    assert [one.detail["vers"] for one in historique(registre, partner) if one.action == "etat"] == [Q, S, Q, P, S, P]


def test_a_closed_record_no_longer_changes(registre: Engine) -> None:
    en_qualification(registre)
    changer_etat(registre, "ABC001", C, geste(1, "fin de contrat"))
    for change in (
        lambda: changer_etat(registre, "ABC001", Q, geste(2)),
        lambda: modifier(registre, "ABC001", {"fin": "2027-01-01"}, geste(2)),
        lambda: abonner(registre, "ABC001", geste(2), retirer=demande().abonnements),
    ):
        with pytest.raises(ErreurUsage, match="clos"):
            change()


def test_an_unknown_code_is_said_to_be_unknown(registre: Engine) -> None:
    for ask in (lambda: trouver(registre, "ZZZ999"), lambda: examiner(registre, "ZZZ999", Q, LE)):
        with pytest.raises(ErreurUsage, match="aucune fiche"):
            ask()


@pytest.mark.parametrize("ordre", ["UPDATE historique SET par = 'x'", "DELETE FROM historique", "TRUNCATE historique"])
def test_the_history_is_neither_rewritten_nor_emptied(registre: Engine, ordre: str) -> None:
    fiche_demandee(registre)
    with pytest.raises(ErreurInvariant, match="append-only"), transaction(registre, "essai") as conn:
        conn.execute(text(ordre))
    assert compte(registre, "historique", "par = 'operateur'") == 1
