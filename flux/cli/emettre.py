"""``flux emettre``: write a lifecycle file (FSO1301A or FEN1202A) from a JSON list of statuses. No server."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from flux.cli.ecran import dire, ecrire_json
from flux.cli.lire_statuts import EXEMPLE, lire_statuts, verifier_pour_cdar
from flux.config import reglages
from flux.emitters.fen1202a import cdar_facture, ecrire_fen1202a, nom_membre
from flux.emitters.fso1301a import ecrire_fso1301a
from flux.enveloppe import NomFlux, verifier_application
from flux.errors import ErreurUsage
from flux.modele.statut import Enveloppe, Statut
from flux.modele.temps import lire_instant


class Genre(StrEnum):
    """Lifecycle file to write."""

    FSO1301A = "fso1301a"
    FEN1202A = "fen1202a"


def emettre(
    genre: Annotated[
        Genre | None, typer.Argument(help="fso1301a (CPPStatut) ou / or fen1202a (CDAR, tar.gz).", case_sensitive=False)
    ] = None,
    statuts: Annotated[Path | None, typer.Option(help="Liste JSON des statuts / JSON list of statuses.")] = None,
    sortie: Annotated[Path, typer.Option(help="Dossier où écrire / folder to write in.")] = Path(),
    exemple: Annotated[bool, typer.Option("--exemple", help="Afficher une liste d'exemple / print an example list.")] = False,
    recepteur: Annotated[str, typer.Option(help="Code application du destinataire / application code of the receiver.")] = "ABC123",
    sequence: Annotated[int, typer.Option(min=0, max=10**15 - 1, help="Numéro de séquence / sequence number.")] = 1,
    date: Annotated[str | None, typer.Option(help="Date de production, ISO 8601 / production date. Défaut / default: now.")] = None,
) -> None:
    """Écrire un fichier de cycle de vie à partir de statuts. / Write a lifecycle file from statuses."""
    if exemple:
        ecrire_json(EXEMPLE, retrait=2)
        return
    if genre is None:
        raise ErreurUsage("donnez le format, fso1301a ou fen1202a, ou --exemple / give the format, or --exemple", argument="genre")
    if statuts is None:
        raise ErreurUsage("donnez --statuts FICHIER.json, ou --exemple / give --statuts FILE.json, or --exemple", argument="statuts")
    found = lire_statuts(statuts)
    if genre is Genre.FEN1202A:
        verifier_pour_cdar(found)
    dire(str(_emettre(genre, found, sortie, _enveloppe(genre, recepteur, sequence, date))))


def _enveloppe(genre: Genre, recepteur: str, sequence: int, jour: str | None) -> Enveloppe:
    verifier_application(recepteur, "--recepteur")
    emetteur = reglages().code_application
    nom = NomFlux.construire(genre.name, recepteur, sequence, emetteur=emetteur)
    return Enveloppe(str(nom), nom.identifiant, emetteur, recepteur, _instant(jour))


def _instant(texte: str | None) -> datetime:
    """Return the instant of ``--date``; without a zone, it is read on the clock of Paris."""
    if texte is None:
        return datetime.now(UTC)
    found = lire_instant(texte)
    if found is None:
        raise ErreurUsage(f"--date {texte!r} : ISO 8601 attendu / expected, ex. 2026-11-23T09:30:00+01:00", argument="date")
    return found


def _emettre(genre: Genre, statuts: list[Statut], dossier: Path, enveloppe: Enveloppe) -> Path:
    """Write under a temporary name, then rename: a file that bears its name is whole."""
    target = dossier / enveloppe.nom
    temporary = target.with_name(f"{target.name}.tmp")
    try:
        dossier.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("wb") as output:
                _ecrire(genre, output, enveloppe, statuts)
            temporary.replace(target)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise ErreurUsage(f"impossible d'écrire / cannot write {target}: {error.strerror}", file=str(target)) from error
    return target


def _ecrire(genre: Genre, sortie: BinaryIO, enveloppe: Enveloppe, statuts: list[Statut]) -> None:
    if genre is Genre.FSO1301A:
        ecrire_fso1301a(sortie, enveloppe, statuts, len(statuts))
    else:
        messages = ((nom_membre(enveloppe, rang), cdar_facture(statut, enveloppe)) for rang, statut in enumerate(statuts, 1))
        ecrire_fen1202a(sortie, enveloppe, messages)
