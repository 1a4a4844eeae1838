"""Management rules: what Chorus Pro checks of an invoice that is right by its schema.

:func:`controler` runs them all; :data:`REGLES` is their table, :mod:`flux.referentiel.anomalies_gestion` holds their texts.
"""

from flux.regles.gestion.controle import controler, expliquer_echecs
from flux.regles.gestion.regle import Constat, ContexteRegles, Regle
from flux.regles.gestion.severites import lire_severites
from flux.regles.gestion.table import REGLES, regles_de

__all__ = ["REGLES", "Constat", "ContexteRegles", "Regle", "controler", "expliquer_echecs", "lire_severites", "regles_de"]
