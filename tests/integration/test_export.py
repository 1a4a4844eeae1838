"""``flux export`` on a real ledger: what is asked for and nothing else, validators, and memory that does not grow."""

import csv
import json
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from flux.cli import app
from flux.config import reglages
from flux.emitters.tableau import FormatTableau
from flux.errors import ErreurUsage
from flux.referentiel.cadres import CADRES_TRAVAUX
from flux.registre.exports import COLONNES, Export, Filtre, exporter
from raccordement.exemple import creer_partenaire
from tests.bases import vider

LE = datetime(2026, 11, 23, 9, tzinfo=UTC)
NOMS = [one.nom for one in COLONNES]
#: One flow of many invoices, straight into the ledger.
SEMER = """
INSERT INTO flux (partenaire_id, nom, reclamation, sha256, taille, recu_le, identifiant, interface)
VALUES (1, 'FLUX', 'r', repeat('a', 64), 1, '2026-11-23T09:00Z', 'ABC1231140000000000000001', 'FSO1140A');
INSERT INTO membres (flux_id, rang, nom, taille, decision) SELECT 1, n, n || '.xml', 100, 'accepted' FROM generate_series(0, {n} - 1) n;
INSERT INTO factures (flux_id, membre_rang, partenaire_id, etat, numero, date_emission, type_code, devise, fournisseur_id, fournisseur_nom,
  destinataire_id, destinataire_nom, code_service, cadre, ht, tva, ttc, net_a_payer, detail)
SELECT 1, n, 1, 'DEPOSEE', 'F-' || n, '2026-11-20', '380', 'EUR', '12345678900011', 'Société', '21750001600019', 'Commune',
  'S' || mod(n, 3), (ARRAY['A1', 'A4', 'A9', 'A12', 'S1'])[1 + mod(n, 5)], 100.5, 20.1, 120.6, 120.6, '{{"valideur": {{"nom": "Mandataire SA"}}}}'
FROM generate_series(0, {n} - 1) n;
INSERT INTO statuts (flux_id, membre_rang, rang, code, horodatage) SELECT 1, n, 0, 'DEPOSEE', '2026-11-23T09:00Z' FROM generate_series(0, {n} - 1) n;
"""


def semer(engine: Engine, nombre: int) -> None:
    creer_partenaire(engine, "ABC123", "Partenaire", "abc123", LE)
    with engine.begin() as conn:
        for statement in SEMER.format(n=nombre).split(";\n"):
            if statement.strip():
                conn.exec_driver_sql(statement)


def lignes(engine: Engine, export: Export, **filtre: object) -> list[dict[str, object]]:
    return [dict(zip(NOMS, row, strict=True)) for row in exporter(engine, export, Filtre(**filtre))]


def poser(engine: Engine, membre: int, code: str, le: str, par: str | None = None) -> None:
    with engine.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO statuts (flux_id, membre_rang, rang, code, horodatage, par) "
                "SELECT 1, :m, max(rang) + 1, :code, :le, :par FROM statuts WHERE membre_rang = :m"
            ),
            {"m": membre, "code": code, "le": le, "par": par},
        )
        conn.execute(text("UPDATE factures SET etat = :code WHERE membre_rang = :m"), {"m": membre, "code": code})


def test_an_invoice_is_a_line_with_its_current_status(registre):
    semer(registre, 1)
    poser(registre, 0, "SERVICE_FAIT", "2026-11-24T10:00Z")
    (one,) = lignes(registre, Export.FACTURES)
    assert (one["numero"], one["statut"], one["libelle_statut"]) == ("F-0", "SERVICE_FAIT", "Service fait")
    assert one["date_statut"] == datetime(2026, 11, 24, 10, tzinfo=UTC)
    assert (one["montant_ttc"], one["date_depot"], one["flux"]) == (Decimal("120.6"), LE, "ABC1231140000000000000001")


@pytest.mark.parametrize(
    ("filtre", "attendues"),
    [
        ({"cadres": frozenset({"A9"})}, [2, 7]),
        ({"service": "S1"}, [1, 4, 7]),
        ({"cadres": frozenset({"A9"}), "service": "S1"}, [7]),
        ({"statuts": frozenset({"SERVICE_FAIT"})}, [3]),
        ({"structure": "12345678900011"}, list(range(10))),
        ({"structure": "21750001600019"}, []),
        ({"du": LE.date()}, list(range(10))),
        ({"au": LE.date()}, list(range(10))),
        ({"du": date(2026, 11, 24)}, []),
        ({"au": date(2026, 11, 22)}, []),
    ],
)
def test_each_filter_keeps_what_it_says(registre, filtre, attendues):
    semer(registre, 10)
    poser(registre, 3, "SERVICE_FAIT", "2026-11-24T10:00Z")
    assert [one["numero"] for one in lignes(registre, Export.FACTURES, **filtre)] == [f"F-{n}" for n in attendues]


def test_the_day_of_deposit_is_that_of_paris(registre):
    semer(registre, 1)
    with registre.begin() as conn:
        conn.execute(text("UPDATE flux SET recu_le = '2026-11-22T23:30Z'"))
    assert len(lignes(registre, Export.FACTURES, du=LE.date(), au=LE.date())) == 1


def test_works_and_received_invoices_are_those_only(registre):
    semer(registre, 10)
    with registre.begin() as conn:
        conn.execute(text("UPDATE factures SET etat = 'NON_CONFORME' WHERE membre_rang = 0"))
    assert {one["cadre"] for one in lignes(registre, Export.TRAVAUX)} <= CADRES_TRAVAUX
    assert [one["numero"] for one in lignes(registre, Export.TRAVAUX)] == ["F-1", "F-6"]
    received = lignes(registre, Export.RECUES, structure="21750001600019")
    assert [one["numero"] for one in received] == [f"F-{n}" for n in range(1, 10)]


@pytest.mark.parametrize(
    ("export", "filtre"),
    [
        (Export.TRAVAUX, {"cadres": frozenset({"A1"})}),
        (Export.FACTURES, {"cadres": frozenset({"Z9"})}),
        (Export.RECUES, {"statuts": frozenset({"PAYEE"})}),
        (Export.FACTURES, {"du": date(2026, 11, 24), "au": LE.date()}),
    ],
)
def test_a_filter_that_can_find_nothing_is_refused(registre, export, filtre):
    with pytest.raises(ErreurUsage):
        lignes(registre, export, **filtre)


def test_validators_are_told_for_subcontracting_and_co_contracting_only(registre):
    semer(registre, 5)
    for membre in range(5):
        poser(registre, membre, "VALIDEE_1", "2026-11-24T23:30Z", "Lucie Martin")
        poser(registre, membre, "VALIDEE_2", "2026-11-26T10:00Z", "Direction des achats")
    found = {one["cadre"]: (one["valideur_1"], one["valideur_2"]) for one in lignes(registre, Export.FACTURES)}
    filled = ("Mandataire SA (25/11/2026)", "Direction des achats (26/11/2026)")
    assert found == {"A1": (None, None), "A4": (None, None), "A9": filled, "A12": filled, "S1": (None, None)}


def test_a_time_limit_that_passed_is_told_and_so_is_the_day_the_columns_began(registre):
    semer(registre, 4)
    poser(registre, 2, "ABSENCE_VALIDATION_1_HORS_DELAI", "2026-12-09T10:00Z")
    poser(registre, 3, "VALIDEE_1", "2024-07-23T10:00Z")
    found = {one["cadre"]: one["valideur_1"] for one in lignes(registre, Export.FACTURES)}
    assert (found["A9"], found["A12"]) == ("hors délai (09/12/2026)", None)


# ---------------------------------------------------------------------------------------------------------- the command


@pytest.fixture
def commande(registre: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FLUX_BASE", registre.url.render_as_string(hide_password=False))
    monkeypatch.setenv("FLUX_DOSSIER", str(tmp_path))
    reglages.cache_clear()
    semer(registre, 10)
    yield lambda *args: CliRunner().invoke(app, ["export", *map(str, args)])
    reglages.cache_clear()


@pytest.mark.parametrize("fmt", FormatTableau)
def test_the_extension_gives_the_format(commande, tmp_path, fmt):
    target = tmp_path / f"e.{fmt}"
    done = commande("travaux", target, "--cadre", "A4")
    assert (done.exit_code, done.output) == (0, f"{target} : 2 facture(s) / invoice(s)\n")
    assert target.read_bytes().startswith({"csv": b"\xef\xbb\xbf", "xlsx": b"PK", "parquet": b"PAR1"}[fmt])


def test_the_titles_are_those_of_chorus_pro(commande, tmp_path):
    commande("recues", tmp_path / "e.csv", "--structure", "21750001600019", "--du", "2026-11-01")
    with (tmp_path / "e.csv").open(encoding="utf-8-sig", newline="") as data:
        titles, *rows = csv.reader(data, delimiter=";")
    assert {"Valideur 1 (date de validation)", "Valideur 2 (date de validation)"} < set(titles)
    assert len(rows) == 10


@pytest.mark.parametrize(
    "args",
    [("travaux", "e.csv", "--cadre", "A1"), ("factures", "e.doc"), ("recues", "e.csv", "--du", "hier"), ("factures", "absent/e.csv")],
)
def test_what_cannot_be_done_is_said_and_writes_nothing(commande, tmp_path, args):
    quoi, nom, *rest = args
    done = commande(quoi, tmp_path / nom, *rest)
    assert isinstance(done.exception, ErreurUsage)
    assert not (tmp_path / nom).exists()


_MESURE = """
import json, sys
from pathlib import Path
from flux.emitters.tableau import FormatTableau, ecrire_tableau
from flux.registre.connexion import creer_moteur
from flux.registre.exports import COLONNES, Export, Filtre, exporter
from tests.memoire import pic_kio
rows = exporter(creer_moteur(sys.argv[1]), Export.FACTURES, Filtre())
done = ecrire_tableau(Path(sys.argv[2]), FormatTableau(sys.argv[3]), COLONNES, rows)
print(json.dumps([done.lignes, pic_kio()]))
"""


@pytest.mark.parametrize("fmt", FormatTableau)
def test_many_more_invoices_take_no_more_memory(registre, tmp_path, fmt):
    """Each in a process of its own, so that the peak is the export's. Parquet holds one group of rows, 10,000: the small export is one."""
    peaks = []
    for nombre in (10_000, 40_001) if fmt is FormatTableau.PARQUET else (2_000, 20_001):
        vider(registre)
        semer(registre, nombre)
        command = [sys.executable, "-c", _MESURE, registre.url.render_as_string(hide_password=False), str(tmp_path / "e"), fmt]
        written, peak = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        assert written == nombre
        peaks.append(peak)
    assert peaks[1] < peaks[0] * 1.25
    if fmt is FormatTableau.PARQUET:
        assert pq.ParquetFile(tmp_path / "e").metadata.num_row_groups > 1
