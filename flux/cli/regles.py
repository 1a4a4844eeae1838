"""``flux regles``: the management rules, and which verdicts change from one day to another."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import typer

from flux.cli.ecran import ecrire_json, tableau
from flux.cli.interfaces import FormatSortie
from flux.cli.regles_comparer import comparer
from flux.cli.regles_compiler import compiler
from flux.cli.regles_diff import diff
from flux.cli.texte import Langue
from flux.referentiel.anomalies import CATALOGUE
from flux.regles.gestion import REGLES, Regle

regles = typer.Typer(help="Règles : les lister, comparer deux dates, préparer les règles officielles. / Rules.", no_args_is_help=True)
regles.command()(diff)
regles.command()(compiler)
regles.command()(comparer)

_Format = Annotated[FormatSortie, typer.Option("--format", help="texte ou json")]
_Langue = Annotated[Langue, typer.Option(help="Langue des phrases / language of the sentences.")]


def en_ligne(row: Regle) -> dict[str, Any]:
    """Return a rule as the JSON of ``flux regles lister`` and the reference page tell it."""
    text = CATALOGUE[row.cle]
    return {
        "rule": row.cle,
        "published": row.publie or None,
        "code": text.code,
        "eras": sorted(row.eres),
        "interfaces": None if row.interfaces is None else sorted(row.interfaces),
        "severity": row.severite or text.severity,
        "terms": list(row.termes),
        "fr": text.fr,
        "en": text.en,
        "source": row.source,
        "since": None if row.depuis == date.min else row.depuis.isoformat(),
        "until": row.jusqua.isoformat() if row.jusqua else None,
        "official": row.officielle,
    }


@regles.command()
def lister(format_: _Format = FormatSortie.TEXTE, langue: _Langue = Langue.FR) -> None:
    """Lister les règles de gestion. / List the management rules."""
    rows = [en_ligne(row) for row in REGLES]
    if format_ is FormatSortie.JSON:
        ecrire_json(rows, retrait=2)
        return
    titles = {
        Langue.FR: ("Règle", "Ères", "Gravité", "En vigueur", "Texte", "Source"),
        Langue.EN: ("Rule", "Eras", "Severity", "In force", "Text", "Source"),
    }
    lines = [(row["rule"], ", ".join(row["eras"]), row["severity"], periode(row), row[langue.value], row["source"]) for row in rows]
    tableau(None, titles[langue], lines)


def periode(row: dict[str, Any]) -> str:
    """Return when a rule of :func:`en_ligne` is in force, ``2025-10-31 →``; empty for always."""
    since, until = row["since"] or "", row["until"] or ""
    return f"{since} → {until}".strip() if since or until else ""
