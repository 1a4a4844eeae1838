"""Every official rule has its explanation, in both languages, as a person can act on it."""

from __future__ import annotations

import re

import pytest

from docs.regles_officielles import assertions
from flux.referentiel.explications import (
    LONGUEUR,
    Explication,
    cdv,
    en16931,
    etendues,
    expliquer,
    expliquer_message,
    formats,
    francaises,
    multivendeurs,
    structure,
    tva,
)
from flux.referentiel.explications.mots import GENRES, nom
from flux.referentiel.explications.noms import AUTRES, NOMS
from flux.referentiel.termes import TERMES
from flux.regles.officielles.numeros import numero_publie, sans_numero

#: Terms that the table of terms tells two by two, where a rule speaks of one.
DEDOUBLES = {"BT-92", "BT-93", "BT-95", "BT-96", "BT-136"}
MOTS_ANGLAIS = re.compile(
    r"\b(the|of|and|shall|must|should|with|without|is|are|not|this|that|invoice|line|amount|element|recipients)\b", re.IGNORECASE
)
MOTS_FRANCAIS = re.compile(
    r"\b(le|la|les|du|des|une|est|pas|ou|et|avec|sans|facture|ligne|remise|montant|élément)\b|[éèêàç]", re.IGNORECASE
)
NOMME = re.compile(r"\b(BT|BG|EXT-FR-FE|MDT|MDG)-|\b(cbc|cac|ram|udt|ext):\w|@\w|L'élément |attribut @?\w|schemeID")
QUE_FAIRE = re.compile(
    r"\b(Indiquez|Ajoutez|Retirez|Gardez|Corrigez|Choisissez|Écrivez|Mettez|Donnez|Refaites|Raccourcissez|Remplissez|Arrondissez|Prenez|Complétez|"
    r"Relevez|Numérotez|Séparez|Faites|Changez|Dites|[a-zé-]+ez(-l[ea]s?|-en)?)\b"
)
BLAME = re.compile(r"\b(faute|erreur de votre|invalide|incorrect|vous avez|mal )\b|\b(fault of|invalid|you have|you did)\b", re.IGNORECASE)


def _expliquer(identifiant: str, message: str) -> Explication | None:
    return expliquer(numero_publie(identifiant, message), message) or expliquer_message(message)


@pytest.fixture(scope="module")
def officielles() -> dict[tuple[str, str], Explication | None]:
    """Identifier and message of every assertion of the eleven sets → explanation."""
    return {(identifiant, message): _expliquer(identifiant, message) for _, identifiant, _, message in assertions()}


def test_every_assertion_of_the_eleven_sets_is_read():
    jeux = [jeu for jeu, *_ in assertions()]
    assert len(set(jeux)) == 11
    assert len(jeux) > 6000


def test_every_assertion_has_an_explanation(officielles):
    assert [cle for cle, une in officielles.items() if une is None] == []


def test_explanations_are_short_and_whole_sentences(officielles):
    for (identifiant, message), une in officielles.items():
        for texte in (une.fr, une.en):
            assert 30 <= len(texte) <= LONGUEUR, (identifiant, message, texte)
            assert texte[0].isupper(), (identifiant, texte)
            assert texte[-1] in ".…", (identifiant, texte)
            assert not re.search(r"[{}]|\$|  |\(\)|None|(?<![\w-])[XNT](?![\w'-])|…\.", texte), (identifiant, texte)


def test_french_is_french_and_english_is_english(officielles):
    for (identifiant, _), une in officielles.items():
        # names of elements and codes are not words of a language
        fr, en = (re.sub(r"« [^»]*»|“[^”]*”|\b[\w:/@-]*[A-Z_:/@][\w:/@-]*", "", texte) for texte in (une.fr, une.en))
        assert not MOTS_ANGLAIS.search(fr), (identifiant, une.fr)
        assert not MOTS_FRANCAIS.search(en), (identifiant, une.en)


def test_every_explanation_names_a_term_or_an_element_and_says_what_to_do_without_blame(officielles):
    for (identifiant, message), une in officielles.items():
        assert NOMME.search(une.fr) or "Incoterm" in une.fr or "R008" in message, (identifiant, une.fr)  # R008: any empty element
        assert QUE_FAIRE.search(une.fr), (identifiant, une.fr)
        assert not BLAME.search(une.fr + une.en), (identifiant, une.fr, une.en)


def test_both_languages_name_the_same_terms(officielles):
    numero = re.compile(r"\b(?:BT|BG|EXT-FR-FE|MDT|MDG)-[\dX-]*\d")
    for (identifiant, _), une in officielles.items():
        assert sorted(numero.findall(une.fr)) == sorted(numero.findall(une.en)), (identifiant, une.fr, une.en)


def test_no_official_sentence_is_copied(officielles):
    """No eight words in a row of an official message, codes and numbers apart."""

    def suites(texte: str) -> set[tuple[str, ...]]:
        mots = [mot.lower() for mot in re.findall(r"[\w'’-]+", texte) if (mot.isalpha() and not mot.isupper()) or "'" in mot or "’" in mot]
        return {tuple(mots[i : i + 8]) for i in range(len(mots) - 7)}

    officiels = set().union(*(suites(message) for _, message in officielles))
    for (identifiant, _), une in officielles.items():
        communs = (suites(une.fr) | suites(une.en)) & officiels
        assert not communs, (identifiant, communs)


# --- sense: what an accountant must read in a few well-known rules ------------------------------------------------------


@pytest.mark.parametrize(
    ("regle", "dit", "calcul"),
    [
        ("BR-02", "Il manque le numéro de facture (BT-1).", False),
        ("BR-16", "aucune ligne (BG-25)", False),
        ("BR-CO-09", "ne commence pas par un code pays", False),
        ("BR-CO-10", "somme des lignes HT (BT-106) n'est pas égale", True),
        ("BR-CO-14", "total de TVA (BT-110) n'est pas la somme des TVA de chaque taux (BT-117)", True),
        ("BR-CO-15", "total TTC (BT-112) n'est pas égal au total HT (BT-109) plus le total de TVA (BT-110)", True),
        ("BR-CO-16", "net à payer (BT-115)", True),
        ("BR-CO-17", "multipliée par le taux (BT-119)", True),
        ("BR-CO-25", "la date d'échéance (BT-9) ou les conditions de paiement (BT-20)", False),
        ("BR-CO-26", "Rien n'identifie le fournisseur", False),
        ("BR-S-02", "numéro de TVA du fournisseur (BT-31)", False),
        ("BR-S-05", "doit dépasser 0", False),
        ("BR-S-08", "base HT du taux de TVA (BT-116)", True),
        ("BR-AE-02", "identifiant légal (BT-47) du destinataire", False),
        ("BR-O-05", "elle ne porte pas de taux", False),
        ("BR-E-10", "ne dit pas pourquoi la TVA est nulle", False),
        ("BR-Z-01", "un seul groupe Z", False),
        ("BR-FREXT-Z-01", "au moins un groupe Z", False),
        ("BR-FXEXT-IC-08rev", "motif par motif", True),
        ("BR-DEC-12", "Trop de décimales pour le total HT (BT-109)", False),
        ("BR-CL-16", "Le mode de paiement (BT-81) n'est pas un code admis", False),
        ("BR-61", "compte à créditer (IBAN, BT-84)", False),
        ("BR-FR-01_BT-1-1", "numéro de facture (BT-1) dépasse 35 caractères", False),
        ("BR-FR-01_BT-1-2", "numéro de facture (BT-1) contient un caractère non admis", False),
        ("BR-FR-05_BT-22-2", "pénalités de retard (PMD)", False),
        ("BR-FR-05_BT-22_PMD", "pénalités de retard (PMD)", False),
        ("BR-FR-12_BT-49", "Il manque l'adresse électronique du destinataire (BT-49)", False),
        ("BR-FR-15_BT-95_BT-118_LM", "catégorie de TVA de la ventilation (BT-118) est L ou M", False),
        ("BR-FR-CO-05_BT-3", "dites quelles factures il corrige", False),
        ("BR-FR-MV-05_EXT-FR-FE-BG-12", "somme de ses sous-lignes", True),
        ("BR-FR-CDV-CL-09_MDT-113_213", "statut 213 (rejetée)", False),
    ],
)
def test_well_known_rules_say_what_they_mean(regle, dit, calcul):
    une = expliquer(regle)
    assert dit in une.fr
    assert une.calcul is calcul


@pytest.mark.parametrize("rang", range(10, 18))
def test_sums_and_products_are_calculations(rang):
    assert expliquer(f"BR-CO-{rang}").calcul


def test_a_rule_on_one_element_names_it_as_the_message_spells_it():
    message = "[UBL-CR-157]-A UBL invoice should not include the AccountingSupplierParty Party PostalAddress Department"
    assert "AccountingSupplierParty/Party/PostalAddress/Department" in expliquer("UBL-CR-157", message).fr
    assert "l'attribut schemeID de PaymentID" in expliquer(
        "UBL-CR-653", "A UBL invoice should not include the PaymentID scheme identifier"
    ).fr.replace("L'", "l'")
    assert expliquer("UBL-CR-157").fr.startswith("Cet élément")


def test_a_message_says_as_much_without_its_number(officielles):
    """As verdicts give it."""
    for (identifiant, message), une in officielles.items():
        regle, court = numero_publie(identifiant, message), sans_numero(" ".join(message.split()))
        assert (expliquer(regle, court) or expliquer_message(court)) == une, (identifiant, court)


def test_a_structural_message_names_the_term_at_its_place():
    message = "\n\tElement 'ram:ID' must occur exactly 1 times."
    ici = "/rsm:CrossIndustryInvoice/rsm:ExchangedDocument"
    assert "« numéro de facture » (BT-1, ram:ID)" in expliquer_message(message, ici).fr
    assert "BT-" not in expliquer_message(message).fr
    valeur = expliquer_message("Value of 'ram:TypeCode' is not allowed.", f"{ici}/ram:TypeCode")
    assert "« type de facture » (BT-3, ram:TypeCode)" in valeur.fr


def test_a_structural_message_names_the_term_around_an_element_that_is_none_and_the_term_that_bears_an_attribute():
    vendeur = "/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeAgreement/ram:SellerTradeParty"
    une = expliquer_message(
        "Element 'ram:CompleteNumber' must occur exactly 1 times.", f"{vendeur}/ram:DefinedTradeContact/ram:FaxUniversalCommunication"
    )
    assert une.fr.startswith("L'élément ram:CompleteNumber dans « contact du fournisseur » (BG-6) doit figurer une fois")
    assert une.en.startswith("The element ram:CompleteNumber in “supplier's contact” (BG-6) must be there once")
    legal = f"{vendeur}/ram:SpecifiedLegalOrganization/ram:ID"
    assert (
        "@schemeID de « identifiant légal du fournisseur » (BT-30, ram:ID)"
        in expliquer_message("Attribute '@schemeID' is required in this context.", legal).fr
    )


@pytest.mark.parametrize(
    ("message", "chemin", "dit"),
    [
        (
            "Value of '@schemeID' is not allowed.",
            "ram:SellerTradeParty/ram:URIUniversalCommunication/ram:URIID",
            "« adresse électronique du fournisseur » (BT-34, ram:URIID) n'est pas dans la liste admise : 0225",
        ),
        (
            "Value of '@schemeID' is not allowed.",
            "ram:SellerTradeParty/ram:SpecifiedTaxRegistration[2]/ram:ID",
            "VA pour un numéro de TVA, FC",
        ),
        ("Value of '@schemeID' is not allowed.", "ram:SellerTradeParty/ram:SpecifiedLegalOrganization/ram:ID", "0002 pour un SIREN"),
        (
            "Value of 'ram:ID' is not allowed.",
            "ram:GuidelineSpecifiedDocumentContextParameter/ram:ID",
            "« profil de la facture » (BT-24, ram:ID)",
        ),
    ],
)
def test_a_list_is_told_as_its_place_needs_it(message, chemin, dit):
    assert dit in expliquer_message(message, f"/rsm:CrossIndustryInvoice/{chemin}").fr


def test_a_structural_explanation_stays_short_at_any_place():
    messages = {message for _, identifiant, _, message in assertions() if numero_publie(identifiant, message).startswith("FX-SCH")}
    long = "/rsm:CrossIndustryInvoice/rsm:SupplyChainTradeTransaction/ram:ApplicableHeaderTradeSettlement/ram:TaxCurrencyCode"
    assert len(messages) > 100
    for message in messages:
        une = expliquer_message(message, long)
        assert "BT-6" in une.fr
        assert max(len(une.fr), len(une.en)) <= LONGUEUR


@pytest.mark.parametrize(
    "regle", ["", "BR-99", "BR-S-12", "BR-FR-99_BT-1", "BR-FR-01_BT-999", "UBL-XX-1", "GES-G1.05a", "BR-FR-CDV-CL-09_MDT-113_999"]
)
def test_an_unknown_rule_has_no_explanation(regle):
    assert expliquer(regle) is None


def test_an_unknown_message_has_no_explanation():
    assert expliquer_message("Something else.") is None


# --- the tables ---------------------------------------------------------------------------------------------------------


def test_one_thing_has_one_name():
    numeros = {terme.numero for terme in TERMES.values()}
    assert {cle for cle in NOMS if cle in numeros or cle in TERMES} - DEDOUBLES == set()
    assert len({fr for fr, _ in NOMS.values()}) >= len(NOMS) - 1  # MDG-3 and MDT-3: a group and its one term


def test_the_gender_of_every_name_is_known():
    for cle in (*NOMS, *AUTRES, *(cle for cle, terme in TERMES.items() if terme.numero)):
        fr, en, _ = nom(cle)
        assert fr != en
        assert re.split(r"[ ']", fr, maxsplit=1)[0] in GENRES, cle


def test_no_row_is_for_a_rule_that_no_set_has():
    publiees = {numero_publie(identifiant, message) for _, identifiant, _, message in assertions()}
    publiees |= {francaises.ALIAS.get(regle, regle) for regle in publiees}
    ecrites: set[str] = set().union(
        *(table.TEXTES for table in (en16931, formats, structure, etendues, multivendeurs, francaises, cdv)), tva.PROPRES, francaises.ALIAS
    )
    assert sorted(ecrites - publiees) == []
