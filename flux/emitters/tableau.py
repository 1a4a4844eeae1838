"""Rows → CSV, XLSX or Parquet, written as they come: memory does not grow with their number.

Libraries: xlsxwriter, which alone among the kept ones writes a workbook in constant memory; pyarrow, the reference writer of Parquet.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter

from flux.emitters.textes import a_paris

#: What a spreadsheet may take for the beginning of a formula (OWASP, CSV injection): a sign, after blanks and invisible characters that
#: it may drop, or a tab or a line end. Full-width signs too: some spreadsheets run them as the plain ones.
_FORMULE = re.compile("[\\s\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*[=+@＝＋－＠-]|[\t\r\n]")
#: Rows of one sheet, and characters of one cell, at most (limits of Excel).
LIGNES_PAR_FEUILLE, _CELLULE = 1_048_576, 32_767
_PAR_PAQUET = 10_000
#: First year that Excel counts.
_PREMIERE_ANNEE = 1900
_CHIFFRES, _DECIMALES = 38, 10

Valeur = str | Decimal | date | datetime | int | None


class Genre(StrEnum):
    """What a column holds."""

    TEXTE = "texte"
    MONTANT = "montant"
    JOUR = "jour"
    INSTANT = "instant"
    ENTIER = "entier"


@dataclass(frozen=True, slots=True)
class Colonne:
    """One column. :ivar titre: as a person reads it. :ivar nom: as a program does (Parquet)."""

    titre: str
    nom: str
    genre: Genre = Genre.TEXTE


@dataclass(slots=True)
class Ecrit:
    """What was written. :ivar hors_bornes: values that the format cannot hold, left out or cut there; CSV holds any."""

    lignes: int = 0
    hors_bornes: int = 0


def ecrire_csv(sortie: BinaryIO, colonnes: Sequence[Colonne], lignes: Iterable[Sequence[Valeur]]) -> Ecrit:
    """Write CSV as a French spreadsheet opens it: UTF-8 with its mark, ``;`` between cells, decimal commas, instants on the clock of Paris.

    A text that a spreadsheet would run as a formula is written after an apostrophe.
    """
    written = Ecrit()
    text = io.TextIOWrapper(sortie, encoding="utf-8-sig", newline="", write_through=True)
    try:
        out = csv.writer(text, delimiter=";")
        out.writerow([one.titre for one in colonnes])
        for written.lignes, row in enumerate(lignes, 1):
            out.writerow([_en_texte(value) for value in row])
    finally:
        text.detach()
    return written


def _en_texte(value: Valeur) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}" if _FORMULE.match(value) else value
    if isinstance(value, Decimal):
        return format(value, "f").replace(".", ",")
    if isinstance(value, datetime):
        return f"{a_paris(value):%Y-%m-%d %H:%M:%S}"
    return str(value)


def ecrire_xlsx(sortie: BinaryIO, colonnes: Sequence[Colonne], lignes: Iterable[Sequence[Valeur]]) -> Ecrit:
    """Write one workbook; a sheet more for each 1,048,575 rows. No text is ever a formula or a link."""
    written = Ecrit()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(sortie, options) as book:
        styles = {
            Genre.JOUR: book.add_format({"num_format": "yyyy-mm-dd"}),
            Genre.INSTANT: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        source = iter(lignes)
        while True:
            part = islice(source, LIGNES_PAR_FEUILLE - 1)
            first = next(part, None)
            if first is None and written.lignes:
                return written
            sheet = book.add_worksheet()
            for rank, column in enumerate(colonnes):
                sheet.write_string(0, rank, column.titre)
            for rank, row in enumerate(_avec(first, part), 1):
                _ecrire_ligne(sheet, rank, colonnes, row, styles, written)
                written.lignes += 1
            if first is None:
                return written


def _avec(first: Sequence[Valeur] | None, rest: Iterator[Sequence[Valeur]]) -> Iterator[Sequence[Valeur]]:
    if first is not None:
        yield first
        yield from rest


def _ecrire_ligne(
    sheet: Any, rank: int, colonnes: Sequence[Colonne], row: Sequence[Valeur], styles: dict[Genre, Any], written: Ecrit  # noqa: ANN401
) -> None:  # fmt: skip
    for place, (column, value) in enumerate(zip(colonnes, row, strict=True)):
        if value is None:
            continue
        if isinstance(value, str):
            if len(value) > _CELLULE:
                written.hors_bornes += 1
            sheet.write_string(rank, place, value[:_CELLULE])
        elif isinstance(value, datetime):
            sheet.write_datetime(rank, place, a_paris(value).replace(tzinfo=None), styles[Genre.INSTANT])
        elif isinstance(value, date) and value.year >= _PREMIERE_ANNEE:
            sheet.write_datetime(rank, place, value, styles[Genre.JOUR])
        elif isinstance(value, date):
            sheet.write_string(rank, place, value.isoformat())
        elif column.genre is Genre.MONTANT and len(Decimal(value).as_tuple().digits) > 15:
            # A cell's number has 15 digits: beyond, the text is exact.
            sheet.write_string(rank, place, format(value, "f"))
        else:
            sheet.write_number(rank, place, value)


_TYPES: dict[Genre, pa.DataType] = {
    Genre.TEXTE: pa.string(), Genre.MONTANT: pa.decimal128(_CHIFFRES, _DECIMALES), Genre.JOUR: pa.date32(),
    Genre.INSTANT: pa.timestamp("us", tz="UTC"), Genre.ENTIER: pa.int64(),
}  # fmt: skip


def ecrire_parquet(sortie: BinaryIO, colonnes: Sequence[Colonne], lignes: Iterable[Sequence[Valeur]]) -> Ecrit:
    """Write Parquet, typed: amounts are decimals (38, 10), instants are UTC."""
    written = Ecrit()
    schema = pa.schema([(one.nom, _TYPES[one.genre]) for one in colonnes])
    source = iter(lignes)
    with pq.ParquetWriter(sortie, schema, compression="zstd") as out:
        while part := list(islice(source, _PAR_PAQUET)):
            columns = [_colonne(one, [row[rank] for row in part], written) for rank, one in enumerate(colonnes)]
            out.write_batch(pa.record_batch(columns, schema=schema))
            written.lignes += len(part)
    return written


def _colonne(colonne: Colonne, values: list[Valeur], written: Ecrit) -> pa.Array:
    if colonne.genre is Genre.MONTANT:
        values = [_borne(value, written) for value in values]
    return pa.array(values, type=_TYPES[colonne.genre])


def _borne(value: Valeur, written: Ecrit) -> Valeur:
    """Return an amount that the type holds exactly, else nothing."""
    if not isinstance(value, Decimal):
        return value
    try:
        exact = value.is_finite() and value.quantize(Decimal(1).scaleb(-_DECIMALES)) == value and value.adjusted() < _CHIFFRES - _DECIMALES
    except InvalidOperation:
        exact = False
    if not exact:
        written.hors_bornes += 1
    return value if exact else None


class FormatTableau(StrEnum):
    """A format of table, by the extension of its files."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


_ECRIRE: dict[FormatTableau, Callable[[BinaryIO, Sequence[Colonne], Iterable[Sequence[Valeur]]], Ecrit]] = {
    FormatTableau.CSV: ecrire_csv,
    FormatTableau.XLSX: ecrire_xlsx,
    FormatTableau.PARQUET: ecrire_parquet,
}


def ecrire_tableau(chemin: Path, fmt: FormatTableau, colonnes: Sequence[Colonne], lignes: Iterable[Sequence[Valeur]]) -> Ecrit:
    """Write a file under a temporary name, then rename it: a file that bears its name is whole.

    :raises OSError: the file cannot be written.
    """
    temporary = chemin.with_name(f"{chemin.name}.tmp")
    try:
        with temporary.open("wb") as out:
            written = _ECRIRE[fmt](out, colonnes, lignes)
        temporary.replace(chemin)
    finally:
        temporary.unlink(missing_ok=True)
    return written
