"""One mistake made many times is one thing to mend."""

import pytest

from flux.explication import regrouper, terme_de
from flux.modele.anomalie import anomalie

TTC = "/ubl:Invoice/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount"
PRIX = "/ubl:Invoice/cac:InvoiceLine[{}]/cac:Price/cbc:PriceAmount"


def _nombre(member="f.xml", path=TTC, found="1 324,60", line=7):
    return anomalie(
        "XSD-10",
        member=member,
        path=path,
        found=found,
        expected="xs:decimal, 1.0",
        line=line,
        column=3,
        name_fr="x",
        name_en="x",
        example="1.0",
    )


def test_one_cause_over_a_thousand_invoices_shows_once_with_its_first_places():
    (cause,) = regrouper(_nombre(f"{i}.xml", found=f"{i} 000,{i:02}") for i in range(1000))
    assert (cause.factures, cause.fois) == (1000, 1000)
    assert [str(one) for one in cause.places] == ["0.xml:7:3", "1.xml:7:3", "2.xml:7:3"]
    assert cause.exemple.found == "0 000,00"


def test_lines_of_one_invoice_are_counted_apart_from_invoices():
    (cause,) = regrouper(_nombre(path=PRIX.format(i + 1)) for i in range(40))
    assert (cause.factures, cause.fois) == (1, 40)
    assert cause.path == PRIX.replace("[{}]", "")


def test_two_files_of_one_name_are_two_invoices():
    (cause,) = regrouper([], [[_nombre()], [], [_nombre(), _nombre(line=8)]])
    assert (cause.factures, cause.fois) == (2, 3)


def test_an_invoice_and_a_credit_note_share_the_cause_of_one_term():
    assert len(regrouper([_nombre("a"), _nombre("b", path=TTC.replace("ubl:Invoice", "cn:CreditNote"))])) == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ({"found": "1 324,60"}, {"found": "-98 765,4"}, True),
        ({"found": "néant"}, {"found": "gratuit"}, True),
        ({"found": "SERVICE TECHNIQUE-2"}, {"found": "VOIRIE"}, True),
        ({"found": "1 324,60"}, {"found": "néant"}, False),
        ({"found": "1324,60"}, {"found": "1324.60 €"}, False),
        ({"path": TTC}, {"path": PRIX.format(1)}, False),
    ],
)
def test_values_that_look_alike_have_one_cause(one, other, same):
    assert (len(regrouper([_nombre(**one), _nombre(**other)])) == 1) is same


def test_what_is_awaited_and_a_reader_s_words_tell_causes_apart():
    missing = [
        anomalie("XSD-02", path="/ubl:Invoice", expected=one, name_fr="n", name_en="n", expected_fr="", expected_en="")
        for one in ("cbc:ID", "cbc:UBL")
    ]
    broken = [
        anomalie("XML-01", member=found, found=found, raison_fr=raison, raison_en="r")
        for raison, found in (
            ("s'arrête", "Premature end line 3"),
            ("s'arrête", "Opening tag mismatch: b and a"),
            ("référence", "EntityRef"),
        )
    ]
    assert len(regrouper(missing)) == 2
    assert sorted(one.fois for one in regrouper(broken)) == [1, 2]


def test_errors_come_before_warnings_and_the_most_frequent_first():
    warnings = [anomalie("CDV-01", member=f"{i}", found="x") for i in range(9)]
    rare, often = [_nombre("1", found="néant")], [_nombre(f"{i}") for i in range(3)]
    told = regrouper([*warnings, *rare, *often])
    assert [(one.exemple.rule, one.factures) for one in told] == [("XSD-10", 3), ("XSD-10", 1), ("CDV-01", 9)]


def test_a_cause_of_more_invoices_comes_before_one_of_more_lines():
    lines = [_nombre("1", path=PRIX.format(i + 1)) for i in range(50)]
    assert [one.factures for one in regrouper([*lines, *(_nombre(f"{i}") for i in range(3))])] == [3, 1]


def test_a_fault_of_the_flow_itself_counts_no_invoice():
    (cause,) = regrouper([anomalie("ARC-04")])
    assert (cause.factures, cause.fois, str(cause.places[0])) == (0, 1, "")


def test_values_found_are_counted_and_their_number_is_bounded():
    (cause,) = regrouper(_nombre(found=f"{i % 3000} €") for i in range(6001))
    assert cause.fois == 6001
    assert len(cause.valeurs) == 1000
    assert cause.valeurs["0 €"] == 3


@pytest.mark.parametrize(
    ("rule", "path", "numero"),
    [
        ("XSD-10", TTC, "BT-112"),
        ("XSD-01", "/ubl:Invoice/cbc:Inconnu", None),
        ("GES-G1.05a", "/ubl:Invoice", "BT-1"),
        ("XML-01", None, None),
    ],
)  # fmt: skip
def test_an_anomaly_speaks_of_the_term_at_its_path_or_of_its_rule_s_own(rule, path, numero):
    facts = dict.fromkeys(
        ("name_fr", "name_en", "expected_fr", "expected_en", "example", "terme_fr", "terme_en", "raison_fr", "raison_en"), "x"
    )
    found = terme_de(anomalie(rule, path=path, found="x", expected="y", **facts))
    assert (found.numero if found else None) == numero
