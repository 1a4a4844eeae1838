"""``flux raccordement``, as an operator or a program types it."""

import json
import subprocess
import sys

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from flux.cli import app
from flux.config import Reglages
from flux.contexte import Contexte
from flux.errors import ErreurUsage
from flux.transport.entrepot import Entrepot
from raccordement.fiches import trouver
from tests.integration.raccordement.aides import LE, certificat
from tests.integration.registre.aides import compte

CREER = ("creer", "ABC001", "--raison-sociale", "Éditeur", "--siret", "00001006600017", "--contact", "Anne Martin <anne@exemple.invalid>")
CREER += ("--emission", "FSO1100A", "--reception", "FSO1301A", "--par", "anne")


@pytest.fixture
def flux(registre, tmp_path, monkeypatch):
    reglages = Reglages(dossier=tmp_path)
    monkeypatch.setattr("flux.cli.rendu.contexte", lambda: Contexte(reglages, registre, Entrepot.depuis(reglages), horloge=lambda: LE))

    def lancer(*arguments: object, code: int = 0, entree: object = None) -> str:
        given = None if entree is None else json.dumps(entree)
        done = CliRunner().invoke(app, ["raccordement", *map(str, arguments)], input=given)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == code, done.output
        return done.output

    return lancer


def test_a_record_by_options_and_the_same_by_json(flux):
    made = json.loads(flux(*CREER, "--format", "json"))
    assert (made["code_application"], made["dossier"], made["etat"], made["environnement"]) == (
        "ABC001",
        "abc001",
        "demande",
        "qualification",
    )
    assert made["contacts"] == [{"nom": "Anne Martin", "courriel": "anne@exemple.invalid", "telephone": None, "role": "technique"}]
    kept = {name: value for name, value in made.items() if name not in {"etat", "environnement", "certificats"}}
    assert json.loads(flux("creer", "--json", "-", "--format", "json", entree=kept)) == made
    assert json.loads(flux("montrer", "ABC001", "--format", "json")) == made
    other = kept | {"code_application": "XYZ002", "dossier": "xyz"}
    flux("creer", "--json", "-", entree=other)
    assert [one["code_application"] for one in json.loads(flux("lister", "--format", "json"))] == ["ABC001", "XYZ002"]
    assert json.loads(flux("lister", "--etat", "production", "--format", "json")) == []


def test_what_people_read(flux, registre):
    assert "Éditeur" in flux(*CREER)
    assert "FSO1100A" in flux("montrer", "ABC001")
    certificat(registre, trouver(registre, "ABC001")[0])
    assert "en_vigueur" in flux("montrer", "ABC001")
    assert "ABC001" in flux("lister")
    flux("abonner", "ABC001", "--emission", "FSO1106A")
    assert "FSO1106A" in flux("historique", "ABC001")


def test_changes_by_options_and_by_json_are_in_the_history(flux):
    flux(*CREER)
    flux("modifier", "ABC001", "--fin", "2027-06-30", "--motif", "contrat", "--par", "bob")
    assert json.loads(flux("modifier", "ABC001", "--fin", "aucune", "--format", "json"))["fin"] is None
    flux("modifier", "ABC001", "--json", "-", entree={"reseau": {"adresses": ["192.0.2.7"]}})
    flux("abonner", "ABC001", "--emission", "FSO1100A", "--retirer")
    found = json.loads(flux("historique", "ABC001", "--format", "json"))
    assert [one["action"] for one in found] == ["creation", "modification", "modification", "modification", "abonnement"]
    assert (found[0]["par"], found[1]["par"], found[1]["motif"]) == ("anne", "bob", "contrat")
    assert found[3]["detail"]["reseau"]["apres"]["adresses"] == ["192.0.2.7/32"]


def test_a_step_that_is_not_ready_says_what_is_missing_and_returns_1(flux, registre):
    flux(*CREER)
    assert "certificat" in flux("passer-en-qualification", "ABC001", code=1)
    (missing,) = json.loads(flux("passer-en-qualification", "ABC001", "--format", "json", code=1))["manques"]
    assert (missing["code"], bool(missing["fr"]), bool(missing["en"])) == ("certificat", True, True)
    certificat(registre, trouver(registre, "ABC001")[0])
    before = compte(registre, "historique")
    assert json.loads(flux("passer-en-qualification", "ABC001", "--repetition", "--format", "json"))["fait"] is False
    assert compte(registre, "historique") == before
    assert json.loads(flux("passer-en-qualification", "ABC001", "--format", "json"))["fait"] is True
    assert "flux-integre" in flux("passer-en-production", "ABC001", code=1)
    flux("suspendre", "ABC001", "--motif", "incident")
    flux("reprendre", "ABC001")
    flux("clore", "ABC001", "--motif", "fin")
    assert json.loads(flux("montrer", "ABC001", "--format", "json"))["etat"] == "clos"


@pytest.mark.parametrize(
    "arguments",
    [
        ("montrer", "ZZZ999"),
        ("creer",),
        ("creer", "--json", "/absent.json"),
        ("abonner", "ABC001"),
        ("abonner", "ABC001", "--emission", "x"),
        ("abonner", "ABC001", "--emission", "FSO9999A"),
        ("abonner", "ABC001", "--emission", "FSO1102A"),
        ("creer", "ABC009", "--raison-sociale", "É", "--reception", "ZZZ0000Z"),
        ("modifier", "ABC001", "--siret", "12"),
        ("passer-en-production", "ABC001"),
        ("reprendre", "ABC001"),
    ],
)
def test_unusable_arguments_are_said_to_be_so(flux, arguments):
    flux(*CREER)
    with pytest.raises(ErreurUsage):
        flux(*arguments)


@pytest.mark.parametrize("entree", [[], "x", None, 3])
def test_a_json_that_is_no_object_is_refused(flux, tmp_path, entree):
    (tmp_path / "f.json").write_text(json.dumps(entree))
    with pytest.raises(ErreurUsage, match="objet"):
        flux("creer", "--json", tmp_path / "f.json")


def test_a_suspension_needs_a_reason(flux):
    flux(*CREER)
    flux("suspendre", "ABC001", code=2)


def test_the_keys_of_a_partner(flux, registre, url_registre):
    flux(*CREER)
    partner = trouver(registre, "ABC001")[0]
    certificat(registre, partner, jours=100_000)
    flux("passer-en-qualification", "ABC001")
    outputs = [
        subprocess.run(
            [sys.executable, "-m", "flux", "raccordement", "cles", *words],
            env={"FLUX_BASE": url_registre},
            capture_output=True,
            text=True,
            check=True,
        )
        for words in (["ABC001"], ["--utilisateur", "abc001"], ["ABC002"], ["--utilisateur", "ABC001"])
    ]
    assert [one.stdout.startswith("restrict ecdsa-sha2-nistp256 ") for one in outputs] == [True, True, False, False]
    assert outputs[0].stdout == outputs[1].stdout
    assert [one.stdout for one in outputs[2:]] == ["", ""]
    assert all("compte inconnu" in one.stderr for one in outputs[2:])


def test_a_role_that_reads_two_tables_is_all_the_door_needs(flux, registre, url_registre):
    flux(*CREER)
    certificat(registre, trouver(registre, "ABC001")[0], jours=100_000)
    flux("passer-en-qualification", "ABC001")
    try:
        with registre.begin() as conn:
            conn.execute(text("CREATE ROLE flux_cles LOGIN CONNECTION LIMIT 20"))
            conn.execute(text("GRANT SELECT ON partenaires, certificats_partenaire TO flux_cles"))
        env = {"FLUX_BASE": url_registre.replace("://postgres@", "://flux_cles@")}
        done = subprocess.run(
            [sys.executable, "-m", "flux", "raccordement", "cles", "ABC001"], env=env, capture_output=True, text=True, check=True
        )
        assert done.stdout.startswith("restrict ")
    finally:
        with registre.begin() as conn:
            conn.execute(text("DROP OWNED BY flux_cles"))
            conn.execute(text("DROP ROLE flux_cles"))
