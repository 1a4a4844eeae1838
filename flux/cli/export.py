"""``flux export``: invoices as a table."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from flux.cli.ecran import dire
from flux.cli.rendu import contexte_migre
from flux.emitters.tableau import FormatTableau, ecrire_tableau
from flux.errors import ErreurUsage
from flux.registre.exports import COLONNES, Export, Filtre, cadres_offerts, exporter, verifier_filtre

_TRAVAUX = ", ".join(cadres_offerts(Export.TRAVAUX))


def export(
    quoi: Annotated[Export, typer.Argument(help="Émises, de travaux, ou reçues / issued, of works, or received.")],
    sortie: Annotated[Path, typer.Argument(help="Fichier à écrire : .csv, .xlsx ou .parquet / file to write.")],
    cadre: Annotated[
        list[str] | None,
        typer.Option(
            "--cadre", help=f"Cadre de facturation, répétable ; travaux : parmi / framework, repeatable; works: among {_TRAVAUX}."
        ),
    ] = None,
    statut: Annotated[list[str] | None, typer.Option("--statut", help="Statut courant, répétable / current status, repeatable.")] = None,
    du: Annotated[str | None, typer.Option("--du", help="Premier jour de dépôt, AAAA-MM-JJ (Paris) / first day of deposit.")] = None,
    au: Annotated[str | None, typer.Option("--au", help="Dernier jour de dépôt, AAAA-MM-JJ (Paris) / last day of deposit.")] = None,
    structure: Annotated[
        str | None,
        typer.Option(
            "--structure",
            help="SIRET ou autre identifiant : du fournisseur (factures), du destinataire (recues), de l'un ou l'autre (travaux) / "
            "of the supplier, the recipient, either.",
        ),
    ] = None,
    service: Annotated[str | None, typer.Option("--service", help="Code service du destinataire / recipient's service code.")] = None,
) -> None:
    """Exporter des factures en CSV, XLSX ou Parquet. / Export invoices."""
    filtre = Filtre(frozenset(cadre or ()), frozenset(statut or ()), _jour("--du", du), _jour("--au", au), structure, service)
    _exporter(quoi, sortie, filtre)


def _jour(option: str, texte: str | None) -> date | None:
    if texte is None:
        return None
    try:
        return date.fromisoformat(texte)
    except ValueError as error:
        raise ErreurUsage(f"{option} {texte!r} : AAAA-MM-JJ attendu / expected, ex. 2026-11-23", argument=option) from error


def _exporter(quoi: Export, sortie: Path, filtre: Filtre) -> None:
    verifier_filtre(quoi, filtre)
    fmt = _format_du_nom(sortie)
    try:
        written = ecrire_tableau(sortie, fmt, COLONNES, exporter(contexte_migre().engine, quoi, filtre))
    except OSError as error:
        raise ErreurUsage(f"impossible d'écrire / cannot write {sortie}: {error.strerror}", file=str(sortie)) from error
    dire(f"{sortie} : {written.lignes} facture(s) / invoice(s)")
    if written.hors_bornes:
        dire(
            f"{written.hors_bornes} valeur(s) que le format {fmt} ne porte pas entière(s) : exportez en CSV / "
            "value(s) that this format cannot hold whole: export as CSV",
            err=True,
        )


def _format_du_nom(sortie: Path) -> FormatTableau:
    try:
        return FormatTableau(sortie.suffix.removeprefix(".").lower())
    except ValueError as error:
        known = ", ".join(f".{one}" for one in FormatTableau)
        raise ErreurUsage(f"{sortie} : extension attendue parmi {known} / expected one of these", file=str(sortie)) from error
