"""One change anywhere in the journal or in its seals, whatever it is, is found."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from flux.cli.journal_recit import phrase
from flux.cli.texte import Langue
from flux.modele.journal import Evenement, Genre, canonique, empreinte
from flux.registre.connexion import transaction
from flux.registre.journal import inscrire, journal_du_flux
from flux.registre.journal_sceaux import sceller
from flux.registre.journal_verification import verifier_journal
from tests.integration.journal.aides import JOUR, changer, faire_partir
from tests.integration.registre.aides import LE, compte, flux_repondu, lignes_de

TABLES = ("journal", "sceaux", "sceaux_tetes")
TEXTES = (
    ("journal", "texte"), ("journal", "empreinte"), ("journal", "sujet"), ("sceaux", "texte"), ("sceaux", "empreinte"),
    ("sceaux_tetes", "empreinte"),
)  # fmt: skip
NOMBRES = (
    ("journal", "rang"), ("journal", "flux_id"), ("sceaux", "numero"), ("sceaux_tetes", "rang"), ("sceaux_tetes", "sceau"),
    ("sceaux_tetes", "flux_id"),
)  # fmt: skip
CARACTERES = st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\0 ")
ENTREES = 7
_examiner = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _vivre(engine: Engine) -> None:
    """A flow, its file gone out twice, a seal on each of two days, and a copy of all that to come back to."""
    if compte(engine, "flux"):
        return
    flux_repondu(engine)
    sceller(engine, JOUR, LE)
    faire_partir(engine)
    with transaction(engine, "essai") as conn:
        inscrire(conn, [Evenement(1, Genre.REMIS, f"retour-1 {n}", {"nom": "retour-1", "emission": n}, LE) for n in (1, 2)])
    sceller(engine, JOUR + timedelta(days=1), LE)
    for table in TABLES:
        changer(engine, f"DROP TABLE IF EXISTS avant_{table}; CREATE TABLE avant_{table} AS TABLE {table}")
    assert verifier_journal(engine) == []
    assert compte(engine, "journal") == ENTREES


def _trouve(engine: Engine, requete: str, **valeurs: object) -> bool:
    kept = [texte for (texte,) in lignes_de(engine, "SELECT texte FROM avant_sceaux")]
    try:
        changer(engine, requete, **valeurs)
    except IntegrityError as refus:
        if "uq_journal_flux_id_genre_sujet" not in str(refus):
            raise
        return True  # one subject told twice: the table itself refuses
    try:
        return bool(verifier_journal(engine, kept))
    finally:
        for table in TABLES:
            changer(engine, f"DELETE FROM {table}; INSERT INTO {table} TABLE avant_{table}")
        assert verifier_journal(engine, kept) == []


def _ligne(table: str, n: int) -> str:
    """SQL of the place of one row, by its number."""
    return f"(SELECT ctid FROM {table} ORDER BY ctid LIMIT 1 OFFSET {n} % (SELECT count(*) FROM {table}))"


@given(lieu=st.sampled_from(TEXTES), n=st.integers(0, 99), place=st.integers(0, 9999), caractere=CARACTERES)
@_examiner
def test_a_character_changed_is_found(registre, lieu, n, place, caractere):
    _vivre(registre)
    table, colonne = lieu
    ((valeur,),) = lignes_de(registre, f"SELECT {colonne} FROM {table} WHERE ctid = {_ligne(table, n)}")
    place %= max(len(valeur), 1)
    neuf = valeur[:place] + caractere + valeur[place + 1 :]
    assume(neuf != valeur)
    assert _trouve(registre, f"UPDATE {table} SET {colonne} = :v WHERE ctid = {_ligne(table, n)}", v=neuf)


@given(lieu=st.sampled_from(NOMBRES), n=st.integers(0, 99), plus=st.sampled_from([-1000, -1, 1, 1000]))
@_examiner
def test_a_number_changed_is_found(registre, lieu, n, plus):
    _vivre(registre)
    table, colonne = lieu
    ((valeur,),) = lignes_de(registre, f"SELECT {colonne} FROM {table} WHERE ctid = {_ligne(table, n)}")
    assume((valeur + plus,) not in lignes_de(registre, f"SELECT {colonne} FROM {table}"))  # the primary key refuses most of those
    assert _trouve(registre, f"UPDATE {table} SET {colonne} = {valeur + plus} WHERE ctid = {_ligne(table, n)}")


@given(table=st.sampled_from(TABLES), n=st.integers(0, 99))
@_examiner
def test_a_row_removed_is_found(registre, table, n):
    _vivre(registre)
    assert _trouve(registre, f"DELETE FROM {table} WHERE ctid = {_ligne(table, n)}")


@given(pair=st.sets(st.integers(0, ENTREES - 1), min_size=2, max_size=2))
@_examiner
def test_two_entries_that_change_places_are_found(registre, pair):
    _vivre(registre)
    a, b = sorted(pair)
    swap = f"UPDATE journal SET rang = -{b + 1} WHERE rang = {a}; UPDATE journal SET rang = {a} WHERE rang = {b}"
    assert _trouve(registre, f"{swap}; UPDATE journal SET rang = {b} WHERE rang = -{b + 1}")


@given(n=st.integers(0, 99), rang=st.integers(-2, ENTREES + 2), sujet=st.text(st.characters(categories=["L", "N"]), min_size=1))
@example(n=51, rang=0, sujet="0")
@_examiner
def test_an_entry_added_is_found(registre, n, rang, sujet):
    _vivre(registre)
    copy = f"SELECT flux_id, {rang}, le, genre, '{sujet}', texte, empreinte FROM journal WHERE ctid = {_ligne('journal', n)}"
    room = f"UPDATE journal SET rang = 1000 + rang WHERE rang >= {rang}; UPDATE journal SET rang = rang - 999 WHERE rang >= 1000"
    assert _trouve(registre, f"{room}; INSERT INTO journal (flux_id, rang, le, genre, sujet, texte, empreinte) {copy}")


#: What no entry ever holds where it is put.
AUTRES = [None, True, -1, 10**40, "x", [], {}, [[]], [{}], [{"nom": []}], {"0": "x"}, {"nom": {}}]


def _places(valeur: object, chemin: tuple[object, ...] = ()) -> Iterator[tuple[object, ...]]:
    yield chemin
    for cle in sorted(valeur) if isinstance(valeur, dict) else range(len(valeur)) if isinstance(valeur, list) else ():
        yield from _places(valeur[cle], (*chemin, cle))


def _avec(valeur: object, chemin: tuple[object, ...], autre: object) -> object:
    if not chemin:
        return autre
    neuf = dict(valeur) if isinstance(valeur, dict) else list(valeur)
    neuf[chemin[0]] = _avec(neuf[chemin[0]], chemin[1:], autre)
    return neuf


@given(table=st.sampled_from(["journal", "sceaux"]), n=st.integers(0, 99), place=st.integers(0, 999), autre=st.sampled_from(AUTRES))
@settings(parent=_examiner, max_examples=100)
def test_a_fact_of_another_kind_is_found_though_its_digest_was_made_again(registre, table, n, place, autre):
    _vivre(registre)
    ((texte,),) = lignes_de(registre, f"SELECT texte FROM {table} WHERE ctid = {_ligne(table, n)}")
    said = json.loads(texte)
    places = list(_places(said))
    neuf = canonique(_avec(said, places[place % len(places)], autre))
    assume(neuf != texte)
    for digest in ("empreinte", f"'{empreinte(neuf)}'"):
        assert _trouve(registre, f"UPDATE {table} SET texte = :v, empreinte = {digest} WHERE ctid = {_ligne(table, n)}", v=neuf)


def test_an_entry_whose_facts_are_spoilt_is_told_all_the_same(registre):
    _vivre(registre)
    for one in journal_du_flux(registre, 1):
        said = json.loads(one.texte)
        for place in _places(said):
            for autre in AUTRES:
                spoilt = replace(one, texte=canonique(_avec(said, place, autre)))
                assert all(phrase(spoilt, langue) for langue in Langue)


def test_a_line_kept_that_is_no_seal_is_told(registre):
    _vivre(registre)
    kept = ['{"sceau":[]}', "[" * 100_000, "pas un sceau"]
    assert [one.quoi for one in verifier_journal(registre, kept)] == ["sceau gardé"] * 3


def test_an_entry_nested_without_end_is_found(registre):
    _vivre(registre)
    assert _trouve(registre, f"UPDATE journal SET texte = '{'[' * 100_000}' WHERE ctid = {_ligne('journal', 0)}")
