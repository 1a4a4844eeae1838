"""The daily report: what a person has to know and do about certificates, French and English, worst first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from raccordement.certificats.autorites import Import, ListeImportee
from raccordement.certificats.controles import en_jour
from raccordement.certificats.http import EchecHttp
from raccordement.certificats.preavis import Envoi
from raccordement.certificats.quotidien import Constat, Rafraichissement
from raccordement.certificats.resultats import Resultat
from raccordement.certificats.service import Sante
from raccordement.certificats.suites import Action

_ACTIONS = {
    Action.REVOQUER: "RÉVOQUÉ, accès fermé / REVOKED, access closed",
    Action.SIGNALER: "À VOIR / TO LOOK AT",
    Action.REFUSER: "refusé / refused",
    Action.RETENIR: "en attente / on hold",
    Action.METTRE_EN_VIGUEUR: "mis en vigueur / put in force",
    Action.RIEN: "inchangé / unchanged",
}
_ORDRE = tuple(_ACTIONS)


def rapport_certificats(constats: Iterable[Constat], le: datetime) -> str:
    """Return the report on the certificates looked at."""
    ranges = sorted(constats, key=lambda one: (_ORDRE.index(one.action), one.certificat.not_after))
    lignes = [f"Certificats au {en_jour(le)} (Paris) : {len(ranges)} / certificates"]
    for one in ranges:
        jours = (one.certificat.not_after - le).days
        fin = f"fin {en_jour(one.certificat.not_after)}, {jours} j" if jours >= 0 else f"EXPIRÉ le {en_jour(one.certificat.not_after)}"
        lignes.append(f"- {one.code} {one.certificat.empreinte[:16]} ({one.certificat.etat}) : {_ACTIONS[one.action]} ; {fin}")
        verdict = one.verdict
        fautes = () if verdict is None else verdict.lignes
        lignes += [f"    {un.fr}\n    {un.en}" for un in fautes if un.resultat in {Resultat.ECHOUE, Resultat.INCONNU}]
    return "\n".join(lignes)


def rapport_envois(envois: Sequence[Envoi]) -> str:
    """Return the report on the notices: those that left at this run, and those that could not."""
    lignes = [f"Avis partis / notices sent: {sum(one.parti for one in envois)}"]
    lignes += [f"- {one.code} : {one.objet} ({one.voie})" for one in envois if one.parti]
    lignes += [f"- {one.code} : {one.objet} ({one.voie}) NON PARTI / NOT SENT: {one.panne}" for one in envois if one.panne is not None]
    return "\n".join(lignes)


def rapport_listes(faits: Iterable[Rafraichissement], en_usage: Iterable[ListeImportee], le: datetime) -> str:
    """Return the report on the trusted lists."""
    lignes = ["Listes de confiance / trusted lists"]
    for one in faits:
        fait = one.resultat
        if isinstance(fait, Import):
            lignes.append(f"- {fait.territoire} n° {fait.numero} : {fait.total} autorités, +{len(fait.ajoutees)} −{len(fait.retirees)}")
            lignes += [f"    + {nom}" for nom in fait.ajoutees] + [f"    − {nom}" for nom in fait.retirees]
        elif isinstance(fait, EchecHttp):
            lignes.append(f"- {one.source} : {fait.fr} / {fait.en}")
        else:
            lignes.append(f"- {one.source} : {fait.fr} / {fait.en}")
    lignes += [
        f"- {one.territoire} n° {one.numero} : PÉRIMÉE depuis le {en_jour(one.prochaine)}, sert encore / STALE, still in use"
        for one in en_usage
        if one.prochaine < le
    ]
    return "\n".join(lignes)


def rapport_sante(sante: Sequence[Sante]) -> str:
    """Return the report on the verification service."""
    if not sante:
        return "Service de vérification : aucun réglé, vérification locale / verification service: none set, local verification"
    lignes = ["Service de vérification / verification service"]
    for one in sante:
        lignes.append(f"- {one.fr}\n  {one.en}")
        if one.etat.ouvert_jusqu_au is not None:
            lignes.append(f"  au repos jusqu'au {en_jour(one.etat.ouvert_jusqu_au)} (Paris), {one.etat.echecs} échecs / failures")
    if all(one.panne is not None for one in sante):
        lignes.append("- AUCUNE ADRESSE NE RÉPOND : la vérification locale décide seule / NO ADDRESS ANSWERS: local verification alone")
    return "\n".join(lignes)
