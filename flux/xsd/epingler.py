"""Writes :mod:`flux.referentiel.empreintes` again from the installed wheels: ``python -m flux.xsd.epingler``.

For whoever takes in a new release of a wheel: run it, read the difference, run the tests, commit both.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from lxml import etree

from flux.referentiel import empreintes as table
from flux.referentiel.schemas import REGLES, SCHEMAS
from flux.xsd.catalogue import dossier_du_paquet

_XS = "{http://www.w3.org/2001/XMLSchema}"
_TETE = '''"""SHA-256 of every official file this project loads: package → path from its folder → digest. Made by flux/xsd/epingler.py."""

from __future__ import annotations

EMPREINTES: dict[str, dict[str, str]] = {
'''


def fichiers_charges(racine: Path) -> set[Path]:
    """Return the schema file and all that it imports or includes, however deep."""
    todo, seen = [racine.resolve()], set[Path]()
    while todo:
        path = todo.pop()
        if path not in seen:
            seen.add(path)
            steps = etree.parse(path).iter(f"{_XS}import", f"{_XS}include", f"{_XS}redefine")
            todo += [(path.parent / where).resolve() for step in steps if (where := step.get("schemaLocation"))]
    return seen


def empreintes() -> dict[str, dict[str, str]]:
    """Return the pins of what is installed now, in the order of paths.

    :raises SchemaAltere: when a package is not installed.
    """
    pins: dict[str, dict[str, str]] = {}
    for paquet in sorted({row.paquet for row in SCHEMAS.values()} - {"flux"}):
        folder = dossier_du_paquet(paquet).resolve()
        paths = {folder / path for rules in REGLES.values() if rules.paquet == paquet for path in rules.fichiers}
        for row in SCHEMAS.values():
            if row.paquet == paquet:
                paths |= fichiers_charges(folder / row.chemin)
        pins[paquet] = {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(paths)}
    return pins


def module() -> str:
    """Return the text of :mod:`flux.referentiel.empreintes` for what is installed now."""
    lines = [_TETE]
    for paquet, pins in empreintes().items():
        lines += [f'    "{paquet}": {{\n', *(f'        "{path}": "{digest}",\n' for path, digest in pins.items()), "    },\n"]
    return "".join([*lines, "}\n"])


if __name__ == "__main__":
    Path(table.__file__).write_text(module(), encoding="utf-8")
