"""What a new verdict does to a certificate already kept: a table, state by decision."""

from __future__ import annotations

from enum import StrEnum

from flux.modele.raccordement import EtatCertificat
from raccordement.certificats.resultats import Controle, Decision, Resultat, Verdict


class Action(StrEnum):
    """What to do. ``signaler``: nothing by itself, the report tells the operator."""

    RIEN = "rien"
    METTRE_EN_VIGUEUR = "mettre_en_vigueur"
    RETENIR = "retenir"
    REFUSER = "refuser"
    REVOQUER = "revoquer"
    SIGNALER = "signaler"


def revoque(verdict: Verdict) -> bool:
    """Return whether an authority or the service says that the certificate, or one above it, is revoked."""
    return any(one.controle in {Controle.REVOCATION, Controle.SERVICE} and one.resultat is Resultat.ECHOUE for one in verdict.lignes)


def action(etat: EtatCertificat, decision: Decision, *, revoque: bool, bascule: bool) -> Action:
    """Return what a verdict does.

    One in force is cut off by a revocation only: its end date closes the door by itself, and any other fault (an authority that left a
    list, a record that changed its SIREN) is for a person to weigh.

    :param bascule: an accepted proposal is put in force at once.
    """
    if etat in {EtatCertificat.EN_VIGUEUR, EtatCertificat.REMPLACE}:
        if decision is Decision.REFUSE:
            return Action.REVOQUER if revoque else Action.SIGNALER
        return Action.SIGNALER if decision is Decision.RETENU else Action.RIEN
    if etat in {EtatCertificat.PROPOSE, EtatCertificat.RETENU}:
        if decision is Decision.REFUSE:
            return Action.REFUSER
        if decision is Decision.RETENU:
            return Action.RIEN if etat is EtatCertificat.RETENU else Action.RETENIR
        return Action.METTRE_EN_VIGUEUR if bascule else Action.RIEN
    return Action.RIEN
