"""Every attack gets its answer, within its bounds, and the worker judges on."""

import pytest

from tests.hostile import enfant
from tests.hostile.attaques_annuaire import ANNUAIRES
from tests.hostile.attaques_archive import ARCHIVES
from tests.hostile.attaques_certificats import CERTIFICATS
from tests.hostile.attaques_pdf import PDF
from tests.hostile.attaques_pieces import PIECES
from tests.hostile.attaques_valeurs import VALEURS
from tests.hostile.attaques_xml import XML
from tests.hostile.lancer import lancer
from tests.hostile.modele import ACCEPTE, Attaque, exemple

FAMILLES = {
    "xml": XML, "archives": ARCHIVES, "pdf": PDF, "pieces": PIECES, "valeurs": VALEURS, "certificats": CERTIFICATS, "annuaires": ANNUAIRES,
}  # fmt: skip


@pytest.mark.parametrize("attaques", FAMILLES.values(), ids=FAMILLES)
def test_every_attack_is_answered_within_its_bounds_and_the_worker_goes_on(attaques):
    found = list(lancer(attaques))
    assert {one.nom: one.faute for one in found if one.faute} == {}
    assert len(found) == len(attaques)
    slow, large = max(found, key=lambda one: one.cpu), max(found, key=lambda one: one.memoire)
    print(f"{len(found)} attacks; most processor time {slow.cpu} s ({slow.nom}), most memory {large.memoire >> 20} MiB ({large.nom})")  # noqa: T201 shown by -s


def test_the_bounds_are_real(monkeypatch):
    """A child that works too long or takes too much is ended, and a wrong answer is told."""

    def geste(nom: str, attendu: str = ACCEPTE) -> Attaque:
        return Attaque(nom, lambda: exemple("FSO1140A"), attendu)

    epreuves = (geste(enfant.TOURNE), geste(enfant.MANGE), geste("bon"), geste("faux", "XML-01"))
    monkeypatch.setenv(enfant.EPREUVES, "1")
    found = {one.nom: one.faute for one in lancer(epreuves)}
    assert "code -27" in found[enfant.TOURNE]
    assert "MemoryError" in found[enfant.MANGE]
    assert found["bon"] == ""
    assert "was awaited" in found["faux"]
