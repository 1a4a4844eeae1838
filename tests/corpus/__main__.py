"""``FLUX_CORPUS=DIR python -m tests.corpus``: what the official schemas and the whole verdict say of each public example.

The first table holds our XSD verdict against the index's ``official_xsd`` column, the second the verdicts under the interface of each format.
"""

from __future__ import annotations

import csv
import io
import os
import sys
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from lxml import etree
from rich.console import Console
from rich.table import Table

from flux.config import reglages
from flux.controle import juger
from flux.limites import Limites
from flux.modele.verdict import VerdictDocument
from flux.parsers.facturx import ouvrir_pdf
from flux.parsers.xml import lire_xml
from flux.referentiel.interfaces import INTERFACES
from flux.referentiel.schemas import SCHEMAS
from flux.regles.officielles.moteur import regles_officielles
from flux.xsd.validation import valider

LIMITES = Limites()
LE = date(2026, 11, 23)
REGLES = regles_officielles(reglages().moteur_regles, reglages().regles_cache)
#: Schema that judges a root element, where the index gives a verdict.
CLES = {row.racine: cle for cle, row in SCHEMAS.items() if cle in {"ubl-invoice", "ubl-creditnote", "cii-d22b", "cdar-d22b"}}
#: Folder of the corpus → interface under which its invoices would be deposited.
SOUS = {
    "chorus-pro/FSO1116A": "FSO1116A",
    "chorus-pro/FSO1117A": "FSO1117A",
    "chorus-pro/ferd": "FSO1147A",
    "cpp/FSO1113A": "FSO1113A",
    "cpp/FSO1116A": "FSO1116A",
    "facturx": "FSO1147A",
}
PAR_RACINE = {"ubl-invoice": "FSO1140A", "ubl-creditnote": "FSO1140A", "cii-d22b": "FSO1146A"}


@dataclass(frozen=True)
class Exemple:
    """One row of the index. ``officiel``: ``True`` valid, ``False`` invalid, ``None`` when the index does not say."""

    chemin: str
    format: str
    attendu: str
    officiel: bool | None
    contenu: bytes

    @property
    def xml(self) -> bytes | None:
        """The XML, taken out of a PDF."""
        return ouvrir_pdf(self.contenu, LIMITES)[0] if b"%PDF-" in self.contenu[:1024] else self.contenu


def exemples(dossier: Path) -> Iterator[Exemple]:
    """Yield the files of the index; an archive gives each of its files."""
    with (dossier / "INDEX.tsv").open(encoding="utf-8", newline="") as index:
        for row in csv.DictReader(index, delimiter="\t"):
            data = (dossier / row["path"]).read_bytes()
            verdict = row["official_xsd"]
            official = None if not verdict else "D22B=ok" in verdict or "UBL2.1=ok" in verdict
            if row["path"].endswith(".tar.gz"):
                with tarfile.open(fileobj=io.BytesIO(data)) as archive:
                    for member in archive:
                        if (content := archive.extractfile(member)) is not None:
                            yield Exemple(f"{row['path']}/{member.name}", row["format"], row["expected"], None, content.read())
            else:
                yield Exemple(row["path"], row["format"], row["expected"], official, data)


def accord(exemple: Exemple) -> bool | None:
    """Tell whether our XSD verdict is the index's; ``None`` where the index gives none."""
    if exemple.officiel is None or exemple.xml is None:
        return None
    root, _ = lire_xml(exemple.xml, LIMITES)
    if root is None:
        return not exemple.officiel
    return (not valider(root, CLES[str(root.tag)], exemple.xml, LIMITES)) == exemple.officiel


def interface_de(exemple: Exemple) -> str | None:
    """Return the interface to judge an example under; ``None`` for what is no invoice."""
    for prefix, code in SOUS.items():
        if exemple.chemin.startswith(prefix):
            return code
    root = etree.fromstring(exemple.contenu) if exemple.contenu.lstrip(b"\xef\xbb\xbf").startswith(b"<") else None
    return None if root is None else PAR_RACINE.get(CLES.get(str(root.tag), ""))


def verdict(exemple: Exemple) -> tuple[str, VerdictDocument] | None:
    """Judge an example as a deposit."""
    code = interface_de(exemple)
    return None if code is None else (code, juger(exemple.chemin, exemple.contenu, INTERFACES[code], LIMITES, le=LE, officielles=REGLES))


def principal() -> int:
    """Print both tables; exit code 1 when an XSD verdict differs."""
    folder = os.environ.get("FLUX_CORPUS")
    if not folder:
        sys.stderr.write("FLUX_CORPUS names no folder\n")
        return 2
    console = Console(width=170)
    agreement: dict[str, Counter[str]] = defaultdict(Counter)
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    rejected: list[tuple[str, str, str]] = []
    for one in exemples(Path(folder)):
        agreement[one.format][str(accord(one))] += 1
        if (judged := verdict(one)) is not None:
            code, found = judged
            verdicts[code][found.decision] += 1
            if found.decision != "accepted":
                rules = ", ".join(dict.fromkeys(a.rule for a in found.anomalies if a.bloquante))
                rejected.append((code, one.chemin, rules))
    first = Table("format", "XSD: agree", "differ", "no verdict in the index", title="XSD against the index")
    for name, counts in sorted(agreement.items()):
        first.add_row(name, *(str(counts[key]) for key in ("True", "False", "None")))
    second = Table("interface", "accepted", "rejected", "unreadable", title="Verdicts")
    for code, counts in sorted(verdicts.items()):
        second.add_row(code, *(str(counts[key]) for key in ("accepted", "rejected", "unreadable")))
    third = Table("interface", "file", "rules", title="Rejected")
    for line in rejected:
        third.add_row(*line)
    for table in (first, second, third):
        console.print(table)
    return 1 if any(counts["False"] for counts in agreement.values()) else 0


if __name__ == "__main__":
    sys.exit(principal())
