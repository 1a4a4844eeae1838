"""The door as a truth table: a line for each certificate that opens it, a reason for what does not; and which keys are keys."""

import base64
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from raccordement.porte import cle_admise, conninfo, principal, repondre

LE = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def ssh(cle) -> str:
    return cle.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


P256 = ssh(ec.generate_private_key(ec.SECP256R1()))
LIGNE = {
    "code_application": "ABC001", "etat": "qualification", "environnement": "qualification", "protocole": "SFTP", "fin": None, "adresses": [],
    "empreinte": "ab" * 32, "cle_ssh": P256, "etat_certificat": "en_vigueur", "not_before": LE - timedelta(9), "not_after": LE + timedelta(9),
    "en_vigueur_de": LE - timedelta(5), "en_vigueur_jusqu": None,
}  # fmt: skip

OUVERT = {
    "tout est là": {},
    "en production": {"etat": "production", "environnement": "production"},
    "remplacé, fenêtre ouverte": {"etat_certificat": "remplace", "en_vigueur_jusqu": LE + timedelta(seconds=1)},
    "dernier jour": {"fin": date(2026, 11, 23)},
    "bord des dates": {"not_before": LE, "not_after": LE, "en_vigueur_de": LE},
}
FERME = {
    "demande": ({"etat": "demande"}, "demande"),
    "suspendu": ({"etat": "suspendu"}, "suspendu"),
    "clos": ({"etat": "clos"}, "clos"),
    "autre protocole": ({"protocole": "AS2"}, "AS2"),
    "lendemain de la fin": ({"fin": date(2026, 11, 22)}, "2026-11-22"),
    "sans certificat": ({"empreinte": None, "cle_ssh": None, "etat_certificat": None}, "aucun certificat"),
    "proposé": ({"etat_certificat": "propose", "en_vigueur_de": None}, "propose"),
    "retenu": ({"etat_certificat": "retenu"}, "retenu"),
    "refusé": ({"etat_certificat": "refuse"}, "refuse"),
    "révoqué, même dans sa fenêtre": ({"etat_certificat": "revoque", "en_vigueur_jusqu": LE + timedelta(1)}, "revoque"),
    "expiré": ({"not_after": LE - timedelta(seconds=1)}, "dates"),
    "pas encore valable": ({"not_before": LE + timedelta(seconds=1)}, "dates"),
    "prévu demain": ({"en_vigueur_de": LE + timedelta(1)}, "fenêtre"),
    "fenêtre close": ({"etat_certificat": "remplace", "en_vigueur_jusqu": LE}, "fenêtre"),
    "clé d'une autre sorte": ({"cle_ssh": ssh(ed25519.Ed25519PrivateKey.generate())}, "RSA"),
}


@pytest.mark.parametrize("cas", OUVERT)
def test_a_certificate_in_force_is_one_line(cas):
    found = repondre([LIGNE | OUVERT[cas]], LE, production=False)
    assert found.lignes == (f"restrict {P256} ABC001:{'ab' * 8}",)
    assert found.raisons == ()


@pytest.mark.parametrize("cas", FERME)
def test_what_is_closed_gives_no_line_and_a_reason(cas):
    row, word = FERME[cas]
    found = repondre([LIGNE | row], LE, production=False)
    assert found.lignes == ()
    assert word in found.raisons[0]


def test_each_certificate_is_judged_by_itself():
    found = repondre([LIGNE, LIGNE | {"etat_certificat": "revoque"}, LIGNE | {"empreinte": "cd" * 32}], LE, production=False)
    assert [line.rpartition(":")[2] for line in found.lignes] == ["ab" * 8, "cd" * 8]
    assert len(found.raisons) == 1
    assert repondre([], LE, production=False).lignes == ()


def test_production_lets_in_what_is_open_in_production():
    assert not repondre([LIGNE], LE, production=True).lignes
    assert repondre([LIGNE | OUVERT["en production"]], LE, production=True).lignes


def test_the_networks_of_the_record_are_those_of_the_key():
    (line,) = repondre([LIGNE | {"adresses": ["192.0.2.0/24", "2001:db8::/32"]}], LE, production=False).lignes
    assert line.startswith('restrict,from="192.0.2.0/24,2001:db8::/32" ecdsa-sha2-nistp256 ')


@pytest.mark.parametrize(
    ("cle", "admise"),
    [
        (rsa.generate_private_key(65537, 2048), True),
        (rsa.generate_private_key(65537, 1024), False),
        (ec.generate_private_key(ec.SECP384R1()), True),
        (ec.generate_private_key(ec.SECP521R1()), True),
        (ed25519.Ed25519PrivateKey.generate(), False),
    ],
    ids=["rsa2048", "rsa1024", "p384", "p521", "ed25519"],
)
def test_rsa_of_2048_bits_and_ecdsa_are_admitted(cle, admise):
    assert cle_admise(ssh(cle)) is admise


@pytest.mark.parametrize(
    "cle",
    [
        "",
        "ssh-rsa",
        "ssh-rsa AAAA",
        f"ssh-rsa {P256.split()[1]}",
        f"{P256} commentaire",
        f"{P256}\nssh-rsa AAAA",
        f'command="x" {P256}',
        f"ecdsa-sha2-nistp256 {base64.b64encode(base64.b64decode(P256.split()[1]) + b'x').decode()}",
    ],
)
def test_what_is_not_one_key_and_nothing_else_is_refused(cle):
    assert not cle_admise(cle)


@given(st.text() | st.binary().map(lambda blob: f"ssh-rsa {base64.b64encode(blob).decode()}"))
def test_no_text_makes_the_judge_of_keys_fail(cle):
    cle_admise(cle)


def test_the_ledger_s_address_comes_from_the_settings():
    assert conninfo({"FLUX_BASE": "postgresql+psycopg://u@h/b"}) == "postgresql://u@h/b"
    assert conninfo({"FLUX_DOSSIER": "/x y"}) == "host='/x y/postgres' user=postgres dbname=registre"


@pytest.mark.parametrize("arguments", [[], ["--utilisateur"], ["ABC001", "x"], ["--autre", "x"], ["-x"]])
def test_unusable_arguments_print_no_key(arguments, capsys):
    assert principal(arguments) == 2
    assert capsys.readouterr().out == ""


def test_a_ledger_that_does_not_answer_prints_no_key(monkeypatch, capsys, tmp_path):
    for base in (f"postgresql+psycopg://u@/b?host={tmp_path}", "rien", "postgresql+psycopg://u:secret@h:port/b"):
        monkeypatch.setenv("FLUX_BASE", base)
        assert principal(["ABC001"]) == 1
        said = capsys.readouterr()
        assert said.out == ""
        assert "le registre ne répond pas" in said.err
        assert "secret" not in said.err


def test_the_door_loads_the_driver_and_nothing_heavy():
    """It runs at each login."""
    code = "import sys; sys.argv = ['flux', 'raccordement', 'cles', 'ABC001']; import flux.__main__ as m\ntry: m.principal()\nexcept SystemExit: print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env={"FLUX_BASE": "postgresql://u@/b?host=/nulle-part"}
    )
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "psycopg" in loaded
    assert not loaded & {"sqlalchemy", "pydantic", "lxml", "typer", "cryptography", "paramiko", "structlog", "rich"}
