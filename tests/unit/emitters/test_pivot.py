"""The pivot: valid for the house's schema and the published one, the same bytes every time, every attachment inside under its name."""

import os
import re
import zipfile
from base64 import b64decode
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from flux.emitters.pivot import Livraison, PiecePivot, Validation, nom_de_piece, pays_de, pivot
from flux.errors import ErreurUsage
from flux.fabrique import fabriquer_facture
from flux.modele.facture import Compte, Facture, FactureAnterieure, Ligne, Paiement
from flux.modele.statut import Acteur
from flux.referentiel.cadres import CADRES_CLASSIQUES, CADRES_REFORME
from flux.referentiel.modes_de_paiement import MODES_DE_PAIEMENT
from flux.referentiel.types_facture import TYPES_REFORME
from flux.xsd.catalogue import schema
from tests.golden import comparer
from tests.unit.emitters.exemples import DESTINATAIRE, FOURNISSEUR, HOSTILES, INSTANT, enveloppe
from tests.unit.parsers.exemples import COMPLETE

PUBLIE = Path(os.environ.get("FLUX_CORPUS", "")).parent / "reference-schemas" / "CPPFacturePivot_V2_02.xsd"
LIVRAISON = Livraison(1_0000001, INSTANT, FOURNISSEUR, DESTINATAIRE)
ORIGINALE = PiecePivot("F2026-0001.xml", b"<Invoice/>", "application/xml", visuel=True, categorie="Facture XML", originale=True)
BON = PiecePivot("Bon de commande n° 4 du 12.03.pdf", b"%PDF-1.7 bon", "application/pdf", visuel=False, categorie="Bon de commande")
SIMPLE = fabriquer_facture(1, 1, 2, date(2026, 11, 20), avoir=False)
AVOIR = replace(fabriquer_facture(1, 2, 2, date(2026, 11, 20), avoir=True), factures_anterieures=(FactureAnterieure("F2026-0001"),))


def ecrit(facture: Facture = SIMPLE, livraison: Livraison = LIVRAISON, pieces: tuple[PiecePivot, ...] = (ORIGINALE,)) -> bytes:
    return pivot(facture, livraison, pieces, enveloppe("FEN0111A"))


def lu(data: bytes, chemin: str) -> str | None:
    return etree.fromstring(data).findtext(f".//{chemin}")


def _cas() -> list[tuple[str, bytes]]:
    validations = (
        Validation(INSTANT, "13", replace(FOURNISSEUR, type_identifiant=6, pays=None), "Validée", "par le mandataire"),
        Validation(INSTANT, "14", FOURNISSEUR),
    )
    livree = replace(LIVRAISON, renvoi="Recyclée", mise_a_disposition_moe=INSTANT, validations=validations)
    return [
        ("simple", ecrit()),
        ("avoir", ecrit(AVOIR)),
        ("complete", ecrit(COMPLETE, livree, (BON, ORIGINALE, BON))),
        ("rien de facultatif", ecrit(replace(SIMPLE, lignes=(), tva=(), engagement=None, contrat=None, paiements=()))),
        ("un autre pays", ecrit(livraison=replace(LIVRAISON, fournisseur=Acteur(2, "BE0123456789", "Brasserie")))),
        *((f"cadre {c}", ecrit(replace(SIMPLE, cadre=c))) for c in (*CADRES_CLASSIQUES, *CADRES_REFORME)),
        *((f"type {c}", ecrit(replace(SIMPLE, type_code=c))) for c in sorted(TYPES_REFORME)),
        *((f"mode {c}", ecrit(replace(SIMPLE, paiements=(Paiement(c),)))) for c in (*MODES_DE_PAIEMENT, "ZZZ")),
    ]


CAS = _cas()


@pytest.mark.parametrize("data", [data for _, data in CAS], ids=[nom for nom, _ in CAS])
def test_every_framework_type_and_means_is_valid_for_the_house_schema(data):
    schema("cpp-facture-pivot").assertValid(etree.fromstring(data))


@pytest.mark.skipif(not PUBLIE.is_file(), reason="FLUX_CORPUS names no folder beside the published schemas")
def test_every_case_is_valid_for_the_published_schema():
    published = etree.XMLSchema(file=str(PUBLIE))
    for nom, data in CAS:
        assert published.validate(etree.fromstring(data)), (nom, published.error_log)


def test_it_is_written_as_agreed():
    """Without the zips, whose bytes are those of the zlib at hand."""
    comparer("pivot.xml", re.sub(rb"<Contenu>[^<]*", b"<Contenu>AAAA", dict(CAS)["complete"]))


def test_the_same_invoice_gives_the_same_bytes():
    assert ecrit(COMPLETE, pieces=(ORIGINALE, BON)) == ecrit(COMPLETE, pieces=(ORIGINALE, BON))


def test_an_attachment_is_a_zip_of_one_file_that_bears_its_name():
    root = etree.fromstring(ecrit(pieces=(BON, ORIGINALE)))
    for piece, expected in zip(root.iter("PJ"), (ORIGINALE, BON), strict=True):
        with zipfile.ZipFile(BytesIO(b64decode(piece.findtext("Contenu")))) as archive:
            (one,) = archive.namelist()
            assert one == piece.findtext("NomPJ")
            assert archive.read(one) == expected.contenu
    assert [one.findtext("TypePJ") for one in root.iter("PJ")] == ["01", "02"]
    assert [one.findtext("NomPJOrigine") for one in root.iter("PJ")] == [None, BON.nom]


@given(st.lists(st.text(min_size=0, max_size=120) | st.sampled_from(HOSTILES), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_names_of_any_form_make_distinct_valid_attachments(noms):
    data = ecrit(pieces=tuple(replace(BON, nom=nom) for nom in noms))
    root = etree.fromstring(data)
    schema("cpp-facture-pivot").assertValid(root)
    found = [one.findtext("NomPJ") for one in root.iter("PJ")]
    assert len(set(found)) == len(noms)


@pytest.mark.parametrize(
    ("nom", "pris", "attendu"),
    [
        ("a.pdf", set(), "a.pdf"),
        ("a.pdf", {"a.pdf", "a-2.pdf"}, "a-3.pdf"),
        ("x" * 60 + ".pdf", set(), "x" * 46 + ".pdf"),
        ("../../etc/passwd", set(), "_.._etc_passwd"),
        ("", set(), "piece"),
        ("sans.extensiontroplongue" + "e" * 40, set(), "sans.extensiontroplongue" + "e" * 26),
    ],
)
def test_a_name_is_cut_to_fifty_and_keeps_its_extension(nom, pris, attendu):
    assert nom_de_piece(nom, pris) == attendu


@pytest.mark.parametrize("hostile", HOSTILES)
def test_hostile_texts_stay_texts(hostile):
    data = ecrit(replace(SIMPLE, lignes=(replace(SIMPLE.lignes[0], reference_vendeur=hostile),)))
    schema("cpp-facture-pivot").assertValid(etree.fromstring(data))


def test_an_unset_payment_means_is_a_transfer():
    """G1.14."""
    for paiements in ((), (Paiement(None),), (Paiement("01"),), (Paiement("ZZZ"),)):
        data = ecrit(replace(SIMPLE, paiements=paiements))
        assert (lu(data, "ModePaiement/Code"), lu(data, "ModePaiement/Libelle")) == ("30", "Virement")


def test_a_sepa_means_is_that_of_its_kind():
    assert [lu(ecrit(replace(SIMPLE, paiements=(Paiement(c),))), "ModePaiement/Code") for c in ("58", "59", "48")] == ["30", "49", "48"]


@pytest.mark.parametrize(("cadre", "attendu"), [("A4", "A4"), ("A11", "A10"), ("S1", "A1"), ("M2", "A2"), ("S6", "A12"), (None, "A1")])
def test_the_framework_is_one_of_the_pivot(cadre, attendu):
    assert lu(ecrit(replace(SIMPLE, cadre=cadre)), "Cadre") == attendu


def test_the_original_invoice_is_named_by_a_credit_note_only():
    assert lu(ecrit(AVOIR), "IdFactureOrigine") == "F2026-0001"
    assert lu(ecrit(replace(AVOIR, type_code="380")), "IdFactureOrigine") is None


def test_dates_are_those_of_paris_and_delivery_is_by_default_the_day_of_issue():
    data = ecrit(livraison=replace(LIVRAISON, recu_le=datetime(2026, 12, 31, 23, 30, tzinfo=UTC)))
    assert lu(data, "DateReception") == "2027-01-01"
    assert (
        lu(data, "DateLivraison")
        == (SIMPLE.livraison.date if SIMPLE.livraison and SIMPLE.livraison.date else date(2026, 11, 20)).isoformat()
    )


def test_a_price_for_several_units_is_given_for_one_and_a_line_without_price_is_one_of_its_amount():
    lignes = (
        Ligne(montant=Decimal(30), quantite=Decimal(2), prix_net=Decimal(150), prix_quantite=Decimal(10)),
        Ligne(montant=Decimal(7)),
        Ligne(nom="sans montant"),
    )
    found = [
        [one.findtext(tag) for tag in ("PrixUnitaire", "Quantite", "MontantHT")]
        for one in etree.fromstring(ecrit(replace(SIMPLE, lignes=lignes))).iter("Ligne")
    ]
    assert found == [["15", "2", "30"], ["7", "1", "7"]]


@pytest.mark.parametrize(
    ("prix", "pour", "ecrit_"),
    [
        ("100", "3", "33.333333"),
        ("200", "3", "66.666667"),
        ("1.0000005", None, "1.000001"),
        ("12.50", None, "12.50"),
        ("9" * 90, "0." + "0" * 80 + "3", None),
    ],
)
def test_a_unit_price_has_six_decimals_at_most_rounded_half_up(prix, pour, ecrit_):
    """19 positions and 6 decimals in CPP files; G1.16."""
    ligne = Ligne(montant=Decimal(30), quantite=Decimal(2), prix_net=Decimal(prix), prix_quantite=pour and Decimal(pour))
    found = lu(ecrit(replace(SIMPLE, lignes=(ligne,))), "PrixUnitaire")
    assert ecrit_ is None or found == ecrit_


@pytest.mark.parametrize(("numero", "type_"), [("FR76 3000 6000 0112 3456 7890 189", "IBAN"), ("30006000011234567890189", "RIB")])
def test_an_account_says_what_it_is(numero, type_):
    data = ecrit(replace(SIMPLE, paiements=(Paiement("30", comptes=(Compte(numero),)),)))
    assert etree.fromstring(data).find(".//ReferenceBancaire").get("Type") == type_


@pytest.mark.parametrize(
    ("acteur", "pays"),
    [
        (Acteur(1, "10000000900015", "A"), "FR"),
        (Acteur(2, "BE0123456789", "A"), "BE"),
        (Acteur(3, "USACME", "A"), "US"),
        (Acteur(4, "0123456789", "A"), "NC"),
        (Acteur(5, "012345678", "A"), "PF"),
        (Acteur(7, "1800175", "A"), "FR"),
        (Acteur(1, "10000000900015", "A", pays="MC"), "MC"),
    ],
)
def test_the_country_that_the_format_requires_is_derived_where_the_address_has_none(acteur, pays):
    assert pays_de(acteur) == pays


@pytest.mark.parametrize("manque", ["numero", "date_emission", "devise"])
def test_an_invoice_that_no_pivot_can_hold_is_refused_by_name(manque):
    with pytest.raises(ErreurUsage, match="lacks BT-"):
        ecrit(replace(SIMPLE, **{manque: None}))
    with pytest.raises(ErreurUsage, match="attachment"):
        ecrit(pieces=())
