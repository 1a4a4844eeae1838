"""The name of a flow: what is accepted, and what each wrong name is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.enveloppe import NomFlux, interface_du_nom, verifier_nom
from flux.errors import ErreurUsage
from flux.referentiel.interfaces import INTERFACES, Environnement

BON = "FSO1140A_ABC123_ABC1231140000000000000001"


def _regles(nom: str, environnement: Environnement = Environnement.QUALIFICATION, application: str | None = "ABC123") -> list[str]:
    return [a.rule for a in verifier_nom(nom, environnement=environnement, application=application)[2]]


def test_a_good_name_gives_its_interface():
    nom, interface, anomalies = verifier_nom(BON, environnement=Environnement.QUALIFICATION, application="ABC123")
    assert (str(nom), interface, anomalies) == (BON, INTERFACES["FSO1140A"], ())
    assert len(BON) == 41
    assert len(nom.identifiant) == 25


@pytest.mark.parametrize(
    ("nom", "rules"),
    [
        ("facture.xml", ["ENV-01"]),
        ("", ["ENV-01"]),
        (BON[:-1], ["ENV-01"]),
        (BON + "0", ["ENV-01"]),
        (BON.lower(), ["ENV-01"]),
        (BON + "\n", ["ENV-01"]),
        ("FSO1140A_ABC123_ABC123114000000000000000\u0661", ["ENV-01"]),  # an Arabic digit is no digit of the grammar
        (BON + ".xml", ["ENV-09"]),
        (BON + ".tar.gz", ["ENV-09"]),
        ("FSO9999A_ABC123_ABC1239999000000000000001", ["ENV-02"]),
        ("FEN1202A_ABC123_ABC1231202000000000000001", ["ENV-02"]),
        ("FSO1140A_ABC123_ABC1231146000000000000001", ["ENV-05"]),
        ("FSO1140A_ABC124_ABC1231140000000000000001", ["ENV-06"]),
        ("FSO1140A_ABC124_ABC1241140000000000000001", ["ENV-06"]),
        ("FSO9999A_ABC124_ABC1231140000000000000001", ["ENV-02", "ENV-05", "ENV-06"]),
    ],
)
def test_each_wrong_name_is_told_what_is_wrong(nom, rules):
    assert _regles(nom) == rules


def test_without_a_partner_the_two_application_codes_must_still_agree():
    assert _regles(BON, application=None) == []
    assert _regles("FSO1140A_ABC124_ABC1231140000000000000001", application=None) == ["ENV-06"]


@pytest.mark.parametrize("code", ["FSO1140A", "FSO1146A", "FSO1147A"])
def test_the_new_interfaces_are_refused_in_production(code):
    nom = f"{code}_ABC123_ABC123{code[3:7]}000000000000001"
    assert _regles(nom) == []
    assert _regles(nom, Environnement.PRODUCTION) == ["ENV-04"]
    (found,) = verifier_nom(nom, environnement=Environnement.PRODUCTION)[2]
    assert "qualification" in found.fr
    assert "qualification" in found.en
    assert found.code == "IRR_CODE_INTER"


def test_an_extension_is_named_with_the_name_to_use():
    (found,) = verifier_nom(BON + ".xml", environnement=Environnement.QUALIFICATION)[2]
    assert found.expected == BON


@given(
    st.from_regex(r"[A-Z]{3}[0-9]{4}[A-Z]", fullmatch=True).filter(str.isascii),
    st.from_regex(r"[A-Z]{3}[0-9]{3}", fullmatch=True).filter(str.isascii),
    st.from_regex(r"[A-Z]{3}[0-9]{3}", fullmatch=True).filter(str.isascii),
    st.integers(0, 10**15 - 1),
)
def test_what_is_built_is_read_back(interface, application, emetteur, sequence):
    nom = NomFlux.construire(interface, application, sequence, emetteur=emetteur)
    assert NomFlux.lire(str(nom)) == nom
    assert len(str(nom)) == 41
    assert nom.chiffres == interface[3:7]


@given(st.text(max_size=60))
def test_any_text_gets_an_answer(texte):
    nom, interface, anomalies = verifier_nom(texte, environnement=Environnement.QUALIFICATION)
    assert (interface is None) == bool(anomalies)
    assert nom is not None or anomalies


@pytest.mark.parametrize("sequence", [-1, 10**15])
def test_a_sequence_out_of_range_is_refused(sequence):
    with pytest.raises(ErreurUsage):
        NomFlux.construire("FSO1140A", "ABC123", sequence)


def test_a_wrong_name_still_gives_its_interface_to_the_feedback():
    assert interface_du_nom("FSO1140A_rubbish") == "FSO1140A"
    assert interface_du_nom("rubbish") is None
