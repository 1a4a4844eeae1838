"""The directory: public structures, their services, and what an invoice must say to reach them.

Nothing here needs a database: the ledger's directory (:mod:`flux.registre.annuaire`) and :class:`AnnuaireMemoire` both answer to the
:class:`Annuaire` protocol, so that the rules and ``flux verifier --annuaire FILE`` ask either the same way.
"""

from flux.annuaire.destinataire import Adressage, Constat, ConstatDestinataire, verifier_adressage
from flux.annuaire.exemple import annuaire_exemple
from flux.annuaire.fautes import FauteAnnuaire
from flux.annuaire.fichiers import charger_memoire, lire_annuaire
from flux.annuaire.memoire import AnnuaireMemoire
from flux.annuaire.modele import Annuaire, Entree, Mode, Production, Service, Structure

__all__ = [
    "Adressage",
    "Annuaire",
    "AnnuaireMemoire",
    "Constat",
    "ConstatDestinataire",
    "Entree",
    "FauteAnnuaire",
    "Mode",
    "Production",
    "Service",
    "Structure",
    "annuaire_exemple",
    "charger_memoire",
    "lire_annuaire",
    "verifier_adressage",
]
