"""A file of statuses judged again: what it says by itself is judged now, what became of each status is a fact of then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from flux.etapes.rejugement import MembreJuge
from flux.modele.anomalie import Anomalie
from flux.modele.statut_lu import StatutDemande
from flux.modele.verdict import Decision
from flux.referentiel.anomalies import Couche, ligne_de
from flux.registre.copie import propre

#: What is told of a line though it is refused for faults of its own: its invoice was looked for all the same.
_TOUJOURS = frozenset({"STA-01", "STA-02"})


def avec_les_faits(now: MembreJuge, alors: Sequence[Anomalie]) -> MembreJuge:
    """Return the file with what the ledger told then of each of its lines, and the decision that follows.

    Nobody can ask again which states the invoices had, and who spoke for whom: what was told of them then is told again, unless the line
    is refused now for faults of its own. A line that was refused so then, and is not now, counts as taken.

    :param alors: the anomalies of the file in the ledger.
    """
    facts: defaultdict[tuple[str | None, int | None], list[Anomalie]] = defaultdict(list)
    for one in alors:
        if ligne_de(one.rule, one.code).layer is Couche.REGISTRE:
            facts[one.path, one.line].append(one)
    lines = [(demande, _retenus(demande, facts)) for demande in now.demandes]
    taken = any(demande.recevable and not any(one.bloquante for one in told) for demande, told in lines)
    anomalies = (*now.anomalies, *(one for demande, told in lines for one in (*demande.anomalies, *told)))
    return replace(now, decision=Decision.ACCEPTE if taken else Decision.REJETE, anomalies=anomalies)


def _retenus(demande: StatutDemande, facts: Mapping[tuple[str | None, int | None], Sequence[Anomalie]]) -> tuple[Anomalie, ...]:
    told = facts.get((propre(demande.lu.chemin), demande.lu.ligne), ())
    return tuple(one for one in told if demande.recevable or one.rule in _TOUJOURS)
