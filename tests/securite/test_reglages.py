"""No password of the settings is told: by their text, by an error about them, by the list of processes."""

import json
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path

import psutil
import pytest

from demo import processus
from demo.services import lancer_sftp
from flux.adresse_secrete import masquer
from flux.config import Reglages, reglages
from flux.contexte import Contexte
from flux.errors import ErreurConfiguration, ErreurRegistre
from flux.registre.connexion import creer_moteur, moteur, transaction
from flux.transport.entrepot import Entrepot
from raccordement.porte import conninfo
from tests.securite.aides import SECRET, base_secrete, secrets_de

COMPLETS = {
    "base": f"postgresql+psycopg://flux:{SECRET}@base.test/registre?sslpassword={SECRET}",
    "entrepot": f"memory://cle:{SECRET}@seau/flux",
    "certificats": {
        "smtp_utilisateur": "compte",
        "smtp_mot_de_passe": SECRET,
        "mandataire": f"http://compte:{SECRET}@mandataire.test:3128",
    },
}


def test_every_setting_that_may_be_secret_is_one_of_the_table():
    """A new setting that is an address, a password or a key: give it a type that hides it, and add it here."""
    assert secrets_de(Reglages) == {
        "base",
        "entrepot",
        "certificats.mandataire",
        "certificats.smtp_mot_de_passe",
        "retention.airflow_base",
    }


@pytest.mark.parametrize(
    "dire", [repr, str, lambda r: r.model_dump_json(), lambda r: str(r.model_dump()), lambda r: json.dumps(r.model_dump(mode="json"))]
)
def test_the_text_of_the_settings_holds_no_secret(dire):
    said = dire(Reglages(**COMPLETS))
    assert SECRET not in said
    assert "base.test" in said  # what is no secret stays: an operator must see which database it is


def test_the_context_of_a_task_holds_no_secret_that_it_tells(tmp_path):
    given = Reglages(**COMPLETS, dossier=tmp_path)
    assert SECRET not in repr(Contexte(given, moteur(given), Entrepot.depuis(given)))


@pytest.mark.parametrize(
    "adresse",
    [
        f"x://u:{SECRET}@h",
        f"x://u:a/{SECRET}@h",
        f"x://:{SECRET}@h",
        f"x://u:a@{SECRET}@h",
        f"x://h?token={SECRET}",
        f"host=h password={SECRET}",
    ],
)
def test_an_address_hides_its_password_however_it_is_written(adresse):
    assert SECRET not in masquer(adresse)
    assert masquer("postgresql+psycopg://flux@h:5432/b?host=/run") == "postgresql+psycopg://flux@h:5432/b?host=/run"


@pytest.mark.parametrize(
    ("nom", "valeur"),
    [
        ("FLUX_CERTIFICATS__SMTP_MOT_DE_PASE", SECRET),
        ("FLUX_CERTIFICATS", f'{{"smtp_mot_de_passe": "{SECRET}'),
        ("FLUX_CERTIFICATS__SMTP_PORT", SECRET),
        ("FLUX_CERTIFICATS__SERVICE", f'["https://u:{SECRET}@service.test/"]'),
        ("FLUX_CERTIFICATS__LISTES", f'[{{"adresse": "https://u:{SECRET}@liste.test/", "signataires": "x.pem"}}]'),
    ],
)
def test_a_wrong_setting_is_named_and_not_quoted(nom, valeur, monkeypatch):
    monkeypatch.setenv(nom, valeur)
    reglages.cache_clear()
    with pytest.raises(ErreurConfiguration) as caught:
        reglages()
    assert SECRET not in "".join(traceback.format_exception(caught.value))
    assert "FLUX_" in str(caught.value)


def test_a_command_tells_a_wrong_setting_in_one_line_without_its_value():
    nom, valeur = "FLUX_CERTIFICATS__SMTP_MOT_DE_PASE", SECRET
    done = subprocess.run(
        [sys.executable, "-m", "flux", "suivi", "x"], env={**os.environ, nom: valeur}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 3
    assert SECRET not in done.stdout + done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "url", [f"postgresql+psycopg://u:{SECRET}@h:port/b", f"mysql://u:{SECRET}@h/b", f"u:{SECRET}", f"postgresql+psycopg://u:x@h:{SECRET}/b"]
)
def test_a_wrong_address_of_the_ledger_is_not_quoted(url):
    with pytest.raises(ErreurConfiguration) as caught:
        creer_moteur(url)
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_a_ledger_that_does_not_answer_is_told_without_its_password():
    engine = creer_moteur(f"postgresql+psycopg://flux:{SECRET}@127.0.0.1:9/b")
    with pytest.raises(ErreurRegistre) as caught, transaction(engine, "essai"):
        pass
    assert SECRET not in "".join(traceback.format_exception(caught.value))


def test_the_list_of_processes_holds_no_secret_of_a_command(url_registre, registre, tmp_path):
    env = {**os.environ, "FLUX_BASE": base_secrete(url_registre)}
    lines: set[str] = set()
    with subprocess.Popen(
        [sys.executable, "-m", "flux", "export", "factures", str(tmp_path / "e.csv")],
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as lance:
        while lance.poll() is None:
            lines |= {" ".join(one.info["cmdline"] or ()) for one in psutil.process_iter(["cmdline"])}
            time.sleep(0.1)
        assert lance.stdout is not None
        said = lance.stdout.read()
    assert lance.returncode == 0, said
    assert any("-m flux export" in line for line in lines)
    assert not [line for line in lines if SECRET in line]
    assert SECRET not in said


def test_the_list_of_processes_holds_no_secret_of_the_demonstration_s_sftp_server(tmp_path: Path, url_registre):
    serveur, lance = lancer_sftp(tmp_path, "abc123", registre=conninfo({"FLUX_BASE": base_secrete(url_registre)}))
    try:
        assert serveur.port
        lines = [" ".join(one.cmdline()) for one in processus.vivants(tmp_path)]
        assert any("demo.serveur_sftp" in line for line in lines)
        assert not [line for line in lines if SECRET in line]
    finally:
        lance.kill()
        lance.wait()
        assert lance.stdout is not None
        lance.stdout.close()
