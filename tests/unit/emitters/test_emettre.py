"""`flux emettre`: the example passes, a bad list is told where and why in both languages, a file is whole or absent."""

import json
import sys
import tarfile
from copy import deepcopy

import pytest
from lxml import etree
from typer.testing import CliRunner

from flux.cli import app
from flux.cli.lire_statuts import EXEMPLE, fautes, lire_statuts, validateur
from flux.errors import ErreurUsage
from flux.referentiel.statuts import STATUTS_FACTURE
from tests.golden import comparer

FICHIERS = {"fso1301a": "FSO1301A_ABC123_CPP0011301000000000000001", "fen1202a": "FEN1202A_ABC123_CPP0011202000000000000001"}


@pytest.fixture
def emettre(tmp_path):
    def run(*options: str, statuts: object = EXEMPLE, genre: str = "fso1301a"):
        source = tmp_path / "statuts.json"
        source.write_bytes(statuts if isinstance(statuts, bytes) else json.dumps(statuts).encode())
        fixed = ["--statuts", str(source), "--sortie", str(tmp_path / "out"), "--date", "2026-11-23T10:00:00+01:00"]
        return CliRunner().invoke(app, ["emettre", genre, *fixed, *options])

    return run


def _chez(nom: str, valeur: object):
    """The example with one field of its first status changed; ``...`` removes it."""
    statuts = deepcopy(EXEMPLE)
    *path, last = nom.split(".")
    target = statuts[0]
    for step in path:
        target = target[step]
    if valeur is ...:
        del target[last]
    else:
        target[last] = valeur
    return statuts


def test_the_example_printed_is_the_example_that_passes():
    result = CliRunner().invoke(app, ["emettre", "fso1301a", "--exemple"])
    assert result.exit_code == 0
    assert json.loads(result.stdout) == EXEMPLE
    assert not list(fautes(EXEMPLE))


@pytest.mark.parametrize("genre", FICHIERS)
def test_a_file_bears_the_name_of_the_grammar_and_the_same_bytes_each_time(emettre, tmp_path, genre):
    result = emettre(genre=genre)
    assert (result.exit_code, result.stderr) == (0, "")
    (written,) = (tmp_path / "out").iterdir()
    assert written.name == FICHIERS[genre]
    assert result.stdout == f"{written}\n"
    first = written.read_bytes()
    assert emettre(genre=genre).exit_code == 0
    assert written.read_bytes() == first


def test_fso1301a_of_the_example(emettre, tmp_path):
    assert emettre().exit_code == 0
    comparer("emettre-fso1301a.xml", (tmp_path / "out" / FICHIERS["fso1301a"]).read_bytes())


def test_fen1202a_of_the_example_holds_one_message_a_status(emettre, tmp_path):
    assert emettre(genre="fen1202a").exit_code == 0
    with tarfile.open(tmp_path / "out" / FICHIERS["fen1202a"]) as archive:
        roots = [etree.fromstring(archive.extractfile(member).read()) for member in archive]
    assert [root.findtext(".//{*}ProcessConditionCode") for root in roots] == ["200", "213"]


def test_receiver_and_sequence_make_the_name(emettre, tmp_path):
    assert emettre("--recepteur", "XYZ789", "--sequence", "42").exit_code == 0
    assert (tmp_path / "out" / "FSO1301A_XYZ789_CPP0011301000000000000042").is_file()


def test_a_date_without_zone_is_read_on_the_clock_of_paris(emettre, tmp_path):
    assert emettre("--date", "2024-06-19T23:30", statuts=_chez("complement", "abcd " * 40)).exit_code == 0
    root = etree.parse(tmp_path / "out" / FICHIERS["fso1301a"])
    assert root.findtext(".//Valeurparametre") == "2024-06-19"
    assert len(root.findtext(".//ComplementStatut")) == 49


def test_a_file_that_could_not_be_finished_leaves_nothing(emettre, tmp_path, monkeypatch):
    def fail(output, *_):
        output.write(b"half")
        raise ErreurUsage("stopped half way")

    # flux.cli names the command, not its module
    monkeypatch.setattr(sys.modules["flux.cli.emettre"], "ecrire_fso1301a", fail)
    assert isinstance(emettre().exception, ErreurUsage)
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("statuts", "path", "fr", "en"),
    [
        (_chez("numero", ...), "$[0]", "il manque numero", "numero is missing"),
        (_chez("couleur", "bleu"), "$[0]", "champ inconnu : couleur", "unknown field: couleur"),
        (_chez("code", "EGAREE"), "$[0].code", "valeur attendue parmi BROUILLON, INTERPRETEE_OCR", "expected one of BROUILLON"),
        (_chez("numero", 12), "$[0].numero", "type attendu : string ; trouvé : 12", "expected type: string; found: 12"),
        (_chez("numero", "  "), "$[0].numero", "forme attendue", "expected form"),
        (_chez("date_facture", "2026-13-45"), "$[0].date_facture", "AAAA-MM-JJ attendu", "expected AAAA-MM-JJ"),
        (_chez("date_facture", "20261120"), "$[0].date_facture", "AAAA-MM-JJ attendu", "expected AAAA-MM-JJ"),
        (_chez("horodatage", "2026-11-23T09:30:00"), "$[0].horodatage", "AAAA-MM-JJThh:mm:ss", "expected AAAA-MM-JJThh:mm:ss"),
        (_chez("horodatage", "0001-01-01T00:00:00+14:00"), "$[0].horodatage", "AAAA-MM-JJThh:mm:ss", "expected AAAA-MM-JJThh:mm:ss"),
        (_chez("recu_le", "hier"), "$[0].recu_le", "AAAA-MM-JJThh:mm:ss", "expected AAAA-MM-JJThh:mm:ss"),
        (_chez("destinataire.identifiant", "123"), "$[0].destinataire.identifiant", "forme attendue", "expected form"),
        (
            _chez("destinataire.code_service", "x" * 101),
            "$[0].destinataire.code_service",
            "100 caractères au plus",
            "at most 100 characters",
        ),
        (_chez("fournisseur.siren", 1), "$[0].fournisseur.siren", "type attendu", "expected type"),
        (_chez("motifs", [{"code": "DOUBLON"}]), "$[0].motifs[0]", "il manque texte", "texte is missing"),
        ([], "$", "au moins 1 élément", "at least 1 item"),
        ({}, "$", "type attendu : array", "expected type: array"),
    ],
)
def test_a_bad_list_is_told_where_and_why_in_both_languages(tmp_path, statuts, path, fr, en):
    source = tmp_path / "statuts.json"
    source.write_text(json.dumps(statuts))
    with pytest.raises(ErreurUsage) as caught:
        lire_statuts(source)
    (fault,) = caught.value.facts["faults"]
    assert fault[0] == path
    assert fr in fault[1]
    assert en in fault[2]
    assert any(one.startswith(path) for one in caught.value.lignes)


def test_every_fault_is_listed_once():
    statuts = deepcopy(EXEMPLE)
    del statuts[0]["numero"], statuts[0]["recu_le"]
    statuts[1]["code"] = 3
    assert [(path, fr.split(" ; ")[0]) for path, fr, _ in fautes(statuts)] == [
        ("$[0]", "il manque numero"),
        ("$[0]", "il manque recu_le"),
        ("$[1].code", f"valeur attendue parmi {', '.join(STATUTS_FACTURE)}"),
    ]


def test_reasons_are_checked_for_cdar_with_their_path(emettre):
    statuts = deepcopy(EXEMPLE)
    del statuts[1]["motifs"]
    statuts[0]["motifs"] = [{"code": "DOUBLON", "texte": ""}]
    error = emettre(statuts=statuts, genre="fen1202a").exception
    (path, fr, en), (other, manque, missing) = error.facts["faults"]
    assert (path, other) == ("$[0].motifs", "$[1].motifs")
    assert fr == "motif DOUBLON non admis pour le statut DEPOSEE, parmi NON_TRANSMISE"
    assert en == "reason DOUBLON not admitted for the status DEPOSEE, one of NON_TRANSMISE"
    assert manque.startswith("motif obligatoire pour le statut NON_CONFORME")
    assert missing.startswith("a reason is needed for the status NON_CONFORME")
    assert emettre(statuts=statuts).exit_code == 0


@pytest.mark.parametrize(
    ("statuts", "genre", "options"),
    [
        (b"{", "fso1301a", ()),
        (b"\xff\xfe\xfd", "fso1301a", ()),
        (b"[" * 100_000, "fso1301a", ()),
        (_chez("code", "EGAREE"), "fso1301a", ()),
        (_chez("code", "NON_CONFORME"), "fen1202a", ()),  # a rejection without a reason
        (_chez("motifs", [{"code": "IRR_SYNTAX", "texte": ""}]), "fen1202a", ()),  # a reason of another status
        (EXEMPLE, "fso1301a", ("--recepteur", "trop long")),
        (EXEMPLE, "fso1301a", ("--date", "demain")),
        (EXEMPLE, "fso1301a", ("--sequence", "-1")),
        (EXEMPLE, "fso9999z", ()),
        (EXEMPLE, "fso1301a", ("--statuts", "absent.json")),
        (EXEMPLE, "fso1301a", ("--sortie", "/dev/null/x")),
    ],
)
def test_what_cannot_be_used_ends_with_code_2_and_leaves_no_file(emettre, tmp_path, statuts, genre, options):
    result = emettre(*options, statuts=statuts, genre=genre)
    assert result.exit_code == 2 or isinstance(result.exception, ErreurUsage)
    assert not list(tmp_path.glob("out/*"))


def test_a_receiver_that_no_name_can_bear_is_told_with_its_option(emettre):
    told = str(emettre("--recepteur", "abc").exception)
    assert told == (
        "--recepteur abc : trois capitales et trois chiffres attendus, par exemple ABC123 / three capitals and three digits expected, "
        "such as ABC123"
    )


def test_without_statuses_the_command_says_what_to_give():
    result = CliRunner().invoke(app, ["emettre", "fso1301a"])
    assert isinstance(result.exception, ErreurUsage)
    assert "--exemple" in str(result.exception)


def test_the_schema_knows_the_statuses_of_the_table():
    assert set(validateur().schema["items"]["properties"]["code"]["enum"]) == set(STATUTS_FACTURE)


def test_the_schema_is_a_good_schema():
    type(validateur()).check_schema(validateur().schema)
