"""Stuck flows: those that stay in a state, and answers that stay in the outbox, longer than a setting allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from flux.registre.connexion import Source, lecture

#: States that may last too long, and how many seconds each may, unless a setting says otherwise. ``a_emettre``: an answer in the outbox.
DELAIS: Mapping[str, int] = {"recu": 900, "ouvert": 3600, "traite": 900, "a_emettre": 900}

_REQUETE = """
SELECT x.id AS flux_id, x.nom, p.code_application AS partenaire, x.etat AS etat, coalesce(l.lance_le, x.recu_le) AS depuis, l.id AS lot_id
FROM flux x JOIN partenaires p ON p.id = x.partenaire_id LEFT JOIN lots l ON l.id = x.lot_id
WHERE (x.etat = 'recu' AND coalesce(l.lance_le, x.recu_le) < :recu) OR (x.etat = 'ouvert' AND coalesce(l.lance_le, x.recu_le) < :ouvert)
  OR (x.etat = 'traite' AND coalesce(l.lance_le, x.recu_le) < :traite)
UNION ALL
SELECT o.flux_id, o.nom, p.code_application, 'a_emettre', o.cree_le, NULL FROM sorties o JOIN partenaires p ON p.id = o.partenaire_id
WHERE o.etat = 'a_emettre' AND o.cree_le < :a_emettre
ORDER BY depuis, flux_id
"""


@dataclass(frozen=True, slots=True)
class Bloque:
    """A flow, or an answer, that does not move. :ivar nom: of the deposited file, or of the answer.

    :ivar depuis: when its run was launched, else when it was received; of an answer, when it was written.
    """

    flux_id: int | None
    nom: str
    partenaire: str
    etat: str
    depuis: datetime
    lot_id: int | None


def flux_bloques(source: Source, maintenant: datetime, delais: Mapping[str, int] = DELAIS) -> list[Bloque]:
    """Return what stays too long, the oldest first.

    :param delais: seconds by state; a state left out has that of :data:`DELAIS`. :raises ErreurRegistre: the ledger did not answer.
    """
    limits = {etat: maintenant - timedelta(seconds=secondes) for etat, secondes in {**DELAIS, **delais}.items()}
    with lecture(source, "flux_bloques") as conn:
        return [Bloque(**row) for row in conn.execute(text(_REQUETE), limits).mappings()]
