"""``flux verifier`` over whole flows: root causes, the page for a manager, the flow of rejected invoices, the day of judgement."""

import json
import re
import tarfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from typer.testing import CliRunner

from flux.cli import app
from flux.config import reglages
from flux.errors import ErreurUsage
from flux.fabrique import Demande, ecrire_exemple
from flux.fabrique.fichier import ecrire_flux
from flux.referentiel.interfaces import INTERFACES

RUNNER = CliRunner()
XHTML = {"h": "http://www.w3.org/1999/xhtml"}
COULEUR = {"FORCE_COLOR": "1", "TERM": "xterm-256color"}


def _fabriquer(tmp_path: Path, **demande: object) -> Path:
    return ecrire_exemple(Demande(**({"interface": "FSO1140A", "factures": 30} | demande)), tmp_path).chemin


@pytest.fixture
def mauvais(tmp_path):
    return _fabriquer(tmp_path, defauts=("montant-illisible", "element-inconnu"), part_fautive=0.5)


def _lancer(*words: object, env: dict[str, str] | None = None):
    return RUNNER.invoke(app, ["verifier", *map(str, words)], env=env)


def _page(*words: object) -> etree._Element:
    return etree.fromstring(_lancer("--format", "html", *words).stdout.encode(), etree.XMLParser(resolve_entities=False))


def test_text_shows_each_root_cause_once_with_its_count_and_first_places(mauvais):
    told = _lancer(mauvais).stdout
    assert told.count("ERR_XSD_001 XSD-10 BT-112") == 1
    assert told.count("« total TTC »") == 1
    assert "×8 factures" in told
    assert "… (+5)" in told
    assert "FSO1140A_ABC123_ABC1231140000000001.xml:" in told
    assert "×8 invoices" in _lancer(mauvais, "--langue", "en").stdout


def test_detail_prints_each_anomaly(mauvais):
    told = _lancer("--detail", mauvais).stdout
    assert told.count("XSD-10") == 8
    assert "×" not in told


def test_colours_in_a_terminal_none_in_a_pipe_and_none_when_asked(mauvais):
    assert "\x1b[31m" in _lancer(mauvais, env=COULEUR).stdout
    assert "\x1b[" not in _lancer(mauvais).stdout
    assert "\x1b[31m" not in _lancer(mauvais, env=COULEUR | {"NO_COLOR": "1"}).stdout


def test_json_gives_causes_and_keeps_valid_apart_from_accepted(mauvais):
    (line,) = _lancer("--format", "json", mauvais).stdout.splitlines()
    found = json.loads(line)
    assert (found["accepted"], found["valid"]) == (False, False)
    cause = found["causes"][0]
    assert (cause["rule"], cause["term"], cause["invoices"], cause["occurrences"]) == ("XSD-10", "BT-112", 8, 8)
    assert len(cause["places"]) == 3
    assert cause["values"] == [{"found": "-1 324,60", "occurrences": 8}]
    assert sum(one["occurrences"] for one in found["causes"]) == len(found["anomalies"])
    assert {one["accepted"] for one in found["invoices"]} == {True, False}


def test_the_day_of_judgement_reaches_the_rules(tmp_path):
    tomorrow = _fabriquer(tmp_path, factures=1, le=date(2026, 9, 30))
    judged = {day: json.loads(_lancer("--format", "json", "--date", day, tomorrow).stdout) for day in ("2026-06-01", "2026-12-01")}
    assert [one["date"] for one in judged.values()] == ["2026-06-01", "2026-12-01"]
    assert "GES-G1.07" in {one["rule"] for one in judged["2026-06-01"]["anomalies"]}
    assert "GES-G1.07" not in {one["rule"] for one in judged["2026-12-01"]["anomalies"]}


def test_the_page_stands_alone_and_says_verdict_causes_places_and_how_to_mend(mauvais):
    root = _page("--date", "2026-12-01", mauvais)
    text = "".join(root.itertext()).replace("\N{NO-BREAK SPACE}", " ")
    for wanted in (
        "rejeté",
        "15 factures acceptées · 15 factures à corriger · 3 causes de rejet",
        "« total TTC »",
        "8 factures",
        "ligne 1",
        "2026-12-01",
        "Corriger et renvoyer",
    ):
        assert wanted in text
    assert not root.xpath("//h:script | //h:link | //h:img | //@src | //@href | //@*[starts-with(name(), 'on')]", namespaces=XHTML)
    assert "url(" not in text
    assert "@import" not in text
    assert len(root.xpath("//h:table[2]/h:tbody/h:tr", namespaces=XHTML)) == 30
    assert "Mend and send again" in "".join(_page("--langue", "en", mauvais).itertext())


def test_the_page_sends_each_invoice_to_its_causes(tmp_path):
    flow = _fabriquer(tmp_path, defauts=("montant-illisible", "element-inconnu"), part_fautive=0.5, avoirs=False)
    root = _page("--date", "2026-12-01", flow)
    causes = [row.xpath("string(h:td[6])", namespaces=XHTML) for row in root.xpath("//h:table[1]/h:tbody/h:tr", namespaces=XHTML)]
    sent = [row.xpath("string(h:td[last()])", namespaces=XHTML) for row in root.xpath("//h:table[2]/h:tbody/h:tr", namespaces=XHTML)]
    assert len(causes) == 2
    assert sorted(sent) == [""] * 15 + ["1"] * 8 + ["2"] * 7


@pytest.mark.parametrize("langue", ["fr", "en"])
def test_amounts_of_the_page_are_written_as_its_readers_write_them(tmp_path, langue):
    flow = _fabriquer(tmp_path, factures=1)
    amount = json.loads(_lancer("--format", "json", flow).stdout)["invoices"][0]["total_with_vat"]
    written = (
        f"{Decimal(amount):,}" if langue == "en" else f"{Decimal(amount):,}".replace(",", "\N{NARROW NO-BREAK SPACE}").replace(".", ",")
    )
    assert f"{written} EUR" in "".join(_page("--langue", langue, flow).itertext())


def test_a_truncated_xml_is_one_cause_wherever_it_is_cut(tmp_path):
    cut = _fabriquer(tmp_path, factures=1)
    data = cut.read_bytes()
    flow = tmp_path / "FSO1140A_ABC123_ABC1231140000000000000009"
    ecrire_flux(flow, [(f"{size}.xml", data[:size]) for size in range(len(data) - 400, len(data) - 300)], archive=True)
    causes = json.loads(_lancer("--format", "json", flow).stdout)["causes"]
    assert [(one["rule"], one["invoices"]) for one in causes] == [("XML-01", 100)]
    assert "s'arrête avant la fin" in _lancer(flow).stdout
    assert "Par exemple" not in _lancer(flow).stdout


def test_the_page_counts_the_invoices_it_does_not_list(mauvais, monkeypatch):
    monkeypatch.setattr("flux.cli.html.FACTURES_MAX", 4)
    root = _page(mauvais)
    rows = root.xpath("//h:table[2]/h:tbody/h:tr/h:td[1]", namespaces=XHTML)
    assert [row.text for row in rows] == ["rejeté"] * 4
    assert "… et 26 autre(s)." in " ".join(root.itertext())


def test_hostile_texts_stay_texts_in_the_page(tmp_path):
    hostile = "<script>alert('x')</script>&\"\x1b]0;x\x07\ufffe"
    xml = _fabriquer(tmp_path, factures=1).read_bytes().replace(b">380<", b">&lt;script&gt;alert(1)&lt;/script&gt;<")
    flow = tmp_path / "hostile"
    ecrire_flux(flow, [(f"{hostile}.xml".replace("/", ""), xml), ("b&<i>.xml", b"<a><script/></a>")], archive=True)
    root = _page("--interface", "FSO1140A", flow)
    assert not root.xpath("//h:script", namespaces=XHTML)
    assert "<script>alert('x')" in "".join(root.itertext())
    assert "b&<i>.xml" in "".join(root.itertext())


def test_a_page_of_accepted_files_says_there_is_nothing_to_mend(tmp_path):
    text = " ".join(_page("--date", "2026-12-01", _fabriquer(tmp_path, factures=1)).itertext())
    assert "accepté" in text
    assert "Rien à corriger." in text
    assert "Corriger et renvoyer" not in text


def _contenus(chemin: Path) -> dict[str, bytes]:
    with tarfile.open(chemin) as archive:
        return {one.name: archive.extractfile(one).read() for one in archive}


def test_rejected_invoices_alone_make_a_flow_with_their_bytes_and_names(tmp_path, mauvais):
    out = tmp_path / "rejets.tar.gz"
    done = _lancer(mauvais, "--rejets", out)
    assert done.exit_code == 1
    assert "15 facture(s) rejetée(s)" in done.stdout
    kept, sent = _contenus(out), _contenus(mauvais)
    assert len(kept) == 15
    assert kept.items() <= sent.items()
    first = out.read_bytes()
    _lancer(mauvais, "--rejets", out)
    assert out.read_bytes() == first
    verdict = json.loads(_lancer("--format", "json", "--interface", "FSO1140A", out).stdout)
    assert {one["verdict"] for one in verdict["invoices"]} == {"rejected"}


def test_unreadable_invoices_are_in_it_and_empty_ones_are_counted(tmp_path):
    bad = _fabriquer(tmp_path, factures=10, defauts=("xml-tronque", "fichier-vide"), part_fautive=0.2)
    done = _lancer(bad, "--rejets", tmp_path / "r.tar.gz")
    assert len(_contenus(tmp_path / "r.tar.gz")) == 1
    assert "1 fichier(s) vide(s)" in done.stdout


def test_a_rejected_invoice_keeps_any_name_that_the_check_admits(tmp_path):
    flow = tmp_path / "FSO1140A_ABC123_ABC1231140000000000000009"
    names = [f"{'x' * 240}.xml", "facture n° 12 – été.xml"]
    ecrire_flux(flow, [(one, b"<faux/>") for one in names], archive=True)
    done = _lancer(flow, "--rejets", tmp_path / "r.tar.gz")
    assert "2 facture(s) rejetée(s)" in done.stdout
    assert _contenus(tmp_path / "r.tar.gz") == dict.fromkeys(names, b"<faux/>")


@pytest.mark.parametrize(
    ("demande", "said"),
    [
        ({}, "Aucune facture rejetée"),
        ({"defauts": ("archive-tronquee",)}, "Le flux entier est refusé"),
        ({"defauts": ("nom-invalide",)}, "entier"),
    ],
)
def test_nothing_rejected_alone_writes_nothing_and_says_so(tmp_path, demande, said):
    flow = _fabriquer(tmp_path, **demande)
    done = _lancer(flow, "--rejets", tmp_path / "r.tar.gz", "--date", "2026-12-01")
    assert said in done.stdout
    assert not (tmp_path / "r.tar.gz").exists()
    assert not list(tmp_path.glob(".rejets-*"))


def test_a_flow_refused_after_its_first_rejected_invoice_writes_nothing(tmp_path):
    whole = _fabriquer(tmp_path, factures=30, defauts=("montant-illisible",), part_fautive=1.0)
    whole.write_bytes(whole.read_bytes()[:-200])
    done = _lancer(whole, "--rejets", tmp_path / "r.tar.gz")
    assert "Le flux entier est refusé" in done.stdout
    assert not (tmp_path / "r.tar.gz").exists()


def test_json_stays_alone_on_standard_output_beside_rejets(tmp_path, mauvais):
    done = _lancer("--format", "json", mauvais, "--rejets", tmp_path / "r.tar.gz")
    assert [json.loads(line)["verdict"] for line in done.stdout.splitlines()] == ["rejected"]
    assert "15 facture(s)" in done.stderr


@pytest.mark.parametrize("case", ["two", "itself", "folder"])
def test_rejets_that_cannot_be_written_are_said(tmp_path, mauvais, case):
    words = {
        "two": [mauvais, mauvais, "--rejets", tmp_path / "r"],
        "itself": [mauvais, "--rejets", mauvais],
        "folder": [mauvais, "--rejets", tmp_path / "absent" / "r"],
    }[case]
    before = mauvais.read_bytes()
    error = _lancer(*words).exception
    assert isinstance(error, ErreurUsage)
    assert ".rejets-" not in str(error)
    assert (str(tmp_path / "absent") in str(error)) == (case == "folder")
    assert mauvais.read_bytes() == before


@pytest.fixture
def a_moitie_vide(tmp_path):
    xml = _fabriquer(tmp_path, factures=1).read_bytes()
    flow = tmp_path / "FSO1140A_ABC123_ABC1231140000000000000009"
    ecrire_flux(flow, [("vide.xml", b""), ("a.xml", xml), ("aussi.xml", b"")], archive=True)
    return flow


def test_an_empty_file_of_an_archive_counts_among_the_invoices_as_in_the_platform_s_answer(a_moitie_vide):
    day = ("--date", "2026-12-01")
    assert "1/3 factures acceptées" in _lancer(a_moitie_vide, *day).stdout
    text = "".join(_page(a_moitie_vide, *day).itertext())
    assert "1 facture acceptée · 2 factures à corriger" in text
    assert "aussi.xml" in text
    found = json.loads(_lancer("--format", "json", a_moitie_vide, *day).stdout)
    assert [(one["member"], one["verdict"]) for one in found["invoices"]] == [
        ("vide.xml", "unreadable"),
        ("a.xml", "accepted"),
        ("aussi.xml", "unreadable"),
    ]
    assert found["invoices"][0]["sha256"] is None
    assert [(one["rule"], one["invoices"]) for one in found["causes"]] == [("ARC-08", 2)]


def test_empty_files_are_counted_and_are_not_in_the_flow_of_rejected_invoices(tmp_path, a_moitie_vide):
    done = _lancer(a_moitie_vide, "--rejets", tmp_path / "r.tar.gz", "--date", "2026-12-01")
    assert "1/3 factures acceptées" in done.stdout
    assert "Aucune facture rejetée" in done.stdout
    assert "2 fichier(s) vide(s)" in done.stdout
    assert "×2 factures" in done.stdout


def test_two_faulty_files_of_one_name_are_two_invoices(tmp_path):
    xml = _fabriquer(tmp_path, factures=1, avoirs=False).read_bytes().replace(b">EUR<", b">EUX<", 1)
    flow = tmp_path / "FSO1140A_ABC123_ABC1231140000000000000009"
    ecrire_flux(flow, [("f.xml", xml), ("f.xml", xml)], archive=True)
    found = json.loads(_lancer("--format", "json", flow).stdout)
    assert {(one["invoices"], one["occurrences"]) for one in found["causes"] if one["rule"] == "BR-CL-04"} == {(2, 2)}


@pytest.mark.parametrize("interface", sorted(INTERFACES))
def test_json_tells_the_siret_of_the_structure_invoiced(tmp_path, interface):
    found = json.loads(_lancer("--format", "json", _fabriquer(tmp_path, interface=interface, factures=1)).stdout)
    assert re.fullmatch(r"\d{14}", found["invoices"][0]["buyer_siret"])


@pytest.mark.parametrize("format_", ["texte", "json", "html"])
def test_arguments_that_cannot_be_used_keep_no_verdict_from_the_others(tmp_path, format_):
    flow, other = _fabriquer(tmp_path, factures=1), tmp_path / "LISEZMOI.txt"
    other.write_text("x", encoding="utf-8")
    done = _lancer("--format", format_, other, flow, tmp_path / "absent")
    assert flow.name in done.stdout
    assert isinstance(done.exception, ErreurUsage)
    assert "LISEZMOI.txt" in str(done.exception)
    assert "absent" in done.exception.lignes[0]


@pytest.mark.parametrize("options", [(), ("--interface", "FSO1140A")])
@pytest.mark.parametrize("nom", ["FSO1140A_ABC123_ABC123114000000000000001", "FSO1140A_abc123_ABC1231140000000000000001"])
def test_a_flow_name_at_fault_is_refused_as_the_platform_will(tmp_path, nom, options):
    flow = _fabriquer(tmp_path, factures=1).rename(tmp_path / nom)
    done = _lancer("--format", "json", "--date", "2026-12-01", *options, flow)
    found = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [one["rule"] for one in found["anomalies"]] == ["ENV-01"]
    assert len(found["invoices"]) == len(options) // 2  # under an interface given, the content is judged all the same


def test_a_document_of_an_archive_is_judged_under_its_own_name(tmp_path):
    document = _fabriquer(tmp_path, factures=1).rename(tmp_path / "FSO1140A_ABC123_ABC1231140000000001.xml")
    assert _lancer("--interface", "FSO1140A", "--date", "2026-12-01", document).exit_code == 0


def test_a_directory_given_judges_recipients(tmp_path):
    flow = _fabriquer(tmp_path, factures=1)
    empty = tmp_path / "annuaire.csv"
    empty.write_text("inconnue;colonne\n", encoding="utf-8")
    done = _lancer(flow, "--annuaire", empty)
    assert isinstance(done.exception, ErreurUsage)
    assert "ANN-" in done.exception.lignes[0]


@pytest.mark.parametrize("day", ["2026-05-01", "2026-12-01"])
def test_a_severity_set_for_a_sum_holds_before_and_after_the_official_rules_judge_it(tmp_path, monkeypatch, request, day):
    flow = _fabriquer(tmp_path, factures=1, defauts=("total-faux",), part_fautive=1.0, le=date(2026, 4, 1))
    assert _lancer(flow, "--date", day).exit_code == 1
    softer = tmp_path / "s.toml"
    softer.write_text('[severites]\n"GES-CO-15" = "warning"\n', encoding="utf-8")
    monkeypatch.setenv("FLUX_SEVERITES", str(softer))
    request.addfinalizer(reglages.cache_clear)
    reglages.cache_clear()
    done = _lancer(flow, "--date", day, "--format", "json")
    found = json.loads(done.stdout)
    assert (done.exit_code, found["accepted"], found["valid"]) == (0, True, False)


def test_an_invoice_that_the_flow_already_holds_is_refused_as_the_platform_will(tmp_path):
    xml = _fabriquer(tmp_path, factures=1, avoirs=False).read_bytes()
    wrong = xml.replace(b">EUR<", b">EUX<", 1)
    flow = tmp_path / "FSO1140A_ABC123_ABC1231140000000000000009"
    ecrire_flux(flow, [("faux.xml", wrong), ("a.xml", xml), ("a.xml", xml), ("b.xml", xml)], archive=True)
    found = json.loads(_lancer("--format", "json", "--date", "2026-12-01", flow).stdout)
    assert [one["verdict"] for one in found["invoices"]] == ["rejected", "accepted", "rejected", "rejected"]
    told = [one for one in found["anomalies"] if one["rule"].startswith("DBL")]
    assert [(one["rule"], one["member"]) for one in told] == [("DBL-02", "a.xml"), ("DBL-02", "b.xml")]
    assert "« a.xml »" in told[1]["fr"]
