"""Every parser answers whatever comes: a fixed budget of seeded mutations, the same at each run."""

import pytest

from tests.fuzz.cibles import CIBLES
from tests.fuzz.mutations import mutations

#: Inputs of each target: seconds in all.
NOMBRE = 250


@pytest.mark.parametrize("nom", CIBLES)
def test_a_parser_raises_nothing(nom):
    cible = CIBLES[nom]
    for graine in cible.graines():
        cible.essayer(graine)
    for data in mutations(cible.graines(), 2026, NOMBRE):
        cible.essayer(data)
