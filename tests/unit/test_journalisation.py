"""Log lines: their form, and that no text of a partner can drive a terminal, a page or another line."""

import io
import json
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from flux.config import FormatJournal
from flux.journalisation import configurer, echapper, renforcer

MECHANT = "a\x1b[31mrouge\r\n2026 faux\u202egro\x9b1m\u2066\x00"


@pytest.fixture(autouse=True)
def _journal_du_test() -> Iterator[None]:
    before, configured = structlog.get_config().copy(), structlog.is_configured()
    yield
    structlog.configure(**before) if configured else structlog.reset_defaults()


def ecrire(forme: FormatJournal) -> str:
    out = io.StringIO()
    configurer(forme, out)
    journal = structlog.get_logger("essai")
    facture = "MARQUEUR-SECRET"
    try:
        int(MECHANT + facture[:0])
    except ValueError:
        journal.exception(f"depot {MECHANT}", nom=MECHANT, liste=[MECHANT, {MECHANT: MECHANT}], nombre=3)
    return out.getvalue()


def test_json_is_one_object_a_line_with_time_and_level() -> None:
    (line,) = ecrire(FormatJournal.JSON).splitlines()
    found = json.loads(line)
    assert (found["level"], found["nombre"], found["timestamp"][-1]) == ("error", 3, "Z")
    assert found["nom"] == r"a\u001b[31mrouge\u000d\u000a2026 faux\u202egro\u009b1m\u2066\u0000"


@pytest.mark.parametrize("forme", FormatJournal)
def test_nothing_written_drives_a_terminal_and_traces_show_no_variable(forme: FormatJournal) -> None:
    written = ecrire(forme)
    assert all(one == "\n" or one.isprintable() for one in written)
    assert "ValueError" in written
    assert "MARQUEUR-SECRET" not in written


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner), max_leaves=8))
def test_whatever_holds_a_text_it_comes_out_printable(value: object) -> None:
    def textes(one: object) -> Iterator[str]:
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            for name, inner in one.items():
                yield from (name, *textes(inner))
        elif isinstance(one, list):
            for inner in one:
                yield from textes(inner)
        else:
            raise TypeError(one)

    assert all(one.isprintable() for one in textes(echapper(None, "info", {"event": "e", "valeur": value})["valeur"]))


def test_a_line_goes_to_the_standard_error_of_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = io.StringIO(), io.StringIO()
    monkeypatch.setattr("sys.stderr", first)
    configurer(FormatJournal.JSON)
    first.close()
    monkeypatch.setattr("sys.stderr", second)
    structlog.get_logger().info("apres")
    assert json.loads(second.getvalue())["event"] == "apres"


def test_the_log_of_another_program_keeps_its_form_and_escapes_once() -> None:
    out = io.StringIO()
    structlog.reset_defaults()  # a command run by a test before this one may have left its level
    structlog.configure(processors=[structlog.processors.KeyValueRenderer()], logger_factory=structlog.PrintLoggerFactory(out))
    renforcer()
    renforcer()
    structlog.get_logger().info("e", nom="\u202e")
    assert out.getvalue() == "nom='\\\\u202e' event='e'\n"
    assert structlog.get_config()["processors"].count(echapper) == 1
