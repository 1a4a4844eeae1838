"""Lifecycle in, by the same DAGs as invoices, and the watch on what is stuck: run by Airflow's own runner."""

import os
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from flux.modele.statut import Acteur, Statut
from flux.registre.bilan import verifier_bilan
from flux.registre.representations import representer
from raccordement.partenaires import partenaire
from tests.dags.test_parcours import Plateforme, _sans_reprise, etats, plateforme
from tests.services import PARTENAIRE
from tests.unit.statuts.exemples_statuts import cpp

__all__ = ["plateforme"]


def _un(plateforme: Plateforme, requete: str):
    with plateforme.registre.connect() as conn:
        return conn.execute(text(requete)).one()


def test_a_deposited_status_goes_through_the_same_dags(plateforme: Plateforme) -> None:
    plateforme.deposer(1, avoirs=False)
    plateforme.lancer("reception")
    plateforme.lancer("integration", lot_id=1)
    f = _un(plateforme, "SELECT * FROM factures")
    # the partner of this test issues the invoice and speaks for its recipient too
    representer(plateforme.registre, f.destinataire_id, partenaire(plateforme.registre, "ABC123").id)
    le = datetime.now(UTC)
    said = Statut(
        "SUSPENDUE", le, f.numero, f.date_emission, "380", le, Acteur(1, f.fournisseur_id, f.fournisseur_nom), Acteur(1, f.destinataire_id, "Commune"),
        "Justificatif absent",
    )  # fmt: skip
    depot = plateforme.serveur.disque / PARTENAIRE / "in" / f"FSO1301A_ABC123_ABC1231301{1:015d}"
    depot.write_bytes(cpp(said, said))
    os.utime(depot, (1_700_000_000, 1_700_000_000))
    plateforme.lancer("reception")
    run = plateforme.lancer("integration", lot_id=2)
    assert etats(run) == {"ouvrir": "success", "traiter[0]": "success", "repondre": "success", "verdict": "success"}
    plateforme.lancer("emission")
    assert "CSO1301A" in plateforme.reponses()
    assert _un(plateforme, "SELECT etat, (SELECT count(*) FROM statuts), (SELECT array_agg(issue ORDER BY rang) FROM lignes_statut) FROM factures") == (
        "SUSPENDUE", 2, ["applique", "deja"],
    )  # fmt: skip
    assert verifier_bilan(plateforme.registre).flux.integres == 2
    # done again, nothing changes
    plateforme.lancer("integration", lot_id=2)
    assert _un(plateforme, "SELECT count(*) FROM statuts").count == 2


def test_a_stuck_flow_turns_the_watch_red_until_it_moves(plateforme: Plateforme) -> None:
    _sans_reprise(plateforme.dags["surveillance"].get_task("bloques"))
    plateforme.deposer(1)
    plateforme.lancer("reception")
    assert str(plateforme.lancer("surveillance").state) == "success"
    with plateforme.registre.begin() as conn:
        conn.execute(text("UPDATE lots SET lance_le = :le"), {"le": datetime.now(UTC) - timedelta(hours=2)})
    assert str(plateforme.lancer("surveillance").state) == "failed"
    plateforme.lancer("integration", lot_id=1)
    plateforme.lancer("emission")
    assert str(plateforme.lancer("surveillance").state) == "success"


@pytest.mark.desequilibre
def test_a_lost_answer_turns_the_daily_balance_red_and_the_log_names_the_flow(plateforme: Plateforme) -> None:
    _sans_reprise(plateforme.dags["bilan"].get_task("complet"))
    plateforme.deposer(1)
    plateforme.lancer("reception")
    plateforme.lancer("integration", lot_id=1)
    plateforme.lancer("emission")
    assert str(plateforme.lancer("bilan").state) == "success"
    with plateforme.registre.begin() as conn:
        lost = conn.execute(text("DELETE FROM sorties WHERE interface LIKE 'C%' RETURNING flux_id")).scalar_one()
    with capture_logs() as said:
        assert str(plateforme.lancer("bilan").state) == "failed"
    told = {(one["quoi"], tuple(one["flux"])) for one in said if one["event"] == "bilan_faux"}
    assert ("reponse", (lost,)) in told
