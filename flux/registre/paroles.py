"""What is said of a deposited status that the ledger refuses, or takes without effect."""

from __future__ import annotations

from datetime import datetime

from flux.cycle_de_vie import Issue, Reponse
from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.statut_lu import StatutLu
from flux.modele.temps import PARIS
from flux.referentiel.motifs import motifs_nommes
from flux.referentiel.refus import MotifRefus, motif_hors_cadre
from flux.referentiel.statuts import STATUTS_FACTURE


def dire(rule: str, lu: StatutLu, **facts: object) -> Anomalie:
    """Build an anomaly of a line, where it stands."""
    return anomalie(rule, path=lu.chemin, line=lu.ligne, **facts)  # type: ignore[arg-type]  # found and expected are among the facts


def refus_du_motif(lu: StatutLu, code: str, cadre: str | None, motif: MotifRefus | None) -> Anomalie | None:
    """Refuse a reason that the framework does not admit."""
    hors = motif_hors_cadre(code, cadre, motif, [one.code for one in lu.motifs], lu.complement or lu.commentaire)
    if hors is None:
        return None
    wrong, admis = hors
    return dire("STA-10", lu, found=wrong, statut=code, numero=lu.numero, cadre=cadre or "—", expected=motifs_nommes(admis))


def refus_de_la_transition(lu: StatutLu, code: str, answer: Reponse) -> tuple[Anomalie, ...]:
    """Say why a status was not applied."""
    row, current = STATUTS_FACTURE[code], STATUTS_FACTURE[answer.courant.code]
    admis = ", ".join(STATUTS_FACTURE[one].code for one in answer.admis) or "aucun / none"
    facts: dict[str, object] = {"numero": lu.numero, "courant": current.code}
    if answer.issue is Issue.INTERDIT:
        return (dire("STA-06", lu, found=row.code, expected=admis, **facts),)
    if answer.issue is Issue.ROLE:
        return (dire("STA-05", lu, found=row.code, expected=", ".join(row.roles), admis=admis, **facts),)
    if answer.issue is Issue.ANCIEN:
        at, since = (_heure(one) for one in (lu.horodatage, answer.courant.horodatage))
        return (dire("STA-07", lu, found=at, expected=since, statut=row.code, **facts),)
    if answer.issue is Issue.DEJA:
        return (dire("STA-17", lu, found=row.code, **facts),)
    return ()


def _heure(instant: datetime | None) -> str:
    return "—" if instant is None else f"{instant.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"
