"""Numbers of outgoing files: none missing, none twice, and none given before the counters begins again."""

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, text

from flux.registre.connexion import creer_moteur, transaction
from flux.registre.embarque import adresse
from flux.registre.entretien import lacunes
from flux.registre.migrations import configuration, migrer
from flux.registre.numeros import prochain_numero
from tests.integration.registre.aides import LE, ensemble, flux_repondu, lignes_de, partenaire


def test_concurrent_files_of_a_partner_have_numbers_that_follow_each_other(registre: Engine) -> None:
    here = partenaire(registre)

    def prendre(n: int) -> int | None:
        with registre.connect() as conn:
            numero = prochain_numero(conn, here)
            if n % 3:  # the others are rolled back, as a crash does
                conn.commit()
                return numero
        return None

    given = sorted(one for one in ensemble(12, prendre) if one is not None)
    assert given == list(range(1, 9))


def test_each_partner_counts_for_itself(registre: Engine) -> None:
    one, other = partenaire(registre), partenaire(registre, "XYZ002")
    with transaction(registre, "test") as conn:
        assert [prochain_numero(conn, who) for who in (one, one, other, one)] == [1, 2, 1, 3]


def test_two_files_of_a_partner_never_share_a_number(registre: Engine) -> None:
    flux_repondu(registre)
    with pytest.raises(Exception, match="uq_sorties_partenaire_id_numero"), registre.begin() as conn:
        conn.execute(
            text(
                "INSERT INTO sorties (partenaire_id, numero, interface, nom, sha256, taille, cle, cree_le) "
                "SELECT partenaire_id, numero, interface, 'autre', sha256, taille, cle, cree_le FROM sorties"
            )
        )


def test_the_counters_of_an_older_ledger_begin_after_every_name_given(dossier_postgres: Path) -> None:
    engine = creer_moteur(adresse(dossier_postgres, "anciens"))
    with engine.begin() as conn:
        command.upgrade(configuration(conn), "r0008")
        conn.execute(text(f"INSERT INTO partenaires (code_application, nom, dossier, cree_le) VALUES ('ABC001', 'A', 'a', '{LE}')"))
        conn.execute(
            text(
                "INSERT INTO flux (partenaire_id, nom, reclamation, sha256, taille, recu_le) "
                f"VALUES (1, 'n', 'r', repeat('a', 64), 1, '{LE}')"
            )
        )
        for nom in ("CSO1140A_ABC001_CPP0011140000000000000007", "FEN1202A_ABC001_CPP0011202000000000000007", "ancien nom"):
            conn.execute(
                text(
                    "INSERT INTO sorties (partenaire_id, flux_id, interface, nom, sha256, taille, cle, cree_le) "
                    f"VALUES (1, 1, 'CSO1140A', '{nom}', repeat('a', 64), 1, 'c', '{LE}')"
                )
            )
    migrer(engine)
    assert lacunes(engine, LE).trous == ()
    with transaction(engine, "test") as conn:
        assert prochain_numero(conn, 1) == 8
    assert lacunes(engine, LE).trous == (("ABC001", 8),)
    with engine.begin() as conn:
        command.downgrade(configuration(conn), "r0008")
        command.upgrade(configuration(conn), "head")
    assert lignes_de(engine, "SELECT premier, dernier FROM numeros") == [(8, 7)]
    engine.dispose()
