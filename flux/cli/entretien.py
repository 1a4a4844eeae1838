"""``flux entretien``: what the store may lose, what it keeps and why."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from flux.cli.ecran import ecrire_json, tableau
from flux.cli.rendu import contexte_migre
from flux.etapes.historique import nettoyer_historique
from flux.etapes.purge import purger, purger_a_blanc

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
    airflow: Annotated[
        bool, typer.Option("--airflow", help="L'historique d'Airflow, au lieu de l'entrepôt / Airflow's own history instead of the store.")
    ] = False,
    en_json: Annotated[bool, typer.Option("--json", help="Une ligne de JSON / one line of JSON.")] = False,
) -> None:
    """Purger l'entrepôt de ce dont la conservation est finie. / Purge the store of what was kept long enough.

    Les fichiers des dossiers out sont purgés par le DAG entretien. / Files in out folders are purged by the DAG entretien.
    """
    contexte = contexte_migre()
    report: dict[str, Any] = (
        nettoyer_historique(contexte, a_blanc=a_blanc) if airflow else purger_a_blanc(contexte) if a_blanc else purger(contexte, tout=True)
    )
    if en_json:
        ecrire_json(report)
    elif airflow:
        fate = "lignes à retirer / rows to be removed" if a_blanc else "lignes retirées / rows removed"
        tableau(f"Airflow, avant / before {report['avant'][:10]}", ("table", fate), sorted(report["historique"].items()))
    else:
        _montrer(report)


def _montrer(report: dict[str, Any]) -> None:
    rows: list[tuple[object, ...]] = []
    for one in report["classes"]:
        gone = one.get("purges") or one["a_purger"]
        fate = "purgé / purged" if "purges" in one else "à purger / to be purged"
        rows.append((one["classe"], fate, gone["nombre"], gone["octets"], (gone.get("plus_ancien") or "")[:10]))
        rows += [
            (one["classe"], f"gardé / kept : {RAISONS[kept['raison']]}", kept["nombre"], kept["octets"], (kept["plus_ancien"] or "")[:10])
            for kept in one["gardes"]
        ]
    moved, waiting = report["orphelins"], report["corbeille"]
    for name, said in (
        ("à mettre en corbeille / to the bin" if report["a_blanc"] else "mis en corbeille / put in the bin", moved["ecartes"]),
        ("gardé / kept : moins d'un jour / less than a day old", moved["recents"]),
        ("gardé / kept : en corbeille / in the bin", waiting["gardes"]),
        ("à rendre / to be given back" if report["a_blanc"] else "rendu / given back", waiting["rendus"]),
        ("à effacer / to be removed" if report["a_blanc"] else "effacé / removed", waiting["effaces"]),
    ):
        if said["nombre"]:
            rows.append(("orphelins", name, said["nombre"], said["octets"], ""))
    tableau("Entretien / upkeep", ("classe", "sort / fate", "nombre", "octets", "plus ancien / oldest"), rows)
