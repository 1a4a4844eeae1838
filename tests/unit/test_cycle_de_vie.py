"""The life of an invoice, step by step: paths that hold, paths that do not, and the rules of release V3.9.4."""

from datetime import UTC, datetime, timedelta

import pytest

from flux.cycle_de_vie import VUS_DU_VALIDEUR, Evenement, Issue, choisir, decider, rejouer, suivants
from flux.errors import ErreurUsage
from flux.modele.motifs_retenus import motifs_retenus
from flux.modele.statut import Motif
from flux.referentiel.cadres import CADRES_CLASSIQUES, CADRES_REFORME
from flux.referentiel.circuits import CIRCUITS, Circuit, circuit_du_cadre
from flux.referentiel.refus import REFUS, MotifRefus, motif_dit, motifs_du_cadre, statut_du_refus
from flux.referentiel.statuts import STATUTS_FACTURE, Certitude, Role, statuts_du_cdar, statuts_du_cpp

LE, JOUR = datetime(2026, 11, 25, 8, tzinfo=UTC), timedelta(days=1)
_PLAINS = ("simple", "remboursement", "mémoire de justice", "pièce de travaux à payer")


def _chemin(circuit: Circuit, chemin: str) -> str:
    """Walk a path of statuses, a minute apart, and return the last one reached."""
    depart, *codes = chemin.split()
    demandes = [Evenement(code, LE + timedelta(minutes=n)) for n, code in enumerate(codes, 1)]
    return rejouer(circuit, Evenement(depart, LE), demandes)[-1].code


@pytest.mark.parametrize(
    ("circuits", "chemin"),
    [
        (_PLAINS, "DEPOSEE EN_COURS_ACHEMINEMENT MISE_A_DISPOSITION SERVICE_FAIT MANDATEE MISE_A_DISPOSITION_COMPTABLE COMPTABILISEE MISE_EN_PAIEMENT"),
        (_PLAINS, "DEPOSEE MISE_A_DISPOSITION MISE_EN_PAIEMENT"),
        (_PLAINS, "DEPOSEE MISE_A_DISPOSITION SUSPENDUE COMPLETEE MANDATEE MISE_EN_PAIEMENT"),
        (_PLAINS, "DEPOSEE MISE_A_DISPOSITION SUSPENDUE MISE_A_DISPOSITION PRISE_EN_COMPTE_DESTINATAIRE REJETEE"),
        (_PLAINS, "DEPOSEE A_RECYCLER EN_COURS_ACHEMINEMENT MISE_A_DISPOSITION SERVICE_FAIT"),
        (_PLAINS, "DEPOSEE SERVICE_FAIT"),  # the steps of the platform may be passed over
        (("sous-traitance", "cotraitance"), "DEPOSEE A_VALIDER_1 VALIDEE_1 MISE_A_DISPOSITION MISE_EN_PAIEMENT"),
        (("sous-traitance", "cotraitance"), "DEPOSEE ERREUR_FOURNISSEUR_SUR_VALIDEUR A_VALIDER_1 REFUSEE_1"),
        (("sous-traitance",), "DEPOSEE VALIDEE_1 A_VALIDER_2 ABSENCE_VALIDATION_2_HORS_DELAI MANDATEE"),
        (("décompte mensuel",), "DEPOSEE MISE_A_DISPOSITION_MOE PRISE_EN_COMPTE_MOE ASSOCIEE"),
        (("décompte mensuel", "décompte final"), "DEPOSEE ERREUR_FOURNISSEUR_SUR_MOA DUPLIQUE_APRES_REFUS"),
        (("décompte final",), "DEPOSEE PRISE_EN_COMPTE_MOE REFUSEE_MOE"),
        (("décompte final",), "DEPOSEE PRISE_EN_COMPTE_MOE REMPLACEE_PAR_A22"),
        (("décompte à valider",), "DEPOSEE VALIDEE_1 PRISE_EN_COMPTE_MOE TRANSMISE_MOA PRISE_EN_COMPTE_MOA ASSOCIEE"),
        (("pièce pour la MOA",), "DEPOSEE MISE_A_DISPOSITION_MOA PRISE_EN_COMPTE_MOA REFUSEE_MOA"),
        (("pièce pour le fournisseur",), "DEPOSEE A_ASSOCIER_FOURNISSEUR REFUSEE_FOURNISSEUR"),
        (("pièce de travaux à payer",), "DEPOSEE ERREUR_DESTINATAIRE_EA ABANDONNEE"),
    ],
)  # fmt: skip
def test_a_path_of_the_circuit_is_walked_to_its_end(circuits, chemin):
    for circuit in map(Circuit, circuits):
        assert _chemin(circuit, chemin) == chemin.split()[-1]


@pytest.mark.parametrize(
    ("circuit", "de", "vers"),
    [
        ("simple", "DEPOSEE", "COMPLETEE"),  # nothing was asked for
        ("simple", "DEPOSEE", "VALIDEE_1"),  # nobody validates
        ("simple", "SUSPENDUE", "SERVICE_FAIT"),  # the suspension is not lifted
        ("simple", "A_RECYCLER", "SERVICE_FAIT"),  # it went to the wrong recipient
        ("simple", "MANDATEE", "SERVICE_FAIT"),  # backwards
        ("simple", "MISE_EN_PAIEMENT", "REJETEE"),  # it is paid
        ("simple", "REJETEE", "MISE_A_DISPOSITION"),
        ("simple", "NON_CONFORME", "DEPOSEE"),
        ("sous-traitance", "DEPOSEE", "MISE_A_DISPOSITION"),  # not validated
        ("cotraitance", "VALIDEE_1", "A_VALIDER_2"),  # one level only
        ("décompte mensuel", "PRISE_EN_COMPTE_MOE", "REFUSEE_MOE"),  # V3.9.4
        ("décompte mensuel", "DEPOSEE", "MISE_EN_PAIEMENT"),  # a monthly statement is not paid: the statement of advance is
        ("pièce pour la MOA", "DEPOSEE", "PRISE_EN_COMPTE_MOE"),
    ],
)
def test_a_forbidden_transition_is_refused_with_the_list_of_allowed_ones(circuit, de, vers):
    answer = decider(Circuit(circuit), [Evenement(de, LE)], Evenement(vers, LE))
    assert (answer.issue, answer.courant.code) == (Issue.INTERDIT, de)
    assert answer.admis == suivants(Circuit(circuit), de)
    assert vers not in answer.admis


@pytest.mark.parametrize(
    ("demande", "roles", "issue"),
    [
        (Evenement("SUSPENDUE", LE), None, Issue.DEJA),
        (Evenement("SUSPENDUE", LE - timedelta(seconds=1)), None, Issue.ANCIEN),
        (Evenement("MISE_A_DISPOSITION", LE - timedelta(days=1)), None, Issue.DEJA),
        (Evenement("MISE_A_DISPOSITION", LE), None, Issue.APPLIQUE),
        (Evenement("MISE_A_DISPOSITION", LE), {Role.DESTINATAIRE}, Issue.APPLIQUE),
        (Evenement("MISE_A_DISPOSITION", LE), {Role.FOURNISSEUR}, Issue.ROLE),
        (Evenement("COMPLETEE", LE), {Role.FOURNISSEUR}, Issue.APPLIQUE),
        (Evenement("COMPLETEE", LE), {Role.DESTINATAIRE, Role.MOA}, Issue.ROLE),
        (Evenement("COMPLETEE", LE), set(), Issue.ROLE),
        (Evenement("MANDATEE", LE), {Role.DESTINATAIRE}, Issue.INTERDIT),
    ],
)
def test_the_truth_table_of_a_suspended_invoice(demande, roles, issue):
    history = [
        Evenement("DEPOSEE", LE - timedelta(days=2)),
        Evenement("MISE_A_DISPOSITION", LE - timedelta(days=1)),
        Evenement("SUSPENDUE", LE),
    ]
    assert decider(Circuit.SIMPLE, history, demande, roles).issue is issue


def test_a_message_of_the_same_second_is_not_older_than_our_clock_that_tells_more():
    history = [Evenement("DEPOSEE", LE.replace(microsecond=500_000))]
    assert decider(Circuit.SIMPLE, history, Evenement("SUSPENDUE", LE)).issue is Issue.APPLIQUE
    assert decider(Circuit.SIMPLE, history, Evenement("SUSPENDUE", LE - timedelta(seconds=1))).issue is Issue.ANCIEN


def test_an_unknown_status_is_told_with_those_there_are():
    with pytest.raises(ErreurUsage, match="EGAREE"):
        suivants(Circuit.SIMPLE, "EGAREE")


def test_an_instant_without_zone_or_an_invoice_without_status_is_our_fault():
    with pytest.raises(ErreurUsage):
        decider(Circuit.SIMPLE, [Evenement("DEPOSEE", LE)], Evenement("SUSPENDUE", LE.replace(tzinfo=None)))
    with pytest.raises(ErreurUsage):
        decider(Circuit.SIMPLE, [], Evenement("SUSPENDUE", LE))


@pytest.mark.parametrize(
    ("cadres", "circuit"),
    [
        ("A1 A2 B1 S1 M1 B2 S2 M2 S5 B7", "simple"),
        ("A9 S3", "sous-traitance"),
        ("A12 S6", "cotraitance"),
        ("A4", "décompte mensuel"),
        ("A7 A22", "décompte final"),
        ("A10 A11 A13 A14", "décompte à valider"),
        ("A5 A15 A17", "pièce pour la MOA"),
        ("A18 A20", "pièce pour le fournisseur"),
        ("A6 A8 A16 A19 A23 A24 A25", "pièce de travaux à payer"),
        ("A21", "remboursement"),
        ("A3", "mémoire de justice"),
    ],
)
def test_each_framework_has_its_circuit(cadres, circuit):
    assert {circuit_du_cadre(one).value for one in cadres.split()} == {circuit}


def test_every_framework_is_known_and_what_is_not_goes_the_simple_way():
    named = {cadre for row in CIRCUITS.values() for cadre in row.cadres}
    assert named - {"S3", "S6"} == set(CADRES_CLASSIQUES)
    assert {"S3", "S6"} <= set(CADRES_REFORME)
    assert circuit_du_cadre(None) is circuit_du_cadre("Z9") is Circuit.SIMPLE


def test_each_row_of_a_circuit_is_sourced_and_names_statuses_that_exist():
    for row in CIRCUITS.values():
        for one in row.transitions:
            assert {one.de, one.vers} <= set(STATUTS_FACTURE)
            assert one.source
            assert one.certitude in (Certitude.VU, Certitude.INFERE)
            assert not STATUTS_FACTURE[one.de].finale


@pytest.mark.parametrize(
    ("texte", "motif"),
    [
        ("Mauvaise maîtrise d'ouvrage", MotifRefus.MAUVAISE_MOA),
        ("MAUVAISE MAITRISE D’OUVRAGE : voir avenant 3", MotifRefus.MAUVAISE_MOA),
        ("MAUVAISE_MOA", MotifRefus.MAUVAISE_MOA),
        ("mauvaise maîtrise d'œuvre", MotifRefus.MAUVAISE_MOE),
        ("Mauvaise maitrise d'oeuvre", MotifRefus.MAUVAISE_MOE),
        ("Mauvais valideur", MotifRefus.MAUVAIS_VALIDEUR),
        ("Autre", None),
        ("La maîtrise d'ouvrage a changé", None),
        (None, None),
    ],
)
def test_a_reason_is_read_in_words(texte, motif):
    assert motif_dit(texte) is motif


def test_an_moe_refusal_for_the_wrong_owner_leads_to_its_own_status():
    assert statut_du_refus("REFUSEE_MOE", MotifRefus.MAUVAISE_MOA) == "ERREUR_FOURNISSEUR_SUR_MOA"
    assert STATUTS_FACTURE["ERREUR_FOURNISSEUR_SUR_MOA"].libelle == "Refusée par la MOE pour mauvaise maîtrise d'ouvrage"
    assert statut_du_refus("ERREUR_FOURNISSEUR_SUR_MOE", MotifRefus.MAUVAISE_MOA) == "ERREUR_FOURNISSEUR_SUR_MOA"
    assert statut_du_refus("REFUSEE_MOE", None) == "REFUSEE_MOE"
    assert statut_du_refus("REJETEE", MotifRefus.MAUVAISE_MOA) == "REJETEE"
    assert statut_du_refus("REFUSEE_1", MotifRefus.MAUVAISE_MOA) == "REFUSEE_1"


def test_an_moe_may_refuse_a_monthly_statement_for_the_wrong_moe_or_moa_only():
    refusals = set(suivants(Circuit.DECOMPTE_MENSUEL, "PRISE_EN_COMPTE_MOE")) & set(REFUS[0].values())
    assert refusals == {statut_du_refus("REFUSEE_MOE", one) for one in (MotifRefus.MAUVAISE_MOE, MotifRefus.MAUVAISE_MOA)}
    assert set(REFUS[0].values()) <= set(suivants(Circuit.DECOMPTE_FINAL, "PRISE_EN_COMPTE_MOE"))


def test_every_refusal_of_the_table_is_one_status():
    codes = [code for table in REFUS for code in table.values()]
    assert len(codes) == len(set(codes))
    assert all(STATUTS_FACTURE[code].motif_obligatoire for code in codes)


def test_a_validator_sees_its_invoices_until_they_are_paid():
    assert "MISE_EN_PAIEMENT" in VUS_DU_VALIDEUR
    assert set(VUS_DU_VALIDEUR) <= set(STATUTS_FACTURE)


DEST = {Role.DESTINATAIRE, Role.MOA}
MOE = {Role.MOE, Role.VALIDEUR_1, Role.VALIDEUR_2}


@pytest.mark.parametrize(
    ("code", "circuit", "courant", "roles", "motif", "attendu"),
    [
        ("210", "simple", "MISE_A_DISPOSITION", DEST, None, "REJETEE"),
        ("210", "pièce pour la MOA", "PRISE_EN_COMPTE_MOA", DEST, None, "REFUSEE_MOA"),
        ("210", "pièce pour la MOA", "PRISE_EN_COMPTE_MOA", DEST, MotifRefus.MAUVAISE_MOA, "ERREUR_MOE_SUR_MOA"),
        ("210", "décompte final", "PRISE_EN_COMPTE_MOE", MOE, MotifRefus.MAUVAISE_MOA, "ERREUR_FOURNISSEUR_SUR_MOA"),
        ("210", "décompte mensuel", "PRISE_EN_COMPTE_MOE", MOE, MotifRefus.MAUVAISE_MOE, "ERREUR_FOURNISSEUR_SUR_MOE"),
        # without a reason, "pour un autre motif": the table then forbids it on a monthly statement
        ("210", "décompte mensuel", "PRISE_EN_COMPTE_MOE", {Role.MOE}, None, "REFUSEE_MOE"),
        ("210", "sous-traitance", "A_VALIDER_2", {Role.VALIDEUR_1, Role.VALIDEUR_2}, None, "REFUSEE_2"),
        ("204", "simple", "MISE_A_DISPOSITION", DEST, None, "PRISE_EN_COMPTE_DESTINATAIRE"),
        ("204", "pièce pour la MOA", "MISE_A_DISPOSITION_MOA", DEST, None, "PRISE_EN_COMPTE_MOA"),
        ("214", "sous-traitance", "A_VALIDER_2", {Role.VALIDEUR_1, Role.VALIDEUR_2}, None, "VALIDEE_2"),
        ("214", "simple", "MISE_A_DISPOSITION", DEST, None, "TRANSMISE_MOA"),
    ],
)  # fmt: skip
def test_a_cdar_code_means_what_its_sender_may_say_of_that_invoice(code, circuit, courant, roles, motif, attendu):
    historique = [Evenement(courant, LE)]
    assert choisir([row.code for row in statuts_du_cdar(code)], Circuit(circuit), historique, LE + JOUR, roles, motif) == attendu


@pytest.mark.parametrize(
    ("code", "circuit", "historique", "roles", "attendu"),
    [
        ("204", "simple", ("DEPOSEE", "PRISE_EN_COMPTE_DESTINATAIRE"), DEST, "PRISE_EN_COMPTE_DESTINATAIRE"),
        ("204", "simple", ("DEPOSEE", "PRISE_EN_COMPTE_DESTINATAIRE", "SERVICE_FAIT"), DEST, "PRISE_EN_COMPTE_DESTINATAIRE"),
        ("214", "sous-traitance", ("A_VALIDER_1", "VALIDEE_1"), {Role.VALIDEUR_1, Role.VALIDEUR_2}, "VALIDEE_1"),
        ("210", "décompte final", ("PRISE_EN_COMPTE_MOE", "REFUSEE_MOE"), MOE, "REFUSEE_MOE"),
    ],
)  # fmt: skip
def test_a_cdar_message_that_comes_again_means_what_it_meant(code, circuit, historique, roles, attendu):
    passe = [Evenement(one, LE + n * JOUR) for n, one in enumerate(historique)]
    codes = [row.code for row in statuts_du_cdar(code)]
    assert choisir(codes, Circuit(circuit), passe, passe[1].horodatage, roles) == attendu


@pytest.mark.parametrize(
    ("circuit", "courant"),
    [("simple", "PRISE_EN_COMPTE_DESTINATAIRE"), ("simple", "SERVICE_FAIT"), ("simple", "MANDATEE"), ("décompte mensuel", "DEPOSEE")],
)
def test_a_204_says_taken_in_charge_and_nothing_more(circuit, courant):
    """Told again later it orders no payment; of a works statement it attaches nothing."""
    codes = [row.code for row in statuts_du_cdar("204")]
    assert choisir(codes, Circuit(circuit), [Evenement(courant, LE)], LE + JOUR, DEST).startswith("PRISE_EN_COMPTE_")


@pytest.mark.parametrize(
    ("code", "motif", "attendu"),
    [
        ("28", None, "ERREUR_FOURNISSEUR_SUR_MOE"),
        ("28", MotifRefus.MAUVAISE_MOA, "ERREUR_FOURNISSEUR_SUR_MOA"),
        ("19", MotifRefus.MAUVAISE_MOA, "ERREUR_FOURNISSEUR_SUR_MOA"),
        ("19", None, "REFUSEE_MOE"),
    ],
)
def test_a_cpp_code_means_one_status_that_its_reason_may_change(code, motif, attendu):
    codes = [row.code for row in statuts_du_cpp(code)]
    assert choisir(codes, Circuit.DECOMPTE_FINAL, [Evenement("PRISE_EN_COMPTE_MOE", LE)], LE + JOUR, MOE, motif) == attendu


@pytest.mark.parametrize(
    ("code", "cadre", "admis"),
    [
        ("REFUSEE_MOE", "A4", ("MAUVAISE_MOE", "MAUVAISE_MOA")),
        ("REFUSEE_MOE", "A7", None),
        ("REFUSEE_MOA", "A4", None),
        ("REJETEE", "S6", ("DEST_ERR", "ROUTAGE_ERR", "CODE_ROUTAGE_ERR")),
        ("SUSPENDUE", "S6", None),
        ("REJETEE", "A1", None),
        ("REJETEE", None, None),
    ],
)
def test_the_reasons_that_a_framework_admits(code, cadre, admis):
    assert motifs_du_cadre(code, cadre) == admis


@pytest.mark.parametrize(
    ("code", "motifs", "texte", "attendu"),
    [
        ("SUSPENDUE", (), "Une pièce manque", (Motif("JUSTIF_ABS", "Une pièce manque"),)),
        ("SUSPENDUE", (), "référence  INCORRECTE", (Motif("REF_ERR", "référence  INCORRECTE"),)),
        ("REJETEE", (), "Travaux non faits", (Motif("AUTRE", "Travaux non faits"),)),
        ("REJETEE", (), None, (Motif("AUTRE", "Autre"),)),
        ("REJETEE", (Motif("DOUBLON", "deux fois"),), "x", (Motif("DOUBLON", "deux fois"),)),
        ("NON_CONFORME", (), "x", (Motif("MONTANTTOTAL_ERR", "x"),)),
        ("MANDATEE", (), "x", ()),
    ],
)
def test_a_reason_in_words_gets_the_code_that_cdar_asks_for(code, motifs, texte, attendu):
    assert motifs_retenus(STATUTS_FACTURE[code], motifs, texte) == attendu
