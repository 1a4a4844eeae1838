"""Golden files: what an emitter wrote once and must write for ever. One update switch: FLUX_MAJ_GOLDEN=1.

Not a test: a helper any test may import.
"""

from __future__ import annotations

import os
from pathlib import Path

DOSSIER = Path(__file__).parent / "fixtures" / "golden"


def comparer(nom: str, data: bytes) -> None:
    """Compare ``data`` with the golden file ``nom``; with FLUX_MAJ_GOLDEN=1, make it the golden file instead."""
    path = DOSSIER / nom
    if os.environ.get("FLUX_MAJ_GOLDEN") == "1":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return
    assert path.is_file(), f"no golden file {nom}: run once with FLUX_MAJ_GOLDEN=1 and read what it wrote"
    assert data == path.read_bytes(), f"{nom} has changed: if it should have, run with FLUX_MAJ_GOLDEN=1 and read the difference"
