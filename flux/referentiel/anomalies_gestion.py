"""Rows of the catalogue for the management rules (:mod:`flux.regles.gestion`)."""

from __future__ import annotations

from flux.referentiel.catalogue import LigneCatalogue

LIGNES_GESTION: tuple[LigneCatalogue, ...] = ()
