"""Paths of a document in the words of the people who wrote it."""

import doctest

import pytest

from flux.referentiel import chemins
from flux.referentiel.chemins import nommer, sans_positions, terme_du_chemin

_ENTETE_CII = "/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction"


@pytest.mark.parametrize(
    ("chemin", "cle", "rang"),
    [
        ("/ubl:Invoice/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount", "BT-112", None),
        ("/ubl:Invoice/cac:InvoiceLine[3]/cbc:InvoicedQuantity", "BT-129", 3),
        ("/ubl:Invoice/cac:InvoiceLine/cac:Item/cac:ClassifiedTaxCategory[2]/cbc:ID", "BT-151", 1),
        ("/ubl:Invoice/cac:BillingReference[2]/cac:InvoiceDocumentReference/cbc:ID", "BT-25", 2),
        ("/ubl:Invoice/cac:TaxTotal[2]/cac:TaxSubtotal[3]/cbc:TaxAmount", "BT-117", None),
        ("/cn:CreditNote/cac:CreditNoteLine[2]/cbc:CreditedQuantity", "BT-129", 2),
        ("/cn:CreditNote/cac:PaymentMeans/cbc:PaymentDueDate", "BT-9", None),
        (f"{_ENTETE_CII}/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty/ram:GlobalID", "BT-29", None),
        (f"{_ENTETE_CII}/ram:IncludedSupplyChainTradeLineItem[7]/ram:SpecifiedTradeProduct/ram:Name", "BT-153", 7),
        ("/CPPFactureMixte/CPPFactures/CPPFactureMixteUnitaire/DonneesFacture/Montants/MontantTTC", "BT-112", None),
        ("/ubl:Invoice/cbc:IssueDate/@lang", "BT-2", None),
    ],
)
def test_a_path_names_its_term_and_which_one_of_its_group(chemin, cle, rang):
    found = terme_du_chemin(chemin)
    assert (found.cle, found.rang, found.exact) == (cle, rang, True)


def test_a_place_inside_a_term_names_the_term_around_it():
    found = terme_du_chemin("/ubl:Invoice/cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cbc:Inconnu[2]")
    assert (found.cle, found.exact) == ("BG-5", False)
    assert nommer("/ubl:Invoice/cac:AccountingSupplierParty/cac:Party/cac:PostalAddress/cbc:Inconnu", "cbc:Inconnu")[0] == "cbc:Inconnu"


@pytest.mark.parametrize(
    "chemin",
    [None, "", "/*", "//", "ubl:Invoice", "/ubl:Invoice", "/autre:Racine/cbc:ID", "/ubl:Invoice/cac:Inconnu", "/ubl:Invoice/]x[", "/[1]/cbc:ID",
     "/ubl:Invoice/*[local-name()='ID' and namespace-uri()='urn:a/cbc:ID']"],
)  # fmt: skip
def test_a_path_without_term_names_nothing(chemin):
    assert terme_du_chemin(chemin) is None
    assert nommer(chemin or "", "x") == ("x", "x")


def test_a_term_that_its_path_alone_cannot_tell_is_not_named():
    """A CompanyID of PartyTaxScheme is the VAT number (BT-31) or the tax registration (BT-32): the scheme's code tells which."""
    assert terme_du_chemin("/ubl:Invoice/cac:AccountingSupplierParty/cac:Party/cac:PartyTaxScheme/cbc:CompanyID").cle == "BG-4"


def test_every_term_is_found_again_by_its_own_path():
    missing = {cle for cle in chemins.TERMES if not any(cle in {c for c, _ in rows.values()} for rows in chemins._index().values())}
    assert missing == {"BT-31", "BT-48", "BT-46-service", "BT-111", "date"}  # told by a scheme, a rank or nothing: see _formes


def test_positions_are_left_out_of_a_path():
    assert sans_positions("/ubl:Invoice/cac:InvoiceLine[12]/cbc:ID[1]") == "/ubl:Invoice/cac:InvoiceLine/cbc:ID"


def test_the_example_of_the_docstring_holds():
    assert doctest.testmod(chemins).failed == 0
