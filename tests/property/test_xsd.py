"""A second opinion on the schemas, by another validator, and what must hold of every fault told."""

from functools import cache

import pytest
import xmlschema
from lxml import etree

from flux.limites import Limites
from flux.referentiel.espaces_de_noms import PREFIXES
from flux.referentiel.schemas import SCHEMAS
from flux.regles.officielles.mutants import mutants
from flux.xsd import catalogue, fautes
from flux.xsd.validation import valider
from tests.unit.xsd.exemplaires import COUPLES, exemplaire

NOMBRE = 40


@cache
def second_avis(cle: str) -> xmlschema.XMLSchema10:
    return xmlschema.XMLSchema10(str(catalogue.chemin(cle)), allow="local")


def _blanc_insecable(element) -> bool:
    """A no-break space between the elements of one: text for XML, white space for the second opinion."""
    enfants = element.findall("*")
    return bool(enfants) and any("\u00a0" in text for text in (element.text or "", *(enfant.tail or "" for enfant in element)))


@pytest.mark.parametrize(("nom", "cle"), COUPLES)
def test_two_validators_give_the_same_verdict(nom, cle):
    verdicts = set()
    for data in (exemplaire(nom), *mutants(exemplaire(nom), 2026, NOMBRE)):
        root = etree.fromstring(data)
        ours = not valider(root, cle, data, Limites())
        if any(_blanc_insecable(element) for element in root.iter("*")):
            assert not ours  # text between elements; the second opinion takes a no-break space for white space
            continue
        assert second_avis(cle).is_valid(data.decode()) == ours, data.decode()
        verdicts.add(ours)
    assert verdicts == {True, False}


@pytest.mark.parametrize("cle", [row.cle for row in SCHEMAS.values() if row.paquet == "flux"])
def test_our_own_schemas_are_schemas(cle):
    assert second_avis(cle).validity == "valid"


@pytest.mark.parametrize(("nom", "cle"), COUPLES)
def test_every_fault_told_is_where_it_says(nom, cle):
    for data in mutants(exemplaire(nom), 7, NOMBRE):
        text = data.decode()
        for told in valider(etree.fromstring(data), cle, data, Limites()):
            if told.rule == "XSD-08":  # counts the faults that are not told
                continue
            (node,) = etree.fromstring(data).getroottree().xpath(told.path, namespaces=PREFIXES)
            element = node if etree.iselement(node) else node.getparent()
            name = f"{element.prefix}:{etree.QName(element).localname}" if element.prefix else etree.QName(element).localname
            assert text.splitlines()[told.line - 1][told.column - 1 :].startswith(f"<{name}")
            assert told.rule != "XSD-07", told.en
            told_without_values = told.fr.replace(told.found or "", "").replace(told.expected or "", "")
            assert "{" not in told_without_values.replace("{urn:", "").replace("[0-9]{4}", "").replace("[A-Z]{3}", "")


@pytest.mark.parametrize(("nom", "cle"), COUPLES)
def test_streaming_and_tree_agree(nom, cle, monkeypatch):
    documents = [exemplaire(nom), *mutants(exemplaire(nom), 11, NOMBRE)]
    as_tree = [not valider(etree.fromstring(data), cle, data, Limites()) for data in documents]
    monkeypatch.setattr(fautes, "NOEUDS_SUR_ARBRE", 0)
    assert [not valider(etree.fromstring(data), cle, data, Limites()) for data in documents] == as_tree
