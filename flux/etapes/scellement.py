"""The daily seal of the journal."""

from __future__ import annotations

import os
from codecs import BOM_UTF8
from collections.abc import Sequence
from pathlib import Path

import structlog

from flux.contexte import Contexte
from flux.errors import ErreurInvariant, ErreurTransport
from flux.etapes.cadence import etape
from flux.modele.temps import veille
from flux.registre.journal_sceaux import sceaux_poses, sceller

_journal = structlog.get_logger(__name__)


@etape("sceller")
def sceller_la_veille(contexte: Contexte) -> bool:
    """Set yesterday's seal (Europe/Paris) and tell it in the log, which leaves the database; False when it was set already.

    :raises ErreurRegistre: the ledger did not answer. :raises ErreurInvariant, ErreurTransport: see :func:`garder_les_sceaux`.
    """
    now = contexte.horloge()
    jour = veille(now)
    texte = sceller(contexte.engine, jour, now)
    if texte is not None:
        _journal.info("sceau_pose", jour=jour.isoformat(), sceau=texte)
    garder_les_sceaux(contexte)
    return texte is not None


def garder_les_sceaux(contexte: Contexte) -> int:
    """Append to the file of ``FLUX_JOURNAL_SCEAUX`` the seals that it has not yet, one a line; return how many. No setting, no file.

    What the file holds is compared first: a seal of it that the ledger lacks, or has otherwise, was removed or written anew.

    :raises ErreurInvariant: such a seal. Facts: ``path``, ``sceau``. :raises ErreurTransport: the file cannot be read or written.
    :raises ErreurRegistre: the ledger did not answer.
    """
    path = contexte.reglages.journal_sceaux
    if path is None:
        return 0
    poses = sceaux_poses(contexte.engine)
    try:
        data = path.read_bytes() if path.exists() else b""
        debut = len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0  # an editor may have left one
        kept = data[debut:].decode().splitlines(keepends=True)
        whole = [line for line in kept if line.endswith("\n")]  # a process killed while it wrote leaves a line without end
        gardes = [line.rstrip("\n") for line in whole]
        lost = next((line for line in gardes if line not in poses), None)
        if lost is not None:
            raise ErreurInvariant(
                f"a seal kept in {path} is not in the ledger any more: run flux journal verifier --sceaux {path}",
                path=str(path),
                sceau=lost,
            )
        missing = [one for one in poses if one not in gardes]
        if missing:
            _ajouter(path, debut + sum(len(line.encode()) for line in whole), missing)
    except (OSError, UnicodeDecodeError) as error:
        raise ErreurTransport(f"the file of seals cannot be read or written: {path}", operation="sceaux", path=str(path)) from error
    return len(missing)


def _ajouter(path: Path, place: int, sceaux: Sequence[str]) -> None:
    """Write lines from a place on, and have them on the disk."""
    with path.open("r+" if path.exists() else "w", encoding="utf-8") as out:
        out.seek(place)
        out.truncate()
        out.writelines(f"{one}\n" for one in sceaux)
        out.flush()
        os.fsync(out.fileno())
