"""The first status of an invoice, and when a lifecycle file can speak of it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from flux.etapes.sujet import TYPE_IDENTIFIANT, statut_de, statut_initial
from flux.modele.anomalie import anomalie
from flux.modele.facture import Facture, Identifiant, Partie
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
    membre_rang=0, rang=0, code="DEPOSEE", horodatage=MAINTENANT, complement=None, commentaire=None, motifs=(), recu_le=MAINTENANT,
    numero="F1", date_emission=date(2026, 11, 1), type_code="380", ttc=Decimal(1), fournisseur_schema="0009",
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
    ("schema", "kind"), [("0009", 1), ("0002", 1), ("0223", 2), ("0227", 3), ("0228", 4), ("0229", 5), ("0226", 7), ("6", 6)]
)
def test_the_supplier_s_scheme_gives_its_type(schema, kind):
    assert statut_de(replace(LIGNE, fournisseur_schema=schema)).fournisseur.type_identifiant == kind
    assert TYPE_IDENTIFIANT[schema] == kind


def test_the_recipient_s_siret_is_found_under_every_convention():
    for schema, valeur in (("0009", "1" * 14), ("1", "2" * 14), ("0002", "3" * 14)):
        legal = Partie(identifiant_legal=Identifiant(valeur, schema))
        assert replace(FACTURE, acheteur=legal).siret_destinataire == valeur
    assert replace(FACTURE, acheteur=Partie(identifiant_legal=Identifiant("123456789", "0002"))).siret_destinataire is None
