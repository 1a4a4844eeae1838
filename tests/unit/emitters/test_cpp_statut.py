"""CSO and FSO1301A: their exact bytes, their order, their limits, and what they do with hostile texts."""

import os
import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import flux
from flux.emitters.fso1301a import ecrire_fso1301a
from flux.emitters.retour import ecrire_retour
from flux.errors import ErreurUsage
from flux.modele.statut import LigneErreur, Statut
from flux.referentiel.statuts import STATUTS_FACTURE, STATUTS_FLUX, StatutFlux
from tests.golden import comparer
from tests.unit.emitters.exemples import DEPOSEE, HOSTILES, INSTANT, REJETEE, enveloppe, lu

ERREURS = (
    LigneErreur("FONCTIONNELLE", "REJ_SEMAN", "Le total TTC n'est pas HT + TVA", "f1.xml ligne 42 : attendu 120.00, trouvé 102.00"),
    LigneErreur("TECHNIQUE", "IRR_SYNTAX", "Le fichier n'est pas du XML bien formé"),
)
XSD = Path(flux.__file__).parent / "xsd" / "cpp-statut.xsd"
PUBLIE = Path(os.environ.get("FLUX_CORPUS", "")).parent / "reference-schemas" / "CPPStatutPivot_V1_19.xsd"
MUR = "La facture F2026-0001 est rejetée parce que le numéro d'engagement juridique est absent alors que le service l'exige"


def _retour(statut: StatutFlux = STATUTS_FLUX["INTEGRE_PARTIEL"], erreurs=ERREURS, commentaire="1 facture sur 2 intégrée") -> bytes:
    output = BytesIO()
    ecrire_retour(output, enveloppe("CSO1140A"), statut, "ABC1231140000000000000001", INSTANT, iter(erreurs), len(erreurs), commentaire)
    return output.getvalue()


def _fso1301a(*statuts: Statut, produit_le: datetime = INSTANT) -> bytes:
    output = BytesIO()
    ecrire_fso1301a(output, enveloppe(produit_le=produit_le), iter(statuts), len(statuts))
    return output.getvalue()


def _donnees(data: bytes) -> dict[str, str]:
    return {one.tag: one.text or "" for one in etree.fromstring(data).find(".//DonneesStatut")}


def _valide(data: bytes, xsd: Path) -> None:
    schema = etree.XMLSchema(file=str(xsd))
    assert schema.validate(etree.fromstring(data)), schema.error_log


def test_feedback_is_written_as_agreed():
    comparer("cso-integre-partiel.xml", _retour())


def test_feedback_without_error_has_no_details():
    data = _retour(STATUTS_FLUX["INTEGRE"], (), None)
    assert "Details" not in _donnees(data)
    assert "Commentaire" not in _donnees(data)
    comparer("cso-integre.xml", data)


def test_lifecycle_is_written_as_agreed():
    comparer("fso1301a.xml", _fso1301a(DEPOSEE, replace(REJETEE, complement=MUR)))


EXEMPLES = [_retour(row, ERREURS if code != "INTEGRE" else ()) for code, row in STATUTS_FLUX.items()] + [
    _fso1301a(DEPOSEE, replace(REJETEE, complement=MUR))
]


@pytest.mark.parametrize("data", EXEMPLES)
def test_messages_are_valid_for_the_house_schema(data):
    _valide(data, XSD)


@pytest.mark.skipif(not PUBLIE.is_file(), reason="FLUX_CORPUS names no folder beside the published schemas")
@pytest.mark.parametrize("data", EXEMPLES)
def test_messages_are_valid_for_the_published_schema(data):
    _valide(data, PUBLIE)


@pytest.mark.parametrize("row", STATUTS_FLUX.values(), ids=STATUTS_FLUX.keys())
def test_the_label_of_every_flow_status_fits(row):
    assert _donnees(_retour(row))["ComplementStatut"] == row.libelle


def test_a_long_flow_label_is_cut_at_40_and_stands_whole_in_the_comment():
    row = replace(STATUTS_FLUX["REJETE"], libelle="Flux rejeté : aucune des factures déposées n'a pu être intégrée")
    data = _donnees(_retour(row))
    assert data["ComplementStatut"] == "Flux rejeté : aucune des factures"
    assert data["Commentaire"] == f"{row.libelle}\n1 facture sur 2 intégrée"


def test_a_flow_label_of_one_word_is_cut_at_40_exactly():
    assert _donnees(_retour(replace(STATUTS_FLUX["REJETE"], libelle="x" * 41)))["ComplementStatut"] == "x" * 40


def test_the_production_day_is_the_day_in_paris():
    data = _fso1301a(DEPOSEE, produit_le=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert etree.fromstring(data).findtext(".//Valeurparametre") == "2027-01-01"


def test_a_lifecycle_file_without_status_is_refused():
    with pytest.raises(ErreurUsage):
        _fso1301a()


@pytest.mark.parametrize(("jour", "longueur"), [(datetime(2024, 6, 19, 12, tzinfo=UTC), 50), (datetime(2024, 6, 19, 22, tzinfo=UTC), 80)])
def test_the_length_follows_the_day_in_paris(jour, longueur):
    data = _donnees(_fso1301a(replace(DEPOSEE, complement="abcd " * 40), produit_le=jour))
    assert len(data["ComplementStatut"]) == longueur - 1


def test_a_long_complement_stands_whole_before_the_comment_and_the_reasons():
    data = _donnees(_fso1301a(replace(REJETEE, complement=MUR)))
    assert data["ComplementStatut"] == "La facture F2026-0001 est rejetée parce que le numéro d'engagement juridique est"
    assert data["Commentaire"].split("\n") == [
        MUR,
        "Voir le retour d'intégration",
        "REJ_SEMAN : BR-CO-15 : total TTC attendu 120.00, trouvé 102.00",
        "DOUBLON : Facture déjà reçue le 01/11/2026",
    ]


@given(st.text(st.characters(codec=None, exclude_categories=())), st.text(st.characters(codec=None, exclude_categories=())))
def test_any_complement_fits_and_is_kept(complement, commentaire):
    data = _donnees(_fso1301a(replace(DEPOSEE, complement=complement, commentaire=commentaire)))
    court = data.get("ComplementStatut", "")
    assert len(court) <= 80
    assert court == lu(complement) or data["Commentaire"].startswith(lu(complement))
    assert data.get("Commentaire", "").endswith(lu(commentaire))


@pytest.mark.parametrize("texte", HOSTILES)
def test_hostile_texts_never_break_a_message(texte):
    supplier = replace(DEPOSEE.fournisseur, nom=texte)
    found = etree.fromstring(_fso1301a(replace(DEPOSEE, fournisseur=supplier, numero=texte)))
    assert found.findtext(".//RaisonSociale") == found.findtext(".//IdFacture") == lu(texte)
    assert etree.fromstring(_retour(erreurs=(LigneErreur(texte, texte, texte, texte),))).findtext(".//DescriptionErreur") == lu(texte)


@pytest.mark.parametrize("texte", [*HOSTILES, "", "x" * 300])
def test_a_party_that_does_not_fit_the_format_still_makes_a_valid_message(texte):
    recipient = replace(DEPOSEE.destinataire, type_identifiant=3, identifiant=texte, code_service=texte * 50, nom=texte)
    supplier = replace(DEPOSEE.fournisseur, pays=texte)
    data = _fso1301a(replace(DEPOSEE, destinataire=recipient, fournisseur=supplier))
    _valide(data, XSD)
    assert _donnees(data)["Commentaire"].startswith(f"Identifiant du destinataire : {lu(texte)}")
    assert etree.fromstring(data).findtext(".//Debiteur/Identifiant") == "0" * 14
    assert len(texte) < 3 or lu(texte * 50) in _donnees(data)["Commentaire"]


@pytest.mark.parametrize("annonce", [0, 1, 3])
def test_a_wrong_count_is_refused(annonce):
    with pytest.raises(ErreurUsage):
        ecrire_fso1301a(BytesIO(), enveloppe(), iter((DEPOSEE, REJETEE)), annonce)
    with pytest.raises(ErreurUsage):
        ecrire_retour(BytesIO(), enveloppe("CSO1140A"), STATUTS_FLUX["REJETE"], "X", INSTANT, iter(ERREURS), annonce)


def test_an_unknown_status_is_refused_with_what_is_admitted():
    with pytest.raises(ErreurUsage) as caught:
        _fso1301a(replace(DEPOSEE, code="EGAREE"))
    assert caught.value.facts == {"statut": "EGAREE", "admis": tuple(STATUTS_FACTURE)}


class _Puits(BytesIO):
    """Counts what is written and keeps nothing."""

    total = 0

    def write(self, data: bytes) -> int:
        self.total += len(data)
        return len(data)


def test_memory_does_not_grow_with_the_lines():
    well = _Puits()
    lines = (replace(ERREURS[0], libelle=f"erreur {n}") for n in range(20_000))
    tracemalloc.start()
    ecrire_retour(well, enveloppe("CSO1140A"), STATUTS_FLUX["REJETE"], "X", INSTANT, lines, 20_000)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert well.total > 4_000_000
    assert peak < 200_000
