"""The first status of an invoice, and when a lifecycle file can speak of it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from flux.etapes.sujet import statut_de, statut_initial
from flux.modele.anomalie import anomalie
from flux.modele.facture import Facture, Identifiant, Partie
from flux.modele.statut import MontantStatut
from flux.modele.verdict import Decision
from flux.referentiel.motifs import MOTIFS
from flux.registre.valeurs import LigneStatut

MAINTENANT = datetime(2026, 11, 23, 12, tzinfo=UTC)
FACTURE = Facture(
    numero="F1",
    date_emission=date(2026, 11, 1),
    type_code="380",
    vendeur=Partie(nom="Vendeur"),
    acheteur=Partie(identifiants=(Identifiant("12345678901234", "0009"),)),
)
LIGNE = LigneStatut(
    membre_rang=0, rang=0, code="DEPOSEE", horodatage=MAINTENANT, complement=None, commentaire=None, motifs=(), detail=None, recu_le=MAINTENANT,
    numero="F1", date_emission=date(2026, 11, 1), type_code="380", ttc=Decimal(1), net_a_payer=None, devise="EUR",
    beneficiaire=None, fournisseur_schema="0009",
    fournisseur_id="12345678901234", fournisseur_siren="123456789", fournisseur_nom="Vendeur", fournisseur_pays="FR",
    fournisseur_adresse_electronique=None, destinataire_id="12345678901234", destinataire_nom=None, code_service=None,
)  # fmt: skip


def test_an_accepted_invoice_is_deposited():
    statut, ajoutees = statut_initial("a.xml", FACTURE, Decision.ACCEPTE, (), MAINTENANT)
    assert (statut.code, statut.horodatage, statut.motifs, ajoutees) == ("DEPOSEE", MAINTENANT, (), ())


def test_a_rejected_invoice_says_each_reason_once_and_every_sentence_up_to_ten():
    faults = [anomalie("PDF-01", found=f"faute {n}") for n in range(12)]
    statut, _ = statut_initial("a.xml", FACTURE, Decision.REJETE, faults, MAINTENANT)
    assert statut.code == "NON_CONFORME"
    assert [m.code for m in statut.motifs] == ["REJ_SEMAN"]
    assert [m.texte for m in statut.motifs] == [MOTIFS["REJ_SEMAN"].libelle]
    assert "faute 9" in statut.commentaire
    assert "faute 10" not in statut.commentaire
    assert "2 autres anomalies" in statut.commentaire


def test_a_warning_is_no_reason():
    faults = [anomalie("PDF-11"), anomalie("PDF-01", found="x")]
    statut, _ = statut_initial("a.xml", FACTURE, Decision.REJETE, faults, MAINTENANT)
    assert statut.complement == faults[1].fr


@pytest.mark.parametrize(
    ("change", "term"),
    [
        ({"numero": None}, "BT-1"),
        ({"date_emission": None}, "BT-2"),
        ({"type_code": None}, "BT-3"),
        ({"vendeur": Partie()}, "BT-27"),
        ({"acheteur": Partie()}, "BT-46"),
    ],
)
def test_an_invoice_that_cannot_be_named_is_said_to_be_so(change, term):
    _, (found,) = statut_initial("a.xml", replace(FACTURE, **change), Decision.ACCEPTE, (), MAINTENANT)
    assert found.rule == "CDV-01"
    assert not found.bloquante
    assert term in found.fr
    assert found.member == "a.xml"


@pytest.mark.parametrize("missing", ["numero", "date_emission", "type_code", "fournisseur_nom", "destinataire_id"])
def test_no_status_is_built_without_a_name(missing):
    assert statut_de(LIGNE) is not None
    assert statut_de(replace(LIGNE, **{missing: None})) is None


@pytest.mark.parametrize(
    ("schema", "kind"),
    [
        ("0009", 1), ("0002", 1), ("0223", 2), ("0227", 3), ("0228", 4), ("0229", 5), ("0226", 7), ("6", 6),
        ("ETR", 3), ("RIDET", 4), ("TAHITI", 5),
    ],
)  # fmt: skip
def test_the_supplier_s_scheme_gives_its_type(schema, kind):
    assert statut_de(replace(LIGNE, fournisseur_schema=schema)).fournisseur.type_identifiant == kind


def test_the_recipient_s_siret_is_found_under_every_convention():
    for schema, valeur in (("0009", "1" * 14), ("1", "2" * 14), ("0002", "3" * 14)):
        legal = Partie(identifiant_legal=Identifiant(valeur, schema))
        assert replace(FACTURE, acheteur=legal).siret_destinataire == valeur
    assert replace(FACTURE, acheteur=Partie(identifiant_legal=Identifiant("123456789", "0002"))).siret_destinataire is None


PAIEMENT = replace(LIGNE, code="MISE_EN_PAIEMENT")


def test_a_payment_tells_the_amount_due_unless_the_recipient_told_another():
    assert statut_de(LIGNE).montants == ()
    assert statut_de(PAIEMENT).montants == (MontantStatut("MPA", Decimal(1), "EUR"),)
    assert statut_de(replace(PAIEMENT, net_a_payer=Decimal("0.5"))).montants == (MontantStatut("MPA", Decimal("0.5"), "EUR"),)
    told = {"montants": [{"type_code": "MPA", "valeur": "0.30"}, {"type_code": "MEN", "valeur": "1", "devise": "USD", "taux": "5.5"}]}
    expected = (MontantStatut("MPA", Decimal("0.30")), MontantStatut("MEN", Decimal(1), "USD", Decimal("5.5")))
    assert statut_de(replace(PAIEMENT, detail=told)).montants == expected


@pytest.mark.parametrize(
    ("beneficiaire", "attendu"),
    [
        (None, None),
        ({"nom": "Affactureur"}, None),
        ({"identifiants": [{"valeur": "1"}]}, None),
        ({"nom": "Affactureur", "identifiant_legal": {"valeur": "400000006", "schema": "0002"}}, ("Affactureur", "400000006", "400000006")),
        ({"nom": "Affactureur", "identifiants": [{"valeur": "40000000600016", "schema": "0009"}]}, ("Affactureur", "40000000600016", None)),
    ],
)
def test_the_payee_is_told_of_payment_when_it_can_be_named(beneficiaire, attendu):
    found = statut_de(replace(PAIEMENT, beneficiaire=beneficiaire)).beneficiaire
    assert (None if found is None else (found.nom, found.identifiant, found.siren)) == attendu
    assert statut_de(replace(LIGNE, beneficiaire=beneficiaire)).beneficiaire is None


def test_what_the_recipient_asks_for_stands_before_what_the_status_means():
    assert statut_de(replace(LIGNE, code="SUSPENDUE")).actions == ("PIN",)
    assert statut_de(replace(LIGNE, code="SUSPENDUE", detail={"actions": ["CNF", "NIN"]})).actions == ("CNF", "NIN")
    assert statut_de(LIGNE).actions == ()


def test_the_recipient_s_own_numbers_go_through():
    statut = statut_de(replace(LIGNE, detail={"producteur": "HELIOS01", "id_mandat": "M-77"}))
    assert (statut.producteur, statut.id_mandat) == ("HELIOS01", "M-77")
