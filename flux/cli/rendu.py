"""What commands that read or change the ledger share: its context, times of Paris, files read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from flux.contexte import Contexte, contexte
from flux.errors import ErreurUsage
from flux.modele.temps import PARIS
from flux.registre.migrations import migrer


def contexte_migre() -> Contexte:
    """Return the context of this process, its ledger brought to the newest revision."""
    ctx = contexte()
    migrer(ctx.engine)
    return ctx


def heure(instant: datetime | None) -> str | None:
    """Return an instant as the clock of Paris shows it."""
    return None if instant is None else f"{instant.astimezone(PARIS):%Y-%m-%d %H:%M}"


def lire_fichier(fichier: Path) -> bytes:
    """Read a file whole.

    :raises ErreurUsage: it cannot be read. Facts: ``path``.
    """
    try:
        return fichier.read_bytes()
    except OSError as error:
        raise ErreurUsage(f"{fichier} ne peut pas être lu / cannot be read: {error}", path=str(fichier)) from error
