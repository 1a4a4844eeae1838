"""``flux interfaces``: the interface table."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from flux.cli.ecran import dire, ecrire_json, tableau
from flux.referentiel.interfaces import INTERFACES, RETIREES, Interface


class FormatSortie(StrEnum):
    """How a command prints its result."""

    TEXTE = "texte"
    JSON = "json"


def _en_json(row: Interface) -> dict[str, object]:
    return {
        "code": row.code,
        "label_fr": row.libelle,
        "label_en": row.label,
        "format": row.format,
        "flow_type": row.type_flux,
        "roots": list(row.racines),
        "container": "PDF/A-3" if row.pdf else None,
        "environments": sorted(row.environnements),
        "era": row.ere,
        "public_recipients_only": row.destinataires_publics,
        "feedback": row.retour,
        "lifecycle": list(row.cycle_de_vie),
        "replaced_by": row.remplacee_par,
        "source": row.source,
    }


def interfaces(
    format_: Annotated[FormatSortie, typer.Option("--format", help="texte ou json")] = FormatSortie.TEXTE,
) -> None:
    """Table des interfaces : codes, formats, environnements, retours. / Interface table: codes, formats, environments, answers."""
    if format_ is FormatSortie.JSON:
        ecrire_json([_en_json(row) for row in INTERFACES.values()], retrait=2)
        return
    rows = [
        (
            row.code,
            row.type_flux or "",
            row.libelle,
            ", ".join(sorted(row.environnements)),
            row.retour,
            ", ".join(row.cycle_de_vie),
            "publics" if row.destinataires_publics else "tous",
        )
        for row in INTERFACES.values()
    ]
    tableau(None, ("code", "type", "format", "environnements", "retour", "cycle de vie", "destinataires"), rows)
    for closed in RETIREES.values():
        dire(f"{closed.code} : {closed.libelle}, {closed.quand_fr} ; utilisez {', '.join(closed.remplacee_par)}")
