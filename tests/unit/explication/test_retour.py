"""The feedback flow says all there is to say of an anomaly."""

from dataclasses import fields
from datetime import date

import pytest

from flux.controle import juger
from flux.etapes.reponse import _ligne
from flux.fabrique import ecrire_ubl, fabriquer_facture
from flux.limites import Limites
from flux.modele.anomalie import Anomalie, anomalie
from flux.referentiel.interfaces import INTERFACES

#: Fields that the feedback tells in other words: nature for the severity; the layer follows from the rule.
AUTREMENT = {"severity", "layer", "published"}


@pytest.mark.parametrize(
    ("avant", "apres"), [(b">380<", b"><"), (b"<cbc:IssueDate>2", b"<cbc:IssueDate>X | regle : FAUX"), (b"EUR", b"\x00")]
)
def test_no_field_of_an_anomaly_is_lost_in_the_feedback(avant, apres):
    xml = ecrire_ubl(fabriquer_facture(0, 0, 2, date(2026, 6, 1), avoir=False)).replace(avant, apres)
    found = juger("facture.xml", xml, INTERFACES["FSO1140A"], Limites()).anomalies
    assert found
    for one in found:
        line = _ligne(one)
        said = f"{line.code} | {line.libelle} | {line.description}"
        assert all(
            str(getattr(one, field.name)) in said
            for field in fields(Anomalie)
            if field.name not in AUTREMENT and getattr(one, field.name) is not None
        )


def test_the_feedback_names_the_term_and_grades_the_fault():
    path = "/ubl:Invoice/cac:LegalMonetaryTotal/cbc:TaxInclusiveAmount"
    line = _ligne(anomalie("XSD-17", member="f", path=path, found="", name_fr="n", name_en="n"))
    assert line.description.startswith("regle : XSD-17 | terme : BT-112 total TTC | fichier : f | ")
    assert line.nature == "REJET"
    assert _ligne(anomalie("CDV-01", member="f", found="x")).nature == "AVERTISSEMENT"
    assert "terme" not in _ligne(anomalie("ARC-04")).description
