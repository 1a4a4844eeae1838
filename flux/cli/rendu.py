"""What commands that read or change the ledger share: its context, the times and days of Paris, files to read."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from flux.contexte import Contexte, contexte
from flux.errors import ErreurUsage
from flux.modele.temps import PARIS
from flux.registre.migrations import migrer

#: Greatest numbers that the ledger gives: of a flow, and of a file in it.
FLUX_MAX, RANG_MAX = 2**63 - 1, 2**31 - 1


def contexte_migre() -> Contexte:
    """Return the context of this process, its ledger brought to the newest revision."""
    ctx = contexte()
    migrer(ctx.engine)
    return ctx


def heure(instant: datetime | None) -> str | None:
    """Return an instant as the clock of Paris shows it."""
    return None if instant is None else f"{instant.astimezone(PARIS):%Y-%m-%d %H:%M}"


def jour_venu(jour: datetime, now: datetime) -> date:
    """Return a day that an option gave.

    :raises ErreurUsage: it has not begun yet in Paris. Facts: ``jour``.
    """
    day = jour.date()
    if day > now.astimezone(PARIS).date():
        raise ErreurUsage(f"{day} n'est pas encore là / is not there yet", jour=day)
    return day


def lire_fichier(fichier: Path) -> bytes:
    """Read a file whole.

    :raises ErreurUsage: it cannot be read. Facts: ``path``.
    """
    try:
        return fichier.read_bytes()
    except OSError as error:
        raise ErreurUsage(f"{fichier} ne peut pas être lu / cannot be read: {error}", path=str(fichier)) from error
