"""The repository holds no secret. detect-secrets, because its patterns of keys and tokens are kept up by others than us."""

import subprocess
from pathlib import Path

import pytest
from detect_secrets.core.plugins.util import get_mapping_from_secret_type_to_class as detecteurs

RACINE = Path(__file__).parents[2]
#: What is looked for: private keys, passwords in addresses, tokens of the usual services.
DETECTEURS = frozenset(
    {
        "PrivateKeyDetector", "BasicAuthDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "GitHubTokenDetector", "GitLabTokenDetector",
        "JwtTokenDetector", "NpmDetector", "PypiTokenDetector", "SlackDetector",
    }
)  # fmt: skip
MOTIFS = {one.secret_type: one.denylist for one in detecteurs().values() if one.__name__ in DETECTEURS}
#: What looks like a secret and is none: file and kind → why.
CONNUS = {
    ("tests/dags/test_historique.py", "Basic Auth Credentials"): "an address whose password must not be told",
    ("tests/integration/raccordement/test_commande_certificat.py", "Private Key"): "a header without a key, deposited to be refused",
    ("tests/integration/test_cle_deposee.py", "Private Key"): "files that speak of a key and hold none",
    ("tests/integration/registre/test_base.py", "Basic Auth Credentials"): "an address that must be refused without telling its password",
    ("tests/unit/certificats/test_dossier_autorites.py", "Private Key"): "a header without a key, put where authorities are wanted",
    ("tests/unit/certificats/test_lecture_depot.py", "Private Key"): "headers without a key, deposited to be refused",
    ("tests/unit/raccordement/test_porte.py", "Basic Auth Credentials"): "an address that must be refused without telling its password",
    ("tests/securite/test_reglages.py", "Basic Auth Credentials"): "addresses whose password must not be told",
}


def trouver(*paths: Path) -> set[tuple[str, str]]:
    """File and kind of what looks like a secret: the patterns alone, since the filters of the scanner drop what looks like an example."""
    texts = (
        (str(path.relative_to(RACINE) if path.is_relative_to(RACINE) else path), path.read_bytes().decode("utf-8", "replace"))
        for path in paths
    )
    return {(name, kind) for name, text in texts for kind, patterns in MOTIFS.items() if any(one.search(text) for one in patterns)}


def test_no_file_of_the_repository_holds_a_secret():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=RACINE, capture_output=True, check=True).stdout.decode().split("\0")[:-1]
    assert len(listed) > 500
    assert len(MOTIFS) == len(DETECTEURS)
    found = trouver(*(RACINE / one for one in listed if (RACINE / one).is_file()))
    assert found == {one for one in CONNUS if one[0] in listed}


@pytest.mark.parametrize(
    "texte",
    [
        "-----BEGIN " + "OPENSSH PRIVATE KEY-----",
        "base = 'postgresql://flux:" + "hunter2@db/registre'",
        "AKIA" + "IOSFODNN7EXAMPL2",
        "ghp_" + "a1B2" * 9,
    ],
)
def test_a_secret_would_be_found(tmp_path, texte):
    (tmp_path / "un.py").write_text(texte + "\n")
    assert trouver(tmp_path / "un.py")
