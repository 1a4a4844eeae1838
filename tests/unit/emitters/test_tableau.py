"""Tables: what is written is what is read back, whatever the texts; nothing is run by a spreadsheet; nothing is lost unsaid."""

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZipFile

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from flux.emitters import tableau
from flux.emitters.tableau import Colonne, FormatTableau, Genre, ecrire_csv, ecrire_parquet, ecrire_tableau, ecrire_xlsx

COLONNES = (
    Colonne("Numéro", "numero"),
    Colonne("Montant", "montant", Genre.MONTANT),
    Colonne("Jour", "jour", Genre.JOUR),
    Colonne("Instant", "instant", Genre.INSTANT),
    Colonne("Nombre", "nombre", Genre.ENTIER),
)
LIGNE = ("F-1", Decimal("12.50"), date(2026, 11, 20), datetime(2026, 11, 23, 8, 30, tzinfo=UTC), 3)
VIDE = (None, None, None, None, None)
NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}


def en_csv(*lignes):
    out = BytesIO()
    written = ecrire_csv(out, COLONNES, lignes)
    return list(csv.reader(StringIO(out.getvalue().decode("utf-8-sig")), delimiter=";")), written


def en_xlsx(*lignes):
    """Rows of texts of each sheet."""
    out = BytesIO()
    written = ecrire_xlsx(out, COLONNES, lignes)
    with ZipFile(out) as book:
        names = sorted(one for one in book.namelist() if one.startswith("xl/worksheets/sheet"))
        roots = [etree.fromstring(book.read(one)) for one in names]
    return roots, written


def cellules(root):
    return [["".join(cell.itertext()) for cell in row] for row in root.iterfind(".//m:row", NS)]


def test_csv_is_what_a_french_spreadsheet_opens():
    rows, written = en_csv(LIGNE, VIDE)
    assert rows == [
        ["Numéro", "Montant", "Jour", "Instant", "Nombre"],
        ["F-1", "12,50", "2026-11-20", "2026-11-23 09:30:00", "3"],
        [""] * 5,
    ]
    assert (written.lignes, written.hors_bornes) == (2, 0)


@pytest.mark.parametrize(
    "debut", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "\u00a0@", "\ufeff=", "\u200b\u202e +"]
)
def test_a_text_never_becomes_a_formula(debut):
    texte = f"{debut}cmd|' /C calc'!A0"
    rows, _ = en_csv((texte, *VIDE[1:]))
    assert rows[1][0] == f"'{texte}"
    (root,), _ = en_xlsx((texte, *VIDE[1:]))
    assert root.find(".//m:f", NS) is None
    assert cellules(root)[1][0].endswith("cmd|' /C calc'!A0")


def test_an_amount_below_zero_is_a_number_not_a_formula():
    rows, _ = en_csv(("F", Decimal("-1.5"), None, None, -2))
    assert rows[1] == ["F", "-1,5", "", "", "-2"]


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=8))
@settings(deadline=None, max_examples=60)
def test_texts_come_back_as_they_went(textes):
    lignes = [(one, *VIDE[1:]) for one in textes]
    out = BytesIO()
    ecrire_parquet(out, COLONNES, lignes)
    assert pq.read_table(out).column("numero").to_pylist() == textes
    rows, _ = en_csv(*lignes)
    assert [
        row[0].removeprefix("'") if one[:1] in tuple("=+-@\t\r\n＝＋－＠") else row[0] for row, one in zip(rows[1:], textes, strict=True)
    ] == textes
    (root,), _ = en_xlsx(*lignes)
    assert len(cellules(root)) == len(textes) + 1


def test_parquet_is_typed():
    out = BytesIO()
    ecrire_parquet(out, COLONNES, [LIGNE, VIDE])
    assert pq.read_table(out).to_pylist() == [
        dict(zip(("numero", "montant", "jour", "instant", "nombre"), one, strict=True)) for one in (LIGNE, VIDE)
    ]


@pytest.mark.parametrize("montant", ["1E+40", "0.12345678901", "1" * 29, "NaN"])
def test_an_amount_that_parquet_cannot_hold_is_counted_and_csv_holds_it(montant):
    out = BytesIO()
    value = Decimal(montant)
    written = ecrire_parquet(out, COLONNES, [("F", value, None, None, None)])
    assert (pq.read_table(out).column("montant").to_pylist(), written.hors_bornes) == ([None], 1)
    assert en_csv(("F", value, None, None, None))[0][1][1] == format(value, "f").replace(".", ",")


def test_a_workbook_holds_exact_amounts_old_dates_and_says_what_it_cuts():
    exact = Decimal("12345678901234567.89")
    (root,), written = en_xlsx(("x" * 40_000, exact, date(1815, 6, 18), None, None))
    row = cellules(root)[1]
    assert (len(row[0]), row[1], row[2]) == (32_767, str(exact), "1815-06-18")
    assert written.hors_bornes == 1


def test_a_sheet_that_is_full_is_followed_by_another(monkeypatch):
    monkeypatch.setattr(tableau, "LIGNES_PAR_FEUILLE", 3)
    roots, written = en_xlsx(*[(f"F-{n}", *VIDE[1:]) for n in range(4)])
    assert [[row[0] for row in cellules(root)] for root in roots] == [["Numéro", "F-0", "F-1"], ["Numéro", "F-2", "F-3"]]
    assert written.lignes == 4


@pytest.mark.parametrize("fmt", FormatTableau)
def test_an_empty_table_has_its_titles_and_a_failure_leaves_no_file(fmt, tmp_path):
    chemin = tmp_path / f"vide.{fmt}"
    assert ecrire_tableau(chemin, fmt, COLONNES, []).lignes == 0
    assert chemin.stat().st_size > 20

    def echoue():
        yield LIGNE
        raise RuntimeError("coupure")

    autre = tmp_path / f"autre.{fmt}"
    with pytest.raises(RuntimeError, match="coupure"):
        ecrire_tableau(autre, fmt, COLONNES, echoue())
    assert [one.name for one in tmp_path.iterdir()] == [chemin.name]
