"""Public examples: our schema verdict is the index's, and Chorus Pro's own samples are accepted."""

import os
from pathlib import Path

import pytest

from flux.modele.verdict import Decision
from tests.corpus.__main__ import accord, exemples, verdict

EXEMPLES = list(exemples(Path(os.environ["FLUX_CORPUS"])))
#: AIFE's own sample that its own schema refuses (an element out of place): the index says so too.
REFUSE = "chorus-pro/FSO1116A/FSO1116A_P01.xml"


@pytest.mark.parametrize("exemple", [one for one in EXEMPLES if one.officiel is not None], ids=lambda one: one.chemin)
def test_the_schema_verdict_is_the_published_one(exemple):
    assert accord(exemple)


@pytest.mark.parametrize(
    "exemple", [one for one in EXEMPLES if one.chemin.startswith(("chorus-pro/FSO", "cpp/FSO"))], ids=lambda one: one.chemin
)
def test_chorus_pro_s_own_samples_are_accepted(exemple):
    judged = verdict(exemple)
    assert judged is not None
    assert judged[1].decision == (Decision.REJETE if exemple.chemin == REFUSE else Decision.ACCEPTE)


def test_no_example_is_unreadable():
    judged = [found for one in EXEMPLES if (found := verdict(one)) is not None]
    assert len(judged) > 100
    assert all(document.decision is not Decision.ILLISIBLE for _, document in judged)
