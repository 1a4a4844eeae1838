"""What a record allows: the reasons why a deposited flow is refused, by the record and the certificates at its reception."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flux.modele.anomalie import Anomalie, anomalie
from flux.modele.raccordement import ETATS_OUVERTS, EtatFiche, Protocole, Sens
from flux.modele.temps import PARIS
from flux.referentiel.interfaces import Environnement
from flux.registre.connexion import Source, lecture
from raccordement.certificats_partenaire import CertificatPartenaire, certificats
from raccordement.fiche import Fiche
from raccordement.historique import fiche_au

_DITS = {
    EtatFiche.DEMANDE: ("à l'état de demande", "a mere demand"),
    EtatFiche.SUSPENDU: ("suspendue", "suspended"),
    EtatFiche.CLOS: ("close", "closed"),
}


def refus(
    fiche: Fiche | None,
    partner_certificates: Sequence[CertificatPartenaire],
    interface: str | None,
    environnement: Environnement,
    instant: datetime,
) -> tuple[Anomalie, ...]:
    """Return every reason why a flow may not come in; none: it may.

    :param fiche: the record at ``instant``; ``None``: there was none. :param partner_certificates: all those of the partner.
    :param interface: the flow's, ``None`` when its name holds none. :param environnement: where this platform runs.
    """
    if fiche is None:
        return (anomalie("RAC-01", found="—", etat_fr="absente", etat_en="missing"),)
    found = []
    if fiche.etat not in ETATS_OUVERTS:
        etat_fr, etat_en = _DITS[fiche.etat]
        found.append(anomalie("RAC-01", found=fiche.etat, etat_fr=etat_fr, etat_en=etat_en))
    if interface is not None and not fiche.abonnee(interface, Sens.EMISSION):
        open_to = ", ".join(one.interface for one in fiche.abonnements if one.sens is Sens.EMISSION)
        found.append(anomalie("RAC-02", found=interface, expected=open_to or "—"))
    if environnement is Environnement.PRODUCTION and fiche.environnement is not Environnement.PRODUCTION:
        found.append(anomalie("RAC-03", found=environnement, expected=fiche.environnement))
    if fiche.fin is not None and instant.astimezone(PARIS).date() > fiche.fin:
        found.append(anomalie("RAC-04", found=f"{fiche.fin:%d/%m/%Y}"))
    if fiche.protocole is not Protocole.SFTP:
        found.append(anomalie("RAC-05", found=Protocole.SFTP, expected=fiche.protocole))
    found += _certificat(partner_certificates, instant)
    return tuple(found)


def _certificat(known: Sequence[CertificatPartenaire], instant: datetime) -> list[Anomalie]:
    """No certificate in force: say that the one there was is over, or that there is none."""
    if any(one.en_vigueur_au(instant) for one in known):
        return []
    ended = [one.not_after for one in known if one.en_vigueur_de is not None and one.en_vigueur_jusqu is None and one.not_after < instant]
    if ended:
        return [anomalie("RAC-06", found=f"{max(ended).astimezone(PARIS):%d/%m/%Y %H:%M}")]
    return [anomalie("RAC-07", found=len(known))]


def refus_de_la_fiche(
    source: Source, partenaire_id: int, interface: str | None, environnement: Environnement, instant: datetime
) -> tuple[Anomalie, ...]:
    """Return :func:`refus` of a partner by what the ledger knew at ``instant``. Raises ErreurRegistre when it does not answer."""
    with lecture(source, "refus_de_la_fiche") as conn:
        return refus(fiche_au(conn, partenaire_id, instant), certificats(conn, partenaire_id), interface, environnement, instant)
