"""Texts: cut at a word, never lost, never able to break the XML that carries them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from flux.emitters.balises import bloc, element
from flux.emitters.textes import complement_et_commentaire, couper, date_heure, morceaux, propre
from flux.errors import ErreurUsage
from tests.unit.emitters.exemples import HOSTILES, lu

TOUT = st.text(st.characters(codec=None, exclude_categories=()))


@pytest.mark.parametrize(
    ("texte", "longueur", "attendu"),
    [
        ("court", 10, "court"),
        ("juste dix!", 10, "juste dix!"),
        ("deux mots entiers", 10, "deux mots"),
        ("neuf cars suite", 9, "neuf cars"),
        ("anticonstitutionnellement", 10, "anticonsti"),
        ("   anticonstitutionnellement", 10, "   anticon"),
        ("un  \n  deuxième", 6, "un"),
        ("", 5, ""),
    ],
)
def test_a_text_is_cut_after_a_whole_word(texte, longueur, attendu):
    assert couper(texte, longueur) == attendu


@given(TOUT, st.integers(1, 90))
def test_a_cut_is_a_start_within_the_limit_and_never_splits_a_word_that_fits(texte, longueur):
    court = couper(texte, longueur)
    assert len(court) <= longueur
    assert texte.startswith(court)
    if court != texte:
        split = not texte[len(court)].isspace()
        assert not split or not any(c.isspace() for c in court.lstrip())
        assert court.strip() or not texte[:longueur].strip()


@given(TOUT, st.integers(1, 90), TOUT)
def test_nothing_is_lost_between_the_short_and_the_long_field(complement, longueur, commentaire):
    court, long = complement_et_commentaire(complement, longueur, commentaire)
    if propre(complement) != (court or ""):
        assert long.startswith(propre(complement))
        assert len(court or "") <= longueur
    assert (long or "").endswith(propre(commentaire))


@given(TOUT, st.integers(1, 90))
def test_pieces_hold_every_word_in_order(texte, longueur):
    pieces = morceaux(texte, longueur)
    assert all(0 < len(piece) <= longueur for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(propre(texte).split())


@given(TOUT, TOUT)
def test_any_text_is_read_back_as_written(texte, attribut):
    root = etree.fromstring(bloc("a", element("b", texte, c=attribut)).encode())
    assert (root[0].text or "") == lu(texte)
    assert root[0].get("c").split() == lu(attribut).split()


@pytest.mark.parametrize("texte", HOSTILES)
def test_a_forbidden_character_is_shown_and_the_rest_kept(texte):
    assert (etree.fromstring(element("a", texte).encode()).text or "") == lu(texte)


def test_an_absent_value_writes_nothing_and_an_empty_one_an_empty_element():
    assert element("a", None) == bloc("a", "") == ""
    assert element("a", "") == "<a></a>\n"


@pytest.mark.parametrize(
    ("instant", "attendu"),
    [
        (datetime(2018, 12, 18, 15, 51, 55, tzinfo=UTC), "2018-12-18T16:51:55.000+01:00"),
        (datetime(2026, 7, 1, 22, 0, 0, 123456, tzinfo=UTC), "2026-07-02T00:00:00.123+02:00"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "2026-10-25T02:30:00.000+01:00"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "2026-10-25T02:30:00.000+02:00"),
        (datetime(2026, 1, 1, tzinfo=timezone(timedelta(hours=9))), "2025-12-31T16:00:00.000+01:00"),
    ],
)
def test_an_instant_leaves_on_the_clock_of_paris(instant, attendu):
    assert date_heure(instant) == attendu


def test_an_instant_without_zone_is_refused():
    with pytest.raises(ErreurUsage):
        date_heure(datetime(2026, 1, 1))  # noqa: DTZ001 - the case under test
