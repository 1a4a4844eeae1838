"""UBL, CII and Factur-X → Facture."""

import re
from dataclasses import fields, is_dataclass, replace
from datetime import date
from decimal import Decimal

import pytest

from flux.limites import Limites
from flux.modele import facture as modele
from flux.modele.facture import Adresse, Compte, Facture, Identifiant, Note, Paiement, Partie, PieceJointe
from flux.parsers.cii import lire_cii
from flux.parsers.facturx import ouvrir_pdf
from flux.parsers.ubl import lire_ubl
from flux.parsers.xml import lire_xml
from flux.xsd.validation import valider
from tests.unit.parsers.exemples import COMPLETE, facturx, fixture

LIMITES = Limites()

#: Terms that EN 16931 does not have: Chorus Pro's own, which not every syntax can write.
HORS_NORME = {
    "valideur",
    "contrat_type",
    "service_fournisseur",
    "type_piece",
    "prix_ttc",
    "type_ligne",
    "sous_type",
    "lieu_livraison",
    "date_livraison",
}
UBL, CII = fixture("complete-ubl.xml"), fixture("complete-cii.xml")


def lire(data: bytes):
    root, anomalies = lire_xml(data, LIMITES)
    assert anomalies == ()
    return lire_cii(root) if root.tag.endswith("}CrossIndustryInvoice") else lire_ubl(root)


def change(data: bytes, old: str, new: str, count: int = 1) -> bytes:
    assert data.count(old.encode()) >= 1, old
    return data.replace(old.encode(), new.encode(), count)


def without(data: bytes, name: str) -> bytes:
    """Take every element of that name out."""
    shorter = re.sub(rb"<%b[ >].*?</%b>" % (name.encode(), name.encode()), b"", data, flags=re.DOTALL)
    assert shorter != data
    return shorter


def test_ubl_gives_every_term():
    assert lire(UBL) == COMPLETE


def test_cii_gives_every_term():
    assert lire(CII) == COMPLETE


def test_facturx_gives_every_term():
    xml, anomalies, level = ouvrir_pdf(facturx(CII), LIMITES)
    assert (anomalies, level) == ((), "EN 16931")
    assert lire(xml) == COMPLETE


@pytest.mark.parametrize(("data", "schema"), [(UBL, "ubl-invoice"), (CII, "cii-d22b"), (CII, "facturx-en16931")])
def test_the_fixtures_are_valid(data, schema):
    root, _ = lire_xml(data, LIMITES)
    assert valider(root, schema, data, LIMITES) == ()


def test_the_fixtures_set_every_term_of_en_16931_in_the_model():
    filled: dict[type, set[str]] = {}

    def walk(value):
        if isinstance(value, tuple):
            for one in value:
                walk(one)
        elif is_dataclass(value):
            for field in fields(value):
                one = getattr(value, field.name)
                if one is not None and one != ():
                    filled.setdefault(type(value), set()).add(field.name)
                    walk(one)

    walk(COMPLETE)
    classes = [one for one in vars(modele).values() if isinstance(one, type) and is_dataclass(one)]
    assert {one: filled.get(one) for one in classes} == {one: {field.name for field in fields(one)} - HORS_NORME for one in classes}


def credit_note() -> bytes:
    """The same invoice as a UBL credit note."""
    data = UBL
    for old, new in (
        ("ubl:schema:xsd:Invoice-2", "ubl:schema:xsd:CreditNote-2"),
        ("cbc:InvoiceTypeCode>380<", "cbc:CreditNoteTypeCode>381<"),
    ):
        data = change(data, old, new)
    data = re.sub(rb"(</?)Invoice\b", rb"\1CreditNote", data)
    data = data.replace(b"InvoiceLine>", b"CreditNoteLine>").replace(b"InvoicedQuantity", b"CreditedQuantity")
    data = data.replace(b"/cbc:InvoiceTypeCode", b"/cbc:CreditNoteTypeCode")
    data = without(data, "cbc:DueDate")
    data = data.replace(b"</cbc:PaymentMeansCode>", b"</cbc:PaymentMeansCode><cbc:PaymentDueDate>2026-10-14</cbc:PaymentDueDate>")
    return re.sub(
        rb"<cac:ProjectReference>.*?</cac:ProjectReference>",
        b"<cac:AdditionalDocumentReference><cbc:ID>PROJET-7</cbc:ID><cbc:DocumentTypeCode>50</cbc:DocumentTypeCode>"
        b"</cac:AdditionalDocumentReference>",
        data,
    )


def test_a_ubl_credit_note_gives_the_same_terms():
    assert lire(credit_note()) == replace(COMPLETE, type_code="381")


def test_a_document_of_type_50_is_an_attachment_in_a_ubl_invoice():
    data = change(UBL, "<cbc:DocumentTypeCode>130<", "<cbc:DocumentTypeCode>50<")
    assert lire(data).objet is None
    assert lire(data).pieces_jointes[0] == PieceJointe("COMPTEUR-17")


@pytest.mark.parametrize(("ubl", "unified"), [("3", "5"), ("35", "29"), ("432", "72"), ("5", "5"), ("ZZ", "ZZ")])
def test_vat_due_codes_of_ubl_become_those_of_cii(ubl, unified):
    data = change(UBL, "<cbc:DescriptionCode>432<", f"<cbc:DescriptionCode>{ubl}<")
    assert lire(data).code_exigibilite == unified


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("#AAB#Escompte : néant", Note("Escompte : néant", "AAB")),
        ("#AAB#\nsur\ndeux lignes", Note("sur\ndeux lignes", "AAB")),
        ("#1 du classement", Note("#1 du classement")),
        ("#aab#x", Note("#aab#x")),
        ("x #AAB# y", Note("x #AAB# y")),
    ],
)
def test_subject_codes_of_ubl_notes(written, read):
    assert lire(change(UBL, "Note sans sujet", written)).notes[1] == read


def test_a_note_without_text_is_absent():
    assert lire(change(UBL, "Note sans sujet", "#AAB#")).notes == COMPLETE.notes[:1]
    assert (
        lire(change(CII, "<ram:Content>Note sans sujet</ram:Content>", "<ram:SubjectCode>AAB</ram:SubjectCode>")).notes
        == COMPLETE.notes[:1]
    )


def test_a_ubl_line_note_loses_its_subject_as_in_cii():
    assert lire(change(UBL, "Note de ligne", "#AAI#Note de ligne")).lignes[0].note == "Note de ligne"


def test_elements_present_but_empty_are_absent():
    assert lire(change(UBL, "SERVICE-ACHATS", "  ")).reference_acheteur is None
    assert lire(change(CII, "SERVICE-ACHATS", "\n")).reference_acheteur is None


@pytest.mark.parametrize("data", [UBL, CII])
def test_unreadable_values_are_absent(data):
    bad = change(change(change(data, "201.00", "deux cents"), "36.80", "1e3", 3), "JVBERi0x", "*")
    bad = bad.replace(b"2026-09-14", b"14/09/2026").replace(b"20260914", b"14/09/2026")
    found = lire(bad)
    assert found.totaux.net_a_payer is None
    assert found.totaux.tva is None
    assert found.date_emission is None
    assert found.pieces_jointes[0].contenu is None
    assert found.pieces_jointes[0].nom == "bl.pdf"


def test_an_allowance_without_amount_is_absent():
    assert len(lire(change(UBL, ">4.00</cbc:Amount>", "></cbc:Amount>")).remises_charges) == 1
    assert len(lire(change(CII, "<ram:ActualAmount>4.00</ram:ActualAmount>", "")).remises_charges) == 1


def test_cii_dates_in_another_format_are_absent():
    assert lire(change(CII, 'format="102">20260914', 'format="610">20260914')).date_emission is None


def test_cii_dates_written_as_xml_schema_has_them_are_read():
    def iso(found):
        year, month, day = found["jour"][:4], found["jour"][4:6], found["jour"][6:]
        return f"<udt:DateTime> {year}-{month}-{day}T00:00:00+02:00\n</udt:DateTime>"

    data, count = re.subn(r'<udt:DateTimeString format="102">(?P<jour>\d{8})</udt:DateTimeString>', iso, CII.decode())
    data, days = re.subn(r'<udt:DateString format="102">(....)(..)(..)</udt:DateString>', r"<udt:Date>\1-\2-\3</udt:Date>", data)
    assert (count, days) == (7, 1)
    assert lire(data.encode()) == COMPLETE


def test_cii_base_quantity_of_the_gross_price_serves_when_the_net_price_has_none():
    data = change(CII, '<ram:BasisQuantity unitCode="C62">1.0000</ram:BasisQuantity>\n        </ram:NetPrice', "</ram:NetPrice")
    assert lire(data).lignes[0] == COMPLETE.lignes[0]


def test_cii_charges_on_the_gross_price_are_no_discount():
    charge = (
        "<ram:AppliedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>true</udt:Indicator></ram:ChargeIndicator>"
        "<ram:ActualAmount>9</ram:ActualAmount></ram:AppliedTradeAllowanceCharge><ram:AppliedTradeAllowanceCharge>"
    )
    assert lire(change(CII, "<ram:AppliedTradeAllowanceCharge>", charge)).lignes[0].prix_remise == Decimal("1.5")


def test_discounts_on_one_price_are_added_up():
    end = "</ram:AppliedTradeAllowanceCharge>"
    start = "<ram:AppliedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>"
    second = f"{end}{start}false</udt:Indicator></ram:ChargeIndicator><ram:ActualAmount>0.25</ram:ActualAmount>{end}"
    assert lire(change(CII, end, second)).lignes[0].prix_remise == Decimal("1.75")
    one = '<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount currencyID="EUR">{}</cbc:Amount></cac:AllowanceCharge>'
    both = one.format("1.00") + one.format("0.75")
    data = re.sub(
        rb"(<cac:Price>.*?)<cac:AllowanceCharge>.*?</cac:AllowanceCharge>", rb"\g<1>" + both.encode(), UBL, count=1, flags=re.DOTALL
    )
    assert lire(data).lignes[0].prix_remise == Decimal("1.75")


def test_ubl_charges_on_the_price_are_no_discount():
    charge = (
        '<cac:Price><cbc:PriceAmount currencyID="EUR">{}</cbc:PriceAmount><cac:AllowanceCharge>'
        '<cbc:ChargeIndicator>{}</cbc:ChargeIndicator><cbc:Amount currencyID="EUR">1.00</cbc:Amount>'
        '<cbc:BaseAmount currencyID="EUR">92.53</cbc:BaseAmount></cac:AllowanceCharge></cac:Price>'
    )

    def price(text):
        data, count = re.subn(rb"<cac:Price>.*?</cac:Price>", text.encode(), UBL, count=1, flags=re.DOTALL)
        assert count == 1
        line = lire(data).lignes[0]
        return line.prix_net, line.prix_remise, line.prix_brut

    assert price(charge.format("93.53", "true")) == (Decimal("93.53"), None, None)
    assert price(charge.format("91.53", "false")) == (Decimal("91.53"), Decimal("1.00"), Decimal("92.53"))


def test_vat_totals_are_told_apart_by_their_currency_whatever_the_order():
    accounting = '<ram:TaxTotalAmount currencyID="CHF">35.10</ram:TaxTotalAmount>'
    swapped = change(change(CII, accounting, ""), "<ram:TaxTotalAmount", accounting + "<ram:TaxTotalAmount")
    assert lire(swapped).totaux == COMPLETE.totaux


def test_a_vat_total_without_currency_is_the_invoice_s():
    assert lire(change(CII, '<ram:TaxTotalAmount currencyID="EUR">', "<ram:TaxTotalAmount>")).totaux == COMPLETE.totaux


def test_a_vat_total_in_a_third_currency_is_still_read():
    assert lire(change(UBL, '<cbc:TaxAmount currencyID="EUR">36.80', '<cbc:TaxAmount currencyID="USD">36.80')).totaux == COMPLETE.totaux


def test_one_vat_total_when_both_currencies_are_the_same():
    data = change(
        without(CII, "ram:TaxTotalAmount"),
        "<ram:RoundingAmount>",
        '<ram:TaxTotalAmount currencyID="EUR">1</ram:TaxTotalAmount><ram:RoundingAmount>',
    )
    found = lire(change(data, "<ram:TaxCurrencyCode>CHF", "<ram:TaxCurrencyCode>EUR"))
    assert (found.totaux.tva, found.totaux.tva_comptable) == (Decimal(1), None)


def test_vat_breakdown_of_the_accounting_currency_is_left_out():
    part = '<cac:TaxSubtotal><cbc:TaxableAmount currencyID="CHF">1</cbc:TaxableAmount></cac:TaxSubtotal></cac:TaxTotal>'
    assert lire(change(UBL, "</cac:TaxTotal>", part)).tva == COMPLETE.tva


def test_ubl_references_that_differ_stay_apart():
    found = lire(change(UBL, "<cbc:PaymentID>REF-42<", "<cbc:PaymentID>REF-43<"))
    assert [(one.code, one.reference) for one in found.paiements] == [("30", "REF-43"), ("30", "REF-42"), ("48", None), ("59", None)]


@pytest.mark.parametrize("data", [UBL, CII])
def test_mandate_and_creditor_go_to_the_first_means_when_none_is_a_direct_debit(data):
    found = lire(data.replace(b">59<", b">97<").replace(b"<cbc:ID>MANDAT-5</cbc:ID>", b""))
    assert found.paiements[0].creancier == "FR72ZZZ123456"
    assert found.paiements[2].creancier is None


def test_a_reference_without_means_is_still_a_payment():
    data = without(CII, "ram:SpecifiedTradeSettlementPaymentMeans")
    assert lire(data).paiements == (Paiement(reference="REF-42", mandat="MANDAT-5", creancier="FR72ZZZ123456"),)
    assert lire(without(without(UBL, "cac:PaymentMeans"), "cac:PartyIdentification")).paiements == ()


@pytest.mark.parametrize(
    ("kept", "payment"),
    [
        ("PaymentReference", Paiement(reference="REF-42")),
        ("DirectDebitMandateID", Paiement(mandat="MANDAT-5")),
        ("CreditorReferenceID", Paiement(creancier="FR72ZZZ123456")),
    ],
)
def test_any_term_of_payment_alone_is_a_payment(kept, payment):
    data = without(CII, "ram:SpecifiedTradeSettlementPaymentMeans")
    for name in {"PaymentReference", "DirectDebitMandateID", "CreditorReferenceID"} - {kept}:
        data = without(data, f"ram:{name}")
    assert lire(data).paiements == (payment,)


def test_an_account_without_number_is_absent():
    data = change(UBL, "<cbc:ID>FR7610107001011234567890129</cbc:ID>", "")
    assert lire(data).paiements[0].comptes == (Compte("FR7630006000011234567890189", "Atelier du Quai", "AGRIFRPP"),)


def test_the_first_of_two_values_counts():
    assert (
        lire(change(UBL, "<cbc:BuyerReference>", "<cbc:BuyerReference>PREMIER</cbc:BuyerReference><cbc:BuyerReference>")).reference_acheteur
        == "PREMIER"
    )
    assert (
        lire(change(CII, "<ram:BuyerReference>", "<ram:BuyerReference>PREMIER</ram:BuyerReference><ram:BuyerReference>")).reference_acheteur
        == "PREMIER"
    )


def test_minimum_leaves_the_rest_absent():
    data = CII
    for name in (
        "IncludedSupplyChainTradeLineItem",
        "ShipToTradeParty",
        "PayeeTradeParty",
        "SpecifiedTradeSettlementPaymentMeans",
        "ApplicableTradeTax",
    ):
        data = without(data, f"ram:{name}")
    found = lire(data)
    assert (found.lignes, found.beneficiaire, found.tva) == ((), None, ())
    assert (found.numero, found.totaux) == (COMPLETE.numero, COMPLETE.totaux)


def test_other_documents_give_an_empty_invoice():
    assert lire(b"<a/>") == Facture()
    assert lire_cii(lire_xml(b"<a/>", LIMITES)[0]) == Facture()


def test_a_ubl_period_of_one_code_only_is_no_period():
    data = without(without(UBL, "cbc:StartDate"), "cbc:EndDate")
    assert (lire(data).periode, lire(data).code_exigibilite) == (None, "72")


def test_parties_are_read_by_their_own_names():
    data = b"""<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"
      xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2"
      xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">
      <cac:PayeeParty><cac:PartyIdentification><cbc:ID schemeID="SEPA">C-1</cbc:ID></cac:PartyIdentification></cac:PayeeParty>
      <cac:AccountingCustomerParty><cac:Party><cac:PostalAddress><cbc:CityName>Brest</cbc:CityName></cac:PostalAddress></cac:Party>
      </cac:AccountingCustomerParty></Invoice>"""
    found = lire(data)
    assert found.beneficiaire is None
    assert found.acheteur == Partie(adresse=Adresse(ville="Brest"))
    assert found.paiements == (Paiement(creancier="C-1"),)


def test_dates_and_identifiers_of_a_line_document_need_type_130():
    data = change(
        CII,
        "<ram:IssuerAssignedID>CHANTIER-3</ram:IssuerAssignedID>\n          <ram:TypeCode>130<",
        "<ram:IssuerAssignedID>X</ram:IssuerAssignedID><ram:TypeCode>916<",
    )
    assert lire(data).lignes[0].objet is None
    assert lire(CII).lignes[0].objet == Identifiant("CHANTIER-3", "AVE")
    assert lire(CII).lignes[0].periode.debut == date(2026, 9, 2)
