"""The official rules (EN 16931, EXTENDED-CTC-FR, BR-FR, Factur-X, BR-FR-CDV), compiled from the files their publishers give.

    jeu = charger("en16931-ubl", Path("cache"))
    for echec in jeu.evaluer(Document(racine)):
        print(echec.regle, echec.ligne, echec.message)

One :class:`Document` serves every set that applies.
"""

from flux.regles.officielles.chargement import charger, charger_fichier
from flux.regles.officielles.document import Document
from flux.regles.officielles.erreurs import ErreurMoteur, ErreurRegles
from flux.regles.officielles.jeu import Echec, JeuDeRegles

__all__ = ["Document", "Echec", "ErreurMoteur", "ErreurRegles", "JeuDeRegles", "charger", "charger_fichier"]
