"""What a row of the catalogue of anomalies is: see :mod:`flux.referentiel.anomalies` for the rows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severite(StrEnum):
    """What an anomaly does to the file."""

    ERREUR = "error"
    AVERTISSEMENT = "warning"


class Couche(StrEnum):
    """The check that found an anomaly, in the order in which they run."""

    ENVELOPPE = "envelope"
    ARCHIVE = "archive"
    CONTENEUR = "container"
    SYNTAXE = "syntax"
    SCHEMA = "schema"
    GESTION = "business"
    OFFICIELLE = "official"
    REGISTRE = "ledger"


@dataclass(frozen=True, slots=True)
class LigneCatalogue:
    """One row of the catalogue; the words of :mod:`flux.referentiel.anomalies` say what each column is."""

    rule: str
    code: str
    layer: Couche
    fr: str
    en: str
    motif_501: str = "IRR_SYNTAX"
    motif_213: str = "REJ_SEMAN"
    severity: Severite = Severite.ERREUR
