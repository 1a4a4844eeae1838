"""``flux sante`` on a database that is down, refuses or has another schema, and on a store that cannot be opened: the advice fits."""

import json
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, PublicFormat
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from flux.cli import app
from flux.config import Reglages, reglages
from flux.registre.battements import battre
from flux.registre.connexion import creer_moteur
from flux.reglages_sante import SILENCES
from flux.sante import Etat, Ligne, Patient, examiner
from flux.sante.mots import MOTS, mots
from flux.transport.entrepot import Entrepot

ABSENT = "postgresql+psycopg://personne@127.0.0.1:1/rien"


@pytest.fixture
def lancer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FLUX_DOSSIER", str(tmp_path))

    def faire(*words: str, **settings: str):
        for name, value in settings.items():
            monkeypatch.setenv(f"FLUX_{name}", value)
        reglages.cache_clear()
        try:
            return CliRunner().invoke(app, ["sante", *words])
        finally:
            reglages.cache_clear()

    return faire


def base_de(engine: Engine, tmp_path: Path) -> Ligne:
    return examiner(Patient(Reglages(dossier=tmp_path), engine, Entrepot(str(tmp_path)), datetime.now(UTC)), vite=True)[0]


@pytest.fixture
def lecteur(registre: Engine, dossier_postgres: Path):
    """A role that may read the schema's revision and nothing else."""
    with psycopg.connect(host=str(dossier_postgres / "postgres"), user="postgres", dbname="registre", autocommit=True) as conn:
        conn.execute("CREATE ROLE lecteur_sante LOGIN")
        yield conn
        conn.execute("DROP OWNED BY lecteur_sante")
        conn.execute("DROP ROLE lecteur_sante")


def test_what_was_not_looked_at_has_no_advice(lancer):
    done = lancer("--json", BASE=ABSENT)
    lines = json.loads(done.output)
    assert done.exit_code == 1
    unseen = [one for one in lines if one["etat"] == "non_regarde"]
    assert {one["nom"] for one in unseen} >= {"battement", "certificat", "sceau"}
    assert not any("faire" in one or "do" in one for one in unseen)
    told = lancer(BASE=ABSENT)
    assert MOTS["base"].do in told.output
    assert MOTS["certificat"].do not in told.output


def test_a_probe_of_a_dead_database_shows_the_database_and_the_heartbeats_alone(lancer):
    lines = json.loads(lancer("--vivacite", "--json", BASE=ABSENT).output)
    assert [(one["nom"], one["etat"]) for one in lines] == [("base", "rouge"), ("battement", "non_regarde")]
    assert lancer("--vivacite", BASE=ABSENT).output.count("→") == 2


def test_an_unreachable_database_is_to_be_restored(tmp_path):
    found = base_de(creer_moteur(ABSENT), tmp_path)
    assert mots(found) is MOTS["base"]
    assert "did not answer" not in found.valeur


@pytest.mark.parametrize("partie", ["role", "base"])
def test_a_server_that_lets_nobody_of_that_name_in_has_answered(registre, tmp_path, partie):
    url = registre.url.set(**{"role": {"username": "inconnu"}, "base": {"database": "inconnue"}}[partie])
    assert mots(base_de(creer_moteur(url.render_as_string()), tmp_path)) is MOTS["base.refus"]


def test_a_right_that_lacks_is_a_refusal_whichever_table_it_is_about(registre, lecteur, tmp_path):
    engine = creer_moteur(registre.url.set(username="lecteur_sante").render_as_string())
    assert mots(base_de(engine, tmp_path)) is MOTS["base.refus"]
    lecteur.execute("GRANT SELECT ON alembic_version TO lecteur_sante")
    lines = examiner(Patient(Reglages(dossier=tmp_path), engine, None, datetime.now(UTC)))
    engine.dispose()
    assert mots(lines[0]) is MOTS["base.refus"]
    assert "battements" in lines[0].valeur
    assert "battement" in {one.nom for one in lines if one.etat is Etat.NON_REGARDE}


@pytest.mark.parametrize(("revision", "cas"), [("r0001", "retard"), ("r9999", "inconnue")])
def test_a_schema_behind_migrates_and_an_unknown_one_does_not(registre, tmp_path, revision, cas):
    with registre.begin() as conn:
        before = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
        conn.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": revision})
    try:
        assert mots(base_de(registre, tmp_path)) is MOTS[f"base.{cas}"]
    finally:
        with registre.begin() as conn:
            conn.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": before})
    assert base_de(registre, tmp_path).etat is Etat.VERT


@pytest.mark.parametrize("adresse", ["s3://seau/flux", "bidon://x"])
def test_a_store_that_cannot_be_opened_is_a_red_line(lancer, registre, url_registre, adresse):
    for one in SILENCES:
        battre(registre, one, 0.2, reussie=True)
    lines = json.loads(lancer("--json", BASE=url_registre, ENTREPOT=adresse).output)
    (store,) = [one for one in lines if one["nom"] == "entrepot"]
    assert (store["etat"], store["do"]) == ("rouge", MOTS["entrepot.reglage"].do)
    assert "FLUX_ENTREPOT" in store["valeur"]


def _cle(dossier: Path, mot_de_passe: bytes | None) -> Path:
    coding = BestAvailableEncryption(mot_de_passe) if mot_de_passe else NoEncryption()
    path = dossier / "cle"
    path.write_bytes(ec.generate_private_key(ec.SECP256R1()).private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, coding))
    return path


@pytest.mark.parametrize(
    ("cas", "variable"),
    [
        ("phrase", "FLUX_SANTE__SFTP_CLE "), ("absente", "FLUX_SANTE__SFTP_CLE "), ("publique", "FLUX_SANTE__SFTP_CLE "),
        ("hote", "FLUX_SANTE__SFTP_CLE_HOTE "), ("hote-seul", "FLUX_SANTE__SFTP_CLE_HOTE "), ("hote-type", "FLUX_SANTE__SFTP_CLE_HOTE "),
    ],
)  # fmt: skip
def test_a_key_that_cannot_be_used_names_its_setting(registre, tmp_path, cas, variable):
    cle = _cle(tmp_path, b"phrase" if cas == "phrase" else None)
    hote = _cle_hote()
    if cas == "absente":
        cle.unlink()
    elif cas == "publique":
        cle.write_text("ssh-ed25519 AAAA x")
    hote = {"hote": "ssh-ed25519 pas-du-base64", "hote-seul": "ssh-ed25519", "hote-type": "ssh-dsa2 AAAA"}.get(cas, hote)
    acces = {"sftp": "sftp://flux@127.0.0.1:1", "sftp_cle": cle, "sftp_cle_hote": hote, "sftp_delai": 1}
    lines = examiner(Patient(Reglages(dossier=tmp_path, sante=acces), registre, None, datetime.now(UTC)))
    (line,) = [one for one in lines if one.nom == "sftp"]
    assert (line.etat, mots(line)) == (Etat.ROUGE, MOTS["sftp.reglage"])
    assert line.valeur.startswith(variable)


def _cle_hote() -> str:
    """Return the public key of a server, as known_hosts has it."""
    public = ec.generate_private_key(ec.SECP256R1()).public_key()
    return public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
