"""Severities of this platform where they are not the published ones: a TOML file, read once.

.. code-block:: toml

    [severites]
    "GES-G1.07" = "warning"   # an invoice of tomorrow is told, not refused
    "BAN-04" = "error"
    "BR-FR-05" = "warning"    # an official rule, for every term; "BR-FR-05_BT-22-1" for one
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from flux.errors import ErreurConfiguration
from flux.referentiel.anomalies_officielles import LIGNES_OFFICIELLES
from flux.referentiel.catalogue import Severite
from flux.referentiel.explications import connue
from flux.regles.gestion.table import REGLES

_CLES = frozenset(row.cle for row in REGLES) | {row.rule for row in LIGNES_OFFICIELLES}


def lire_severites(fichier: Path | None) -> Mapping[str, Severite]:
    """Read a settings file.

    :param fichier: its path; ``None`` keeps every published severity.
    :return: key of a rule → severity in use.
    :raises ErreurConfiguration: it cannot be read, names a rule that does not exist, or a severity other than ``error`` and ``warning``
        (facts ``path``, and ``rule`` or ``reason``).
    """
    if fichier is None:
        return MappingProxyType({})
    try:
        table = tomllib.loads(fichier.read_text(encoding="utf-8")).get("severites", {})
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ErreurConfiguration(f"the severities of {fichier} cannot be read: {error}", path=str(fichier), reason=str(error)) from error
    if not isinstance(table, dict):
        raise ErreurConfiguration(f"[severites] of {fichier} is not a table", path=str(fichier), reason="not a table")
    found = {}
    for rule, value in table.items():
        if rule not in _CLES and not connue(rule):
            raise ErreurConfiguration(f"{fichier} sets the severity of {rule}, which is no rule", path=str(fichier), rule=rule)
        if value not in tuple(Severite):
            raise ErreurConfiguration(f"{fichier} gives {rule} the severity {value!r}: use error or warning", path=str(fichier), rule=rule)
        found[rule] = Severite(value)
    return MappingProxyType(found)
