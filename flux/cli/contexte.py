"""The context of one command that needs the ledger."""

from __future__ import annotations

from flux.contexte import Contexte, contexte
from flux.registre.migrations import migrer


def contexte_a_jour() -> Contexte:
    """Return the context of this process, its ledger brought to the newest revision."""
    here = contexte()
    migrer(here.engine)
    return here
