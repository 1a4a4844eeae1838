"""Times of the directory at the size of the real one: ``taskset -c 0 python -m tests.integration.annuaire.mesure`` (server included).

Not a test: it prints figures. 150,000 structures, 300,000 services, the embedded server with its ordinary settings.
"""

import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path

from sqlalchemy import Engine

from flux.annuaire import Adressage, Annuaire, AnnuaireMemoire, Entree, Mode, lire_annuaire, verifier_adressage
from flux.registre.annuaire import AnnuaireRegistre
from flux.registre.annuaire_import import importer
from flux.registre.connexion import creer_moteur
from flux.registre.embarque import adresse, arreter
from flux.registre.migrations import migrer
from tests.memoire import pic_kio
from tests.unit.annuaire.exemples import code_routage, ecrire_csv, ecrire_f14, etablissement, services, siret, structures

NOMBRE = int(sys.argv[1]) if len(sys.argv) > 1 else 150_000


def dire(texte: str) -> None:
    sys.stdout.write(texte + "\n")
    sys.stdout.flush()


def chrono(nom: str, action: Callable[[], object]) -> None:
    debut = time.perf_counter()
    resultat = action()
    dire(f"{nom:46s} {time.perf_counter() - debut:8.2f} s  {resultat}")


def chrono_questions(nom: str, question: Callable[[int], object]) -> None:
    """Time the question over 2,000 numbers, first asked, then asked again."""
    tirage = random.Random(0)
    numeros = [tirage.randrange(NOMBRE) for _ in range(2000)]
    for fois in ("première fois", "encore"):
        debut = time.perf_counter()
        for n in numeros:
            question(n)
        dire(f"{nom + ', ' + fois:46s} {(time.perf_counter() - debut) / len(numeros) * 1e6:8.2f} µs")


def mesurer_imports(moteur: Engine, dossier: Path) -> Path:
    tout = ecrire_csv(dossier / "complet.csv", chain(structures(NOMBRE), services(NOMBRE)))
    f14 = ecrire_f14(dossier / "complet.xml", map(etablissement, structures(NOMBRE)), map(code_routage, services(NOMBRE)))
    jour = ecrire_csv(dossier / "jour.csv", (replace(s, nom="X", actif=True) for s in structures(NOMBRE) if int(s.siret) % 100 == 0))

    def importe(fichier: Path, mode: Mode) -> str:
        etat = importer(moteur, lire_annuaire([fichier]), mode, datetime.now(tz=UTC)).etat
        return f"{etat.structures} structures, {etat.services} services, +{etat.ouvertes} -{etat.fermees}" if etat else "fautes"

    dire(f"CSV {tout.stat().st_size / 1e6:.0f} Mo, F14 {f14.stat().st_size / 1e6:.0f} Mo")
    chrono("lecture seule, CSV", lambda: sum(1 for _ in lire_annuaire([tout])))
    chrono("lecture seule, F14", lambda: sum(1 for _ in lire_annuaire([f14])))
    chrono("import complet, CSV, annuaire vide", lambda: importe(tout, Mode.COMPLET))
    chrono("import complet, F14, rien ne change", lambda: importe(f14, Mode.COMPLET))
    chrono("import différence, CSV, 1 % des structures", lambda: importe(jour, Mode.DIFFERENCE))
    return tout


def mesurer_questions(annuaire: Annuaire) -> None:
    chrono_questions("structure", lambda n: annuaire.structure(siret(n)))
    chrono_questions("service", lambda n: annuaire.service(siret(n), f"SERV-1-{n % 1000}"))
    chrono_questions("structure inconnue", lambda n: annuaire.structure(siret(NOMBRE + n)))
    chrono_questions(
        "verifier_adressage",
        lambda n: list(verifier_adressage(Adressage(siret(n), f"SERV-1-{n % 1000}", "E"), annuaire, travaux=False)),
    )


def mesurer(dossier: Path) -> None:
    moteur = creer_moteur(adresse(dossier))
    migrer(moteur)
    tout = mesurer_imports(moteur, dossier)
    mesurer_questions(AnnuaireRegistre(moteur))
    dire(f"mémoire au plus : {pic_kio() / 1024:.0f} Mio")
    chrono("AnnuaireMemoire depuis le CSV", lambda: len(AnnuaireMemoire(e.valeur for e in lire_annuaire([tout]) if isinstance(e, Entree))))


if __name__ == "__main__":
    racine = Path(tempfile.mkdtemp(prefix="flux-pg-"))
    try:
        mesurer(racine)
    finally:
        arreter(racine)
        shutil.rmtree(racine)
