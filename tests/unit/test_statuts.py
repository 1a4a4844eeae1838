"""The table of statuses: whole, marked, and consistent with what the two formats admit."""

import pytest

from flux.config import Reglages
from flux.errors import ErreurUsage
from flux.referentiel.statuts import (
    STATUTS_CDAR,
    STATUTS_FACTURE,
    Certitude,
    Famille,
    Role,
    code_cdar,
    code_cpp,
    statut_facture,
    statuts_du_cdar,
    statuts_du_cpp,
)

#: statutFacture of the API (PisteGouvFr WsRetourSoumettreFacture).
API = """
BROUILLON A_VALIDER_1 ERREUR_FOURNISSEUR_SUR_VALIDEUR REFUSEE_1 VALIDEE_1 ABSENCE_VALIDATION_1_HORS_DELAI A_VALIDER_2
ERREUR_COTRAITANT_SUR_VALIDEUR REFUSEE_2 VALIDEE_2 ABSENCE_VALIDATION_2_HORS_DELAI DEPOSEE ERREUR_FOURNISSEUR_SUR_MOE EN_COURS_ACHEMINEMENT
MISE_A_DISPOSITION A_RECYCLER SUSPENDUE REJETEE MANDATEE MISE_EN_PAIEMENT COMPTABILISEE MISE_A_DISPOSITION_COMPTABLE ABANDONNEE SUPPRIMEE
ASSOCIEE EN_COURS_TRAITEMENT_PIVOT_S A_VALIDER_MOE REFUSEE_MOE EN_ATTENTE_RECYCLAGE_FOURNISSEUR ERREUR_MOE_SUR_FOURNISSEUR
ERREUR_MOA_SUR_FOURNISSEUR INTERPRETEE_OCR COMPLETEE ERREUR_FOURNISSEUR_SUR_MOA ERREUR_MOE_SUR_MOA ERREUR_DESTINATAIRE_PD
ERREUR_DESTINATAIRE_EA SERVICE_FAIT NON_CONFORME A_ASSOCIER_MOE ERREUR_DE_MOE MISE_A_DISPOSITION_MOE PRISE_EN_COMPTE_MOE A_ASSOCIER_MOA
ERREUR_DE_MOA REFUSEE_MOA A_ASSOCIER_FOURNISSEUR REFUSEE_FOURNISSEUR A_COMPLETER TRANSMISE_MOA PRISE_EN_COMPTE_DESTINATAIRE
REMPLACEE_PAR_A22 DUPLIQUE_APRES_REFUS MISE_A_DISPOSITION_MOA PRISE_EN_COMPTE_MOA ABSENCE_VALIDATION_MOE_DELAI_REGLEMENTAIRE
TECHNIQUE_INCONNU
""".split()  # noqa: SIM905  the list as it is published
#: Documentation of CPPStatutPivot V1_19, and 37 as seen live.
CPP_OFFICIELS = {
    "01": "DEPOSEE", "02": "EN_COURS_ACHEMINEMENT", "03": "MISE_A_DISPOSITION", "04": "A_RECYCLER", "05": "REJETEE", "06": "SUSPENDUE",
    "07": "SERVICE_FAIT", "08": "MANDATEE", "09": "MISE_A_DISPOSITION_COMPTABLE", "10": "COMPTABILISEE", "11": "MISE_EN_PAIEMENT",
    "12": "COMPLETEE", "37": "NON_CONFORME",
}  # fmt: skip


def test_the_table_has_every_status_of_the_api_and_no_other():
    assert set(STATUTS_FACTURE) == set(API)
    assert len(API) == len(set(API))


def test_the_published_cpp_codes_are_those_marked_seen():
    assert {row.cpp: row.code for row in STATUTS_FACTURE.values() if row.certitude_cpp is Certitude.VU} == CPP_OFFICIELS


def test_an_unknown_status_is_told_in_both_languages_with_those_there_are():
    with pytest.raises(ErreurUsage, match="statut NOPE inconnu, donnez l'un de ceux-ci / unknown, give one of these: BROUILLON, "):
        statut_facture("NOPE")


@pytest.mark.parametrize("row", STATUTS_FACTURE.values(), ids=STATUTS_FACTURE)
def test_each_row_says_who_sets_it_and_how_sure_its_codes_are(row):
    assert row.libelle != row.label
    assert row.roles
    assert (row.cpp is None) == (row.certitude_cpp is Certitude.INCONNU)
    assert (row.cdar is None) == (row.certitude_cdar is Certitude.INCONNU)
    if row.famille is Famille.INTERNE:
        assert (row.cpp, row.cdar) == (None, None)
    else:
        # the French of the reform has no word for it, or the mark is told why
        assert row.certitude_cdar is Certitude.VU or row.pourquoi or row.famille is not Famille.COURANTE


@pytest.mark.parametrize("row", STATUTS_FACTURE.values(), ids=STATUTS_FACTURE)
def test_what_needs_a_reason_here_needs_one_in_cdar(row):
    cdar = code_cdar(row)
    assert cdar is None or cdar.motif_obligatoire == row.motif_obligatoire


def test_a_sure_cpp_code_means_one_status():
    sure = [row.cpp for row in STATUTS_FACTURE.values() if row.certitude_cpp in (Certitude.VU, Certitude.RAPPORTE)]
    assert len(sure) == len(set(sure))


@pytest.mark.parametrize(("code", "statut"), [("7", "SERVICE_FAIT"), ("07", "SERVICE_FAIT"), ("28", "ERREUR_FOURNISSEUR_SUR_MOE")])
def test_a_cpp_code_is_read_as_its_surest_status(code, statut):
    assert statuts_du_cpp(code)[0].code == statut


@pytest.mark.parametrize("code", ["22", "41"])
def test_a_cpp_code_without_a_public_meaning_is_read_as_nothing(code):
    assert statuts_du_cpp(code) == ()


def test_a_cdar_code_is_read_as_its_surest_status():
    assert {code: rows[0].code for code in STATUTS_CDAR if (rows := statuts_du_cdar(code))} == {
        "200": "DEPOSEE", "202": "EN_COURS_ACHEMINEMENT", "203": "MISE_A_DISPOSITION", "204": "PRISE_EN_COMPTE_DESTINATAIRE",
        "208": "SUSPENDUE", "209": "COMPLETEE", "210": "REJETEE", "211": "MISE_EN_PAIEMENT", "213": "NON_CONFORME", "214": "VALIDEE_1",
        "220": "ABANDONNEE", "221": "A_RECYCLER",
    }  # fmt: skip


def test_a_setting_puts_another_code_or_none_in_place(monkeypatch):
    monkeypatch.setenv("FLUX_CODES_CDAR", '{"MANDATEE": "205", "A_RECYCLER": ""}')
    choix = Reglages().codes_cdar
    assert code_cdar(STATUTS_FACTURE["MANDATEE"], choix) is STATUTS_CDAR["205"]
    assert code_cdar(STATUTS_FACTURE["A_RECYCLER"], choix) is None
    assert code_cpp(STATUTS_FACTURE["ABANDONNEE"], {"ABANDONNEE": "41"}) == "41"
    assert statuts_du_cdar("205", choix) == (STATUTS_FACTURE["MANDATEE"],)


@pytest.mark.parametrize(("nom", "valeur"), [("CPP", '{"EGAREE": "07"}'), ("CPP", '{"MANDATEE": "42"}'), ("CDAR", '{"MANDATEE": "999"}')])
def test_a_setting_cannot_name_what_does_not_exist(monkeypatch, nom, valeur):
    monkeypatch.setenv(f"FLUX_CODES_{nom}", valeur)
    with pytest.raises(ValueError, match="no such status or code"):
        Reglages()


def test_the_rejects_to_deal_with_are_those_of_the_release_notes():
    assert {row.code for row in STATUTS_FACTURE.values() if row.rejet_a_traiter} == {
        "REJETEE", "REFUSEE_1", "REFUSEE_2", "REFUSEE_MOE", "REFUSEE_MOA", "REFUSEE_FOURNISSEUR",
    }  # fmt: skip
    assert all(row.finale for row in STATUTS_FACTURE.values() if row.rejet_a_traiter)


def test_the_roles_are_those_of_the_api_and_the_platform():
    assert {role for row in STATUTS_FACTURE.values() for role in row.roles} == set(Role)
