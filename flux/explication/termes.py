"""The invoice term that an anomaly speaks of."""

from __future__ import annotations

from functools import cache

from flux.modele.anomalie import Anomalie
from flux.referentiel.chemins import terme_du_chemin
from flux.referentiel.termes import TERMES, Terme
from flux.regles.gestion import REGLES


def terme_de(une: Anomalie) -> Terme | None:
    """Return the term that an anomaly speaks of, ``None`` when there is none.

    It is the term at the anomaly's path or around it. A management rule on a missing term is told at what should hold it: there the
    rule's own term is given, when it has one only.
    """
    found = terme_du_chemin(une.path)
    own = _termes_des_regles().get(une.rule, frozenset())
    if own and (found is None or found.cle not in own):
        if len(own) == 1:
            (cle,) = own
            return TERMES[cle] if TERMES[cle].numero else None
        return None
    return found.terme if found is not None and found.terme.numero else None


@cache
def _termes_des_regles() -> dict[str, frozenset[str]]:
    """Return management rule → keys of the terms that its rows speak of."""
    terms: dict[str, frozenset[str]] = {}
    for row in REGLES:
        terms[row.cle] = terms.get(row.cle, frozenset()) | frozenset(row.termes)
    return terms
