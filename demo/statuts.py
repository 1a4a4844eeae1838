"""What a recipient of the demonstration says of an invoice it received: a FSO1301A with three right statuses and a forbidden one."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from demo.partenaire import messages
from demo.scenario import PARTENAIRES, RECEVEUR, Depot, DepotPrevu
from flux.emitters.fso1301a import ecrire_fso1301a
from flux.enveloppe import NomFlux
from flux.modele.statut import Enveloppe
from flux.parsers.cpp_statut import lire_cpp_statut

#: (status, words): the last one cannot follow, the invoice being suspended no more.
_DITS = (
    ("SUSPENDUE", "Justificatif absent ou insuffisant"),
    ("MISE_A_DISPOSITION", "Justificatif reçu par courrier"),
    ("MANDATEE", None),
    ("PRISE_EN_COMPTE_DESTINATAIRE", "Trop tard : la facture est mandatée"),
)


def fabriquer_statuts(fso1301a: bytes, dossier: Path) -> Depot:
    """Write what the recipient says of the first invoice that a lifecycle file names."""
    lu = next(iter(lire_cpp_statut(next(messages(fso1301a)))))
    if lu.date_facture is None or lu.destinataire is None or lu.horodatage is None:
        raise ValueError("the lifecycle file names no invoice")
    known = {"date_facture": lu.date_facture, "type_code": "380", "recu_le": lu.horodatage, "destinataire": lu.destinataire}
    now = datetime.now(tz=UTC)
    code = PARTENAIRES[RECEVEUR][0]
    nom = NomFlux.construire("FSO1301A", code, int(time.time()) * 100)
    said = [
        replace(lu.statut(statut, **known), horodatage=now + timedelta(seconds=rank), complement=words, commentaire=None)
        for rank, (statut, words) in enumerate(_DITS)
    ]
    out = BytesIO()
    ecrire_fso1301a(out, Enveloppe(str(nom), nom.identifiant, code, "CPP001", now), said, len(said))
    path = dossier / str(nom)
    path.write_bytes(out.getvalue())
    prevu = DepotPrevu("statuts d'un destinataire", RECEVEUR, "FSO1301A", "96", reponses=("CSO",))
    return Depot(prevu, path.name, path)
