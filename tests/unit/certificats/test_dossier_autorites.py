"""The folder of accepted authorities: what is read in it, and what an operator is told when it is wrong or empty."""

import pytest

from flux.config import Reglages
from flux.errors import ErreurConfiguration
from flux.reglages_certificats import ReglagesCertificats
from raccordement.certificats.dossier import dire_recherche, lire_dossier
from raccordement.certificats.montage import dossier_autorites
from tests.pki import der, pem, racine

AC, AUTRE = racine().certificat, racine("Autre racine").certificat


def _reglages(dossier, autorites=None):
    return Reglages(dossier=dossier, certificats=ReglagesCertificats(autorites=autorites))


@pytest.mark.parametrize("nom", ["a.pem", "a.PEM", "a.crt", "a.cer", "A.CER"])
@pytest.mark.parametrize("forme", ["pem", "der", "utf-16"])
def test_an_authority_is_read_under_every_usual_name_and_form(tmp_path, nom, forme):
    data = {"pem": pem(AC), "der": der(AC), "utf-16": pem(AC).decode().encode("utf-16")}[forme]
    (tmp_path / nom).write_bytes(data)
    assert [one.certificat for one in lire_dossier(tmp_path)] == [AC]


def test_other_files_are_left_alone_and_a_source_is_shown(tmp_path):
    (tmp_path / "LISEZMOI.txt").write_text("rien")
    (tmp_path / "b.crt").write_bytes(b"Source: site de l'autorite\n" + pem(AC, AUTRE))
    assert [(one.certificat, one.source) for one in lire_dossier(tmp_path)] == [(one, "site de l'autorite") for one in (AC, AUTRE)]


def test_a_folder_by_default_may_be_absent(tmp_path):
    chemin = dossier_autorites(_reglages(tmp_path))
    assert chemin == tmp_path / "autorites"
    assert lire_dossier(chemin) == ()


@pytest.mark.parametrize("quoi", ["absent", "fichier", "sous-un-fichier"])
def test_a_setting_that_names_no_folder_is_an_error_of_configuration(tmp_path, quoi):
    (tmp_path / "fichier").write_bytes(pem(AC))
    regle = {"absent": tmp_path / "absent", "fichier": tmp_path / "fichier", "sous-un-fichier": tmp_path / "fichier" / "x"}[quoi]
    with pytest.raises(ErreurConfiguration, match="FLUX_CERTIFICATS__AUTORITES") as caught:
        dossier_autorites(_reglages(tmp_path, regle))
    assert caught.value.facts["path"] == str(regle)
    assert " / " in str(caught.value)


def test_a_setting_that_names_a_folder_is_taken(tmp_path):
    (tmp_path / "ac").mkdir()
    assert dossier_autorites(_reglages(tmp_path, tmp_path / "ac")) == tmp_path / "ac"


@pytest.mark.parametrize(
    "data",
    [
        b"", b"rien", der(AC)[:-5], pem(AC).replace(b"-----END CERTIFICATE-----\n", b""), pem(AC) + pem(AUTRE)[:-100],
        pem(AC) + b"-----BEGIN PRIVATE KEY-----\n",
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_used_is_named(tmp_path, data):
    (tmp_path / "bonne.pem").write_bytes(pem(AC))
    (tmp_path / "fautive.crt").write_bytes(data)
    with pytest.raises(ErreurConfiguration, match=r"fautive\.crt") as caught:
        lire_dossier(tmp_path)
    assert " / " in str(caught.value)


def test_a_file_that_may_not_be_read_is_named(tmp_path):
    (tmp_path / "fautive.pem").mkdir()  # stands for one whose permissions forbid it: the tests may run as root
    with pytest.raises(ErreurConfiguration, match=r"fautive\.pem"):
        lire_dossier(tmp_path)


def test_what_stands_in_the_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "autorites").write_bytes(pem(AC))
    with pytest.raises(ErreurConfiguration, match="FLUX_CERTIFICATS__AUTORITES"):
        lire_dossier(tmp_path / "autorites")


def test_an_operator_is_told_where_authorities_were_looked_for_and_what_none_means(tmp_path):
    fr, en = dire_recherche(tmp_path, 0)
    assert str(tmp_path) in fr
    assert "aucune, tout certificat sera refusé" in fr
    assert str(tmp_path) in en
    assert "none, every certificate will be refused" in en
    fr, en = dire_recherche(tmp_path / "absent", 2)
    assert "dossier absent" in fr
    assert "no such folder" in en
    assert "refusé" not in fr
