"""``flux journal verifier --sceaux``: a file of seals proves something, or says that it does not; it is never quoted."""

from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from typer.testing import CliRunner

from flux.cli import app
from flux.config import Reglages
from flux.contexte import Contexte
from flux.errors import ErreurUsage
from flux.registre.journal_sceaux import sceaux_poses, sceller
from flux.transport.entrepot import Entrepot
from tests.integration.journal.aides import JOUR
from tests.integration.registre.aides import LE, flux_repondu


@pytest.fixture
def sceau(registre, tmp_path, monkeypatch) -> str:
    settings = Reglages(dossier=tmp_path)
    ctx = Contexte(settings, registre, Entrepot.depuis(settings), lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))
    monkeypatch.setattr("flux.cli.rendu.contexte", lambda: ctx)
    monkeypatch.setenv("COLUMNS", "400")
    flux_repondu(registre)
    sceller(registre, JOUR, LE)
    return sceaux_poses(registre)[0]


def verifier(path, contenu: bytes):
    path.write_bytes(contenu)
    return CliRunner().invoke(app, ["journal", "verifier", "--sceaux", str(path)])


@pytest.mark.parametrize("forme", ["{}", "\ufeff{}\r\n", "\n\n{}\n \n\n", "{}\n{}\n"], ids=["bare", "mark", "blank lines", "twice"])
def test_a_true_seal_is_found_whatever_an_editor_added(sceau, tmp_path, forme):
    done = verifier(tmp_path / "sceaux.txt", forme.format(sceau, sceau).encode())
    assert done.exit_code == 0, done.output
    assert f"{forme.count('{')} seal(s) kept elsewhere compared" in done.output


@pytest.mark.parametrize("contenu", [b"", b"\n \r\n", b"\xef\xbb\xbf"], ids=["empty", "blank", "mark alone"])
def test_a_file_without_seal_proves_nothing(sceau, tmp_path, contenu):
    done = verifier(tmp_path / "sceaux.txt", contenu)
    assert isinstance(done.exception, ErreurUsage)
    assert "intact" not in done.output


def test_a_file_of_something_else_is_not_quoted(sceau, tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    for coding in (Encoding.DER, Encoding.PEM):
        done = verifier(tmp_path / "cle", key.private_bytes(coding, PrivateFormat.PKCS8, NoEncryption()))
        assert isinstance(done.exception, ErreurUsage)
        assert done.output == ""
        assert "PRIVATE" not in f"{done.exception} {done.exception.facts}"
        assert done.exception.__cause__ is None


@pytest.mark.parametrize("ligne", ["{}", "[1]", '{"sceau": "1"}', "half"])
def test_a_line_that_is_no_whole_seal_is_named_by_its_number(sceau, tmp_path, ligne):
    done = verifier(tmp_path / "sceaux.txt", f"{sceau}\n\n{sceau[:-9] if ligne == 'half' else ligne}\n".encode())
    assert isinstance(done.exception, ErreurUsage)
    assert done.exception.facts["ligne"] == 3


def test_a_forged_seal_is_still_an_alteration(sceau, tmp_path):
    done = verifier(tmp_path / "sceaux.txt", sceau.replace("11-23", "11-22").encode())
    assert (done.exit_code, "sceau gardé" in done.output) == (1, True)
