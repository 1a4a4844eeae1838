"""The table of reasons agrees with the official rules, and refuses what they would refuse."""

import re

import pytest

from flux.errors import ErreurUsage
from flux.referentiel.anomalies import CATALOGUE
from flux.referentiel.codes_cdar import TYPES_FACTURE
from flux.referentiel.motifs import MOTIF_OBLIGATOIRE, MOTIFS, motifs_admis, verifier_motifs
from flux.referentiel.statuts import STATUTS_FACTURE
from flux.xsd.catalogue import chemin_regles

OFFICIEL = chemin_regles("br-fr-cdv").read_text("utf-8")


def _liste(variable: str) -> set[str]:
    return set(re.search(rf'name="custom:{variable}"\s+as="xs:string"\s+select="\'([^\']*)\'"', OFFICIEL)[1].split())


def _officiels(statut: str) -> set[str]:
    """Codes that the official assertion on this status compares with."""
    test = re.search(rf'test="([^"]*)">\s*<xsl:attribute name="id">BR-FR-CDV-CL-09_MDT-113_{statut}<', OFFICIEL)[1]
    return set(re.findall(r"'([A-Z][A-Z0-9_]+)'", test))


def test_the_table_holds_the_official_codes():
    # CONTACT_ACHTR is in the general list, but no status admits it.
    assert set(MOTIFS) == _liste("status-reason-codes") - {"CONTACT_ACHTR"}
    assert _liste("document-type-codes") == TYPES_FACTURE


@pytest.mark.parametrize("statut", ["200", "206", "207", "208", "210", "213", "221", "501"])
def test_each_status_admits_what_the_official_rule_admits(statut):
    assert set(motifs_admis(statut, chorus=False)) == _officiels(statut)


def test_chorus_pro_has_a_longer_list_for_a_refusal():
    assert set(motifs_admis("210")) == _officiels("210B2G")


@pytest.mark.parametrize("row", MOTIFS.values(), ids=MOTIFS.keys())
def test_each_row_has_both_labels_and_a_status(row):
    assert row.libelle
    assert row.label
    assert row.statuts | row.statuts_chorus


def test_the_status_table_agrees_on_what_needs_a_reason():
    assert {row.cdar for row in STATUTS_FACTURE.values() if row.motif_obligatoire} <= MOTIF_OBLIGATOIRE
    assert not {row.cdar for row in STATUTS_FACTURE.values() if not row.motif_obligatoire} & MOTIF_OBLIGATOIRE


def test_every_anomaly_can_be_told_in_a_lifecycle_message():
    assert {row.motif_501 for row in CATALOGUE.values()} <= set(motifs_admis("501"))
    assert {row.motif_213 for row in CATALOGUE.values()} <= set(motifs_admis("213"))


@pytest.mark.parametrize(
    ("statut", "codes"), [("213", ["IRR_SYNTAX"]), ("501", ["REJ_SEMAN"]), ("200", ["DOUBLON"]), ("213", ["", "DOUBLON"])]
)
def test_a_reason_of_another_status_is_refused(statut, codes):
    with pytest.raises(ErreurUsage) as caught:
        verifier_motifs(statut, codes)
    assert caught.value.facts == {"statut": statut, "motif": codes[0], "admis": motifs_admis(statut)}
    assert f"non admis pour le statut {statut}, donnez l'un de ceux-ci / reason not admitted" in str(caught.value)


@pytest.mark.parametrize("statut", sorted(MOTIF_OBLIGATOIRE))
def test_a_status_that_needs_a_reason_is_refused_without(statut):
    with pytest.raises(ErreurUsage, match=f"le statut {statut} demande un motif, donnez l'un de ceux-ci / the status needs a reason"):
        verifier_motifs(statut, ())
    verifier_motifs(statut, motifs_admis(statut)[:1])


def test_a_deposit_needs_no_reason():
    verifier_motifs("200", ())
