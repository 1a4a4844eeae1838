"""The factory: example flows that depend on a seed alone, right ones and wrong ones made on purpose.

``fabriquer_facture`` makes the values, ``ecrire_ubl``, ``ecrire_cii`` and ``ecrire_facturx`` the bytes, ``ecrire_exemple`` a whole flow
file. Factur-X needs libraries that are slow to load: import it from :mod:`flux.fabrique.ecrire_facturx`.
"""

from flux.fabrique.defauts import DEFAUTS, Defaut
from flux.fabrique.ecrire_cii import ecrire_cii
from flux.fabrique.ecrire_ubl import ecrire_ubl
from flux.fabrique.facture import fabriquer_facture
from flux.fabrique.fichier import ecrire_flux
from flux.fabrique.flux_exemple import Demande, Ecrit, ecrire_exemple
from flux.fabrique.niveaux import Niveau
from flux.fabrique.tables import DESTINATAIRES, fournisseur

__all__ = [
    "DEFAUTS",
    "DESTINATAIRES",
    "Defaut",
    "Demande",
    "Ecrit",
    "Niveau",
    "ecrire_cii",
    "ecrire_exemple",
    "ecrire_flux",
    "ecrire_ubl",
    "fabriquer_facture",
    "fournisseur",
]
