"""A flow of statuses judged again: its files by themselves, with what was told of their invoices then, though these went on living."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import text

from flux.etapes.rejeu import rejouer_flux
from flux.modele.verdict import Decision
from tests.hostile.attaques_archive import entree, targz
from tests.integration.test_rejeu import vidage
from tests.integration.test_statuts import FACTURE, FOURNISSEUR, NUMERO, SIRET, Recette, dire, recette
from tests.unit.statuts.exemples_statuts import cdar, cpp

__all__ = ["recette"]  # the fixture


def rejouer(recette: Recette, flux_id: int = 2):
    shown = []
    total = rejouer_flux(recette.contexte, flux_id, montrer=shown.append)
    return total, [one for one in shown if one.differe]


def archive(*fichiers: bytes) -> bytes:
    return targz(*(entree(f"{n}.xml", data) for n, data in enumerate(fichiers)))


@pytest.fixture
def servi(recette: Recette) -> Recette:
    """Flow 2: lines taken, without effect, refused by their invoice, by its recipient, by themselves, in several batches; flow 3 moved on."""
    recette.facturer(FACTURE, *(replace(FACTURE, numero=f"L{n}") for n in range(4)))
    said = cpp(
        dire("SERVICE_FAIT", numero="INCONNUE"), dire("COMPLETEE"), dire("MISE_EN_PAIEMENT", numero="L1"),
        dire("REJETEE", "Trop tard", numero="L1", plus=61), dire("SERVICE_FAIT", numero="L2", plus=-3600),
        dire("SUSPENDUE", numero="L3"), dire("MANDATEE", numero="L0"), dire("MANDATEE", numero="L0"),
        dire("SUSPENDUE", numero="INCONNUE"),
    )  # fmt: skip
    alone = [cpp(dire("SUSPENDUE", numero="L3")), cpp(dire("SUSPENDUE", "Justificatif absent", numero="L3")), b"<a/>", b"", said]
    recette.envoyer(archive(said, *alone))
    recette.envoyer(cpp(dire("MISE_A_DISPOSITION", numero="L3", plus=120), dire("SUSPENDUE", "Justificatif absent", plus=120)))
    return recette


def test_nothing_differs_though_the_invoices_moved_on(servi):
    before, journal = vidage(servi), servi.lignes("SELECT t::text FROM journal t ORDER BY 1")
    total, other = rejouer(servi)
    assert other == []
    assert (total.identique, total.fichiers, total.tranches, total.tranches_autres) == (True, 6, 2, [])
    assert {now for _, now in total.decisions} == set(Decision)
    assert total.change == ()
    assert (vidage(servi), servi.lignes("SELECT t::text FROM journal t ORDER BY 1")) == (before, journal)


def test_messages_in_cdar_too(recette):
    recette.facturer()
    given = {"numero": NUMERO, "auteur": SIRET, "fournisseur": FOURNISSEUR.identifiant[:9], "instant": "20261123100500"}
    recette.envoyer(archive(cdar("208", **given), cdar("208", **given, motif="DOUBLON"), b"<a/>"), "FSO1304A")
    total, other = rejouer(recette)
    assert (other, total.identique, total.fichiers) == ([], True, 3)


def test_a_code_that_the_settings_no_longer_know_is_told_and_its_line_not_taken(servi):
    codes = {"SUSPENDUE": "77"}
    servi.contexte = replace(servi.contexte, reglages=servi.contexte.reglages.model_copy(update={"codes_cpp": codes}))
    _, other = rejouer(servi)
    (alone,) = [one for one in other if one.rang == 2]
    assert (alone.alors, alone.maintenant) == (Decision.ACCEPTE, Decision.REJETE)
    assert [one.rule for one in alone.nouvelles] == ["STA-08"]
    lone = next(one for one in other if one.rang == 0)  # among lines that are taken; its invoice unknown then is unknown still
    assert (lone.maintenant, {one.rule for one in lone.nouvelles}, {one.rule for one in lone.disparues}) == (
        Decision.ACCEPTE, {"STA-08"}, {"STA-09"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "back"),
    [("STA-09", True), ("STA-05", False)],
    ids=["a fault of the line, judged anew", "a fact of then, known from the ledger alone"],
)
def test_a_row_changed_in_the_ledger_shows_beside_the_journal(servi, rule, back):
    with _change(servi, f"rule = '{rule}' AND membre_rang = 0"):
        total, other = rejouer(servi)
        (changed,) = [one for one in other if one.rang == 0]
        assert rule in {one.rule for one in changed.disparues}
        assert ({one.rule for one in changed.nouvelles} == {rule}) is back
        assert total.tranches_autres == ([] if back else [0])  # the journal tells what was judged then
    assert rejouer(servi)[1] == []


@contextmanager
def _change(recette: Recette, which: str) -> Iterator[None]:
    """Move anomalies of flow 2 to a line that no file has; the fixture wants them back."""
    for sign in "+-":
        with recette.contexte.engine.begin() as conn:
            assert conn.execute(text(f"UPDATE anomalies SET line = line {sign} 5000 WHERE flux_id = 2 AND {which}")).rowcount
        if sign == "+":
            yield
