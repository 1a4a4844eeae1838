"""``make fuzz``: each target under atheris for ``DUREE`` seconds, from the corpus of this project; a finding stops it and is written."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path


def _un(nom: str, options: list[str]) -> None:
    import atheris

    with atheris.instrument_imports(include=["flux", "tarfile", "gzip"]):
        from tests.fuzz.cibles import CIBLES
    cible = CIBLES[nom]

    def essai(data: bytes) -> None:
        cible.essayer(data)

    atheris.Setup(["fuzz", *options], essai)
    atheris.Fuzz()


def _tous(duree: int) -> int:
    from tests.fuzz.cibles import CIBLES

    code = 0
    for nom, cible in CIBLES.items():
        with tempfile.TemporaryDirectory() as dossier:
            for rang, graine in enumerate(cible.graines()):
                (Path(dossier) / str(rang)).write_bytes(graine)
            options = [
                f"-max_total_time={duree}",
                "-max_len=200000",
                "-timeout=10",
                "-rss_limit_mb=2048",
                "-seed=2026",
                "-verbosity=0",
                dossier,
            ]
            done = subprocess.run(
                [sys.executable, "-m", "tests.fuzz", nom, *options], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
            )
        sys.stdout.write(f"{nom}: {'ok' if done.returncode == 0 else done.stderr.decode(errors='replace')[-3000:]}\n")
        code = code or done.returncode
    return code


if __name__ == "__main__":
    if sys.argv[1].isdigit():
        sys.exit(_tous(int(sys.argv[1])))
    _un(sys.argv[1], sys.argv[2:])
