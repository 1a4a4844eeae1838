"""A private key deposited under the name of a flow: refused like any flow, answered, counted, told by the journal; its bytes are nowhere."""

import gzip
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, NoEncryption, PrivateFormat, pkcs12
from sqlalchemy import text

from flux.cli.journal_recit import phrase
from flux.cli.texte import Langue
from flux.cli.verdict_fichier import verifier_fichier
from flux.cli.verifier import jugement
from flux.errors import ErreurUsage
from flux.etapes import purger
from flux.etapes.rejeu import rejouer_flux
from flux.registre.journal import journal_du_flux
from flux.registre.journal_verification import verifier_journal
from raccordement.certificats.lecture import TAILLE_MAX
from tests.integration.test_etapes import Maison, maison
from tests.pki import cle_ec, cle_rsa

__all__ = ["maison"]
NOM = "FSO1140A_ABC123_ABC1231140000000000000001"
_PEM = cle_rsa().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
CLES = {
    "pem": _PEM,
    "utf16": _PEM.decode().encode("utf-16"),
    "chiffree": cle_ec().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"s")),
    "der": cle_rsa().private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption()),
    "openssh": cle_ec().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()),
    "p12": pkcs12.serialize_key_and_certificates(b"x", cle_rsa(), None, None, BestAvailableEncryption(b"s")),
    "jks": b"\xfe\xed\xfe\xed" + bytes(100),
    "longue": _PEM + b"\n" * TAILLE_MAX,
}


def deposer(maison: Maison, data: bytes, nom: str = NOM) -> None:
    fichier = maison.dossier / "a-deposer"
    fichier.write_bytes(data)
    maison.deposer(fichier, nom)
    maison.tout()


def gardes(maison: Maison) -> list[bytes]:
    """Every byte that the platform keeps in files, its SFTP folders included."""
    return [
        one.read_bytes()
        for top in ("entrepot", "sftp")
        for one in (maison.dossier / top).rglob("*")
        if one.is_file() and "hote" not in one.parts
    ]


@pytest.mark.parametrize("cle", CLES.values(), ids=CLES)
def test_a_key_is_refused_answered_and_kept_nowhere(maison, cle):
    deposer(maison, cle)
    (retour,) = [data for name, data in maison.reponses().items() if name.startswith("CSO")]
    assert "révoquer" in retour.decode()
    assert maison.lignes("SELECT rule FROM anomalies") == [("ARC-12",)]
    assert maison.lignes("SELECT statut, original_purge_le = recu_le, identifiant FROM flux") == [("IRRECEVABLE", True, None)]
    assert not [one for one in gardes(maison) if cle[:200] in one or cle in gzip_ouvert(one)]
    maison.emettre()


def gzip_ouvert(data: bytes) -> bytes:
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else b""


def test_its_name_may_serve_again_for_the_flow_itself(maison):
    deposer(maison, _PEM)
    deposer(maison, maison.fabriquer().read_bytes())
    assert maison.lignes("SELECT statut FROM flux ORDER BY id") == [("IRRECEVABLE",), ("INTEGRE",)]
    deposer(maison, _PEM)
    assert maison.lignes("SELECT statut FROM flux WHERE id = 3") == [("IRRECEVABLE",)]


def test_the_journal_tells_that_it_was_never_kept_and_is_intact(maison):
    deposer(maison, _PEM)
    told = [phrase(one, Langue.FR) for one in journal_du_flux(maison.contexte.engine, 1)]
    assert told[1] == "Purgé, jamais conservé car c'est une clé privée : original"
    assert "never kept since it is a private key" in phrase(journal_du_flux(maison.contexte.engine, 1)[1], Langue.EN)
    assert verifier_journal(maison.contexte.engine) == []
    with maison.contexte.engine.begin() as conn:
        conn.execute(text("UPDATE flux SET original_purge_le = NULL"))
    assert [one.quoi for one in verifier_journal(maison.contexte.engine)] != []
    with maison.contexte.engine.begin() as conn:
        conn.execute(text("UPDATE flux SET original_purge_le = recu_le"))


def test_it_cannot_be_judged_again_and_a_purge_finds_nothing_of_it(maison):
    deposer(maison, _PEM)
    with pytest.raises(ErreurUsage, match="never kept"):
        rejouer_flux(maison.contexte, 1, montrer=lambda _: None)
    report = purger(maison.contexte, tout=True)
    assert [one["purges"]["nombre"] for one in report["classes"] if one["classe"] == "originaux"] == [0]


def test_a_run_that_died_before_it_registered_the_key_keeps_nothing_either(maison, monkeypatch):
    fichier = maison.dossier / "a-deposer"
    fichier.write_bytes(_PEM)
    maison.deposer(fichier, NOM)
    with monkeypatch.context() as patch:
        patch.setattr("flux.etapes.reception.enregistrer_depot", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            maison.recevoir()
    assert not (maison.dossier / "entrepot" / "sha256").exists()
    maison.tout()
    assert maison.lignes("SELECT rule FROM anomalies") == [("ARC-12",)]


@pytest.mark.parametrize(
    "data", [b"<!-- -----BEGIN PRIVATE KEY----- --><a/>", b"%PDF-1.7 PRIVATE KEY", b"\xef\xbb\xbf\n<a>PRIVATE KEY</a>"]
)
def test_a_flow_that_only_quotes_a_key_is_kept_and_judged_as_a_flow(maison, data):
    deposer(maison, data)
    assert maison.lignes("SELECT original_purge_le FROM flux") == [(None,)]
    assert data in gardes(maison)
    assert ("ARC-12",) not in maison.lignes("SELECT rule FROM anomalies")


def test_the_desk_gives_the_same_verdict(tmp_path: Path):
    fichier = tmp_path / NOM
    fichier.write_bytes(_PEM)
    verdict = verifier_fichier(fichier, jugement())
    assert ([one.rule for one in verdict.anomalies], verdict.documents) == (["ARC-12"], [])
