"""What the full balance and the journal's verification cost as the ledger grows: N flows, then ten times as many, in one ledger of its own.

``python -m tests.bench.bilan --flux 300`` prints one JSON line: processor seconds a flow (this process and the server's) of storing, of the
full balance, which reads every original and every answer of the store again, and of the verification, at N and at 10 N; how many times more
a flow costs at 10 N; peak memory before the balance and after the verification, KiB. Each flow has three invoices of two lines, one original and one answer.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from flux.config import Reglages
from flux.contexte import Contexte
from flux.etapes.bilan import bilan_complet
from flux.registre.connexion import creer_moteur
from flux.registre.depots import enregistrer_depot
from flux.registre.embarque import adresse, arreter
from flux.registre.journal_verification import verifier_journal
from flux.registre.lectures import compteurs_du_flux
from flux.registre.migrations import migrer
from flux.registre.sorties import clore_flux
from flux.registre.tranches import enregistrer_tranche
from flux.registre.valeurs import Depot, Sortie
from flux.transport.entrepot import Entrepot, cle_de
from tests.bench.archive import secondes_du_serveur
from tests.integration.registre.aides import accepte, illisible, ouvrir, partenaire, rejete
from tests.memoire import pic_kio

LE = datetime(2026, 11, 23, 9, tzinfo=UTC)
FOIS = 10


def _semer(contexte: Contexte, who: int, rangs: range) -> None:
    """Store flows as the steps do, their bytes too: the original takes 20 kB, the answer 2 kB."""
    engine, store = contexte.engine, contexte.entrepot
    for n in rangs:
        original = store.deposer([f"{n:08d}".encode() * 2_500])
        flux_id = enregistrer_depot(
            engine, Depot(who, f"f{n}.tar.gz", f"r{n}", None, "FSO1140A", original.sha256, original.taille, LE, LE)
        ).id
        ouvrir(engine, flux_id, (3,))
        enregistrer_tranche(engine, flux_id, 0, [accepte(0, f"F-{n}"), rejete(1), illisible(2)])
        answer = store.deposer([f"{n:08d}".encode() * 250])
        written = Sortie("CSO1140A", f"CSO-{n}", answer.sha256, answer.taille, cle_de(answer.sha256))
        clore_flux(engine, flux_id, "INTEGRE_PARTIEL", compteurs_du_flux(engine, flux_id), lambda _suivant, one=written: [one], le=LE)
    with engine.begin() as conn:
        conn.execute(text("ANALYZE"))


def _mesurer(dossier: Path, contexte: Contexte, action: Callable[[], object]) -> tuple[float, object]:
    """Return the processor seconds of this process and of the server, and what the action returned."""
    contexte.engine.dispose()  # what its sessions took before is told to the server
    before = time.process_time() + secondes_du_serveur(dossier)
    found = action()
    contexte.engine.dispose()
    return time.process_time() + secondes_du_serveur(dossier) - before, found


def jouer(dossier: Path, flux: int) -> dict[str, object]:
    """Store, balance and verify N flows, then 10 N; return the figures.

    :raises AssertionError: something does not balance or was altered.
    """
    engine = creer_moteur(adresse(dossier))
    migrer(engine)
    contexte = Contexte(Reglages(dossier=dossier), engine, Entrepot(str(dossier / "entrepot")), lambda: LE)
    who = partenaire(engine)
    costs: dict[str, list[float]] = {"ranger": [], "bilan": [], "verifier": []}
    peaks = []
    for first, last in ((0, flux), (flux, FOIS * flux)):
        stored, _ = _mesurer(dossier, contexte, lambda a=first, z=last: _semer(contexte, who, range(a, z)))
        before = pic_kio()
        balance, complete = _mesurer(dossier, contexte, lambda: bilan_complet(contexte))
        checked, altered = _mesurer(dossier, contexte, lambda: verifier_journal(engine))
        assert (complete.constats, complete.originaux, altered) == ((), 2 * last, []), (complete.constats[:3], altered[:3])
        for name, cost, count in (("ranger", stored, last - first), ("bilan", balance, last), ("verifier", checked, last)):
            costs[name].append(cost / count)
        peaks.append([before, pic_kio()])
    return {
        "flux": [flux, FOIS * flux],
        **{name: {"ms_par_flux": [round(one * 1000, 2) for one in two], "rapport": round(two[1] / two[0], 2)} for name, two in costs.items()},
        "bilan_sur_ranger": round(costs["bilan"][1] / costs["ranger"][1], 2),
        "verifier_sur_ranger": round(costs["verifier"][1] / costs["ranger"][1], 2),
        "pic_kio": peaks,
    }  # fmt: skip


def principal() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flux", type=int, default=300)
    asked = parser.parse_args()
    dossier = Path(tempfile.mkdtemp(prefix="flux-bilan-"))
    try:
        sys.stdout.write(json.dumps(jouer(dossier, asked.flux)) + "\n")
    finally:
        arreter(dossier)
        shutil.rmtree(dossier)


if __name__ == "__main__":
    principal()
