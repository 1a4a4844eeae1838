"""Every status of the table, in every format that has a code for it: valid by the schemas and by the official rules, 0 failed assertions."""

import os
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from flux.config import Reglages
from flux.emitters.cdar import cdar_facture
from flux.emitters.cdar_blocs import DialecteCdar
from flux.emitters.fso1301a import message_fso1301a, unite
from flux.emitters.presence_cdar import presence_cdar
from flux.errors import ErreurUsage
from flux.etapes.redaction import accorder, dialecte_de, interfaces_du_statut
from flux.etapes.sujet import ACTIONS_DEMANDEES
from flux.modele.statut import Acteur, MontantStatut, Motif, Statut
from flux.referentiel.codes_cdar import ACTIONS, LecteurCdar
from flux.referentiel.motifs import MOTIF_OBLIGATOIRE, MOTIFS, motif_admis, motifs_admis
from flux.referentiel.statuts import STATUTS_FACTURE, StatutFacture, code_cdar, code_cpp
from flux.xsd.catalogue import schema
from tests.saxon import echecs
from tests.unit.emitters.exemples import DEPOSEE, FOURNISSEUR, HOSTILES, enveloppe, schema_cdar

PUBLIE = Path(os.environ.get("FLUX_CORPUS", "")).parent / "reference-schemas" / "CPPStatutPivot_V1_19.xsd"
PA, PPF = (dialecte_de(Reglages(dialecte_cdar=one)) for one in LecteurCdar)
MOE = Acteur(1, "30000000700019", "Bureau d'études du Viaduc", siren="300000007")
PAYEE = Acteur(1, "40000000600016", "Affacturage de l'Ouest", siren="400000006")
LONG = "Le bon de livraison n'est pas joint, et le service fait n'a pu être constaté sur place : merci d'ajouter l'un et d'écrire au second"
EN_CDAR = [row for row in STATUTS_FACTURE.values() if row.cdar is not None]
EN_CPP = [row for row in STATUTS_FACTURE.values() if row.cpp is not None]


def statut(row: StatutFacture, **autres: object) -> Statut:
    cdar = code_cdar(row)
    motifs = (Motif(motifs_admis(cdar.code)[0], LONG),) if cdar is not None and cdar.code in MOTIF_OBLIGATOIRE else ()
    given = {"motifs": motifs, "actions": ACTIONS_DEMANDEES.get(row.code, ()), "complement": LONG, "commentaire": "Vu en séance."} | autres
    return replace(DEPOSEE, code=row.code, **given)


def _cas() -> list[tuple[str, Statut, DialecteCdar]]:
    found = [(f"{row.code}", statut(row), PA) for row in EN_CDAR]
    found += [(f"{row.code}-auteur", statut(row, auteur=MOE), PA) for row in EN_CDAR]
    found += [(f"{row.code}-nu", statut(row, complement=None, commentaire=None, actions=()), PA) for row in EN_CDAR]
    found += [(f"{row.code}-ppf", statut(row), PPF) for row in EN_CDAR if row.cdar in ("200", "210", "213")]
    paid = STATUTS_FACTURE["MISE_EN_PAIEMENT"]
    montants = (MontantStatut("MPA", Decimal("1200.00"), "EUR"), MontantStatut("MEN", Decimal(100), None, Decimal("5.5")))
    found.append(("montants", statut(paid, montants=montants), PA))
    found.append(("beneficiaire", statut(paid, montants=montants[:1], beneficiaire=PAYEE), PA))
    found.append(("actions", statut(STATUTS_FACTURE["REJETEE"], actions=tuple(ACTIONS)), PA))
    found += [
        (f"hostile-{n}", statut(STATUTS_FACTURE["SUSPENDUE"], complement=one, auteur=replace(MOE, nom=one)), PA)
        for n, one in enumerate(HOSTILES)
    ]
    etranger = replace(FOURNISSEUR, type_identifiant=2, identifiant="BE0123456789", siren=None, adresse_electronique=None)
    found.append(("fournisseur étranger", statut(STATUTS_FACTURE["COMPLETEE"], fournisseur=etranger), PA))
    return found


CAS = _cas()


@pytest.mark.parametrize(("cas", "dialecte"), [(s, d) for _, s, d in CAS], ids=[nom for nom, _, _ in CAS])
def test_every_status_in_cdar_passes_the_official_schema_and_rules(cas, dialecte):
    data = cdar_facture(cas, enveloppe("FEN1202A"), dialecte)
    root = etree.fromstring(data)
    assert schema_cdar().validate(root), schema_cdar().error_log
    assert echecs("br-fr-cdv", data) == []
    assert presence_cdar(root) == ()


@pytest.mark.parametrize("row", EN_CPP, ids=[row.code for row in EN_CPP])
def test_every_status_in_cppstatut_is_valid_and_its_complement_is_never_over_80_and_never_lost(row):
    data = message_fso1301a(enveloppe(), [unite(1, statut(row), 80)])
    root = etree.fromstring(data)
    schema("cpp-statut").assertValid(root)
    assert len(root.findtext(".//ComplementStatut")) <= 80
    assert root.findtext(".//Commentaire").startswith(LONG)
    assert root.findtext(".//IdStatut") == row.cpp


@pytest.mark.skipif(not PUBLIE.is_file(), reason="FLUX_CORPUS names no folder beside the published schemas")
def test_every_status_in_cppstatut_is_valid_for_the_published_schema():
    published = etree.XMLSchema(file=str(PUBLIE))
    root = etree.fromstring(message_fso1301a(enveloppe(), [unite(n, statut(row), 80) for n, row in enumerate(EN_CPP, 1)]))
    assert published.validate(root), published.error_log


@pytest.mark.parametrize("row", STATUTS_FACTURE.values(), ids=STATUTS_FACTURE)
def test_a_status_without_a_code_in_a_format_is_not_written_in_it(row):
    sent = interfaces_du_statut(row.code, Reglages())
    assert ("FEN1202A" in sent) == (row.cdar is not None)
    assert ("FSO1301A" in sent) == ("FEN1201A" in sent) == (row.cpp is not None)
    if row.cdar is None:
        with pytest.raises(ErreurUsage):
            cdar_facture(statut(row), enveloppe("FEN1202A"))
    if code_cpp(row) is None:
        with pytest.raises(ErreurUsage):
            unite(1, statut(row), 80)


def test_the_ppf_gets_its_four_statuses_only():
    ppf = Reglages(dialecte_cdar=LecteurCdar.PPF)
    sent = {row.cdar for row in EN_CDAR if "FEN1202A" in interfaces_du_statut(row.code, ppf)}
    assert sent == {"200", "210", "213"}  # no status of Chorus Pro is 212


def test_the_settings_put_other_codes_in_place_of_the_table_s():
    chosen = Reglages(codes_cdar={"SERVICE_FAIT": "205", "MANDATEE": ""}, codes_cpp={"SERVICE_FAIT": "41"})
    assert interfaces_du_statut("MANDATEE", chosen) == ("FSO1301A", "FEN1201A")
    data = cdar_facture(statut(STATUTS_FACTURE["SERVICE_FAIT"]), enveloppe("FEN1202A"), dialecte_de(chosen))
    assert etree.fromstring(data).findtext(".//{*}ReferenceReferencedDocument/{*}ProcessConditionCode") == "205"
    assert "<IdStatut>41<" in unite(1, statut(STATUTS_FACTURE["SERVICE_FAIT"]), 80, chosen.codes_cpp)


@pytest.mark.parametrize(
    ("champ", "valeur", "chemin"),
    [
        ("matricule_ppf", "9998", ".//{*}RecipientTradeParty/{*}GlobalID"),
        ("format_date_facture", "204", ".//{*}FormattedIssueDateTime/{*}DateTimeString/@format"),
        ("matricule", "9997", ".//{*}SenderTradeParty/{*}GlobalID"),
    ],
)
def test_what_official_texts_disagree_on_is_a_setting(champ, valeur, chemin):
    dialecte = dialecte_de(Reglages(dialecte_cdar=LecteurCdar.PPF, **{champ: valeur}))
    root = etree.fromstring(cdar_facture(statut(STATUTS_FACTURE["DEPOSEE"]), enveloppe("FEN1202A"), dialecte))
    path, _, attribut = chemin.partition("/@")
    one = root.find(path)
    assert (one.get(attribut) if attribut else one.text) == valeur


def test_the_payee_s_role_is_a_setting():
    roles = []
    for role in ("PE", "BE"):
        dialecte = dialecte_de(Reglages(role_beneficiaire=role))
        data = cdar_facture(statut(STATUTS_FACTURE["MISE_EN_PAIEMENT"], beneficiaire=PAYEE), enveloppe("FEN1202A"), dialecte)
        roles.append([one.text for one in etree.fromstring(data).findall(".//{*}RecipientTradeParty/{*}RoleCode")])
    assert roles == [["SE", "PE"], ["SE", "BE"]]


@pytest.mark.parametrize(
    ("code", "role", "identifiant"),
    [
        ("SUSPENDUE", "BY", "20000000800012"),
        ("COMPLETEE", "SE", "100000009"),
        ("VALIDEE_1", "SE", "100000009"),
        ("REFUSEE_MOE", "BY", "20000000800012"),
        ("ABSENCE_VALIDATION_1_HORS_DELAI", "BY", "20000000800012"),
    ],
)
def test_one_who_is_not_known_is_named_by_the_party_it_belongs_to(code, role, identifiant):
    root = etree.fromstring(cdar_facture(statut(STATUTS_FACTURE[code]), enveloppe("FEN1202A")))
    issuer = root.find("{*}ExchangedDocument/{*}IssuerTradeParty")
    assert (issuer.findtext("{*}RoleCode"), issuer.findtext("{*}GlobalID")) == (role, identifiant)


@pytest.mark.parametrize(("code", "role"), [("REFUSEE_MOE", "AB"), ("REFUSEE_MOA", "BY"), ("VALIDEE_1", "SR"), ("COMPLETEE", "SE")])
def test_one_who_is_known_has_a_role_of_its_own(code, role):
    root = etree.fromstring(cdar_facture(statut(STATUTS_FACTURE[code], auteur=MOE), enveloppe("FEN1202A")))
    issuer = root.find("{*}ExchangedDocument/{*}IssuerTradeParty")
    assert (issuer.findtext("{*}RoleCode"), issuer.findtext("{*}GlobalID")) == (role, "300000007")


@pytest.mark.parametrize("qui", ["auteur", "beneficiaire", "destinataire", "fournisseur"])
def test_a_name_that_does_not_fit_stands_whole_in_a_note(qui):
    name = "Groupement " * 20
    given = statut(STATUTS_FACTURE["MISE_EN_PAIEMENT"], **{qui: replace(MOE, nom=name)})
    data = cdar_facture(given, enveloppe("FEN1202A"))
    assert name.strip() in [one.text.strip() for one in etree.fromstring(data).iterfind(".//{*}IncludedNote/{*}Content")]
    assert echecs("br-fr-cdv", data) == []


@pytest.mark.parametrize("code", [*sorted(MOTIFS), "MAUVAISE_MOA"])
@pytest.mark.parametrize(
    "row", [STATUTS_FACTURE[one] for one in ("REJETEE", "SUSPENDUE", "A_RECYCLER", "REFUSEE_MOE", "SERVICE_FAIT")], ids=lambda r: r.code
)
def test_no_reason_is_lost_whatever_its_vocabulary(row, code):
    given = statut(row, motifs=(Motif(code, "parce que"),), commentaire="Bonjour")
    agreed = accorder(given, PA)
    cdar = code_cdar(row)
    assert all(one.code in motifs_admis(cdar.code) for one in agreed.motifs)
    assert bool(agreed.motifs) == (motif_admis(cdar.code, code) is not None)
    if [one.code for one in agreed.motifs] != [code]:
        assert agreed.commentaire == f"Bonjour\n{code} : parce que"
    if agreed.motifs or cdar.code not in MOTIF_OBLIGATOIRE:
        assert echecs("br-fr-cdv", cdar_facture(agreed, enveloppe("FEN1202A"), PA)) == []


@pytest.mark.parametrize("dialecte", [PA, PPF], ids=["PA", "PPF"])
def test_a_date_of_the_year_26_keeps_its_eight_digits(dialecte):
    data = cdar_facture(replace(DEPOSEE, date_facture=date(26, 9, 10)), enveloppe("FEN1202A"), dialecte)
    (told,) = etree.fromstring(data).findall(".//{*}FormattedIssueDateTime/{*}DateTimeString")
    assert told.text.startswith("00260910")
    assert len(told.text) in (8, 14)
    assert b"_00260910</ram:ID>" in data
