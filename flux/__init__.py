"""chorus-flux: the platform side of French public e-invoicing."""

__version__ = "0.1.0"
