import re

import pytest
from lxml import etree

from flux.errors import ErreurUsage
from flux.limites import Limites
from flux.modele.anomalie import visible
from flux.referentiel.espaces_de_noms import PREFIXES
from flux.xsd import fautes
from flux.xsd.validation import nom_court, valider
from tests.unit.xsd.exemplaires import exemplaire, modifie

XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
U, F = "ubl-invoice", "cpp-statut-facture"
DONNEES = "/CPPStatut/CPPFactureStatuts/CPPFactureStatutUnitaire/DonneesStatut"
LIGNE_CII = "/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/ram:IncludedSupplyChainTradeLineItem[1]"
ENVELOPPE = "/CPPStatut/Enveloppe/EnveloppeUnitaire"


def juger(data: bytes, cle: str, n: int = 100):
    return valider(etree.fromstring(data), cle, data, Limites(anomalies_fichier=n))


def noeuds(data: bytes, path: str):
    return etree.fromstring(data).getroottree().xpath(path, namespaces=PREFIXES)


# (document, replacement, rule, path, found, expected, words of the French sentence, words of the English one)
CAS = [
    (U, ("<cbc:ID>2</cbc:ID>", ""), "XSD-01", "/ubl:Invoice/cac:InvoiceLine[2]/cbc:InvoicedQuantity", "cbc:InvoicedQuantity", "cbc:ID",
     "le schéma attend ici cbc:ID", "the schema wants cbc:ID here"),
    (U, ('<cbc:PriceAmount currencyID="EUR">15.00</cbc:PriceAmount>', ""), "XSD-02", "/ubl:Invoice/cac:InvoiceLine[1]/cac:Price", None,
     "cbc:PriceAmount", "Il manque un élément à la fin de cac:Price", "missing at the end of cac:Price"),
    (U, ('languageID="fr"', 'languageID="français"'), "XSD-03", "/ubl:Invoice/cbc:Note/@languageID", "français", "xs:language, fr / en / fr-FR",
     "« français » de « texte de la note » (BT-22, note 1, cbc:Note/@languageID)", "“français” of “note” (BT-22, note 1, cbc:Note/@languageID)"),
    (U, ('<cbc:TaxAmount currencyID="EUR">', "<cbc:TaxAmount>"), "XSD-04", "/ubl:Invoice/cac:TaxTotal/cbc:TaxAmount", None, None,
     "L'attribut currencyID manque sur « total de TVA » (BT-110, cbc:TaxAmount)",
     "The attribute currencyID is missing on “VAT total” (BT-110, cbc:TaxAmount)"),
    (U, ("<cac:TaxTotal>", '<cac:TaxTotal taux="20">'), "XSD-05", "/ubl:Invoice/cac:TaxTotal/@taux", "20", None,
     "L'attribut taux n'est pas admis sur cac:TaxTotal", "The attribute taux is not allowed on cac:TaxTotal"),
    (F, ("<IdStatut>", f'<IdStatut xsi:nil="true" {XSI}>'), "XSD-05",
     f"{DONNEES}/IdStatut/@*[local-name()='nil' and namespace-uri()='http://www.w3.org/2001/XMLSchema-instance']", "true", None,
     "L'attribut xsi:nil n'est pas admis", "The attribute xsi:nil is not allowed"),
    (F, ("<IdStatut>", f'<IdStatut xsi:type="xs:string" {XSI}>'), "XSD-05",
     f"{DONNEES}/IdStatut/@*[local-name()='type' and namespace-uri()='http://www.w3.org/2001/XMLSchema-instance']", "xs:string", None,
     "L'attribut xsi:type n'est pas admis", "The attribute xsi:type is not allowed"),
    (U, ("<cac:TaxTotal>", "<cac:TaxTotal>TVA"), "XSD-06", "/ubl:Invoice/cac:TaxTotal", "TVA", None,
     "on y trouve le texte « TVA »", "it holds the text “TVA”"),
    (U, ("<cbc:ID>F-2026-0042", '<it:ID xmlns:it="urn:it\'s">F</it:ID><cbc:ID>F-2026-0042'), "XSD-07",
     "/ubl:Invoice/*[local-name()='ID' and namespace-uri()=\"urn:it's\"]", None, None, "ne respecte pas le schéma", "does not follow the schema"),
    ("ubl-creditnote", ("<b:Name>Chaise</b:Name>", "<b:Name>Chaise</b:Name><b:Zut/>"), "XSD-01",
     "/cn:CreditNote/cac:CreditNoteLine/cac:Item/cbc:Zut", "cbc:Zut", None, "n'est pas à sa place", "is out of place"),
    ("ubl-creditnote", ("<b:Name>Atelier des Lilas</b:Name>", "<b:Name>Atelier</b:Name><b:Name>Lilas</b:Name>"), "XSD-09",
     "/cn:CreditNote/cac:AccountingSupplierParty/cac:Party/cac:PartyName/cbc:Name[2]", "cbc:Name", None,
     "le schéma n'y attend plus rien", "the schema wants nothing more"),
    (U, (">60.00<", ">-1 324,60<"), "XSD-10", "/ubl:Invoice/cac:InvoiceLine[1]/cbc:LineExtensionAmount", "-1 324,60", "xs:decimal, -1324.60",
     "avec un point décimal, sans espace ni séparateur de milliers ni symbole monétaire, par exemple -1324.60.",
     "with a decimal point and no space, thousands separator or currency sign, for example -1324.60."),
    ("cii", (">60.00<", ">-1 324,60<"), "XSD-10",
     f"{LIGNE_CII}/ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount", "-1 324,60", "xs:decimal, -1324.60", "par exemple -1324.60", "for example -1324.60"),
    (U, (">2026-02-03<", ">25/02/2026<"), "XSD-11", "/ubl:Invoice/cbc:IssueDate", "25/02/2026", "xs:date, AAAA-MM-JJ / YYYY-MM-DD",
     "Écrivez-la AAAA-MM-JJ, par exemple 2026-02-25", "Write it YYYY-MM-DD, for example 2026-02-25"),
    (F, (">2026-02-11T09:15:00+01:00<", ">2026-02-11<"), "XSD-12", f"{DONNEES}/Horodatage", "2026-02-11",
     "xs:dateTime, AAAA-MM-JJThh:mm:ss / YYYY-MM-DDThh:mm:ss", "AAAA-MM-JJThh:mm:ss", "YYYY-MM-DDThh:mm:ss"),
    (U, (">10:30:00<", ">10h30<"), "XSD-13", "/ubl:Invoice/cbc:IssueTime", "10h30", "xs:time, hh:mm:ss", "n'est pas une heure", "is not a time"),
    ("cdar", (">false<", ">non<"), "XSD-14",
     "/cdar:CrossDomainAcknowledgementAndResponse/cdar:AcknowledgementDocument/ram:MultipleReferencesIndicator/udt:Indicator", "non",
     "xs:boolean, true / false", "Écrivez true ou false", "Write true or false"),
    (F, ("<IdStatut>06", "<IdStatut>suspendue"), "XSD-15", f"{DONNEES}/IdStatut", "suspendue", "xs:nonNegativeInteger, 12",
     "en chiffres seulement", "in digits only"),
    (U, (">Ym9u", ">Ym9"), "XSD-16", "/ubl:Invoice/cac:AdditionalDocumentReference/cac:Attachment/cbc:EmbeddedDocumentBinaryObject",
     "Ym9IGRlIGxpdnJhaXNvbg==", "xs:base64Binary", "n'est pas du base64", "is not base64"),
    (U, (">60.00<", "> <"), "XSD-17", "/ubl:Invoice/cac:InvoiceLine[1]/cbc:LineExtensionAmount", " ", "xs:decimal, 1324.60",
     "« montant HT » (BT-131, ligne 1, cbc:LineExtensionAmount) est vide",
     "“amount without VAT” (BT-131, line 1, cbc:LineExtensionAmount) is empty"),
    (F, ("Bon de livraison absent", "x" * 81), "XSD-18", f"{DONNEES}/ComplementStatut", "x" * 81, "80",
     "compte 81 caractères pour un maximum de 80", "has 81 characters, at most 80 are allowed"),
    (F, ("<Id>CPP001<", "<Id>CP<"), "XSD-19", f"{ENVELOPPE}/Partenaires/Recepteur/Id", "CP", "3", "il en faut au moins 3", "at least 3 are needed"),
    (F, (">FR<", ">FRA<"), "XSD-21", "/CPPStatut/CPPFactureStatuts/CPPFactureStatutUnitaire/Fournisseur/CodePays", "FRA", "2",
     "il en faut exactement 2", "exactly 2 are needed"),
    (F, ('"0002"', '"2"'), "XSD-22", f"{ENVELOPPE}/Parametres/ParametreIndiv[2]/@NumOrdre", "2", "[0-9]{4}",
     "ne suit pas le motif [0-9]{4}", "does not match the pattern [0-9]{4}"),
    (F, ("<Debiteur>\n        <TypeIdentifiant>1", "<Debiteur>\n        <TypeIdentifiant>2"), "XSD-23",
     "/CPPStatut/CPPFactureStatuts/CPPFactureStatutUnitaire/Debiteur/TypeIdentifiant", "2", "1",
     "n'est pas dans la liste admise : 1", "is not in the list allowed: 1"),
    (F, ("<IdStatut>06", "<IdStatut>00"), "XSD-24", f"{DONNEES}/IdStatut", "00", "1", "trop petite : 1 au moins", "too small: 1 at least"),
    (F, ("<IdStatut>06", "<IdStatut>42"), "XSD-25", f"{DONNEES}/IdStatut", "42", "41", "trop grande : 41 au plus", "too great: 41 at most"),
    (F, ('<Producteur Id="ABC123"/>', "<Producteur> moi </Producteur>"), "XSD-26", f"{DONNEES}/Producteur", "moi", None, "doit être vide", "must be empty"),
    (F, ("<RaisonSociale>", "<RaisonSociale><Nom/>"), "XSD-27", "/CPPStatut/CPPFactureStatuts/CPPFactureStatutUnitaire/Fournisseur/RaisonSociale",
     "Nom", None, "ne peut pas contenir l'élément Nom", "cannot hold the element Nom"),
]  # fmt: skip
CLES = {F: "cpp-statut", "cii": "facturx-extended", "cdar": "cdar-d22b"}


@pytest.mark.parametrize(
    ("nom", "remplacement", "rule", "path", "found", "expected", "fr", "en"), CAS, ids=[f"{c[2]}-{c[0]}-{i}" for i, c in enumerate(CAS)]
)
def test_each_kind_of_fault_says_where_what_and_what_to_do(nom, remplacement, rule, path, found, expected, fr, en):
    data = modifie(nom, remplacement)
    (told,) = juger(data, CLES.get(nom, nom))
    assert (told.code, told.rule, told.path) == ("ERR_XSD_001", rule, path)
    if found is not None:
        assert told.found == found
    if expected is not None:
        assert told.expected == expected
    assert fr in told.fr
    assert en in told.en
    assert len(noeuds(data, told.path)) == 1
    tag = told.path.split("/@")[0].rpartition("/")[2].split("[")[0]
    assert data.decode().splitlines()[told.line - 1][told.column - 1 :].startswith("<")
    assert tag


def test_a_complement_of_80_characters_is_accepted():
    assert juger(modifie(F, ("Bon de livraison absent", "é" * 80)), "cpp-statut") == ()


def test_the_complement_of_a_flow_stays_at_40():
    (told,) = juger(modifie("cpp-statut-flux", ("Erreur de syntaxe", "é" * 41)), "cpp-statut")
    assert (told.rule, told.expected) == ("XSD-18", "40")


PORTANT_DES_DATES = (
    ("ubl-invoice", U, "<cbc:IssueDate>(.*?)</cbc:IssueDate>"),
    ("cpp-statut-facture", "cpp-statut", "<Horodatage>(.*?)</Horodatage>"),
    ("cpp-facture-mixte", "cpp-facture-mixte", "<DateEmissionFacture>(.*?)</DateEmissionFacture>"),
    ("cpp-facture-pivot", "cpp-facture-pivot", "<DateReception>(.*?)</DateReception>"),
)


@pytest.mark.parametrize(("nom", "cle", "motif"), PORTANT_DES_DATES)
@pytest.mark.parametrize("blancs", [(" ", ""), ("\n\t  ", "\r\n "), (" " * 100, " " * 100)])
def test_white_space_around_a_date_is_no_fault(monkeypatch, nom, cle, motif, blancs):
    """XML Schema Part 2 §4.3.6."""
    text = exemplaire(nom).decode()
    value = re.search(motif, text)[1]
    spaced = text.replace(f">{value}<", f">{blancs[0]}{value}{blancs[1]}<").encode()
    assert juger(spaced, cle) == ()
    monkeypatch.setattr(fautes, "NOEUDS_SUR_ARBRE", 10)
    assert juger(spaced, cle) == ()


@pytest.mark.parametrize("written", ["2026-13-01", "01/10/2026", "\u00a02026-10-01", "", "2026-10-01 2026-10-02"])
def test_a_date_that_is_none_is_told_with_white_space_around_it(monkeypatch, written):
    text = exemplaire(U).decode()
    value = re.search("<cbc:IssueDate>(.*?)</cbc:IssueDate>", text)[1]
    data = text.replace(f"<cbc:IssueDate>{value}<", f"<cbc:IssueDate>\n{written} <", 1).replace(">60.00<", ">x<", 1).encode()
    told = juger(data, U)
    assert [(a.rule, a.path.rpartition("/")[2]) for a in told] == [
        ("XSD-11" if written else "XSD-17", "cbc:IssueDate"),
        ("XSD-10", "cbc:LineExtensionAmount"),
    ]
    assert told[0].found == visible(written)
    rows = data.decode().split("\n")
    assert rows[told[1].line - 1][told[1].column - 1 :].startswith("<cbc:LineExtensionAmount")
    monkeypatch.setattr(fautes, "NOEUDS_SUR_ARBRE", 10)
    assert juger(data, U) == told


@pytest.mark.parametrize("statut", ["1", "01", "7", "07", "41"])
def test_a_status_is_a_number(statut):
    assert juger(modifie(F, ("<IdStatut>06", f"<IdStatut>{statut}")), "cpp-statut") == ()


@pytest.mark.parametrize(
    ("found", "example"),
    [
        ("2 324,60", "2324.60"), ("2\u00a0324,60 €", "2324.60"), ("2.324,60", "2324.60"), ("2,324.60", "2324.60"), ("−12,5", "-12.5"),
        ("12 EUR", "12"), ("2'324,60", "2324.60"),
        ("1,324", "1324.60"), ("douze", "1324.60"), ("1e3", "1324.60"), ("12,5,5", "1324.60"),
    ],
)  # fmt: skip
def test_a_number_is_shown_well_written_when_it_has_one_reading(found, example):
    (told,) = juger(modifie(U, (">60.00<", f">{found}<")), U)
    assert told.en.endswith(f"for example {example}.")


@pytest.mark.parametrize(
    ("found", "example"),
    [("25/02/2026", "2026-02-25"), ("25.02.2026", "2026-02-25"), ("20260225", "2026-02-25"), ("02/02/2026", "2026-02-02"),
     ("03/02/2026", "2026-01-31"), ("30/02/2026", "2026-01-31"), ("20261325", "2026-01-31"), ("2026-02-30", "2026-01-31"), ("hier", "2026-01-31")],
)  # fmt: skip
def test_a_date_is_shown_well_written_when_it_has_one_reading(found, example):
    (told,) = juger(modifie(U, (">2026-02-03<", f">{found}<")), U)
    assert told.fr.endswith(f"par exemple {example}.")


def test_a_long_list_of_what_is_expected_is_shortened():
    (told,) = juger(modifie(U, ("<cac:TaxTotal>", "<cac:Zut/><cac:TaxTotal>")), U)
    assert told.expected.startswith("cac:PayeeParty, cac:BuyerCustomerParty, ")
    assert told.expected.count("cac:") == 6
    assert told.expected.endswith(", … (+4)")


def test_every_fault_is_told_also_behind_an_element_out_of_place():
    data = modifie(
        U, ("<cbc:ProfileID>", "<cbc:Zut/><cbc:ProfileID>"), (">2026-02-03<", ">hier<"), ("<cac:TaxTotal>", "<cac:Rien/><cac:TaxTotal>"),
        (">15.00</cbc:PriceAmount>", ">quinze</cbc:PriceAmount>"), ("<cbc:ID>2</cbc:ID>", ""),
    )  # fmt: skip
    told = juger(data, U)
    assert [a.rule for a in told] == ["XSD-01", "XSD-11", "XSD-01", "XSD-10", "XSD-01"]
    assert [a.found for a in told] == ["cbc:Zut", "hier", "cac:Rien", "quinze", "cbc:InvoicedQuantity"]
    assert [a.line for a in told] == sorted(a.line for a in told)


def test_two_elements_swapped_are_one_fault():
    told = juger(
        modifie(
            U,
            (
                "<cbc:ProfileID>S1</cbc:ProfileID>\n  <cbc:ID>F-2026-0042</cbc:ID>",
                "<cbc:ID>F-2026-0042</cbc:ID>\n  <cbc:ProfileID>S1</cbc:ProfileID>",
            ),
        ),
        U,
    )
    assert [(a.rule, a.found) for a in told] == [("XSD-01", "cbc:ProfileID")]


def test_an_element_moved_too_early_is_one_fault():
    data = modifie(
        U,
        ("  <cbc:IssueDate>2026-02-03</cbc:IssueDate>\n", ""),
        ("  <cbc:ID>F", "  <cbc:IssueDate>2026-02-03</cbc:IssueDate>\n  <cbc:ID>F"),
    )
    assert [(a.rule, a.found) for a in juger(data, U)] == [("XSD-01", "cbc:IssueDate")]


def test_faults_come_in_the_order_of_the_document_also_the_hidden_ones():
    data = modifie(U, ("<cbc:ID>BL-17", "<cbc:Zut/><cbc:ID>BL-17"), (">Ym9u", ">Ym9"), (">60.00<", ">x<"))
    assert [a.rule for a in juger(data, U)] == ["XSD-01", "XSD-16", "XSD-10"]
    assert [a.rule for a in juger(data, U, n=2)] == ["XSD-01", "XSD-16", "XSD-08"]


def test_the_faults_past_the_limit_are_counted():
    data = exemplaire(U).replace(b'currencyID="EUR"', b"")
    told = juger(data, U, n=3)
    assert [a.rule for a in told] == ["XSD-04"] * 3 + ["XSD-08"]
    assert told[-1].found == str(data.count(b"Amount >") - 3)
    assert "3" not in {a.found for a in told[:3]}
    assert [a.found for a in juger(data, U, n=6)][-1] == "1"
    assert [a.rule for a in juger(data, U, n=7)] == ["XSD-04"] * 7


def test_a_foreign_root_is_refused_even_when_the_schema_knows_it():
    data = b'<?xml version="1.0"?>\n  <cbc:ID xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2">1</cbc:ID>'
    (told,) = juger(data, U)
    assert (told.rule, told.found, told.expected, told.path, told.line, told.column) == ("XSD-20", "cbc:ID", "ubl:Invoice", "/cbc:ID", 2, 3)


# --- where: lines, columns, paths -----------------------------------------------------------------------------------


def beaucoup(n: int, fautives: dict[int, str], fin: str = "\n") -> bytes:
    """An invoice of ``n`` lines, those of ``fautives`` (from 1) with another amount."""
    text = exemplaire(U).decode()
    start = text.index("  <cac:InvoiceLine>")
    line = text[start : text.index("  <cac:InvoiceLine>", start + 1)]
    lines = [line.replace("60.00", fautives.get(i, "60.00")) for i in range(1, n + 1)]
    return (text[:start] + "".join(lines) + "</Invoice>").replace("\n", fin).encode()


def test_lines_past_65535_are_right():
    data = beaucoup(10_000, {9_000: "9,00", 10_000: "10,00"})
    told = juger(data, U)
    rows = data.decode().splitlines()
    assert [a.path for a in told] == [f"/ubl:Invoice/cac:InvoiceLine[{i}]/cbc:LineExtensionAmount" for i in (9_000, 10_000)]
    assert told[1].line > 65_535
    for a in told:
        assert rows[a.line - 1][a.column - 1 :].startswith(f'<cbc:LineExtensionAmount currencyID="EUR">{a.found}<')


def test_columns_are_characters_also_on_one_long_line():
    data = modifie(U, (">60.00<", ">6O<"), ("Atelier", "Atelier é€𝄞")).replace(b"\n", b" ")
    (told,) = juger(data, U)
    assert told.line == 1
    assert data.decode()[told.column - 1 :].startswith("<cbc:LineExtensionAmount")


@pytest.mark.parametrize("avant", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("fin", ["\n", "\r\n"])
def test_comments_instructions_and_marks_do_not_shift_the_place(avant, fin):
    data = avant + modifie(
        U, (">60.00<", ">6O<"), ("<cac:TaxTotal>", "<!-- <cac:TaxTotal> --><?pi <x> ?><![CDATA[ ]]><cac:TaxTotal>")
    ).replace(b"\n", fin.encode())
    (told,) = juger(data, U)
    row = data.decode("utf-8-sig").splitlines()[told.line - 1]
    assert row[told.column - 1 :].startswith("<cbc:LineExtensionAmount")


def test_the_path_uses_canonical_prefixes_whatever_the_document_says():
    data = modifie(
        "ubl-creditnote",
        (">18.00<", ">x<"),
        ("<b:PayableAmount", '<cac:PayableAmount xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"'),
        ("</b:PayableAmount>", "</cac:PayableAmount>"),
    )
    (told,) = juger(data, "ubl-creditnote")
    assert told.path == "/cn:CreditNote/cac:LegalMonetaryTotal/cbc:PayableAmount"


def test_elements_of_an_unknown_namespace_are_found():
    data = modifie(U, ("<cbc:ProfileID>", '<z:a xmlns:z="urn:z"/><z:a xmlns:z="urn:z"/><cbc:ProfileID>'))
    told = juger(data, U)
    assert told[0].path == "/ubl:Invoice/*[local-name()='a' and namespace-uri()='urn:z'][1]"
    assert noeuds(data, told[0].path)[0].tag == "{urn:z}a"


@pytest.mark.parametrize(
    "intrus",
    [f"<{'n' * 5000}/>", f"<cbc:{'n' * 5000}/>", f'<n xmlns="urn:{"u" * 5000}"/>', '<n xmlns="urn:it\'s"/>'],
    ids=["name", "prefixed name", "namespace", "quote"],
)
def test_hostile_names_keep_the_path_short_and_right(intrus):
    data = modifie(U, ("<cbc:ProfileID>", f"<cbc:ProfileID>S1</cbc:ProfileID>{intrus}<cbc:ProfileID>"))
    told = juger(data, U)[0]
    assert len(told.path) < 300
    (node,) = noeuds(data, told.path)
    assert set(etree.QName(node).localname) == {"n"}


def test_a_hostile_value_is_quoted_in_short():
    (told,) = juger(modifie(U, (">60.00<", f">{'9,' * 500_000}<")), U)
    assert (told.rule, len(told.found)) == ("XSD-10", 200)


def test_a_name_of_xml_1_0_s_fifth_edition_hides_no_place():
    data = modifie(U, (">60.00<", ">6O<"), ("<cac:TaxTotal>", "<\U00010400/><cac:TaxTotal>"))
    intruder, amount = juger(data, U)
    assert (amount.line, amount.column) == (data.decode().split("6O")[0].count("\n") + 1, 5)
    assert intruder.line == amount.line - 8
    assert len(noeuds(data, intruder.path)) == 1


def test_the_gate_s_other_spelling_of_utf_8_keeps_the_column():
    data = modifie(U, (">60.00<", ">6O<"), ('"UTF-8"', '"UTF8"'))
    (told,) = valider(etree.fromstring(data, etree.XMLParser(encoding="utf-8")), U, data, Limites())
    assert told.column == 5


# --- large documents ------------------------------------------------------------------------------------------------


def test_a_large_document_gets_the_verdict_of_a_small_one(monkeypatch):
    data = beaucoup(300, {7: "sept", 8: "", 200: "deux cents"})
    as_tree = juger(data, U)
    monkeypatch.setattr(fautes, "NOEUDS_SUR_ARBRE", 10)
    assert juger(data, U) == as_tree
    assert len(as_tree) == 3
    assert juger(beaucoup(300, {}), U) == ()


def test_bytes_that_are_not_the_tree_s_are_refused():
    with pytest.raises(ErreurUsage):
        valider(etree.fromstring(modifie(U, (">60.00<", ">x<"))), U, b"<a", Limites())
    with pytest.raises(ErreurUsage):
        valider(etree.fromstring(modifie(U, (">60.00<", ">x<"))), U, b"<a></b>", Limites())


def test_only_the_beginning_of_a_large_faulty_document_is_searched_and_the_paths_hold_in_the_whole(monkeypatch):
    monkeypatch.setattr(fautes, "NOEUDS_SUR_ARBRE", 10)
    data = beaucoup(3_000, dict.fromkeys(range(1, 3_001), "x"))
    told = juger(data, U, n=4)
    assert [a.path for a in told[:4]] == [f"/ubl:Invoice/cac:InvoiceLine[{i}]/cbc:LineExtensionAmount" for i in range(1, 5)]
    assert told[4].found == "2996"
    monkeypatch.setattr(fautes, "_TRONCON", 997)
    assert juger(data, U, n=4) == told


def test_a_first_line_out_of_many_is_told_by_its_rank(monkeypatch):
    monkeypatch.setattr(fautes, "_TRONCON", 4096)
    data = beaucoup(3_000, dict.fromkeys(range(1, 3_001), "x"))
    assert juger(data, U, n=0)[0].found == "3000"
    assert juger(data, U, n=1)[0].path == "/ubl:Invoice/cac:InvoiceLine[1]/cbc:LineExtensionAmount"


def test_the_count_of_faults_stops_somewhere_and_says_so():
    told = juger(beaucoup(10_500, dict.fromkeys(range(1, 10_501), "x")), U)
    assert told[-1].found == "9900+"


def test_short_names():
    assert nom_court("{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}ID") == "cbc:ID"
    assert nom_court("IdStatut") == "IdStatut"
    assert nom_court("{urn:z}a") == "{urn:z}a"
