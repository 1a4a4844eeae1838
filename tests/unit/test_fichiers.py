"""Outgoing files are written aside first: a temporary folder that cannot take one is a failure that passes, not a fault of ours."""

import errno
import tempfile
from pathlib import Path
from typing import BinaryIO

import pytest

from flux.config import Reglages
from flux.contexte import Contexte
from flux.errors import ErreurTransport, ErreurUsage
from flux.etapes.fichiers import garder
from flux.transport.entrepot import Entrepot


@pytest.fixture
def contexte(tmp_path: Path) -> Contexte:
    return Contexte(Reglages(dossier=tmp_path), None, Entrepot(str(tmp_path / "entrepot")))


def gros(out: BinaryIO) -> None:
    """Write more than is kept in memory."""
    out.writelines(b"x" * 512 * 1024 for _ in range(5))


def test_a_full_temporary_folder_is_worth_another_try(contexte, monkeypatch):
    class Plein(tempfile.SpooledTemporaryFile):
        def rollover(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("flux.etapes.fichiers.SpooledTemporaryFile", Plein)
    with pytest.raises(ErreurTransport, match="No space left on device") as told:
        garder(contexte, gros)
    assert told.value.facts["operation"] == "garder"
    assert told.value.facts["path"] == tempfile.gettempdir()


def test_no_temporary_folder_at_all_is_worth_another_try(contexte, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "absent"))
    with pytest.raises(ErreurTransport):
        garder(contexte, gros)


def test_what_the_writer_raises_passes_through_and_keeps_nothing(contexte, tmp_path):
    def refuser(out: BinaryIO) -> None:
        raise ErreurUsage("too long")

    with pytest.raises(ErreurUsage):
        garder(contexte, refuser)
    assert not (tmp_path / "entrepot").exists()


def test_a_large_file_is_kept_whole(contexte):
    kept = garder(contexte, gros)
    assert kept.taille == 5 * 512 * 1024
    assert contexte.entrepot.relire(kept.cle) == kept
