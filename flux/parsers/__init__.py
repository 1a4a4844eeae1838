"""Bytes → modele: one module a format. Bad input gives anomalies, never an exception."""
