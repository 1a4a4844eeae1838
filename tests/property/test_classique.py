"""Whatever is done to a classic document, the parsers and the whole judgement answer, and what the factory writes comes back."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from flux.controle import juger
from flux.fabrique.classique import classique
from flux.fabrique.ecrire_cii import ecrire_cii
from flux.fabrique.ecrire_cpp import ecrire_cpp_facture
from flux.fabrique.ecrire_ubl import ecrire_ubl
from flux.fabrique.facture import fabriquer_facture
from flux.limites import Limites
from flux.modele.facture import Facture
from flux.parsers.chorus_cii import lire_chorus_cii
from flux.parsers.cpp_facture import lire_cpp_facture
from flux.parsers.ubl import lire_ubl
from flux.parsers.xml import lire_xml
from flux.referentiel.espaces_de_noms import PREFIXES
from flux.referentiel.interfaces import INTERFACES
from flux.regles.officielles.mutants import mutants
from tests.property.test_parsers import GESTES, mutate
from tests.unit.classique.exemples_classiques import fixture

LIMITES = Limites()
DOCUMENTS = [("cpp.xml", lire_cpp_facture, "FSO1113A"), ("cii.xml", lire_chorus_cii, "FSO1116A"), ("ubl.xml", lire_ubl, "FSO1110A")]


@pytest.mark.parametrize(("nom", "lire", "interface"), DOCUMENTS)
@settings(max_examples=150, deadline=None)
@given(gestures=GESTES)
def test_mutated_documents_are_read(nom, lire, interface, gestures):
    found = lire(mutate(etree.fromstring(fixture(nom)), gestures))
    assert isinstance(found, Facture) or (found is None and nom == "cpp.xml")


@pytest.mark.parametrize(("nom", "lire", "interface"), DOCUMENTS)
def test_mutated_documents_are_judged_and_each_path_leads_somewhere(nom, lire, interface):
    for data in mutants(fixture(nom), 2026, 120):
        verdict = juger(nom, data, INTERFACES[interface], LIMITES)
        tree = etree.fromstring(data).getroottree()
        for one in verdict.anomalies:
            if one.path is not None and one.layer != "business":
                assert len(tree.xpath(one.path, namespaces=PREFIXES)) == 1, one


def test_a_file_of_thousands_of_invoices_is_answered_once():
    data = fixture("cpp.xml")
    debut, fin = data.index(b"    <CPPFactureMixteUnitaire"), data.index(b"  </CPPFactures>")
    many = data[:debut] + data[debut:fin] * 2_000 + data[fin:]
    verdict = juger("lot.xml", many, INTERFACES["FSO1113A"], LIMITES)
    assert [one.rule for one in verdict.anomalies] == ["CPP-01"]


@pytest.mark.parametrize(
    ("interface", "ecrire", "lire", "perdus"),
    [
        ("FSO1100A", ecrire_ubl, lire_ubl, set()),
        ("FSO1110A", ecrire_ubl, lire_ubl, {"pieces_jointes"}),
        ("FSO1116A", ecrire_cii, lire_chorus_cii, {"lignes", "pieces_jointes"}),
        (
            "FSO1113A",
            ecrire_cpp_facture,
            lire_cpp_facture,
            {
                "notes", "lignes", "totaux", "tva", "remises_charges", "conditions_paiement", "echeance", "periode", "livraison", "imputation",
                "code_exigibilite", "vendeur", "acheteur", "beneficiaire", "factures_anterieures", "paiements", "pieces_jointes",
            },
        ),
    ],
)  # fmt: skip
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), lines=st.integers(1, 6), credit=st.booleans())
def test_what_the_factory_writes_comes_back(interface, ecrire, lire, perdus, seed, lines, credit):
    """Except what the syntax holds in part, which the unit tests compare term by term."""
    facture = classique(fabriquer_facture(seed, seed, lines, date(2026, 9, 14), avoir=credit), INTERFACES[interface])
    root, anomalies = lire_xml(ecrire(facture), LIMITES)
    assert anomalies == ()
    found = lire(root)
    for nom in Facture.__dataclass_fields__:
        if nom not in perdus:
            assert getattr(found, nom) == getattr(facture, nom), nom
    assert len(found.lignes) == len(facture.lignes)
    assert (found.totaux.ht, found.totaux.ttc) == (facture.totaux.ht, facture.totaux.ttc)
    assert [one.contenu for one in found.pieces_jointes] == [one.contenu for one in facture.pieces_jointes]
