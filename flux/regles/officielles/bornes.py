"""What a document may repeat outside its lines, before any official rule runs.

Several published rules compare each header group with all the others, or with all lines: 2,000 VAT breakdowns over 4,000 lines, a file of
3 MB, took minutes. Lines may be many; what stands beside them may not.
"""

from __future__ import annotations

from typing import NamedTuple

from flux.regles.officielles.document import Chemin, Document

#: Elements of one path outside the lines, at most (house): at that number the rules that compare them two by two take 0.2 s.
REPETITIONS_MAX = 1_000
#: VAT breakdowns, at most (house): each is compared with every line. Categories and admitted rates make some thirty.
VENTILATIONS_MAX = 100
_LIGNES = ("}InvoiceLine", "}CreditNoteLine", "}IncludedSupplyChainTradeLineItem")
_VENTILATIONS = ("}TaxSubtotal", "}ApplicableTradeTax")


class Exces(NamedTuple):
    """A group repeated too often: its Clark name, how often it stands, how often it may."""

    tag: str
    nombre: int
    maximum: int


def exces(document: Document) -> Exces | None:
    """Return the first group that a document repeats too often outside its lines."""
    for chemin, noeuds in document.par_chemin.items():
        if len(noeuds) <= VENTILATIONS_MAX or _dans_ligne(chemin):
            continue
        maximum = VENTILATIONS_MAX if chemin.tag.endswith(_VENTILATIONS) else REPETITIONS_MAX
        if len(noeuds) > maximum:
            return Exces(chemin.tag, len(noeuds), maximum)
    return None


def _dans_ligne(chemin: Chemin) -> bool:
    here: Chemin | None = chemin
    while here is not None:
        if here.tag.endswith(_LIGNES):
            return True
        here = here.parent
    return False
