"""Anomalies as people can act on them: root causes over many invoices, and the invoice term each one speaks of."""

from flux.explication.causes import Cause, Place, cle_de_cause, regrouper
from flux.explication.termes import terme_de

__all__ = ["Cause", "Place", "cle_de_cause", "regrouper", "terme_de"]
