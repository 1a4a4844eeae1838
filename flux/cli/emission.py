"""``flux emission``: what is missing, what waits, what must leave again."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from flux.cli.ecran import dire
from flux.cli.rendu import contexte_migre
from flux.durees import SIECLE
from flux.etapes.entretien import rejouer as rejouer_les_fichiers
from flux.etapes.groupage import grouper as grouper_les_messages
from flux.registre.entretien import MONTREES, Lacunes
from flux.registre.entretien import lacunes as chercher
from flux.registre.envois import reprendre_refuses

emission = typer.Typer(
    help="Fichiers sortants : lacunes, groupage, renvoi. / Outgoing files: gaps, grouping, sending again.", no_args_is_help=True
)


@emission.command()
def lacunes(
    depuis: Annotated[
        int, typer.Option(min=0, max=SIECLE * 86400, help="Secondes au-delà desquelles c'est un retard / seconds after which it is late.")
    ] = 3600,
) -> None:
    """Chercher les trous de numérotation, les flux sans réponse et les fichiers en retard. / Look for gaps and for what is late.

    Code de sortie 1 s'il manque quelque chose. / Exit code 1 when anything is missing.
    """
    here = contexte_migre()
    found = chercher(here.engine, here.horloge() - timedelta(seconds=depuis))
    dire(*_dire(found))
    if found:
        raise typer.Exit(1)


def _dire(found: Lacunes) -> list[str]:
    if not found:
        return ["Rien ne manque. / Nothing is missing."]
    lines = [f"numéro sans fichier / number without file : {code} {numero}" for code, numero in found.trous]
    lines += [
        f"flux sans réponse / flow without answer : {code} {nom}, reçu le / received {le:%Y-%m-%dT%H:%M:%SZ}"
        for code, nom, le in found.flux
    ]
    lines += [
        f"fichier en attente d'émission / file that waits to leave : {nom}, depuis / since {le:%Y-%m-%dT%H:%M:%SZ}"
        for nom, le in found.attente
    ]
    lines += [
        f"message refusé / refused message : {code} {interface}, flux {flux_id}, fichier / file {rang} : {raison}"
        for code, interface, flux_id, rang, raison in found.refus
    ]
    if any(len(part) == MONTREES for part in (found.trous, found.flux, found.attente, found.refus)):
        lines.append(f"(les {MONTREES} premiers de chaque sorte / the first {MONTREES} of each kind)")
    return lines


@emission.command()
def rejouer(noms: Annotated[list[str], typer.Argument(help="Noms de fichiers sortants / names of outgoing files.")]) -> None:
    """Remettre des fichiers en partance, à l'octet près ; la prochaine émission les dépose. / Send files again, byte for byte."""
    for nom in rejouer_les_fichiers(contexte_migre(), noms):
        dire(f"{nom} : repartira à la prochaine émission / leaves with the next emission")


@emission.command()
def grouper(
    tout: Annotated[bool, typer.Option("--tout", help="Sans attendre le délai / without waiting for the delay.")] = False,
    refuses: Annotated[bool, typer.Option("--refuses", help="Reprendre les messages refusés / take up refused messages again.")] = False,
) -> None:
    """Former les fichiers groupés qui sont dus. / Make the grouped files that are due."""
    here = contexte_migre()
    if refuses:
        dire(f"{reprendre_refuses(here.engine)} message(s) repris / taken up again")
    made = grouper_les_messages(here, tout=tout)
    dire(f"{made} fichier(s) groupé(s) / grouped file(s)")
