"""Every attack, by name."""

from tests.hostile.attaques_xml import XML
from tests.hostile.modele import Attaque

ATTAQUES: dict[str, Attaque] = {one.nom: one for one in (*XML,)}
