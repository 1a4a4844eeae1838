"""The official rules: the compiled engine beside Saxon and beside lxml parse + XSD, on the same documents in the same run.

Processor time, rounds alternate between what is compared, medians count. The engine's time holds parse, index and rules; Saxon's holds
parse, transform and the reading of its report. Run as a program (``python -m tests.bench.officielles --charger DIR``) it loads every
set from a cache folder and prints one JSON line: a process of its own, so that the memory is that of the sets.
"""

from __future__ import annotations

import argparse
import json
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

from flux.fabrique import Niveau, ecrire_cii, ecrire_ubl, fabriquer_facture
from flux.ramasse_miettes import sans_ramasse_miettes
from flux.referentiel.schemas import REGLES
from flux.regles.officielles import Document, JeuDeRegles, charger
from flux.regles.officielles.reference import Reference
from flux.xsd.catalogue import chemin_regles, schema
from tests.memoire import pic_kio
from tests.unit.officielles.documents import messages

LE = date(2026, 9, 30)
ROUNDS = {5: 7, 50: 5, 1_000: 3}  # documents of so many lines → rounds
OCTETS_PAR_LIGNE = 1_200  # about
LIGNES_LINEARITE = (100, 1_000, 10_000)


@dataclass(frozen=True)
class Cas:
    """Rule sets that judge a document together; ``niveau`` when it is written at a level of Factur-X."""

    jeux: tuple[str, ...]
    schema: str
    niveau: Niveau | None = None

    def document(self, lignes: int) -> bytes:
        """A document of so many lines."""
        if self.schema == "cdar-d22b":
            return next(data for nom, data in messages() if nom == "cdar-213-pa.xml")
        facture = fabriquer_facture(1, 0, lignes, LE, avoir=False)
        return ecrire_ubl(facture) if self.schema == "ubl-invoice" else ecrire_cii(facture, self.niveau)


@dataclass(frozen=True)
class Mesure:
    """Milliseconds of processor time for one document."""

    jeux: str
    lignes: int
    natif: float
    saxon: float
    plancher: float


_ENSEMBLE_UBL = Cas(("en16931-ubl", "br-fr-ubl"), "ubl-invoice")
_ENSEMBLE_CII = Cas(("facturx-en16931", "br-fr-cii"), "cii-d22b")
CAS = (
    *(Cas((cle,), "ubl-invoice") for cle in ("en16931-ubl", "extended-ctc-fr-ubl", "br-fr-ubl")),
    _ENSEMBLE_UBL,
    Cas(("extended-ctc-fr-ubl", "br-fr-ubl"), "ubl-invoice"),
    *(Cas((cle,), "cii-d22b") for cle in ("extended-ctc-fr-cii", "br-fr-cii")),
    *(Cas((f"facturx-{niveau.lower()}",), f"facturx-{niveau.lower()}", niveau) for niveau in Niveau),
    _ENSEMBLE_CII,
    Cas(("extended-ctc-fr-cii", "br-fr-cii"), "cii-d22b"),
    Cas(("br-fr-cdv",), "cdar-d22b"),
)


def _chronometrer(action: Callable[[], object], fois: int) -> float:
    """Milliseconds of processor time for one time."""
    start = time.process_time()
    for _ in range(fois):
        action()
    return (time.process_time() - start) * 1000 / fois


def _juger(root: etree._Element, jeux: Sequence[JeuDeRegles]) -> None:
    """Index a document and run some sets on it as a worker does: the cycle collector waits until the index is gone."""
    with sans_ramasse_miettes():
        document = Document(root)
        for jeu in jeux:
            jeu.evaluer(document)
        del document


def mesurer(cas: Cas, lignes: int, charges: dict[str, JeuDeRegles], reference: Reference) -> Mesure:
    """Time the three on one document."""
    data = cas.document(lignes)
    texte = data.decode()
    jeux = [charges[cle] for cle in cas.jeux]
    compiled, parser = schema(cas.schema), etree.XMLParser()

    def natif() -> None:
        _juger(etree.fromstring(data, parser), jeux)

    def saxon() -> None:
        for cle in cas.jeux:
            reference.evaluer(chemin_regles(cle), texte)

    def plancher() -> None:
        compiled.validate(etree.fromstring(data, parser))

    taille = max(1, len(data) // OCTETS_PAR_LIGNE)  # of some levels a document of 1,000 lines has none
    actions: tuple[tuple[Callable[[], None], int], ...] = (
        (natif, 1 + 200 // taille),
        (saxon, 1 + 20 // taille),
        (plancher, 1 + 400 // taille),
    )
    temps: list[list[float]] = [[], [], []]
    for tour in range(ROUNDS[lignes] + 1):
        for releve, (action, fois) in zip(temps, actions, strict=True):
            spent = _chronometrer(action, fois)
            if tour:  # the first one compiles and warms up
                releve.append(spent)
    natif_ms, saxon_ms, plancher_ms = map(median, temps)
    return Mesure(" + ".join(cas.jeux), lignes, natif_ms, saxon_ms, plancher_ms)


def linearite(cas: Cas, charges: dict[str, JeuDeRegles]) -> dict[int, float]:
    """Milliseconds of the engine by number of lines: median of three."""

    def juger(data: bytes) -> Callable[[], None]:
        def un() -> None:
            _juger(etree.fromstring(data, etree.XMLParser(huge_tree=True)), [charges[cle] for cle in cas.jeux])

        return un

    return {n: median(_chronometrer(un, 1) for _ in range(3)) for n in LIGNES_LINEARITE for un in [juger(cas.document(n))]}


def chargement(cache: Path) -> dict[str, dict[str, float]]:
    """Load every set in a process of its own: from nothing, then from the cache."""
    found = {}
    for etat in ("à froid", "en cache"):
        command = [sys.executable, "-m", "tests.bench.officielles", "--charger", str(cache)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        found[etat] = json.loads(done.stdout.splitlines()[-1])
    return found


def mesurer_tout(console: Console) -> dict[str, object]:
    """Measure everything, print it, and return it for ``bench.json``."""
    with tempfile.TemporaryDirectory(prefix="flux-regles-") as nom:
        cache = Path(nom) / "regles"
        loads = chargement(cache)
        charges = {cle: charger(cle, cache) for cle in REGLES}
        reference = Reference()
        measures = [mesurer(cas, n, charges, reference) for n in ROUNDS for cas in CAS if n == 5 or cas.schema != "cdar-d22b"]
        lines = {" + ".join(cas.jeux): linearite(cas, charges) for cas in (_ENSEMBLE_UBL, _ENSEMBLE_CII)}
    _imprimer(console, measures, lines, loads)
    return {"measures": [asdict(one) for one in measures], "lines": lines, "loads": loads}


def _imprimer(console: Console, measures: Sequence[Mesure], lines: dict[str, dict[int, float]], loads: dict[str, dict[str, float]]) -> None:
    table = Table(title="Règles officielles : ms de processeur par document, médianes")
    for title in ("jeux", "lignes", "natif", "Saxon", "Saxon / natif", "lxml + XSD", "natif / lxml + XSD"):
        table.add_column(title, justify="left" if title == "jeux" else "right")
    for one in measures:
        figures = (
            f"{one.natif:.2f}",
            f"{one.saxon:.1f}",
            f"{one.saxon / one.natif:.1f}",
            f"{one.plancher:.2f}",
            f"{one.natif / one.plancher:.1f}",
        )
        table.add_row(one.jeux, str(one.lignes), *figures)
    console.print(table)
    for nom, by_lines in lines.items():
        console.print(f"{nom} : " + ", ".join(f"{n} lignes {ms:.1f} ms ({ms / n * 1000:.0f} µs par ligne)" for n, ms in by_lines.items()))
    for etat, load in loads.items():
        console.print(f"charger les {len(REGLES)} jeux {etat} : {load['secondes']:.2f} s, {load['mio']:.0f} Mio pour le processus")


def principal() -> None:
    """Without option, measure and print; with ``--charger``, load every set and print one JSON line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--charger", type=Path)
    given = parser.parse_args()
    if given.charger is None:
        mesurer_tout(Console(width=130))
        return
    start = time.process_time()
    for cle in REGLES:
        charger(cle, given.charger)
    seconds = time.process_time() - start
    sys.stdout.write(json.dumps({"secondes": seconds, "mio": pic_kio() / 1024}) + "\n")


if __name__ == "__main__":
    principal()
