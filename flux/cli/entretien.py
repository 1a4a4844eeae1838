"""``flux entretien``: what the store may lose, what it keeps and why."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from flux.cli.rendu import contexte_migre, ecrire_json, tableau
from flux.etapes.purge import purger

#: Why something is kept, as the report names it → in words.
RAISONS = {
    "retention": "durée de conservation / retention not over",
    "flux_en_cours": "flux sans réponse / flow without answer",
    "reponse_a_emettre": "réponse non publiée / answer not published",
    "message_a_grouper": "message à grouper / message to be grouped",
    "message_mis_de_cote": "message mis de côté, à examiner / message put aside, to be looked at",
    "statut_a_emettre": "statut à émettre / status to be sent",
    "facture_en_vie": "facture en cours de vie / invoice not in a final state",
    "encore_dans_out": "encore dans out / still in out",
}


def entretien(
    a_blanc: Annotated[bool, typer.Option("--a-blanc", help="Dire sans rien purger / say, purge nothing.")] = False,
    en_json: Annotated[bool, typer.Option("--json", help="Une ligne de JSON / one line of JSON.")] = False,
) -> None:
    """Purger l'entrepôt de ce dont la conservation est finie. / Purge the store of what was kept long enough.

    Les fichiers des dossiers out sont purgés par le DAG entretien. / Files in out folders are purged by the DAG entretien.
    """
    report: dict[str, Any] = purger(contexte_migre(), a_blanc=a_blanc)
    if en_json:
        ecrire_json(report)
        return
    rows = []
    for one in report["classes"]:
        gone = one.get("purges") or one["a_purger"]
        fate = "purgé / purged" if "purges" in one else "à purger / to be purged"
        rows.append((one["classe"], fate, gone["nombre"], gone["octets"], (gone.get("plus_ancien") or "")[:10]))
        rows += [
            (one["classe"], f"gardé / kept : {RAISONS[kept['raison']]}", kept["nombre"], kept["octets"], (kept["plus_ancien"] or "")[:10])
            for kept in one["gardes"]
        ]
    tableau("Entretien / upkeep", ("classe", "sort / fate", "nombre", "octets", "plus ancien / oldest"), rows)
