"""Documents judged together have the verdicts that each has alone."""

from datetime import date
from typing import NamedTuple

import pytest

from flux import controle
from flux.controle import juger, juger_a_la_suite
from flux.fabrique import ecrire_ubl, fabriquer_facture
from flux.limites import Limites
from flux.referentiel.interfaces import INTERFACES
from flux.referentiel.jeux import MoteurRegles
from flux.regles.officielles.moteur import regles_officielles

LE = date(2026, 9, 30)
UBL, LIMITES = INTERFACES["FSO1140A"], Limites()


class Membre(NamedTuple):
    nom: str
    rang: int


def _documents() -> list[bytes]:
    """Good ones among others that stop at each of the checks."""
    good = [ecrire_ubl(fabriquer_facture(5, rank, 2, LE)) for rank in range(12)]
    wrong_total = (
        good[1]
        .replace(b"PayableAmount currencyID", b"PayableAmount  currencyID")
        .replace(b"</cbc:PayableAmount>", b"9</cbc:PayableAmount>")
    )
    no_number = good[2].replace(b"cbc:IssueDate", b"cbc:IssueDay")
    others = [b"", b"%PDF-1.7", b"<a", b"<a/>", good[0][:-40], b"<!DOCTYPE a>" + good[0], wrong_total, no_number, good[3] + b" " * 600_000]
    return [one for pair in zip(good, others, strict=False) for one in pair] + good[len(others) :]


@pytest.mark.parametrize("ensemble", [1, 2, 5, 1000])
def test_documents_judged_together_have_the_verdicts_of_each_alone(monkeypatch: pytest.MonkeyPatch, ensemble: int) -> None:
    monkeypatch.setattr(controle, "ENSEMBLE", ensemble)
    documents = [(Membre(f"{rank}.xml", rank), data) for rank, data in enumerate(_documents())]
    rules = regles_officielles(MoteurRegles.NATIF, None)
    found = list(juger_a_la_suite(iter(documents), UBL, LIMITES, le=LE, officielles=rules))
    assert found == [(one, juger(one.nom, data, UBL, LIMITES, le=LE, officielles=rules)) for one, data in documents]
    assert len({verdict.decision for _, verdict in found}) == 3


def test_documents_are_read_a_few_at_a_time() -> None:
    """An archive of any size takes the memory of one group, and a large document waits for no other."""
    read = 0

    def documents():
        nonlocal read
        for rank, data in enumerate([b"<a/>", b"<a/>" + b" " * controle.OCTETS_ENSEMBLE, *[b"<a/>"] * 100]):
            read += 1
            yield Membre(f"{rank}.xml", rank), data

    verdicts = juger_a_la_suite(documents(), UBL, LIMITES)
    next(verdicts)
    assert read == 2
    next(verdicts), next(verdicts)
    assert read == 2 + controle.ENSEMBLE


def test_nothing_to_judge_gives_nothing() -> None:
    assert list(juger_a_la_suite([], UBL, LIMITES)) == []
