"""The staging store keeps contents whole, once, under any of its back ends."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flux.config import Reglages
from flux.errors import ErreurConfiguration, ErreurTransport, ErreurUsage
from flux.transport.entrepot import Empreinte, Entrepot


@pytest.fixture(params=["local", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return str(tmp_path / "entrepot") if request.param == "local" else f"memory://{tmp_path.name}"


def fichiers(url: str) -> list[str]:
    from fsspec.core import url_to_fs

    systeme, racine = url_to_fs(url)
    return [chemin.removeprefix(racine).lstrip("/") for chemin in systeme.find(racine)]


def test_a_content_is_kept_under_its_digest_and_once(url: str) -> None:
    entrepot = Entrepot(url)
    sha = hashlib.sha256(b"unedeux").hexdigest()
    attendu = Empreinte(sha, 7, f"sha256/{sha[:2]}/{sha}")
    assert entrepot.deposer([b"une", b"deux"]) == attendu
    assert entrepot.deposer(iter([b"unedeux"])) == attendu
    assert entrepot.deposer([]).taille == 0
    with entrepot.ouvrir(attendu.cle) as lu:
        lu.seek(3)
        assert lu.read() == b"deux"
    assert attendu.cle in fichiers(url)
    assert len(fichiers(url)) == 2


def test_a_content_kept_already_is_left_alone(tmp_path: Path) -> None:
    entrepot = Entrepot(str(tmp_path))
    garde = tmp_path / entrepot.deposer([b"x"]).cle
    avant = garde.stat().st_ino
    entrepot.deposer([b"x"])
    assert garde.stat().st_ino == avant


def test_a_source_that_fails_leaves_nothing(url: str) -> None:
    def coupe() -> Iterator[bytes]:
        yield b"debut"
        raise ErreurTransport("cut", operation="lire", path="x")

    with pytest.raises(ErreurTransport, match="cut"):
        Entrepot(url).deposer(coupe())
    assert fichiers(url) == []


def test_a_key_appears_or_is_replaced_whole(url: str) -> None:
    entrepot = Entrepot(url)
    with entrepot.ecrire_sous("reponses/CSO-1") as sortie:
        sortie.write(b"un")
        assert not entrepot.existe("reponses/CSO-1")
    assert entrepot.existe("reponses/CSO-1")
    with suppress(ZeroDivisionError), entrepot.ecrire_sous("reponses/CSO-1") as sortie:
        sortie.write(b"deux")
        raise ZeroDivisionError
    with entrepot.ouvrir("reponses/CSO-1") as lu:
        assert lu.read() == b"un"
    with entrepot.ecrire_sous("reponses/CSO-1") as sortie:
        sortie.write(b"deux")
    with entrepot.ouvrir("reponses/CSO-1") as lu:
        assert lu.read() == b"deux"
    assert fichiers(url) == ["reponses/CSO-1"]


def test_forgetting_twice_is_forgetting_once(url: str) -> None:
    entrepot = Entrepot(url)
    cle = entrepot.deposer([b"x"]).cle
    for _ in range(2):
        entrepot.supprimer(cle)
    assert not entrepot.existe(cle)
    with pytest.raises(ErreurTransport) as absent:
        entrepot.ouvrir(cle)
    assert absent.value.facts == {"operation": "ouvrir", "path": cle}


@pytest.mark.parametrize("cle", ["", "/etc/passwd", "../x", "a/../b", "a//b", "a/", ".cache", "a\n", "a/é"])
def test_a_key_never_leaves_the_store(tmp_path: Path, cle: str) -> None:
    entrepot = Entrepot(str(tmp_path))
    with pytest.raises(ErreurUsage):
        entrepot.ecrire_sous(cle)
    for lire in (entrepot.ouvrir, entrepot.existe, entrepot.supprimer):
        with pytest.raises(ErreurUsage):
            lire(cle)


def test_a_store_that_cannot_be_written_is_a_transport_error(tmp_path: Path) -> None:
    (tmp_path / "fichier").touch()
    with pytest.raises(ErreurTransport) as refus:
        Entrepot(str(tmp_path / "fichier" / "dessous")).deposer([b"x"])
    assert refus.value.facts["operation"] == "deposer"


def test_the_settings_name_the_store(tmp_path: Path) -> None:
    cle = Entrepot.depuis(Reglages(dossier=tmp_path)).deposer([b"x"]).cle
    assert (tmp_path / "entrepot" / cle).read_bytes() == b"x"
    ailleurs = Entrepot.depuis(Reglages(dossier=tmp_path, entrepot=f"memory://{tmp_path.name}-ailleurs"))
    assert not ailleurs.existe(cle)


def test_what_is_kept_is_listed_dated_and_moved(url: str) -> None:
    entrepot = Entrepot(url)
    assert list(entrepot.lister("tranches")) == []
    for cle in ("tranches/b/1", "tranches/a", "autre/x"):
        with entrepot.ecrire_sous(cle) as out:
            out.write(cle.encode())
    assert list(entrepot.lister("tranches")) == [("tranches/a", 10), ("tranches/b/1", 12)]
    le = entrepot.ecrit_le("tranches/a")
    assert le is not None
    assert abs(datetime.now(UTC) - le) < timedelta(hours=1)
    assert entrepot.deplacer("tranches/a", "autre/x") is True
    assert entrepot.ouvrir("autre/x").read() == b"tranches/a"
    assert entrepot.deplacer("tranches/a", "autre/x") is False
    assert entrepot.ecrit_le("tranches/a") is None
    assert [cle for cle, _ in entrepot.lister("tranches")] == ["tranches/b/1"]


def test_of_two_who_move_a_key_one_does(url: str) -> None:
    class Autre(Entrepot):
        def existe(self, cle: str) -> bool:
            found = super().existe(cle)
            if found and cle == "tranches/a":
                Entrepot(url).deplacer(cle, "corbeille/a")  # the other one, just after this one looked
            return found

    with Entrepot(url).ecrire_sous("tranches/a") as out:
        out.write(b"x")
    assert Autre(url).deplacer("tranches/a", "corbeille/b") is False
    assert [key for key, _ in Entrepot(url).lister("corbeille")] == ["corbeille/a"]


def test_what_a_killed_process_left_half_written_goes_and_what_is_being_written_stays(url: str) -> None:
    from fsspec.core import url_to_fs

    entrepot = Entrepot(url)
    assert entrepot.balayer(datetime.now(tz=UTC)) == 0
    garde = entrepot.deposer([b"kept"])
    systeme, racine = url_to_fs(url)
    systeme.pipe_file(f"{racine}/_tmp/half", b"ha")
    assert entrepot.balayer(datetime.now(tz=UTC) - timedelta(hours=1)) == 0
    assert entrepot.balayer(datetime.now(tz=UTC) + timedelta(hours=1)) == 1
    assert fichiers(url) == [garde.cle]


@pytest.mark.parametrize(
    ("adresse", "quoi"), [("s3://seau/flux", "pip install s3fs"), ("bidon://secret@x", "bidon://"), ("github://x", "github://")]
)
def test_an_address_that_no_driver_takes_names_its_setting(adresse: str, quoi: str) -> None:
    with pytest.raises(ErreurConfiguration, match="FLUX_ENTREPOT") as trouve:
        Entrepot(adresse)
    assert quoi in str(trouve.value)
    assert "secret" not in str(trouve.value)
