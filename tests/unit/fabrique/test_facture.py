"""The invoices the factory makes: determined by their seed, plausible, and fit for a public recipient."""

from datetime import date
from decimal import Decimal

import pytest
from stdnum import iban
from stdnum.fr import siren, siret, tva

from flux.fabrique import DESTINATAIRES, fabriquer_facture, fournisseur
from flux.fabrique.niveaux import PROFIL_EXTENDED_CTC_FR

LE = date(2026, 9, 30)
FACTURES = [fabriquer_facture(7, rang, 1 + rang % 6, LE) for rang in range(300)]


def test_same_arguments_give_the_same_invoice():
    assert fabriquer_facture(7, 12, 1, LE) == FACTURES[12]


def test_seed_and_rank_each_change_the_invoice():
    assert len({fabriquer_facture(graine, rang, 2, LE).numero for graine in range(3) for rang in range(20)}) == 60
    assert fabriquer_facture(1, 0, 5, LE).lignes != fabriquer_facture(2, 0, 5, LE).lignes


def test_number_of_lines_is_the_one_asked():
    assert [len(fabriquer_facture(1, 0, n, LE).lignes) for n in (1, 5, 50)] == [1, 5, 50]


def test_identifiers_have_right_keys():
    for facture in FACTURES:
        assert siret.is_valid(facture.vendeur.identifiant("0009"))
        assert siren.is_valid(facture.vendeur.identifiant("0002"))
        assert facture.vendeur.identifiant("0009").startswith(facture.vendeur.identifiant("0002"))
        assert tva.is_valid(facture.vendeur.tva)
        assert siret.is_valid(facture.acheteur.identifiant("0009"))
        for paiement in facture.paiements:
            assert all(iban.is_valid(compte.numero) for compte in paiement.comptes)


def test_no_party_bears_a_number_that_insee_could_have_given():
    parties = [facture.vendeur for facture in FACTURES] + [facture.acheteur for facture in FACTURES]
    assert all(one.identifiant("0002").startswith("000") for one in parties)


def test_published_rules_towards_public_entities_hold():
    exigences = {one.siret: one for one in DESTINATAIRES}
    for facture in FACTURES:
        recipient = exigences[facture.acheteur.identifiant("0009")]
        assert len(facture.numero) <= 20  # BR-FR-CPRO-02
        assert all(len(one.numero) <= 20 for one in facture.factures_anterieures)
        assert facture.cadre in {"B1", "S1", "M1"}  # 21-24
        assert len(facture.factures_anterieures) <= 1  # 20
        assert ("ADN", "B2G") in {(note.sujet, note.texte) for note in facture.notes}
        if recipient.service_requis:  # 11
            assert facture.acheteur.identifiant("0224") in recipient.services
            assert facture.profil == PROFIL_EXTENDED_CTC_FR
        if recipient.engagement_requis:  # 12
            assert facture.engagement
        assert len(facture.engagement or "") <= 50  # 15
        assert len(facture.contrat or "") <= 50  # 14
        assert max(len(facture.vendeur.nom), len(facture.acheteur.nom)) <= 99  # 43, 44
        assert all(len(one.nom) <= 50 and len(one.reference) <= 50 for one in facture.pieces_jointes)  # 30, 41
        assert all(len(compte.numero) <= 27 for one in facture.paiements for compte in one.comptes)  # 39


def test_totals_follow_from_the_lines():
    for facture in FACTURES:
        t = facture.totaux
        assert t.lignes == sum(one.montant for one in facture.lignes)
        assert t.ht == t.lignes - (t.remises or 0) + (t.charges or 0) == sum(one.base for one in facture.tva)
        assert t.tva == sum(one.montant for one in facture.tva)
        assert t.ttc == t.ht + t.tva == t.net_a_payer


def test_dates_are_in_the_month_up_to_the_one_given():
    assert {(LE - facture.date_emission).days for facture in FACTURES} == set(range(28))


def test_invoices_are_varied():
    assert {facture.cadre for facture in FACTURES} == {"B1", "S1", "M1"}
    assert {facture.type_code for facture in FACTURES} == {"380", "381"}
    assert {one.taux for facture in FACTURES for one in facture.tva} == {Decimal(n) for n in ("20.00", "10.00", "5.50", "2.10", "0.00")}
    assert any(len(facture.tva) >= 3 for facture in FACTURES)
    assert {facture.acheteur.identifiant("0009") for facture in FACTURES} == {one.siret for one in DESTINATAIRES}
    for present in ("contrat", "engagement", "pieces_jointes", "remises_charges", "beneficiaire", "periode", "imputation"):
        assert 0 < sum(bool(getattr(facture, present)) for facture in FACTURES) < len(FACTURES), present
    assert any(one.charge for facture in FACTURES for one in facture.remises_charges)
    assert any(ligne.remises_charges for facture in FACTURES for ligne in facture.lignes)


@pytest.mark.parametrize(("avoir", "types"), [(True, {"381"}), (False, {"380"})])
def test_credit_notes_are_made_or_not_on_demand(avoir, types):
    assert {fabriquer_facture(1, rang, 1, LE, avoir=avoir).type_code for rang in range(30)} == types


def test_a_credit_note_names_the_invoice_before_it():
    avoir = fabriquer_facture(1, 0, 1, LE, avoir=True)
    assert avoir.factures_anterieures[0].date_emission < avoir.date_emission


def test_suppliers_have_numbers_of_their_own():
    assert len({fournisseur(n).identifiant("0002") for n in range(240)}) == 240
