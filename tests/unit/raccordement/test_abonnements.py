"""What a record may subscribe to, and what is said of the rest."""

import pytest

from flux.config import Reglages
from flux.errors import ErreurUsage
from flux.modele.raccordement import Sens
from flux.referentiel.interfaces import INTERFACES, RETIREES
from raccordement.abonnements import exiger_connus, possibles
from raccordement.fiche import Abonnement

E, R = Sens.EMISSION, Sens.RECEPTION


def _abonnement(interface, sens):
    return Abonnement(interface=interface, sens=sens)


def test_every_interface_of_the_tables_can_be_subscribed_to_in_its_direction():
    admis = possibles(Reglages())
    assert set(INTERFACES) | {"FSO1301A", "FSO1304A"} == set(admis[E])
    assert set(admis[R]) == {"FSO1301A", "FEN1201A", "FEN1202A", "FEN0111A"}
    exiger_connus([_abonnement(code, sens) for sens, codes in admis.items() for code in codes], admis)


def test_the_codes_that_the_settings_give_are_admitted_and_a_pivot_that_does_not_leave_is_not():
    assert "FEN0222A" in possibles(Reglages(interface_pivot="FEN0222A"))[R]
    assert "FEN0333A" in possibles(Reglages(interface_flux_illisible="FEN0333A"))[R]
    assert set(possibles(Reglages(interface_pivot=""))[R]) == {"FSO1301A", "FEN1201A", "FEN1202A"}


REFUS = {
    "inconnue": ("FSO9999A", E, "FSO9999A n'est pas une interface connue en émission", "FSO1304A"),
    "proche": ("FSO1141A", E, "peut-être FSO1140A, FSO1146A, FSO1147A ;", "perhaps FSO1140A, FSO1146A, FSO1147A;"),
    "inconnue-en-reception": ("ZZZ0000Z", R, "possibles : FEN0111A, FEN1201A, FEN1202A, FSO1301A", "possible: FEN0111A"),
    "autre-sens": ("FEN1202A", E, "FEN1202A en réception (--reception) seulement", "as received (--reception) only"),
    "autre-sens-en-reception": ("FSO1140A", R, "FSO1140A en émission (--emission) seulement", "as sent (--emission) only"),
    "retour": ("CSO1140A", R, "arrive toujours, sans abonnement", "always comes"),
}


@pytest.mark.parametrize(("interface", "sens", "fr", "en"), REFUS.values(), ids=REFUS)
def test_an_interface_that_does_not_exist_is_named_with_what_to_give_instead(interface, sens, fr, en):
    with pytest.raises(ErreurUsage) as caught:
        exiger_connus([_abonnement("FSO1100A", E), _abonnement(interface, sens)], possibles(Reglages()))
    assert fr in str(caught.value)
    assert en in str(caught.value)
    assert caught.value.facts["interfaces"] == [interface]


@pytest.mark.parametrize("row", RETIREES.values(), ids=lambda row: row.code)
def test_a_closed_interface_is_refused_with_its_successors(row):
    with pytest.raises(ErreurUsage, match="fermée") as caught:
        exiger_connus([_abonnement(row.code, E)], possibles(Reglages()))
    assert all(one in str(caught.value) for one in row.remplacee_par)


def test_all_faults_are_said_at_once():
    with pytest.raises(ErreurUsage) as caught:
        exiger_connus([_abonnement("FSO9999A", E), _abonnement("ZZZ0000Z", R)], possibles(Reglages()))
    assert caught.value.facts["interfaces"] == ["FSO9999A", "ZZZ0000Z"]
