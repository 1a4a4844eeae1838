"""The official rules, run by Saxon in tests: the project's own reference engine, one for the process. Not a test: a helper any may import."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from flux.regles.officielles.reference import Reference
from flux.xsd.catalogue import chemin_regles


def dossier(wheel: str) -> Path:
    """Folder of an installed wheel, found without importing it."""
    return Path(find_spec(wheel).submodule_search_locations[0])


@cache
def reference() -> Reference:
    """The engine, made in the main thread at its first use."""
    return Reference()


def echecs(cle: str, data: bytes) -> list[tuple[str, str, str]]:
    """Run a rule set on a document; return (rule id, flag, location) of each failed assertion and successful report.

    :param cle: a row of ``referentiel.schemas.REGLES``. A rule without flag counts as ``fatal``.
    """
    reponse = reference().evaluer(chemin_regles(cle), data.decode("utf-8"))
    assert not reponse.abandon, reponse.abandon
    return [(one.regle or "?", one.drapeau or "fatal", one.emplacement) for one in reponse.constats]
