"""Properties of the life of an invoice, whatever its circuit and whatever is asked of it."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.cycle_de_vie import DEPARTS, Evenement, Issue, decider, rejouer, suivants
from flux.referentiel.circuits import Circuit
from flux.referentiel.statuts import STATUTS_FACTURE, Role

LE = datetime(2026, 11, 25, 8, tzinfo=UTC)
CODES = st.sampled_from(sorted(STATUTS_FACTURE))
DEMANDES = st.lists(
    st.builds(lambda code, minutes: Evenement(code, LE + timedelta(minutes=minutes)), CODES, st.integers(-5, 30)), max_size=40
)
CIRCUITS = st.sampled_from(sorted(Circuit))
DEPART = Evenement("DEPOSEE", LE)


def _atteints(circuit: Circuit) -> set[str]:
    found, waiting = set(DEPARTS), list(DEPARTS)
    while waiting:
        new = set(suivants(circuit, waiting.pop())) - found
        found |= new
        waiting += new
    return found


def test_every_status_is_reachable_in_some_circuit():
    assert set().union(*map(_atteints, Circuit)) == set(STATUTS_FACTURE)


@pytest.mark.parametrize("circuit", Circuit)
def test_no_path_leaves_a_final_status_and_every_other_one_leads_to_one(circuit):
    for code in _atteints(circuit):
        assert bool(suivants(circuit, code)) != STATUTS_FACTURE[code].finale or code == "ASSOCIEE"
        assert code not in suivants(circuit, code)


@given(CIRCUITS, DEMANDES)
def test_a_history_is_a_path_in_time_of_the_table(circuit, demandes):
    history = rejouer(circuit, DEPART, demandes)
    for before, after in pairwise(history):
        assert after.code in suivants(circuit, before.code)
        assert after.horodatage >= before.horodatage
    finals = [one.code for one in history if STATUTS_FACTURE[one.code].finale]
    assert finals in ([], [history[-1].code])


@given(CIRCUITS, DEMANDES)
def test_replaying_a_history_gives_the_same_state(circuit, demandes):
    history = rejouer(circuit, DEPART, demandes)
    assert rejouer(circuit, DEPART, history[1:]) == history


@given(CIRCUITS, DEMANDES, st.data())
def test_doubled_messages_change_nothing(circuit, demandes, data):
    doubled = [again for one in demandes for again in [one] * data.draw(st.integers(1, 3))]
    assert rejouer(circuit, DEPART, doubled) == rejouer(circuit, DEPART, demandes)
    history = rejouer(circuit, DEPART, demandes)
    assert rejouer(circuit, DEPART, [*demandes, *history]) == history


@given(CIRCUITS, DEMANDES, CODES, st.integers(1, 1000))
def test_late_messages_change_nothing(circuit, demandes, code, minutes):
    history = rejouer(circuit, DEPART, demandes)
    late = Evenement(code, history[-1].horodatage - timedelta(minutes=minutes))
    assert decider(circuit, history, late).issue in {Issue.ANCIEN, Issue.DEJA}


@given(CIRCUITS, DEMANDES, CODES, st.sets(st.sampled_from(Role)))
def test_what_is_refused_tells_what_the_sender_may_do_instead(circuit, demandes, code, roles):
    history = rejouer(circuit, DEPART, demandes)
    asked = Evenement(code, history[-1].horodatage + timedelta(seconds=1))
    answer = decider(circuit, history, asked, roles)
    if answer.issue is Issue.INTERDIT:
        assert answer.admis == suivants(circuit, history[-1].code)
    if answer.issue is Issue.ROLE:
        assert not set(STATUTS_FACTURE[code].roles) & roles
        assert all(set(STATUTS_FACTURE[one].roles) & roles for one in answer.admis)
    for one in answer.admis:
        assert decider(circuit, history, Evenement(one, asked.horodatage)).issue is Issue.APPLIQUE
