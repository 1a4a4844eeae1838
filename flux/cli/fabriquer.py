"""``flux fabriquer``: make example flows."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from flux.cli.ecran import dire
from flux.fabrique import DEFAUTS, Demande, Niveau, ecrire_exemple
from flux.fabrique.flux_exemple import LE

_LE = f"{LE}"
#: Faulty invoices listed; the rest is counted.
_MONTREES = 20
_AVOIRS = "Que des avoirs, ou aucun ; par défaut un sur douze. / Only credit notes, or none; by default one in twelve."


def fabriquer(
    interface: Annotated[str, typer.Option(help="Code interface : voir flux interfaces. / Interface code.")],
    sortie: Annotated[Path, typer.Option(help="Dossier où écrire le flux. / Folder to write the flow in.", file_okay=False)],
    factures: Annotated[int, typer.Option(min=1, help="Nombre de factures ; au-delà d'une, un tar.gz. / Number of invoices.")] = 1,
    lignes: Annotated[int, typer.Option(min=1, help="Lignes par facture. / Lines per invoice.")] = 5,
    graine: Annotated[int, typer.Option(min=0, help="Graine : la même donne les mêmes octets. / Seed: same seed, same bytes.")] = 0,
    application: Annotated[str, typer.Option(help="Code application de l'émetteur. / Application code of the sender.")] = "ABC123",
    sequence: Annotated[int, typer.Option(min=0, max=10**15 - 1, help="Numéro de séquence du flux. / Sequence number of the flow.")] = 1,
    niveau: Annotated[Niveau, typer.Option(help="Niveau Factur-X (FSO1117A, FSO1147A). / Factur-X level.")] = Niveau.EN16931,
    avoirs: Annotated[bool | None, typer.Option(help=_AVOIRS)] = None,
    defauts: Annotated[str, typer.Option(help=f"Défauts voulus, entre virgules. / Faults wanted: {', '.join(DEFAUTS)}.")] = "",
    part_fautive: Annotated[float, typer.Option(min=0, max=1, help="Part des factures fautives. / Part of faulty invoices.")] = 0.1,
    le: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Dernière date d'émission. / Latest issue date.")] = _LE,  # type: ignore[assignment]  # Typer parses the default as it parses the option
) -> None:
    """Fabriquer un flux d'exemple, toujours le même pour une même graine. / Make an example flow, the same for the same seed."""
    demande = Demande(
        interface=interface,
        factures=factures,
        lignes=lignes,
        graine=graine,
        application=application,
        sequence=sequence,
        niveau=niveau,
        avoirs=avoirs,
        defauts=tuple(one.strip() for one in defauts.split(",") if one.strip()),
        part_fautive=part_fautive,
        le=le.date(),
    )
    ecrit = ecrire_exemple(demande, sortie)
    dire(f"{ecrit.chemin}  {ecrit.taille} octets, {factures} facture(s)")
    for rang, nom in ecrit.fautives[:_MONTREES]:
        dire(f"  facture {rang + 1} : {nom} - {DEFAUTS[nom].fr}")
    if len(ecrit.fautives) > _MONTREES:
        dire(f"  et {len(ecrit.fautives) - _MONTREES} autres")
