"""``flux verifier FILE…``: the platform's own verdict, before any deposit. No server, no Airflow."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape

from flux.archive import ouvrir_flux
from flux.cli.interfaces import FormatSortie
from flux.config import Reglages, reglages
from flux.controle import juger
from flux.enveloppe import NomFlux, verifier_nom
from flux.errors import ErreurUsage
from flux.modele.anomalie import Anomalie, visible
from flux.modele.verdict import Decision, VerdictDocument
from flux.referentiel.interfaces import INTERFACES, Interface
from flux.referentiel.jeux import jeu_en_vigueur


class Langue(StrEnum):
    """Language of the sentences printed."""

    FR = "fr"
    EN = "en"


@dataclass(slots=True)
class VerdictFichier:
    """The verdict on one deposited file: its documents and the anomalies, those of the flow itself included."""

    fichier: str
    interface: Interface | None
    jeu: str
    documents: list[VerdictDocument] = field(default_factory=list)
    anomalies: list[Anomalie] = field(default_factory=list)

    @property
    def decision(self) -> Decision:
        """Accepted when nothing blocks; unreadable when no document could be read."""
        if not any(a.bloquante for a in self.anomalies):
            return Decision.ACCEPTE
        readable = any(d.facture is not None for d in self.documents)
        return Decision.REJETE if readable else Decision.ILLISIBLE


def verifier_fichier(chemin: Path, interface: Interface | None, settings: Reglages, le: datetime) -> VerdictFichier:
    """Judge one file of the disk as a deposit.

    :param interface: judge under this row and leave the name alone; ``None`` takes what the name says.
    :raises ErreurUsage: when neither says the interface, or the file cannot be read.
    """
    if not chemin.is_file():
        raise ErreurUsage(f"{chemin} n'est pas un fichier / is not a file", file=str(chemin))
    day = le.astimezone(ZoneInfo("Europe/Paris")).date()
    result = VerdictFichier(str(chemin), interface, jeu_en_vigueur(day).code)
    if interface is None:
        nom, result.interface, found = verifier_nom(chemin.name, environnement=settings.environnement)
        if nom is None and NomFlux.lire(chemin.name.split(".", 1)[0]) is None:
            codes = ", ".join(INTERFACES)
            raise ErreurUsage(
                f"le nom de {chemin} ne dit pas l'interface : ajoutez --interface CODE ({codes}) / the name does not say the interface: "
                f"add --interface CODE",
                file=str(chemin),
            )
        result.anomalies += found
    if result.interface is not None:
        _ouvrir(chemin, result, settings)
    return result


def _ouvrir(chemin: Path, result: VerdictFichier, settings: Reglages) -> None:
    row = result.interface
    assert row is not None  # noqa: S101  # the caller's guard, said to the type checker
    ceiling = settings.limites.factures_structurees if row.limite_factures else None
    try:
        with chemin.open("rb") as source:
            for found in ouvrir_flux(source, chemin.stat().st_size, chemin.name, settings.limites, factures_max=ceiling):
                if isinstance(found, Anomalie):
                    result.anomalies.append(found)
                    if found.member is None:
                        result.documents.clear()
                        result.anomalies[:] = [found]
                    continue
                document = juger(found.nom, found.contenu, row, settings.limites)
                result.documents.append(document)
                result.anomalies += document.anomalies
    except OSError as error:
        raise ErreurUsage(f"{chemin} ne peut pas être lu / cannot be read: {error.strerror}", file=str(chemin)) from error


def en_json(verdict: VerdictFichier) -> dict[str, Any]:
    """Return the JSON object of one file; the documented interface of ``--format json``."""
    return {
        "file": verdict.fichier,
        "interface": verdict.interface.code if verdict.interface else None,
        "format": verdict.interface.format if verdict.interface else None,
        "verdict": verdict.decision,
        "rule_set": verdict.jeu,
        "invoices": [_facture_json(d) for d in verdict.documents],
        "anomalies": [_anomalie_json(a) for a in verdict.anomalies],
    }


def _facture_json(document: VerdictDocument) -> dict[str, Any]:
    facture = document.facture
    base: dict[str, Any] = {"member": document.nom, "verdict": document.decision, "sha256": document.sha256}
    if facture is None:
        return base
    totals = facture.totaux
    return base | {
        "number": facture.numero,
        "issue_date": facture.date_emission.isoformat() if facture.date_emission else None,
        "type_code": facture.type_code,
        "seller": facture.vendeur.nom,
        "buyer": facture.acheteur.nom,
        "buyer_siret": facture.acheteur.identifiant("0009"),
        "service_code": facture.code_service,
        "commitment": facture.engagement,
        "currency": facture.devise,
        "total_without_vat": None if totals.ht is None else str(totals.ht),
        "total_with_vat": None if totals.ttc is None else str(totals.ttc),
        "amount_due": None if totals.net_a_payer is None else str(totals.net_a_payer),
        "lines": len(facture.lignes),
    }


def _anomalie_json(found: Anomalie) -> dict[str, Any]:
    return {
        "member": found.member,
        "code": found.code,
        "severity": found.severity,
        "layer": found.layer,
        "rule": found.rule,
        "path": found.path,
        "line": found.line,
        "column": found.column,
        "found": found.found,
        "expected": found.expected,
        "fr": found.fr,
        "en": found.en,
    }


_MOTS = {
    Langue.FR: {Decision.ACCEPTE: "accepté", Decision.REJETE: "rejeté", Decision.ILLISIBLE: "illisible"},
    Langue.EN: {Decision.ACCEPTE: "accepted", Decision.REJETE: "rejected", Decision.ILLISIBLE: "unreadable"},
}
_COULEURS = {Decision.ACCEPTE: "green", Decision.REJETE: "red", Decision.ILLISIBLE: "red"}


def _texte(value: str) -> str:
    """Return a text that came from outside, fit for the terminal: no escape sequence, no markup."""
    return escape(visible(value))


def _lignes_texte(verdict: VerdictFichier, langue: Langue) -> Iterator[str]:
    word, colour = _MOTS[langue][verdict.decision], _COULEURS[verdict.decision]
    accepted = sum(d.decision is Decision.ACCEPTE for d in verdict.documents)
    code = verdict.interface.code if verdict.interface else "?"
    label = "factures acceptées" if langue is Langue.FR else "invoices accepted"
    yield f"[bold {colour}]{word}[/]  {_texte(verdict.fichier)}  [dim]{code}[/]  {accepted}/{len(verdict.documents)} {label}"
    for found in verdict.anomalies:
        mark = "[red]✗[/]" if found.bloquante else "[yellow]![/]"
        place = ":".join(str(part) for part in (found.member, found.line, found.column) if part is not None)
        yield f"  {mark} [bold]{found.code}[/] [dim]{found.rule}[/]  {_texte(place)}"
        yield f"    {_texte(found.fr if langue is Langue.FR else found.en)}"
        if found.path:
            yield f"    [dim]{_texte(found.path)}[/]"


def verifier(
    fichiers: Annotated[list[Path], typer.Argument(help="Flux, factures ou archives à vérifier. / Files to check.", show_default=False)],
    format_: Annotated[FormatSortie, typer.Option("--format", help="texte ou json (un objet par fichier)")] = FormatSortie.TEXTE,
    interface: Annotated[str | None, typer.Option(help="Code interface quand le nom du fichier ne le dit pas.")] = None,
    langue: Annotated[Langue, typer.Option(help="Langue des phrases / language of the sentences.")] = Langue.FR,
) -> None:
    """Rend le verdict de la plateforme, sans rien déposer. / Gives the platform's verdict, nothing is deposited.

    Code retour : 0 tout accepté, 1 au moins un rejet, 2 arguments inutilisables.
    """
    row = INTERFACES.get(interface) if interface else None
    if interface and row is None:
        raise ErreurUsage(f"interface {interface} inconnue / unknown. Codes : {', '.join(INTERFACES)}", interface=interface)
    now = datetime.now(tz=ZoneInfo("UTC"))
    console = Console(soft_wrap=True, highlight=False)
    rejected = False
    for path in fichiers:
        verdict = verifier_fichier(path, row, reglages(), now)
        rejected = rejected or verdict.decision is not Decision.ACCEPTE
        if format_ is FormatSortie.JSON:
            typer.echo(json.dumps(en_json(verdict), ensure_ascii=False))
        else:
            for line in _lignes_texte(verdict, langue):
                console.print(line)
    if rejected:
        raise typer.Exit(1)
