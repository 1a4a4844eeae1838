"""What commands that read or change the ledger share: its context, values as JSON or as a table."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path

import typer
from rich.markup import escape
from rich.table import Table

from flux.cli.texte import ecran
from flux.contexte import Contexte, contexte
from flux.errors import ErreurUsage
from flux.modele.anomalie import visible
from flux.modele.temps import PARIS
from flux.registre.migrations import migrer

#: Greatest numbers that the ledger gives: of a flow, and of a file in it.
FLUX_MAX, RANG_MAX = 2**63 - 1, 2**31 - 1


def contexte_migre() -> Contexte:
    """Return the context of this process, its ledger brought to the newest revision."""
    ctx = contexte()
    migrer(ctx.engine)
    return ctx


def ecrire_json(valeur: object) -> None:
    """Print a value as one line of JSON; dates in ISO 8601."""
    typer.echo(json.dumps(valeur, ensure_ascii=False, default=_en_texte))


def tableau(titre: str, colonnes: Sequence[str], lignes: Iterable[Sequence[object]]) -> None:
    """Print a table, times in Paris; its cells may hold texts from outside. In a pipe digests are not folded."""
    table = Table(title=titre)
    for colonne in colonnes:
        table.add_column(colonne, overflow="fold")
    for ligne in lignes:
        table.add_row(*(escape(_cellule(valeur)) for valeur in ligne))
    ecran().print(table)


def champs(titre: str, faits: Mapping[str, object]) -> None:
    """Print facts, one a line."""
    tableau(titre, ("champ", "valeur"), tuple(faits.items()))


def heure(instant: datetime | None) -> str | None:
    """Return an instant as the clock of Paris shows it."""
    return None if instant is None else f"{instant.astimezone(PARIS):%Y-%m-%d %H:%M}"


def jour_venu(jour: datetime, now: datetime) -> date:
    """Return a day that an option gave.

    :raises ErreurUsage: it has not begun yet in Paris. Facts: ``jour``.
    """
    day = jour.date()
    if day > now.astimezone(PARIS).date():
        raise ErreurUsage(f"{day} n'est pas encore là / is not there yet", jour=day)
    return day


def lire_fichier(fichier: Path) -> bytes:
    """Read a file whole.

    :raises ErreurUsage: it cannot be read. Facts: ``path``.
    """
    try:
        return fichier.read_bytes()
    except OSError as error:
        raise ErreurUsage(f"{fichier} ne peut pas être lu / cannot be read: {error}", path=str(fichier)) from error


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
