"""The demonstration's SFTP server asks the ledger for its keys, like a real sshd."""

from datetime import UTC, datetime

import paramiko
import pytest
from cryptography.hazmat.primitives.serialization import load_ssh_private_key

from demo.serveur_sftp import SORTE_PARTENAIRE, cle_privee
from demo.services import lancer_sftp
from flux.modele.raccordement import EtatFiche
from raccordement.etats import changer_etat
from raccordement.exemple import creer_partenaire
from raccordement.historique import Geste
from raccordement.porte import conninfo

MAINTENANT = datetime.now(tz=UTC)


def test_the_demonstration_lets_in_the_keys_of_certificates_in_force(registre, url_registre, tmp_path):
    key = load_ssh_private_key(cle_privee(tmp_path / "cles" / "abc123", SORTE_PARTENAIRE).read_bytes(), None)
    creer_partenaire(registre, "ABC123", "Partenaire", "abc123", MAINTENANT, cle=key)
    serveur, lance = lancer_sftp(tmp_path, "abc123", "inconnu", registre=conninfo({"FLUX_BASE": url_registre}))
    try:
        with serveur.client("abc123") as sftp:
            assert sorted(sftp.listdir("/")) == ["in", "out"]
        with serveur.client() as sftp:
            assert "abc123" in sftp.listdir("/")
        with pytest.raises(paramiko.AuthenticationException), serveur.client("inconnu"):
            pass
        assert changer_etat(registre, "ABC123", EtatFiche.SUSPENDU, Geste("essai", MAINTENANT, "essai")) == ()
        with pytest.raises(paramiko.AuthenticationException), serveur.client("abc123"):
            pass
    finally:
        lance.terminate()
        lance.wait(10)
        lance.stdout.close()
