"""Loads a rule set: finds its file in the installed wheels, compiles it or takes it from the cache."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flux.regles.officielles import cache
from flux.regles.officielles.compilateur import compiler
from flux.regles.officielles.jeu import JeuDeRegles
from flux.regles.officielles.lecteur import lire
from flux.xsd.catalogue import chemin_regles


def charger(cle: str, cache_: Path | None) -> JeuDeRegles:
    """Load an official rule set.

    :param cle: row of ``referentiel.schemas.REGLES`` (``en16931-ubl``, ``br-fr-cii``…).
    :param cache_: folder of compiled sets, private to this user; ``None`` compiles in memory (up to a few seconds).
    :raises ErreurRegles: the file holds a construct this engine does not know.
    :raises SchemaAltere: the file is not the pinned one.
    :raises ErreurConfiguration: no such key, or the folder is not private.
    """
    return charger_fichier(chemin_regles(cle), cache_, nom=cle)


def charger_fichier(fichier: Path, cache_: Path | None, nom: str | None = None) -> JeuDeRegles:
    """Load a rule set from a file (ISO Schematron compiled to XSLT 2.0); same errors as :func:`charger`."""
    nom = nom or fichier.stem
    cle = cache.empreinte(fichier)
    module: dict[str, Any] = {"__name__": f"regles_{nom}"}
    exec(cache.code(nom, cle, cache_, lambda: compiler(lire(fichier), cle)), module)  # noqa: S102 code of our own compiler
    return JeuDeRegles(nom, module)
