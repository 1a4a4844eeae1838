"""``make bench``: one table and ``bench.json``, all measured in one run, as ratios to the floor.

The floor is lxml parse + XSD on the same files. Machines are noisy: rounds alternate between what is compared, and the median counts.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from statistics import median

from lxml import etree
from rich.console import Console
from rich.table import Table

from flux.config import Reglages
from flux.fabrique import Demande, ecrire_cii, ecrire_exemple, ecrire_ubl, fabriquer_facture
from flux.limites import Limites
from flux.parsers.cii import lire_cii
from flux.parsers.ubl import lire_ubl
from flux.parsers.xml import lire_xml
from flux.referentiel.interfaces import INTERFACES
from flux.registre.connexion import creer_moteur
from flux.registre.embarque import adresse, arreter
from flux.registre.migrations import migrer
from flux.regles.gestion import ContexteRegles, controler
from flux.regles.officielles.moteur import regles_officielles
from flux.xsd.catalogue import schema
from flux.xsd.validation import valider
from tests.bench import archive, certificats, mois
from tests.bench.chemin import contexte_de, parcourir, taire
from tests.bench.officielles import mesurer_tout

LIGNES, ROUNDS, ECHANTILLON = 5, 7, 200
PETIT, GRAND = 2_000, 20_000
LIMITES = Limites()
LE = date(2026, 9, 30)
FORMATS = {
    "UBL": ("FSO1140A", "ubl-invoice", lire_ubl, ecrire_ubl),
    "CII": ("FSO1146A", "cii-d22b", lire_cii, ecrire_cii),
}


@dataclass(frozen=True)
class Mesure:
    """Milliseconds an invoice, and the ratio to the floor of the same format."""

    format: str
    etape: str
    ms: float
    ratio: float


def _medianes(actions: dict[str, Callable[[], None]], per: int) -> dict[str, float]:
    """Time each action in turn, ROUNDS times; return the median, ms an invoice."""
    times: dict[str, list[float]] = {name: [] for name in actions}
    for action in actions.values():
        action()
    for _ in range(ROUNDS):
        for name, action in actions.items():
            times[name].append(_chronometrer(action) * 1000 / per)
    return {name: median(values) for name, values in times.items()}


def _pour_tous(action: Callable[..., object], *columns: Sequence[object]) -> Callable[[], None]:
    """Return what does ``action`` with each row of the columns."""

    def run() -> None:
        for row in zip(*columns, strict=True):
            action(*row)

    return run


def etapes_pures(name: str) -> list[Mesure]:
    """Time parse, XSD, mapping and both kinds of rules, each judging alone, beside the floor, on the same documents."""
    code, key, lire, _ = FORMATS[name]
    row, documents = INTERFACES[code], _documents(name)
    settings = Reglages()
    rules = regles_officielles(settings.moteur_regles, settings.regles_cache)
    roots = [root for data in documents if (root := lire_xml(data, LIMITES)[0]) is not None]
    invoices = [lire(root) for root in roots]
    found = _medianes(
        {
            "plancher": _plancher(name),
            "lecture": _pour_tous(lambda data: lire_xml(data, LIMITES), documents),
            "XSD": _pour_tous(lambda root, data: valider(root, key, data, LIMITES), roots, documents),
            "modèle": _pour_tous(lire, roots),
            "règles officielles": _pour_tous(lambda facture, root: rules.evaluer(root, facture.profil, row.ere, LE), invoices, roots),
            "règles de gestion": _pour_tous(
                lambda facture, root, data: controler(facture, ContexteRegles(row, LE, root, data)), invoices, roots, documents
            ),
        },
        len(documents),
    )
    return [Mesure(name, step, ms, ms / found["plancher"]) for step, ms in found.items()]


def chemin_entier(name: str, base: str, dossier: Path) -> list[Mesure]:
    """Time every step of the path on archives of PETIT invoices, the floor before and after each: the medians of times and of ratios count.

    The first run, which compiles schemas and fills caches, is left out.
    """
    contexte, floor = contexte_de(base, dossier), _plancher(name)
    times: dict[str, list[float]] = {}
    ratios: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        flow = _archive(name, PETIT, dossier, sequence=1000 + turn)
        before = _chronometrer(floor)
        seconds = parcourir(contexte, flow)
        beside = (before + _chronometrer(floor)) / 2 / ECHANTILLON
        flow.unlink()
        seconds["chemin entier"] = sum(seconds.values())
        for step, spent in seconds.items() if turn else ():
            times.setdefault(step, []).append(spent * 1000 / PETIT)
            ratios.setdefault(step, []).append(spent / PETIT / beside)
    return [Mesure(name, step, median(times[step]), median(ratios[step])) for step in times]


def _plancher(name: str) -> Callable[[], None]:
    """Return what does the floor, lxml parse + XSD, over ECHANTILLON invoices of the format."""
    compiled, parser = schema(FORMATS[name][1]), etree.XMLParser()
    return _pour_tous(lambda data: compiled.validate(etree.fromstring(data, parser)), _documents(name))


def _documents(name: str) -> list[bytes]:
    return [FORMATS[name][3](fabriquer_facture(1, rank, LIGNES, LE, avoir=False)) for rank in range(ECHANTILLON)]


def _chronometrer(action: Callable[[], None]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _archive(name: str, number: int, dossier: Path, sequence: int) -> Path:
    interface = FORMATS[name][0]
    demande = Demande(interface=interface, factures=number, lignes=LIGNES, graine=sequence, sequence=sequence, avoirs=False)
    return ecrire_exemple(demande, dossier).chemin


def memoire(base: str, dossier: Path, number: int, sequence: int) -> int:
    """Return the peak memory, MiB, of a process that takes an archive of ``number`` invoices through."""
    flow = _archive("UBL", number, dossier, sequence)
    command = [sys.executable, "-m", "tests.bench.chemin", "--base", base, "--dossier", str(dossier), "--flux", str(flow)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return int(json.loads(done.stdout.splitlines()[-1])["rss_kib"]) // 1024


def principal() -> None:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rapide", action="store_true", help="an archive ten times smaller, no measure of memory")
    quick = parser.parse_args().rapide
    size = archive.RAPIDE if quick else archive.FACTURES
    console, cores = Console(width=110), os.cpu_count() or 1
    taire()
    folder = Path(tempfile.mkdtemp(prefix="flux-bench-"))
    try:
        base = adresse(folder)
        engine = creer_moteur(base)
        migrer(engine)
        measures: list[Mesure] = []
        archives: list[archive.Archive] = []
        for rank, name in enumerate(FORMATS):
            measures += etapes_pures(name)
            measures += chemin_entier(name, base, folder)
            archives.append(archive.mesurer(name, base, folder, size, cores, sequence=5000 + 10 * rank))
        rss = {} if quick else {number: memoire(base, folder, number, sequence=9000 + number) for number in (PETIT, GRAND)}
    finally:
        arreter(folder)
        shutil.rmtree(folder)
    table = Table(title=f"ms par facture de {LIGNES} lignes ; rapport au plancher (lxml + XSD), médianes")
    for title in ("format", "étape", "ms", "rapport"):
        table.add_column(title, justify="right" if title in {"ms", "rapport"} else "left")
    for one in measures:
        table.add_row(one.format, one.etape, f"{one.ms:.3f}", f"{one.ratio:.2f}")
    console.print(table)
    for one_archive in archives:
        console.print(archive.tableau(one_archive))
    verdicts = certificats.mesurer()
    console.print(certificats.tableau(verdicts))
    if rss:
        growth = rss[GRAND] / rss[PETIT]
        console.print(f"mémoire : {rss[PETIT]} Mio pour {PETIT} factures, {rss[GRAND]} Mio pour {GRAND} (× {growth:.2f})")
    month = mois.mesurer(int(os.environ.get("FLUX_BENCH_FACTURES", mois.FACTURES)))
    console.print(mois.dire(month))
    result = {
        "measures": [asdict(one) for one in measures],
        "archives": [asdict(one) for one in archives],
        "certificats": [asdict(one) for one in verdicts],
        "rss_mib": rss,
        "cores": cores,
        "lines": LIGNES,
        "month": month,
        "regles_officielles": mesurer_tout(Console(width=130)),
    }
    Path("bench.json").write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    principal()
