"""The one way to the screen: whatever comes out here may have come from a partner, and no terminal, console or reader of JSON obeys it."""

from __future__ import annotations

import codecs
import json
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from io import TextIOWrapper

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from flux.modele.anomalie import visible
from flux.modele.temps import PARIS

#: Characters of a table where there is no terminal to ask.
LARGEUR = 150
_HORS_ASCII = re.compile(r"[^\n -~]")


#: Name of :func:`_echapper` among Python's error handlers.
_ECHAPPER = "flux.echapper"


def _echapper(erreur: UnicodeError) -> tuple[str, int]:
    r"""Write what the encoding of the output lacks as ``\u2717``, in JSON too: a verdict must not end as a trace."""
    if not isinstance(erreur, UnicodeEncodeError):
        raise erreur
    return json.dumps(erreur.object[erreur.start : erreur.end])[1:-1], erreur.end


codecs.register_error(_ECHAPPER, _echapper)


def accorder() -> None:
    """Let the screen take every text, whatever its encoding: once, before anything is printed."""
    for sortie in (sys.stdout, sys.stderr):
        if isinstance(sortie, TextIOWrapper):
            sortie.reconfigure(errors=_ECHAPPER)


def dire(*lignes: str, err: bool = False) -> None:
    """Print lines, each one whole: a line feed inside is shown by its number like all that is not printable. :param err: on stderr."""
    for ligne in lignes:  # by print: click writes UTF-8 to a terminal that says ASCII
        print(visible(ligne), file=sys.stderr if err else sys.stdout)


def ecrire_document(texte: str) -> None:
    """Print a whole document (page, calendar, metrics) as its maker wrote it; the maker made its texts harmless."""
    typer.echo(texte.encode(), nl=False)  # UTF-8, as it says itself, whatever the terminal's


def dire_balises(lignes: Iterable[str], *, err: bool = False) -> None:
    """Print lines in rich's markup, whose texts from outside went through :func:`inerte`."""
    console = Console(soft_wrap=True, highlight=False, emoji=False, stderr=err)
    for ligne in lignes:
        console.print(ligne)


def inerte(texte: str) -> str:
    """Return a text fit for a line in rich's markup: no escape sequence, no markup."""
    return escape(visible(texte))


def ecrire_json(valeur: object, *, retrait: int | None = None) -> None:
    """Print a value as JSON, on one line unless ``retrait`` asks for an indent; dates in ISO 8601, what is not printable escaped."""
    told = json.dumps(valeur, ensure_ascii=False, default=_en_texte, indent=retrait)
    print(_HORS_ASCII.sub(lambda found: found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1], told))


def tableau(titre: str | None, colonnes: Sequence[str], lignes: Iterable[Sequence[object]]) -> None:
    """Print a table, times in Paris: as wide as the terminal or as ``COLUMNS`` says, else of :data:`LARGEUR`: a pipe folds no digest."""
    table = Table(title=None if titre is None else Text(visible(titre), style="italic"))
    for colonne in colonnes:
        table.add_column(colonne, overflow="fold")
    for ligne in lignes:
        table.add_row(*(Text(_cellule(valeur)) for valeur in ligne))
    Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else LARGEUR).print(table)


def champs(titre: str, faits: Mapping[str, object]) -> None:
    """Print facts, one a line."""
    tableau(titre, ("champ", "valeur"), tuple(faits.items()))


def _en_texte(valeur: object) -> str:
    return valeur.isoformat() if isinstance(valeur, date | datetime) else str(valeur)


def _cellule(valeur: object) -> str:
    if valeur is None:
        return ""
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, datetime):
        return f"{valeur.astimezone(PARIS):%d/%m/%Y %H:%M}"
    return visible(", ".join(map(_en_texte, valeur)) if isinstance(valeur, tuple) else _en_texte(valeur))
