"""A record as people give it: what is filled in, what is refused and how it is said."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flux.errors import ErreurUsage
from raccordement.fiche import Demande, lire_demande

BASE = {"code_application": "ABC001", "raison_sociale": "Éditeur"}

REFUS = {
    "code minuscule": ({"code_application": "abc001"}, "code_application"),
    "code trop court": ({"code_application": "AB001"}, "code_application"),
    "sans nom": ({"raison_sociale": " "}, "raison_sociale"),
    "nom sur deux lignes": ({"raison_sociale": "a\nb"}, "raison_sociale"),
    "dossier qui remonte": ({"dossier": ".."}, "dossier"),
    "dossier avec chemin": ({"dossier": "a/b"}, "dossier"),
    "clé du siret fausse": ({"siret": "00001006600018"}, "siret"),
    "clé du siren fausse": ({"siren": "000010067"}, "siren"),
    "siren d'un autre": ({"siret": "00001006600017", "siren": "732829320"}, "fiche"),
    "protocole inconnu": ({"protocole": "FTP"}, "protocole"),
    "deux protocoles": ({"protocole": ["SFTP", "AS4"]}, "protocole"),
    "adresse impossible": ({"reseau": {"adresses": ["192.0.2.300"]}}, "reseau.adresses.0"),
    "réseau avec des bits d'hôte": ({"reseau": {"adresses": ["192.0.2.1/24"]}}, "reseau.adresses.0"),
    "adresse sans TLS": ({"reseau": {"url": "http://exemple.invalid"}}, "reseau.url"),
    "courriel sans domaine": ({"contacts": [{"nom": "A", "courriel": "a@b"}]}, "contacts.0.courriel"),
    "rôle inconnu": ({"contacts": [{"nom": "A", "courriel": "a@b.fr", "role": "chef"}]}, "contacts.0.role"),
    "interface mal écrite": ({"abonnements": [{"interface": "FSO110A", "sens": "emission"}]}, "abonnements.0.interface"),
    "sens inconnu": ({"abonnements": [{"interface": "FSO1100A", "sens": "les deux"}]}, "abonnements.0.sens"),
    "abonnement deux fois": ({"abonnements": [{"interface": "FSO1100A", "sens": "emission"}] * 2}, "fiche"),
    "date impossible": ({"fin": "2026-02-30"}, "fin"),
    "état donné à la main": ({"etat": "production"}, "etat"),
    "champ inconnu": ({"pays": "FR"}, "pays"),
}


def test_what_follows_from_the_rest_is_filled_in():
    found = lire_demande(BASE | {"siret": "00001006600017", "reseau": {"adresses": ["192.0.2.7", "2001:db8::/32"]}})
    assert (found.dossier, found.siren, found.protocole.value) == ("abc001", "000010066", "SFTP")
    assert found.reseau.adresses == ("192.0.2.7/32", "2001:db8::/32")
    assert lire_demande(found.model_dump(mode="json")) == found


@pytest.mark.parametrize("cas", REFUS)
def test_each_field_that_cannot_be_used_is_named(cas):
    autres, champ = REFUS[cas]
    with pytest.raises(ErreurUsage) as caught:
        lire_demande(BASE | autres)
    assert {one for one, _ in caught.value.facts["fautes"]} == {champ}
    assert " / " in str(caught.value)


def test_all_faults_are_said_at_once():
    with pytest.raises(ErreurUsage) as caught:
        lire_demande({"siret": "1", "protocole": "FTP"})
    assert [one for one, _ in caught.value.facts["fautes"]] == [
        "code_application",
        "raison_sociale",
        "dossier",
        "siret",
        "protocole",
    ]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*Demande.model_fields, "x"]), inner, max_size=4),
    max_leaves=8,
)


@given(_JSON)
def test_whatever_is_given_is_a_record_or_a_refusal(given_):
    with suppress(ErreurUsage):
        assert isinstance(lire_demande(given_), Demande)
