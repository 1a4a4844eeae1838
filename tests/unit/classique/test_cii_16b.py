"""CII 16B: the D22B schema, less what D22B added."""

from datetime import date

import pytest
from lxml import etree

from flux.controle import juger
from flux.fabrique import Niveau, ecrire_cii, fabriquer_facture
from flux.fabrique.classique import classique
from flux.fabrique.ecrire_facturx import assembler
from flux.limites import Limites
from flux.parsers.xml import lire_xml
from flux.referentiel.espaces_de_noms import PREFIXES, RAM
from flux.referentiel.interfaces import INTERFACES
from flux.xsd.catalogue import chemin
from flux.xsd.d16b import AJOUTS_D22B, REQUIS_D16B, UNIQUES_D16B, verifier_16b
from flux.xsd.epingler import fichiers_charges
from flux.xsd.validation import valider
from tests.unit.classique.exemples_classiques import fixture

XS = "{http://www.w3.org/2001/XMLSchema}"
CII = fixture("cii.xml")
LIMITES = Limites()
PDF = [code for code, row in INTERFACES.items() if row.pdf]
TOTAL = b"</ram:DuePayableAmount>"
#: Types that only the added elements lead to.
TYPES_NEUFS = {
    "CrossBorderCustomsValuation", "CrossBorderRegulatoryProcedure", "DocumentAuthentication", "LogisticsSeal", "SubordinateLocation",
    "TransportCargoInsurance", "TransportDangerousGoods",
}  # fmt: skip


def _verifier(data: bytes, limites: Limites = LIMITES):
    root, anomalies = lire_xml(data, limites)
    assert anomalies == ()
    return root, verifier_16b(root, None, data, limites)


def _apres(repere: bytes, ajout: bytes) -> bytes:
    assert CII.count(repere) == 1
    return CII.replace(repere, repere + ajout)


@pytest.fixture(scope="module")
def types():
    """Type of the D22B schema, without its ``Type`` → its elements."""
    found = {}
    for path in fichiers_charges(chemin("cii-d22b")):
        if "ReusableAggregate" in path.name:
            for one in etree.parse(path).getroot().iter(f"{XS}complexType"):
                found[one.get("name").removesuffix("Type")] = {e.get("name"): e for e in one.iter(f"{XS}element")}
    return found


def test_the_tables_speak_of_the_installed_schema(types):
    for table in (AJOUTS_D22B, UNIQUES_D16B, REQUIS_D16B):
        for nom, elements in table.items():
            assert set(elements.split()) <= set(types[nom]), nom
    assert all(types[nom][one].get("maxOccurs") == "unbounded" for nom, text in UNIQUES_D16B.items() for one in text.split())
    assert all(types[nom][one].get("minOccurs") == "0" for nom, one in REQUIS_D16B.items())


def test_the_tables_hold_the_whole_published_difference(types):
    """947 elements in D16B, 1,092 in D22B, which took five away (domain facts on CII)."""
    ajoutes = sum(len(text.split()) for text in AJOUTS_D22B.values()) + sum(len(types[nom]) for nom in TYPES_NEUFS)
    assert sum(map(len, types.values())) == 1092
    assert 1092 - ajoutes == 947 - 5


def test_an_invoice_of_16b_has_nothing_to_tell():
    assert _verifier(CII)[1] == ()


@pytest.mark.parametrize(
    ("repere", "ajout", "rule", "found", "parent"),
    [
        (TOTAL, b"<ram:IncludingTaxesLineTotalAmount>1</ram:IncludingTaxesLineTotalAmount>", "XSD-28", "ram:IncludingTaxesLineTotalAmount", "ram:SpecifiedTradeSettlementHeaderMonetarySummation"),
        (b"<ram:Name>Atelier du Quai SAS</ram:Name>", b"<ram:Role>Vendeur</ram:Role>", "XSD-28", "ram:Role", "ram:SellerTradeParty"),
        (b"<ram:LineStatusReasonCode>Mobilier</ram:LineStatusReasonCode>", b"<ram:CategoryCode>A</ram:CategoryCode>", "XSD-28", "ram:CategoryCode", "ram:AssociatedDocumentLineDocument"),
        (b"<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>F-2026-0001</ram:IssuerAssignedID></ram:InvoiceReferencedDocument>", b"<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>F-2</ram:IssuerAssignedID></ram:InvoiceReferencedDocument>", "XSD-29", "ram:InvoiceReferencedDocument", "ram:ApplicableHeaderTradeSettlement"),
        (b"<ram:Content>Travaux de septembre</ram:Content>", b"<ram:SubjectCode>AAB</ram:SubjectCode><ram:SubjectCode>PMT</ram:SubjectCode>", "XSD-29", "ram:SubjectCode", "ram:IncludedNote"),
    ],
)  # fmt: skip
def test_what_d22b_added_is_told_by_its_name_where_it_is(repere, ajout, rule, found, parent):
    data = _apres(repere, ajout)
    root, (told,) = _verifier(data)
    assert (told.rule, told.found) == (rule, found)
    assert parent in told.fr
    assert parent in told.en
    (node,) = root.getroottree().xpath(told.path, namespaces=PREFIXES)
    assert node.tag == f"{{{RAM}}}{found.removeprefix('ram:')}"
    assert data.decode().splitlines()[told.line - 1][told.column - 1 :].startswith(f"<{found}")


def test_the_number_that_d22b_no_longer_wants_is_asked_for():
    data = CII.replace(b"<ram:ID>F-2026-0042</ram:ID>", b"", 1)
    root, (told,) = _verifier(data)
    assert (told.rule, told.expected, told.path) == ("XSD-30", "ram:ID", "/rsm:CrossIndustryInvoice/rsm:ExchangedDocument")
    assert not any("ram:ID" in (one.expected or "") for one in valider(root, "cii-d22b", data, Limites()))


def test_a_line_without_its_document_is_told():
    debut, fin = CII.index(b"<ram:AssociatedDocumentLineDocument>"), CII.index(b"<ram:SpecifiedTradeProduct>")
    _, (told,) = _verifier(CII[:debut] + CII[fin:])
    assert (told.rule, told.expected) == ("XSD-30", "ram:AssociatedDocumentLineDocument")


def test_a_common_name_is_an_addition_in_some_parents_only():
    """``ram:ID`` is everywhere; D22B added it to the consignment."""
    consignment = b"<ram:RelatedSupplyChainConsignment><ram:ID>1</ram:ID></ram:RelatedSupplyChainConsignment>"
    _, (told,) = _verifier(_apres(b"<ram:ApplicableHeaderTradeDelivery>", consignment))
    assert (told.rule, told.found) == ("XSD-28", "ram:ID")


def test_a_price_repeated_at_the_head_of_its_block_is_told():
    price = b"<ram:GrossPriceProductTradePrice><ram:ChargeAmount>1</ram:ChargeAmount></ram:GrossPriceProductTradePrice>"
    block = b"<ram:SpecifiedSubordinateLineTradeAgreement>" + price * 2 + b"</ram:SpecifiedSubordinateLineTradeAgreement>"
    sub = b"<ram:IncludedSubordinateTradeLineItem>" + block + b"</ram:IncludedSubordinateTradeLineItem>"
    _, (told,) = _verifier(_apres(b"</ram:SpecifiedLineTradeSettlement>", sub))
    assert (told.rule, told.found) == ("XSD-29", "ram:GrossPriceProductTradePrice")


def test_what_stands_inside_an_addition_is_not_told_again():
    inner = b"<ram:SpecifiedLogisticsLocation><ram:CountryID>FR</ram:CountryID></ram:SpecifiedLogisticsLocation>"
    data = CII.replace(b"</ram:DefinedTradeContact>", b"</ram:DefinedTradeContact>" + inner)
    assert [one.found for one in _verifier(data)[1]] == ["ram:SpecifiedLogisticsLocation"]


def test_many_faults_are_counted_past_the_limit():
    data = _apres(TOTAL, b"<ram:IncludingTaxesLineTotalAmount>1</ram:IncludingTaxesLineTotalAmount>" * 30)
    *told, last = _verifier(data, Limites(anomalies_fichier=10))[1]
    assert (len(told), last.rule, last.found) == (10, "XSD-08", "20")


@pytest.mark.parametrize("code", INTERFACES)
def test_only_the_classic_cii_interfaces_ask_for_16b(code):
    data = _apres(TOTAL, b"<ram:IncludingTaxesLineTotalAmount>1</ram:IncludingTaxesLineTotalAmount>")
    rules = {one.rule for one in juger("f", data, INTERFACES[code], Limites()).anomalies}
    assert ("XSD-28" in rules) == (code in {"FSO1106A", "FSO1116A"})


def test_a_classic_facturx_is_judged_as_cii_16b_and_a_new_one_by_its_level():
    """AIFE's samples of 2018 leave out the format of a date, which the EN 16931 level of Factur-X 1.09 wants."""
    facture = classique(fabriquer_facture(1, 0, 2, date(2026, 9, 14), avoir=False), INTERFACES["FSO1117A"])
    xml = ecrire_cii(facture, Niveau.EN16931).replace(b' format="102"', b"")
    pdf = assembler(facture, xml, Niveau.EN16931)
    schema = {code: {one.rule for one in juger("f", pdf, INTERFACES[code], LIMITES).anomalies if one.layer == "schema"} for code in PDF}
    assert schema == {"FSO1117A": set(), "FSO1147A": {"XSD-04"}}
