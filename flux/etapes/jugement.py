"""By what a batch is judged, as its journal tells it."""

from __future__ import annotations

from datetime import date
from importlib.metadata import version

from flux.contexte import Contexte
from flux.modele.journal import Jugement, canonique, empreinte
from flux.modele.temps import PARIS
from flux.referentiel.empreintes import EMPREINTES
from flux.referentiel.facturx import NIVEAU_DU_PROFIL
from flux.referentiel.interfaces import INTERFACES, Ere
from flux.referentiel.interfaces_statuts import INTERFACES_STATUTS
from flux.referentiel.jeux import MoteurRegles, jeu_en_vigueur
from flux.referentiel.schemas import REGLES
from flux.registre.valeurs import FluxLu
from flux.regles.officielles.choix import jeux_applicables


def jour_de_reception(flow: FluxLu) -> date:
    """Return the day whose rules judge a flow, Europe/Paris."""
    return flow.recu_le.astimezone(PARIS).date()


def jugement_de(contexte: Contexte, flow: FluxLu, au: date | None = None) -> Jugement:
    """Return the rule sets in force for a flow: all those that its documents may fall under, by their level.

    :param au: the day whose rules judge; by default that of reception, Europe/Paris.
    """
    day = au or jour_de_reception(flow)
    moteur = contexte.reglages.moteur_regles if contexte.officielles is not None else MoteurRegles.AUCUN
    severites = {cle: one.value for cle, one in contexte.severites.items()}
    cles: set[str] = set()
    interface = INTERFACES.get(flow.interface or "")
    statuts = INTERFACES_STATUTS.get(flow.interface or "")
    if interface is not None and moteur is not MoteurRegles.AUCUN:
        for racine in interface.racines:
            for profil in (None, *NIVEAU_DU_PROFIL):
                cles.update(jeux_applicables(racine, profil, interface.ere, day))
    if statuts is not None and statuts.cdar:
        moteur = MoteurRegles.NATIF  # whatever the setting: see flux.controle_statuts
        cles.update(jeux_applicables(statuts.racine, None, Ere.REFORME, day))
        cles.add("br-fr-cdv")
    return Jugement(
        le=contexte.horloge(),
        jeu=jeu_en_vigueur(day).code,
        moteur=moteur.value,
        version=version("chorus-flux"),
        severites=empreinte(canonique(severites)) if severites else None,
        empreintes={cle: EMPREINTES[REGLES[cle].paquet][REGLES[cle].chemin] for cle in sorted(cles)},
    )
