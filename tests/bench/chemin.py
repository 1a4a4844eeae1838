"""The whole path of a flow in one process, without SFTP and Airflow: what the benchmark times.

Run as a program (``python -m tests.bench.chemin --base URL --dossier DIR --flux FILE``) it takes one flow through every step and prints
one JSON line with seconds by step and peak memory: a process of its own, so that the peak is the flow's.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import structlog

from flux.config import Reglages
from flux.contexte import Contexte
from flux.enveloppe import NomFlux
from flux.etapes import ouvrir, repondre, traiter
from flux.registre.connexion import creer_moteur
from flux.registre.depots import enregistrer_depot, former_lots
from flux.registre.valeurs import Depot
from flux.regles.officielles.moteur import regles_officielles
from flux.transport.entrepot import Entrepot
from raccordement.exemple import creer_partenaire
from tests.memoire import pic_kio


def taire() -> None:
    """Leave the log out of what is timed and printed."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))


def contexte_de(base: str, dossier: Path) -> Contexte:
    """Build a context on a given ledger and folder."""
    settings = Reglages(dossier=dossier)
    rules = regles_officielles(settings.moteur_regles, settings.regles_cache)
    return Contexte(settings, creer_moteur(base), Entrepot(str(dossier / "entrepot")), officielles=rules)


def enregistrer(contexte: Contexte, fichier: Path) -> int:
    """Keep and register a flow as the reception does; return its lot."""
    nom = NomFlux.lire(fichier.name)
    assert nom is not None
    now = datetime.now(tz=UTC)
    partner = creer_partenaire(contexte.engine, nom.application, "Banc", nom.application.lower(), now)
    with fichier.open("rb") as source:
        kept = contexte.entrepot.deposer(iter(lambda: source.read(1 << 18), b""))
    enregistrer_depot(
        contexte.engine,
        Depot(
            partner.id, str(nom), f"{time.time_ns()}__{nom}", nom.identifiant, nom.interface, kept.sha256, kept.taille, None, now
        ),
    )  # fmt: skip
    return former_lots(contexte.engine, now, 1, 1)[-1].id


def parcourir(contexte: Contexte, fichier: Path) -> dict[str, float]:
    """Take a flow through every step; return seconds by step."""
    seconds: dict[str, float] = {}
    start = time.perf_counter()
    lot = enregistrer(contexte, fichier)
    seconds["recevoir"] = (mark := time.perf_counter()) - start
    tasks = ouvrir(contexte, lot)
    seconds["ouvrir"] = (after := time.perf_counter()) - mark
    for task in tasks:
        traiter(contexte, task)
    seconds["traiter"] = (done := time.perf_counter()) - after
    repondre(contexte, lot)
    seconds["repondre"] = time.perf_counter() - done
    return seconds


def principal() -> None:
    """Take one flow through, print JSON."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--base", required=True)
    parser.add_argument("--dossier", type=Path, required=True)
    parser.add_argument("--flux", type=Path, required=True)
    given = parser.parse_args()
    seconds = parcourir(contexte_de(given.base, given.dossier), given.flux)
    peak = pic_kio()
    sys.stdout.write(json.dumps({"seconds": seconds, "rss_kib": peak}) + "\n")


if __name__ == "__main__":
    principal()
