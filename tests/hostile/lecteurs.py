"""How a file made to hurt is taken in, by what it is deposited as: a flow by the whole verdict, a certificate, a file of the directory."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

from flux.annuaire.fichiers import charger_memoire
from flux.cli.verdict_fichier import verifier_fichier
from flux.cli.verdict_json import en_json
from flux.cli.verifier import jugement
from raccordement.certificats.resultats import Controle, Resultat
from tests.hostile.modele import ACCEPTE, ANNUAIRE_CSV, ANNUAIRE_F14, CERTIFICAT, PKI
from tests.pki import LE
from tests.unit.certificats.aides import juge

#: Gives the keys of what blocks, :data:`ACCEPTE` alone when nothing does.
Lecteur = Callable[[Path], list[str]]


def _flux(fichier: Path) -> list[str]:
    verdict = verifier_fichier(fichier, _jugement())
    json.dumps(en_json(verdict, verdict.causes()))
    return sorted({one.rule for one in verdict.anomalies if one.bloquante})


_jugement = cache(jugement)


def _certificat(fichier: Path) -> list[str]:
    """The reason why it cannot be read, else the checks that it fails."""
    verdict = juge(PKI.racine.certificat).verifier(fichier.read_bytes(), LE)
    failed = [one for one in verdict.lignes if one.resultat is Resultat.ECHOUE]
    return [str(one.detail["motif"]) if one.controle is Controle.LECTURE else one.controle.value for one in failed]


def _annuaire(fichier: Path) -> list[str]:
    return sorted({one.code for one in charger_memoire([fichier])[1]})


_AUTRES: dict[str, Lecteur] = {CERTIFICAT: _certificat, ANNUAIRE_CSV: _annuaire, ANNUAIRE_F14: _annuaire}


def lire(depot: str, fichier: Path) -> list[str]:
    """Take a file in; return the keys of what blocks, or :data:`ACCEPTE` alone."""
    return _AUTRES.get(depot, _flux)(fichier) or [ACCEPTE]
