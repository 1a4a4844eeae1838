"""The table of management rules, and those that judge a given deposit."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from flux.referentiel.anomalies import CATALOGUE, Couche
from flux.referentiel.interfaces import INTERFACES, Interface
from flux.referentiel.termes import TERMES
from flux.regles.gestion import (
    cadres,
    cpro,
    cpro_blocs,
    destinataire,
    document,
    identifiants,
    longueurs,
    montants,
    paiement,
    pieces_jointes,
    tva,
)
from flux.regles.gestion.regle import SANS_JOUR, Regle

#: Every rule, in the order in which they run and are told.
REGLES: tuple[Regle, ...] = (
    *document.REGLES,
    *longueurs.REGLES,
    *identifiants.REGLES,
    *destinataire.REGLES,
    *montants.REGLES,
    *tva.REGLES,
    *paiement.REGLES,
    *pieces_jointes.REGLES,
    *cpro.REGLES,
    *cpro_blocs.REGLES,
    *cadres.REGLES,
)

#: Key of the row that counts the faults not told one by one.
SUITE = "GES-00"


def _verifier(rows: tuple[Regle, ...]) -> None:
    """Stop the import on a row that could not work."""
    for row in rows:
        if row.cle not in CATALOGUE or CATALOGUE[row.cle].layer is not Couche.GESTION:
            raise RuntimeError(f"rule {row.cle} has no text in the catalogue of anomalies")
        if not (row.eres and row.termes and row.source and all(terme in TERMES for terme in row.termes)):
            raise RuntimeError(f"the row of rule {row.cle} is incomplete")
    for interface in INTERFACES.values():
        keys = [row.cle for row in rows if row.en_vigueur(interface, SANS_JOUR)]
        if len(set(keys)) != len(keys):
            raise RuntimeError(f"two rules of the interface {interface.code} share one key")


_verifier(REGLES)


@lru_cache(maxsize=256)
def regles_de(interface: Interface, le: date, officielles: frozenset[str] = frozenset()) -> tuple[Regle, ...]:
    """Return the rules that judge a document received on day ``le`` under ``interface``, in table order.

    :param officielles: numbers of the official rules that judge it too.
    """
    return tuple(row for row in REGLES if row.en_vigueur(interface, le, officielles))
