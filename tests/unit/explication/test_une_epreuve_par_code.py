"""Every rule of the catalogue is broken by at least one fixture of this project: a text that nothing can tell is a dead row."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from itertools import product
from pathlib import Path

import pytest

from flux.cli.verdict_fichier import Jugement, verifier_fichier
from flux.config import Reglages
from flux.fabrique import DEFAUTS, Demande, ecrire_exemple
from flux.fabrique.defauts import Cible
from flux.modele import anomalie as module
from flux.referentiel.anomalies import CATALOGUE, Couche
from flux.referentiel.interfaces import INTERFACES
from tests.hostile.catalogue import ATTAQUES
from tests.unit import test_archive, test_enveloppe, test_sujet
from tests.unit.classique import test_cii_16b, test_lecture_classique, test_table_interfaces
from tests.unit.gestion import cas, test_controle
from tests.unit.officielles import test_verdicts
from tests.unit.parsers import test_facturx, test_xml
from tests.unit.raccordement import test_droits
from tests.unit.statuts import test_statuts_lus
from tests.unit.xsd import test_xsd_validation

#: Rules that only a database can break, and where they are tested.
AU_REGISTRE = {
    "ENV-07": "tests/integration/registre",
    "ARC-12": "tests/integration/test_cle_deposee.py",
    **{row.rule: "tests/integration" for row in CATALOGUE.values() if row.layer is Couche.REGISTRE},
}

#: Tests whose hostile documents are judged again here, in whole: quick ones, without pytest fixtures.
EPREUVES = (
    test_archive.test_a_flow_that_cannot_be_opened_says_why,
    test_cii_16b.test_only_the_classic_cii_interfaces_ask_for_16b,
    test_cii_16b.test_what_d22b_added_is_told_by_its_name_where_it_is,
    test_cii_16b.test_a_line_without_its_document_is_told,
    test_cii_16b.test_many_faults_are_counted_past_the_limit,
    test_controle.test_one_fault_in_many_lines_does_not_hide_the_others_and_is_counted,
    test_droits.test_each_thing_missing_refuses_and_says_which,
    test_enveloppe.test_each_wrong_name_is_told_what_is_wrong,
    test_enveloppe.test_the_new_interfaces_are_refused_in_production,
    test_facturx.test_a_truncated_pdf,
    test_facturx.test_two_xml_are_one_too_many,
    test_facturx.test_xmp_properties_are_checked,
    test_facturx.test_other_relations_are_refused,
    test_facturx.test_the_mime_type_is_a_warning,
    test_facturx.test_a_level_that_differs_is_told,
    test_facturx.test_an_unknown_profile_is_told,
    test_facturx.test_an_xml_that_af_does_not_list_is_a_warning,
    test_facturx.test_a_plain_pdf_has_neither_xml_nor_xmp,
    test_lecture_classique.test_a_visual_that_is_none_is_told,
    test_statuts_lus.test_statuses_of_flows_are_no_statuses_of_invoices,
    test_statuts_lus.test_what_is_wrong_with_a_status_is_told,
    test_verdicts.test_a_long_published_text_is_told_whole,
    test_verdicts.test_a_set_that_nothing_can_run_rejects_nobody_and_the_management_rules_judge_in_its_place,
    test_verdicts.test_a_value_that_stops_a_rule_is_told_and_the_other_rules_are_kept,
    test_verdicts.test_one_fault_in_many_lines_is_counted_and_hides_nothing,
    test_sujet.test_an_invoice_that_cannot_be_named_is_said_to_be_so,
    test_table_interfaces.test_a_closed_interface_is_refused_with_what_is_known_and_what_to_use,
    test_xml.test_depth_is_bounded_at_the_limit,
    test_xml.test_the_number_of_tags_of_a_large_document_is_bounded,
    test_xsd_validation.test_each_kind_of_fault_says_where_what_and_what_to_do,
    test_xsd_validation.test_a_foreign_root_is_refused_even_when_the_schema_knows_it,
)


class _Temoin(dict):
    """The catalogue, which remembers the rows asked for."""

    def __init__(self) -> None:
        super().__init__(CATALOGUE)
        self.vues: set[str] = set()

    def __getitem__(self, rule: str):
        self.vues.add(rule)
        return super().__getitem__(rule)


def _appels(test: Callable[..., None]) -> Iterator[dict[str, object]]:
    """Yield the arguments that ``parametrize`` gives a test, all combinations of its marks."""
    marks = []
    for mark in getattr(test, "pytestmark", ()):
        names = re.split(r"\s*,\s*", mark.args[0]) if isinstance(mark.args[0], str) else mark.args[0]
        marks.append([dict(zip(names, _valeurs(row, len(names)), strict=True)) for row in mark.args[1]])
    for chosen in product(*marks):
        yield {name: value for one in chosen for name, value in one.items()}


def _valeurs(row: object, combien: int) -> tuple[object, ...]:
    if isinstance(row, type(pytest.param())):
        return row.values
    return tuple(row) if combien > 1 else (row,)


def _flux_fautifs(dossier: Path) -> None:
    how = Jugement(Reglages(_env_file=None), date(2026, 12, 1))
    for name, one in DEFAUTS.items():
        if one.cible is not Cible.NOM:
            row = next(row for row in INTERFACES.values() if one.convient(row))
            verifier_fichier(ecrire_exemple(Demande(row.code, factures=2, defauts=(name,), part_fautive=1.0), dossier / name).chemin, how)


def test_every_row_of_the_catalogue_is_told_of_some_fixture(tmp_path, monkeypatch):
    temoin = _Temoin()
    monkeypatch.setattr(module, "CATALOGUE", temoin)
    _flux_fautifs(tmp_path)
    for one in {one.regle: one for one in cas.CAS}.values():
        cas.juger(one, one.syntaxes[0], casse=True)
    for test in EPREUVES:
        for arguments in _appels(test):
            test(**arguments)
    # An attack is judged in a process of its own, whose answer is held to this rule (tests/hostile/test_attaques.py).
    assert set(CATALOGUE) - temoin.vues <= AU_REGISTRE.keys() | {one.attendu for one in ATTAQUES.values()}
