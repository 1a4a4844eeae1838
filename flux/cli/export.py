"""``flux export``: invoices as tables."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from flux.cli.rendu import contexte_migre
from flux.emitters.tableau import FormatTableau, ecrire_tableau
from flux.errors import ErreurUsage
from flux.registre.exports import COLONNES, Export, Filtre, cadres_offerts, exporter, verifier_filtre

export = typer.Typer(help="Exporter des factures en CSV, XLSX ou Parquet. / Export invoices.", no_args_is_help=True)

_TRAVAUX = ", ".join(cadres_offerts(Export.TRAVAUX))
_Sortie = Annotated[Path, typer.Argument(help="Fichier à écrire : .csv, .xlsx ou .parquet / file to write.")]
_Format = Annotated[FormatTableau | None, typer.Option("--format", help="Par défaut, l'extension / default: the extension.")]
_Cadre = Annotated[list[str] | None, typer.Option("--cadre", help="Cadre de facturation, répétable / framework, repeatable.")]
_CadreTravaux = Annotated[
    list[str] | None, typer.Option("--cadre", help=f"Cadre de travaux, répétable, parmi / works framework among {_TRAVAUX}.")
]
_Statut = Annotated[list[str] | None, typer.Option("--statut", help="Statut courant, répétable / current status, repeatable.")]
_Du = Annotated[str | None, typer.Option("--du", help="Premier jour de dépôt, AAAA-MM-JJ (Paris) / first day of deposit.")]
_Au = Annotated[str | None, typer.Option("--au", help="Dernier jour de dépôt, AAAA-MM-JJ (Paris) / last day of deposit.")]
_Service = Annotated[str | None, typer.Option("--service", help="Code service du destinataire / recipient's service code.")]


@export.command()
def factures(
    sortie: _Sortie,
    format_: _Format = None,
    cadre: _Cadre = None,
    statut: _Statut = None,
    du: _Du = None,
    au: _Au = None,
    structure: Annotated[str | None, typer.Option("--structure", help="SIRET ou autre identifiant du fournisseur / supplier's.")] = None,
    service: _Service = None,
) -> None:
    """Factures émises. / Invoices issued."""
    _exporter(Export.FACTURES, sortie, format_, _filtre(cadre, statut, du, au, structure, service))


@export.command()
def travaux(
    sortie: _Sortie,
    format_: _Format = None,
    cadre: _CadreTravaux = None,
    statut: _Statut = None,
    du: _Du = None,
    au: _Au = None,
    structure: Annotated[str | None, typer.Option("--structure", help="SIRET du fournisseur ou du destinataire / of either side.")] = None,
    service: _Service = None,
) -> None:
    """Factures de travaux. / Works invoices."""
    _exporter(Export.TRAVAUX, sortie, format_, _filtre(cadre, statut, du, au, structure, service))


@export.command()
def recues(
    sortie: _Sortie,
    format_: _Format = None,
    cadre: _Cadre = None,
    statut: _Statut = None,
    du: _Du = None,
    au: _Au = None,
    structure: Annotated[str | None, typer.Option("--structure", help="SIRET du destinataire / recipient's SIRET.")] = None,
    service: _Service = None,
) -> None:
    """Factures reçues. / Invoices received."""
    _exporter(Export.RECUES, sortie, format_, _filtre(cadre, statut, du, au, structure, service))


def _filtre(
    cadre: list[str] | None, statut: list[str] | None, du: str | None, au: str | None, structure: str | None, service: str | None
) -> Filtre:
    return Filtre(frozenset(cadre or ()), frozenset(statut or ()), _jour("--du", du), _jour("--au", au), structure, service)


def _jour(option: str, texte: str | None) -> date | None:
    if texte is None:
        return None
    try:
        return date.fromisoformat(texte)
    except ValueError as error:
        raise ErreurUsage(f"{option} {texte!r} : AAAA-MM-JJ attendu / expected, ex. 2026-11-23", argument=option) from error


def _exporter(quoi: Export, sortie: Path, format_: FormatTableau | None, filtre: Filtre) -> None:
    verifier_filtre(quoi, filtre)
    fmt = format_ or _format_du_nom(sortie)
    try:
        written = ecrire_tableau(sortie, fmt, COLONNES, exporter(contexte_migre().engine, quoi, filtre))
    except OSError as error:
        raise ErreurUsage(f"impossible d'écrire / cannot write {sortie}: {error.strerror}", file=str(sortie)) from error
    sys.stdout.write(f"{sortie} : {written.lignes} facture(s) / invoice(s)\n")
    if written.hors_bornes:
        sys.stderr.write(
            f"{written.hors_bornes} valeur(s) que le format {fmt} ne porte pas entière(s) : exportez en CSV / "
            "value(s) that this format cannot hold whole: export as CSV\n"
        )


def _format_du_nom(sortie: Path) -> FormatTableau:
    try:
        return FormatTableau(sortie.suffix.removeprefix(".").lower())
    except ValueError as error:
        known = ", ".join(f".{one}" for one in FormatTableau)
        raise ErreurUsage(
            f"{sortie} : extension attendue parmi {known}, ou --format / expected one of these, or --format", file=str(sortie)
        ) from error
