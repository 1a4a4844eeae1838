"""The interface table: what each row says, what is refused at load, what is closed, and one more row."""

import gzip
import tarfile
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest

from flux import controle
from flux.archive import ouvrir_flux
from flux.controle import juger, verifier_lecteurs
from flux.enveloppe import verifier_nom
from flux.fabrique import Demande, ecrire_exemple, flux_exemple
from flux.fabrique.flux_exemple import verifier_exemples
from flux.referentiel.interfaces import (
    INTERFACES,
    RETIREES,
    Controle,
    Environnement,
    Ere,
    Format,
    Interface,
    InterfaceRetiree,
    TypeFlux,
    verifier_interfaces,
)
from flux.referentiel.interfaces_statuts import INTERFACES_STATUTS
from tests.unit.classique.exemples_classiques import LIMITES, fixture, juger_flux

_CII = "{urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100}CrossIndustryInvoice"
_UBL = (
    "{urn:oasis:names:specification:ubl:schema:xsd:Invoice-2}Invoice",
    "{urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2}CreditNote",
)
_V = {Controle.VISUEL}
_16B = {Controle.CII_16B}

#: code → type, format, roots, PDF, checks, era, open in production, 500-invoice limit.
VERITE = {
    "FSO1100A": ("E1", "ubl", _UBL, False, set(), "classique", True, True),
    "FSO1106A": ("E1", "cii", (_CII,), False, _16B, "classique", True, True),
    "FSO1110A": ("E2", "ubl", _UBL, False, _V, "classique", True, False),
    "FSO1113A": ("E2", "cpp_facture", ("CPPFactureMixte",), False, _V | {Controle.UNE_FACTURE}, "classique", True, False),
    "FSO1116A": ("E2", "cii", (_CII,), False, _V | _16B, "classique", True, False),
    "FSO1117A": ("E2", "facturx", (_CII,), True, _16B, "classique", True, False),
    "FSO1120A": ("E3", "ubl", _UBL, False, set(), "classique", True, False),
    "FSO1140A": (None, "ubl", _UBL, False, set(), "reforme", False, False),
    "FSO1146A": (None, "cii", (_CII,), False, set(), "reforme", False, False),
    "FSO1147A": (None, "facturx", (_CII,), True, set(), "reforme", False, False),
}


def test_the_table_holds_these_rows_and_no_other():
    assert {
        row.code: (
            row.type_flux, row.format, row.racines, row.pdf, set(row.controles), row.ere, Environnement.PRODUCTION in row.environnements,
            row.limite_factures,
        )
        for row in INTERFACES.values()
    } == VERITE  # fmt: skip
    assert all(row.destinataires_publics and Environnement.QUALIFICATION in row.environnements for row in INTERFACES.values())


@pytest.mark.parametrize("row", [row for row in INTERFACES.values() if row.remplacee_par], ids=lambda row: row.code)
def test_the_successor_of_a_qualification_interface_is_its_classic_twin_open_in_production(row):
    twin = INTERFACES[row.remplacee_par]
    assert (twin.format, twin.ere, twin.environnements) == (row.format, Ere.CLASSIQUE, frozenset(Environnement))
    assert twin.code == {"FSO1140A": "FSO1100A", "FSO1146A": "FSO1106A", "FSO1147A": "FSO1117A"}[row.code]


# --- closed interfaces -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("environnement", Environnement)
@pytest.mark.parametrize(
    ("code", "when", "successors"),
    [
        ("FSO1101A", "non publiée", "FSO1106A"),
        ("FSO1102A", "mars 2019", "FSO1100A, FSO1106A"),
        ("FSO1111A", "non publiée", "FSO1116A"),
        ("FSO1112A", "décembre 2021", "FSO1110A, FSO1113A, FSO1116A"),
    ],
)
def test_a_closed_interface_is_refused_with_what_is_known_and_what_to_use(code, when, successors, environnement):
    nom, row, (found,) = verifier_nom(f"{code}_ABC123_ABC123{code[3:7]}000000000000001", environnement=environnement)
    assert nom is not None
    assert row is None
    assert (found.rule, found.found, found.expected) == ("ENV-03", code, successors)
    assert when in found.fr
    assert successors in found.en
    assert "None" not in found.fr + found.en


def test_the_codes_told_for_an_unknown_interface_are_those_open_here():
    (found,) = verifier_nom("FSO9999A_ABC123_ABC1239999000000000000001", environnement=Environnement.PRODUCTION)[2]
    factures = [code for code in found.expected.split(", ") if code not in INTERFACES_STATUTS]
    assert factures == [code for code, row in VERITE.items() if row[6]]


# --- rows that are refused ---------------------------------------------------------------------------------------------------

BONNE = INTERFACES["FSO1106A"]


@pytest.mark.parametrize(
    "champs",
    [
        {"libelle": ""},
        {"label": ""},
        {"source": ""},
        {"environnements": frozenset()},
        {"cycle_de_vie": ()},
        {"schemas": ()},
        {"schemas": ("cii-d99z",)},
        {"type_flux": None},
        {"code": "FSO110A"},
        {"code": "FEN1106A"},
        {"remplacee_par": "FSO1999A"},
        {"remplacee_par": "FSO1101A"},
    ],
    ids=str,
)
def test_an_incomplete_row_stops_the_load(champs):
    code = champs.get("code", "FSO1106A")
    verifier_interfaces([BONNE], [_retiree(("FSO1106A",))])
    with pytest.raises(RuntimeError, match=code):
        verifier_interfaces([replace(BONNE, **champs)], [_retiree((code,))])


def _retiree(successors: tuple[str, ...]) -> InterfaceRetiree:
    return InterfaceRetiree("FSO1101A", "Ancien", "Old", "en 2018", "in 2018", successors, "test")


@pytest.mark.parametrize("successors", [(), ("FSO1999A",), ("FSO1101A",)])
def test_a_closed_row_must_lead_to_an_open_one(successors):
    with pytest.raises(RuntimeError, match="FSO1101A"):
        verifier_interfaces([BONNE], [_retiree(successors)])


def test_a_code_stands_once():
    with pytest.raises(RuntimeError, match="share one code"):
        verifier_interfaces([BONNE, BONNE])


def test_a_row_that_nothing_reads_checks_or_samples_stops_the_load(monkeypatch):
    with pytest.raises(RuntimeError, match="FSO1113A has no parser"):
        verifier_lecteurs([replace(INTERFACES["FSO1113A"], ere=Ere.REFORME)])
    monkeypatch.delitem(controle._CONTROLES, Controle.VISUEL)
    with pytest.raises(RuntimeError, match="FSO1116A asks for a check"):
        verifier_lecteurs([INTERFACES["FSO1116A"]])
    monkeypatch.delitem(flux_exemple._ECRITURES, Format.CPP_FACTURE)
    with pytest.raises(RuntimeError, match="FSO1113A has no sample"):
        verifier_exemples([INTERFACES["FSO1113A"]])


# --- one more interface ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "nom"),
    [
        # The codes are invented: those of the works flows are not public.
        (Interface("FSO1990A", "Travaux, UBL", "Works, UBL", Format.UBL, ("ubl-invoice",), "test", TypeFlux.E4), "ubl.xml"),
        (
            Interface(
                "FSO1991A", "Travaux, CII", "Works, CII", Format.CII, ("cii-d22b",), "test", TypeFlux.E5, controles=(Controle.VISUEL,)
            ),
            "cii.xml",
        ),
    ],
    ids=["E4", "E5"],
)
def test_a_works_interface_is_one_row(row, nom, monkeypatch, tmp_path):
    verifier_interfaces([*INTERFACES.values(), row], RETIREES.values())
    verifier_lecteurs([row])
    monkeypatch.setitem(INTERFACES, row.code, row)
    assert juger(nom, fixture(nom), row, LIMITES).facture.numero == "F-2026-0042"
    made = ecrire_exemple(Demande(row.code, factures=2, avoirs=False), tmp_path)
    verdict = juger_flux(made.chemin)
    assert (verdict.interface, [one.rule for one in verdict.anomalies if one.layer != "business"]) == (row, [])
    assert row.retour == f"CSO{row.chiffres}A"


# --- 500 invoices ------------------------------------------------------------------------------------------------------------


def _archive(combien: int) -> bytes:
    out = BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb") as packed, tarfile.open(fileobj=packed, mode="w|") as tar:
        for rang in range(combien):
            tar.addfile(_membre(rang), BytesIO(b"<a/>"))
    return out.getvalue()


def _membre(rang: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(f"{rang}.xml")
    info.size = 4
    return info


@pytest.mark.parametrize("code", ["FSO1100A", "FSO1106A", "FSO1110A", "FSO1140A"])
@pytest.mark.parametrize("combien", [500, 501])
def test_a_structured_classic_flow_holds_500_invoices(code, combien, tmp_path):
    path = tmp_path / "flux"
    path.write_bytes(_archive(combien))
    verdict = juger_flux(path, INTERFACES[code])
    too_many = code in {"FSO1100A", "FSO1106A"} and combien > 500
    assert [one.rule for one in verdict.anomalies if one.rule.startswith("ARC")] == (["ARC-09"] if too_many else [])
    assert len(verdict.documents) == (0 if too_many else combien)


def test_the_limit_is_a_setting():
    small = list(ouvrir_flux(BytesIO(_archive(3)), 1000, "x", LIMITES, factures_max=2))
    assert small[-1].rule == "ARC-09"


# --- the factory -------------------------------------------------------------------------------------------------------------

CLASSIQUES = [code for code, row in INTERFACES.items() if row.ere is Ere.CLASSIQUE]


@pytest.mark.parametrize("code", CLASSIQUES)
def test_examples_keep_to_the_classic_conventions(code, tmp_path):
    made = ecrire_exemple(Demande(code, factures=25, lignes=3, graine=4), tmp_path)
    verdict = juger_flux(made.chemin)
    assert [(one.rule, one.found) for one in verdict.anomalies if one.bloquante] == []
    cadre = "A3" if code == "FSO1120A" else "A1"
    for one in verdict.documents:
        facture = one.facture
        assert (facture.cadre, facture.vendeur.identifiant("1") is not None, len(facture.siret_destinataire)) == (cadre, True, 14)
        assert len(facture.numero) <= 20
        assert facture.paiements[0].code in {"30", "48"}
        assert facture.date_emission <= date(2026, 9, 30)


@pytest.mark.parametrize("code", CLASSIQUES)
def test_examples_do_not_depend_on_the_clock_or_the_place(code, tmp_path):
    first, second = (ecrire_exemple(Demande(code, factures=3, graine=7), tmp_path / place).chemin.read_bytes() for place in "ab")
    assert first == second


@pytest.mark.parametrize(
    ("defaut", "codes", "rule"),
    [
        ("visuel-absent", ("FSO1110A", "FSO1113A", "FSO1116A"), "VIS-01"),
        ("element-d22b", ("FSO1106A", "FSO1116A", "FSO1117A"), "XSD-28"),
        ("deux-factures", ("FSO1113A",), "CPP-01"),
        ("montant-illisible", tuple(CLASSIQUES), "XSD-10"),
        ("date-impossible", ("FSO1100A", "FSO1113A", "FSO1120A"), "XSD-11"),
    ],
)
def test_each_classic_fault_gets_its_answer(defaut, codes, rule, tmp_path):
    for code in codes:
        made = ecrire_exemple(Demande(code, defauts=(defaut,), avoirs=False, part_fautive=1.0), tmp_path / code)
        verdict = juger_flux(made.chemin)
        assert rule in {one.rule for one in verdict.anomalies}, code
        assert verdict.refuse


def test_the_attached_pdf_is_a_zip_of_one_file_that_bears_its_name_and_no_date(tmp_path):
    made = ecrire_exemple(Demande("FSO1116A", avoirs=False), tmp_path)
    (document,) = juger_flux(made.chemin).documents
    (piece,) = document.facture.pieces_jointes
    with zipfile.ZipFile(BytesIO(piece.contenu)) as opened:
        (inner,) = opened.infolist()
    assert (inner.filename, inner.date_time) == (piece.nom, (1980, 1, 1, 0, 0, 0))
    assert len(piece.nom) <= 50
