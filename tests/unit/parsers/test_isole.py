"""PDFs opened apart: the same answers as in the process, whatever ends the child."""

import os
from dataclasses import replace

import pytest

from flux.limites import MIO, Limites
from flux.parsers.facturx import ouvrir_pdf
from flux.parsers.isole import Isolement
from tests.hostile.attaques_pdf import _pdf
from tests.unit.parsers.exemples import facturx

LIMITES = Limites()
BON = facturx(b"<a>facture</a>")


@pytest.fixture
def isolement():
    made = Isolement()
    yield made
    made.fermer()


def tableau(nombre: int) -> bytes:
    return _pdf(b"<< /Type /Catalog /AF [" + b"1 " * nombre + b"] >>")


@pytest.mark.parametrize("data", [BON, b"", b"%PDF-1.7\n", facturx(b"x", "minimum", "source")])
def test_the_answer_is_that_of_the_process_itself(isolement, data):
    assert isolement.ouvrir(data, LIMITES) == ouvrir_pdf(data, LIMITES)


@pytest.mark.parametrize("bornes", [{"pdf_secondes": 0.05}, {"pdf_memoire": 20 * MIO}], ids=["secondes", "memoire"])
def test_a_pdf_that_takes_too_much_is_told_and_the_next_one_opened(isolement, bornes):
    xml, (anomalie,), level = isolement.ouvrir(tableau(1_000_000), replace(LIMITES, **bornes))
    assert (xml, anomalie.rule, level) == (None, "PDF-01", None)
    assert "pdf_secondes" not in bornes or anomalie.found == "> 0.05 s"
    assert isolement.ouvrir(BON, LIMITES)[0] == b"<a>facture</a>"


def test_a_child_that_something_killed_is_replaced_and_the_document_opened(isolement):
    isolement.ouvrir(BON, LIMITES)
    isolement._enfant.kill()
    assert isolement.ouvrir(BON, LIMITES)[0] == b"<a>facture</a>"


def test_a_forked_process_starts_a_child_of_its_own(isolement):
    isolement.ouvrir(BON, LIMITES)
    mine = isolement._enfant.pid
    pid = os.fork()
    if pid == 0:
        done = isolement.ouvrir(BON, LIMITES)[0] == b"<a>facture</a>" and isolement._enfant.pid != mine
        isolement.fermer()
        os._exit(0 if done else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert isolement.ouvrir(BON, LIMITES)[0] == b"<a>facture</a>"
    assert isolement._enfant.pid == mine
