"""Documents broken at random: the rules never stop, and every place they tell exists."""

import pytest
from lxml import etree

from flux.annuaire import AnnuaireMemoire, Structure
from flux.limites import Limites
from flux.referentiel.espaces_de_noms import PREFIXES
from flux.referentiel.interfaces import INTERFACES
from flux.regles.gestion import ContexteRegles, controler
from flux.regles.officielles.mutants import mutants
from tests.unit.gestion.cas import LE, SYNTAXES, bonne

DIRECTORY = AnnuaireMemoire([Structure("11000201100044", "État", etat=True)])


@pytest.mark.parametrize(("ere", "syntaxe"), SYNTAXES, ids=str)
@pytest.mark.parametrize("annuaire", [None, DIRECTORY], ids=["sans", "avec"])
def test_the_rules_never_stop_and_what_they_tell_is_there(ere, syntaxe, annuaire):
    code, ecrire, lire = SYNTAXES[ere, syntaxe]
    told = 0
    for data in mutants(ecrire(bonne(ere, syntaxe)), 77, 60):
        root = etree.fromstring(data)
        facture = lire(root)
        if facture is None:
            continue
        for one in controler(facture, ContexteRegles(INTERFACES[code], LE, root, data, annuaire=annuaire, limites=Limites())):
            told += 1
            (place,) = root.xpath(one.path, namespaces=PREFIXES)
            element = place if etree.iselement(place) else place.getparent()
            assert (one.line, one.column) != (None, None)
            assert one.line == element.sourceline
    assert told
