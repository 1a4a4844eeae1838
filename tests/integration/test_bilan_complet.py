"""The full balance on real flows: it holds, and each loss made by hand is found and named."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from flux.cli import app
from flux.config import reglages
from flux.contexte import Contexte
from flux.errors import ErreurInvariant
from flux.etapes.bilan import bilan_complet, verifier_bilan_complet
from flux.transport.entrepot import Entrepot
from tests.bases import vider
from tests.integration.test_etapes import Maison, maison

pytestmark = pytest.mark.desequilibre  # each loss is there when the test ends, and the balance of all tests must see it
__all__ = ["maison"]  # the fixture


@pytest.fixture
def platine(maison: Maison):
    """A flow partly integrated and answered. What a test breaks stays its own: the ledger is emptied before the fixture checks it."""
    maison.deposer(maison.fabriquer(factures=4, defauts=("montant-illisible",), part_fautive=0.25))
    maison.tout()
    assert verifier_bilan_complet(maison.contexte).startswith("bilan juste : 1 flux, 4 originaux")
    yield maison
    vider(maison.contexte.engine)


def sql(maison: Maison, *statements: str) -> None:
    with maison.contexte.engine.begin() as conn:
        for one in statements:
            conn.execute(text(one))


def original(maison: Maison, flux_id: int = 1) -> Path:
    ((sha,),) = maison.lignes(f"SELECT sha256 FROM flux WHERE id = {flux_id}")
    return maison.dossier / "entrepot" / "sha256" / sha[:2] / sha


PERTES = {
    "membres": "DELETE FROM lignes WHERE membre_rang = 0; DELETE FROM pieces_jointes; DELETE FROM statuts WHERE membre_rang = 0;"
    " DELETE FROM envois; DELETE FROM factures WHERE membre_rang = 0; DELETE FROM membres WHERE rang = 0",
    "decides": "UPDATE membres SET decision = NULL WHERE rang = 0",
    "montants": "DELETE FROM envois; DELETE FROM statuts WHERE membre_rang = (SELECT min(rang) FROM membres WHERE decision = 'accepted')",
    "reponse": "DELETE FROM sorties WHERE interface LIKE 'C%'",
    "reponse_doublee": "INSERT INTO sorties (partenaire_id, flux_id, interface, nom, sha256, taille, cle, cree_le) "
    "SELECT partenaire_id, flux_id, interface, nom || '-2', sha256, taille, cle, cree_le FROM sorties WHERE interface LIKE 'C%'",
    "reponse_non_publiee": "UPDATE sorties SET emissions = 0 WHERE interface LIKE 'C%'",
}


@pytest.mark.parametrize("code", PERTES)
def test_a_loss_in_the_ledger_is_found_and_its_flow_named(platine, code):
    sql(platine, *PERTES[code].split(";"))
    found = [one for one in bilan_complet(platine.contexte).constats if one.code == code]
    assert found
    assert all(one.flux == (1,) for one in found if code != "montants")
    with pytest.raises(ErreurInvariant, match="do not balance"):
        verifier_bilan_complet(platine.contexte)


def test_an_original_that_is_gone_is_found(platine):
    original(platine).unlink()
    (found,) = bilan_complet(platine.contexte).constats
    assert (found.code, found.flux, found.voir) == ("original_manquant", (1,), "flux suivi 1")


def test_one_byte_changed_in_an_original_is_found(platine):
    data = bytearray(original(platine).read_bytes())
    data[len(data) // 2] ^= 1
    original(platine).write_bytes(data)
    assert [(one.code, one.flux) for one in bilan_complet(platine.contexte).constats] == [("original_altere", (1,))]


@pytest.mark.parametrize("autre", ["00/zz", "0-vieux/x", "zz/x", "LISEZMOI"])
def test_a_file_of_somebody_else_in_the_store_is_told_alone(platine, autre):
    path = platine.dossier / "entrepot" / "sha256" / autre
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"nobody's")
    assert [(one.code, one.objet) for one in bilan_complet(platine.contexte).constats] == [("orphelin", f"sha256/{autre}")]


def test_a_content_kept_under_another_key_is_missing_where_it_is_looked_for(platine):
    path = original(platine)
    (path.parent.parent / "00").mkdir(exist_ok=True)
    path.rename(path.parent.parent / "00" / path.name)
    assert [one.code for one in bilan_complet(platine.contexte).constats] == ["original_manquant", "orphelin"]


def test_what_nobody_knows_and_goes_while_the_store_is_read_is_no_error(platine):
    path = platine.dossier / "entrepot" / "sha256" / "ff" / ("f" * 64)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"nobody's")
    store = EntrepotDontOnRetire(str(platine.dossier / "entrepot"))
    assert bilan_complet(replace(platine.contexte, entrepot=store)).constats == ()
    original(platine).unlink()


def test_a_flow_lost_with_all_its_rows_leaves_its_original_an_orphan(platine):
    key = original(platine).relative_to(platine.dossier / "entrepot").as_posix()
    vider(platine.contexte.engine)
    found = bilan_complet(platine.contexte)
    assert [(one.code, one.objet) for one in found.constats] == [("orphelin", key)]
    assert len(found.restes) == 3  # its answers, known for ours


class EntrepotQuiRecoit(Entrepot):
    """Something happens between the snapshot of the ledger and the walk through the store."""

    avant = staticmethod(lambda: None)

    def lister(self, cle):
        if cle == "sha256":  # it calls itself for the folders below
            self.avant()
        yield from super().lister(cle)


class EntrepotDontOnRetire(Entrepot):
    """An upkeep puts aside what nobody knows as soon as it was listed."""

    def lister(self, cle):
        yield from super().lister(cle)
        if cle == "sha256/ff":
            self.supprimer(f"{cle}/{'f' * 64}")


def _pendant(maison: Maison, avant) -> Contexte:
    store = EntrepotQuiRecoit(str(maison.dossier / "entrepot"))
    store.avant = avant
    return replace(maison.contexte, entrepot=store)


def test_what_is_received_while_the_store_is_read_is_no_orphan(platine):
    platine.deposer(platine.fabriquer(graine=2, sequence=2))
    assert bilan_complet(_pendant(platine, platine.recevoir)).constats == ()
    assert platine.lignes("SELECT count(*) FROM flux") == [(2,)]
    original(platine, 1).unlink()


def test_what_is_forgotten_by_the_ledger_and_the_store_while_it_is_read_is_not_missing(platine):
    def forget():
        path = original(platine)
        tables = ("flux", "membres", "tranches", "factures", "statuts", "lignes", "anomalies", "pieces_jointes", "sorties", "envois")
        sql(platine, "SET LOCAL session_replication_role = replica", *(f"DELETE FROM {one}" for one in tables))
        path.unlink()

    assert bilan_complet(_pendant(platine, forget)).constats == ()
    (platine.dossier / "entrepot" / "sha256" / "ff").mkdir(exist_ok=True)
    (platine.dossier / "entrepot" / "sha256" / "ff" / ("f" * 64)).write_bytes(b"nobody's")


def test_the_command_prints_counts_and_exact_amounts_and_has_its_own_exit_code(platine, monkeypatch):
    monkeypatch.setenv("FLUX_DOSSIER", str(platine.dossier))
    monkeypatch.setenv("FLUX_BASE", platine.contexte.engine.url.render_as_string(hide_password=False))
    reglages.cache_clear()
    try:
        good = CliRunner().invoke(app, ["registre", "bilan", "--json"])
        assert good.exit_code == 0
        told = json.loads(good.stdout)
        ((total, accepted),) = platine.lignes("SELECT sum(ttc), sum(ttc) FILTER (WHERE etat <> 'NON_CONFORME') FROM factures")
        assert [(one["deposes"], one["integres"]) for one in told["montants"]] == [(str(total), str(accepted))]
        assert [(x["quoi"], x["deposes"], x["integres"], x["rejetes"]) for x in told["lignes"]] == [
            ("flux", 1, 1, 0),
            ("factures", 4, 3, 1),
        ]
        assert CliRunner().invoke(app, ["registre", "bilan", "--jour", "2026-11-23"]).exit_code == 0
        sql(platine, PERTES["reponse"])
        bad = CliRunner().invoke(app, ["registre", "bilan"])
        assert bad.exit_code == 4
        assert "flux suivi 1" in bad.stdout
    finally:
        reglages.cache_clear()
