"""Partners made before there were records: the migration gives them one that allows what they did, but for the certificate."""

from pathlib import Path

from alembic import command
from sqlalchemy import text

from flux.referentiel.interfaces import INTERFACES, Environnement
from flux.registre.connexion import creer_moteur
from flux.registre.embarque import adresse
from flux.registre.migrations import configuration
from raccordement.droits import refus_de_la_fiche
from raccordement.fiches import trouver
from tests.integration.raccordement.aides import LE


def test_partners_of_before_have_a_record_and_its_history(dossier_postgres: Path) -> None:
    engine = creer_moteur(adresse(dossier_postgres, "avant_les_fiches"))
    with engine.begin() as conn:
        command.upgrade(configuration(conn), "r0003")
        conn.execute(
            text(
                "INSERT INTO partenaires (code_application, nom, dossier, actif, cree_le) "
                "VALUES ('ABC001', 'Ouvert', 'abc', true, :le), ('XYZ002', 'Fermé', 'xyz', false, :le)"
            ),
            {"le": LE},
        )
        command.upgrade(configuration(conn), "r0006")
    partner, found = trouver(engine, "ABC001")
    assert (found.etat.value, found.raison_sociale) == ("qualification", "Ouvert")
    for interface in INTERFACES:
        assert [one.rule for one in refus_de_la_fiche(engine, partner, interface, Environnement.QUALIFICATION, LE)] == ["RAC-07"]
    other, found = trouver(engine, "XYZ002")
    assert found.etat.value == "suspendu"
    assert [one.rule for one in refus_de_la_fiche(engine, other, "FSO1100A", Environnement.QUALIFICATION, LE)] == ["RAC-01", "RAC-07"]
    with engine.begin() as conn:
        command.downgrade(configuration(conn), "r0003")
        assert conn.execute(text("SELECT actif FROM partenaires ORDER BY id")).scalars().all() == [True, False]
    engine.dispose()
