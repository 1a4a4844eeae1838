"""Each official CDAR example becomes a status and an equal message again; what differs is listed, and nothing else may."""

import os
from pathlib import Path

import pytest

from tests.corpus.__main__ import exemples
from tests.corpus.cdar import SANS_STATUT, differences, lire, reecrire

EXEMPLES = [one for one in exemples(Path(os.environ["FLUX_CORPUS"])) if "/cdar/" in one.chemin]

#: Differences known and admitted, by code. ``role``: who sets the status is not in the message that this platform sends in its own name.
#: ``commentaire``: G7.25 asks a refusal for a note that says why; the published refusals have none.
ADMISES = {
    "200": set(), "202": set(), "203": set(), "213": set(),
    "204": {"role"}, "210": {"role", "commentaire"}, "211": {"role"}, "220": {"role"},
}  # fmt: skip


def test_the_corpus_holds_messages_of_both_dialects():
    assert len(EXEMPLES) >= 24
    assert {lire(one.contenu)[1] for one in EXEMPLES} == {True, False}


@pytest.mark.parametrize("exemple", EXEMPLES, ids=lambda one: one.chemin.rsplit("/", 1)[-1])
def test_an_example_is_read_into_a_status_and_written_again_with_the_same_content(exemple):
    lu, ppf = lire(exemple.contenu)
    assert lu.horodatage is not None
    assert lu.numero
    assert lu.fournisseur.siren
    if lu.code in SANS_STATUT:
        assert lu.code not in ADMISES
        return
    assert differences(lu, reecrire(lu, ppf=ppf)) <= ADMISES[lu.code]
