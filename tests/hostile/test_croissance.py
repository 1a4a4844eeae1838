"""Work grows as the input: counted in lines run and calls made, so that no clock has a say."""

import sys

import pytest

from tests.hostile.croissances import CROISSANCES


def travail(lire, data: bytes) -> int:
    """How many lines of Python run, and how many functions in C are called, while bytes are read."""
    count = 0

    def ligne(*_):
        nonlocal count
        count += 1
        return ligne

    def appel(_, genre, __):
        nonlocal count
        count += genre == "c_call"

    lire(data)
    sys.setprofile(appel)
    sys.settrace(ligne)
    try:
        lire(data)
    finally:
        sys.settrace(None)
        sys.setprofile(None)
    return count


def croissance(lire, fabrique, base: int) -> float:
    """Work added from twice to four times the size, over the work added from once to twice: 2 when linear, 4 when quadratic."""
    un, deux, quatre = (travail(lire, fabrique(base * fois)) for fois in (1, 2, 4))
    return (quatre - deux) / max(deux - un, un / 20)


@pytest.mark.parametrize("cas", CROISSANCES, ids=lambda one: one.nom)
def test_twice_the_input_is_twice_the_work(cas):
    assert croissance(cas.lire, cas.fabrique, cas.base) < 2.5


def test_a_square_is_seen():
    def carre(data: bytes) -> int:
        return sum(1 for _ in data for _ in data)

    assert croissance(carre, bytes, 50) > 3.5
    assert croissance(sum, bytes, 50) < 2.5
