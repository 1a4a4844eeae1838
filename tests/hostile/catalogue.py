"""Every attack, by name."""

from tests.hostile.attaques_annuaire import ANNUAIRES
from tests.hostile.attaques_archive import ARCHIVES
from tests.hostile.attaques_certificats import CERTIFICATS
from tests.hostile.attaques_pdf import PDF
from tests.hostile.attaques_pieces import PIECES
from tests.hostile.attaques_valeurs import VALEURS
from tests.hostile.attaques_xml import XML
from tests.hostile.modele import Attaque

_TOUTES = (*XML, *ARCHIVES, *PDF, *PIECES, *VALEURS, *CERTIFICATS, *ANNUAIRES)
ATTAQUES: dict[str, Attaque] = {one.nom: one for one in _TOUTES}
assert len(ATTAQUES) == len(_TOUTES)
