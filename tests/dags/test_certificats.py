"""The DAG ``certificats``, run by Airflow's own runner: a deposit becomes a certificate in force, and a step that fails turns the run red."""

from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.serialization import Encoding

from raccordement.certificats_partenaire import certificats
from raccordement.fiches import modifier, trouver
from raccordement.historique import Geste
from tests.dags.test_parcours import Plateforme, etats, evenements, plateforme
from tests.pki import SIRET, cle_ec, p7b, racine
from tests.services import PARTENAIRE

__all__ = ["plateforme"]


def test_a_certificate_deposited_by_file_is_in_force_after_one_run(plateforme: Plateforme) -> None:
    now = datetime.now(UTC)
    ac = racine("Racine du jour", le=now)
    (plateforme.atelier / "autorites").mkdir()
    (plateforme.atelier / "autorites" / "jour.pem").write_bytes(ac.certificat.public_bytes(Encoding.PEM))
    modifier(plateforme.registre, "ABC123", {"siret": SIRET}, Geste("essai", now))
    depot = plateforme.serveur.disque / PARTENAIRE / "in" / "CERT_ABC123_nouveau.p7b"
    depot.write_bytes(p7b(ac.emettre(cle=cle_ec("dag"), debut=now - timedelta(days=1), fin=now + timedelta(days=12))))
    avant = evenements("flux-certificats")
    plateforme.lancer("reception")
    assert evenements("flux-certificats") == avant + 1
    run = plateforme.lancer("certificats")
    assert etats(run) == dict.fromkeys(("listes", "sante", "juger", "prevenir", "rapport"), "success")
    partner, _ = trouver(plateforme.registre, "ABC123")
    assert sorted(str(one.etat) for one in certificats(plateforme.registre, partner)) == ["en_vigueur", "remplace"]
    rapport = next(ti for ti in run.get_task_instances() if ti.task_id == "rapport").xcom_pull(task_ids="rapport")
    for mot in ("Listes de confiance", "vérification locale", "mis en vigueur", "Avis partis"):
        assert mot in rapport
    plateforme.lancer("emission")
    reponses = plateforme.reponses()
    assert reponses == ["CERT", "CERT"]  # the verdict, and the notice that it ends in less than fifteen days


def test_an_unusable_setting_turns_the_run_red_and_the_other_steps_are_done(plateforme: Plateforme) -> None:
    (plateforme.atelier / "autorites").mkdir()
    (plateforme.atelier / "autorites" / "faux.pem").write_text("rien")
    run = plateforme.lancer("certificats")
    assert str(run.state) == "failed"
    assert etats(run) == {"listes": "success", "sante": "success", "juger": "failed", "prevenir": "success", "rapport": "upstream_failed"}
