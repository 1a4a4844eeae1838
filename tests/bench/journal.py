"""What the journal's verification costs: one flow of many files is stored, then verified, in a ledger of its own.

``python -m tests.bench.journal --fichiers 200000`` prints one JSON line: processor seconds of both (this process), peak memory before
and after the verification, KiB. Every file is unreadable, with its anomaly: invoices would make the storing alone dearer.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from flux.modele.anomalie import anomalie
from flux.modele.verdict import Decision
from flux.registre.connexion import creer_moteur
from flux.registre.depots import enregistrer_depot
from flux.registre.embarque import adresse, arreter
from flux.registre.journal_verification import verifier_journal
from flux.registre.migrations import migrer
from flux.registre.ouverture import enregistrer_ouverture
from flux.registre.tranches import enregistrer_tranche
from flux.registre.valeurs import Depot, Membre, ResultatMembre, Tranche
from raccordement.exemple import creer_partenaire
from tests.memoire import pic_kio

LE = datetime(2026, 11, 23, 9, tzinfo=UTC)
PAR_TRANCHE = 500


def _semer(engine, fichiers: int) -> None:
    who = creer_partenaire(engine, "ABC001", "Éditeur", "abc001", LE).id
    enregistrer_depot(engine, Depot(who, "lot.tar.gz", "r", None, "FSO1140A", "a" * 64, 1, LE, LE))
    rangs = range(0, fichiers, PAR_TRANCHE)
    tranches = [Tranche(n, f"k/{n}", min(PAR_TRANCHE, fichiers - first), 1) for n, first in enumerate(rangs)]
    membres = (Membre(n, f"facture-{n:07d}.xml", 5_000, "b" * 64, n // PAR_TRANCHE, n) for n in range(fichiers))
    enregistrer_ouverture(engine, 1, membres, tranches, le=LE)
    fault = anomalie("XML-02", member="x")
    for n, first in enumerate(rangs):
        results = [ResultatMembre(rang, Decision.ILLISIBLE, None, (fault,)) for rang in range(first, min(first + PAR_TRANCHE, fichiers))]
        enregistrer_tranche(engine, 1, n, results)


def principal() -> int:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fichiers", type=int, default=20_000)
    asked = parser.parse_args()
    dossier = Path(tempfile.mkdtemp(prefix="flux-journal-"))
    try:
        engine = creer_moteur(adresse(dossier))
        migrer(engine)
        times = [time.process_time()]
        _semer(engine, asked.fichiers)
        times.append(time.process_time())
        before = pic_kio()
        found = verifier_journal(engine)
        times.append(time.process_time())
        stored, checked = times[1] - times[0], times[2] - times[1]
        sys.stdout.write(json.dumps({
            "fichiers": asked.fichiers, "alterations": len(found), "ranger_s": round(stored, 2), "verifier_s": round(checked, 2),
            "rapport": round(checked / stored, 2), "pic_avant_kio": before, "pic_apres_kio": pic_kio(),
        }) + "\n")  # fmt: skip
        engine.dispose()
        return 1 if found else 0
    finally:
        arreter(dossier)
        shutil.rmtree(dossier)


if __name__ == "__main__":
    sys.exit(principal())
