"""The steps that a DAG task calls, in the order of a flow's life.

Each step is idempotent: run twice, half and then again, or twice at the same time, it changes nothing more; the ledger's constraints
hold this. A step fails only for infrastructure (:class:`flux.errors.ErreurTransitoire`: run it again) or for a fault of ours.
"""

from __future__ import annotations

from flux.contexte import Contexte, contexte
from flux.etapes.bilan import verifier_bilan_complet
from flux.etapes.certificats import ETAPES_CERTIFICATS, certificat_attend, joindre_rapports
from flux.etapes.emission import emettre
from flux.etapes.entretien import entretenir, verifier_lacunes
from flux.etapes.groupage import grouper
from flux.etapes.historique import nettoyer_chaque_jour
from flux.etapes.ouverture import TacheTraiter, ouvrir
from flux.etapes.purge import purger
from flux.etapes.reception import LotALancer, confirmer_lance, recevoir
from flux.etapes.reponse import repondre, verdict
from flux.etapes.scellement import sceller_la_veille
from flux.etapes.surveillance import surveiller
from flux.etapes.traitement import traiter

__all__ = [
    "ETAPES_CERTIFICATS",
    "Contexte",
    "LotALancer",
    "TacheTraiter",
    "certificat_attend",
    "confirmer_lance",
    "contexte",
    "emettre",
    "entretenir",
    "grouper",
    "joindre_rapports",
    "nettoyer_chaque_jour",
    "ouvrir",
    "purger",
    "recevoir",
    "repondre",
    "sceller_la_veille",
    "surveiller",
    "traiter",
    "verdict",
    "verifier_bilan_complet",
    "verifier_lacunes",
]
