"""A renewal, as a partner lives it: a certificate deposited in ``in``, its answer in ``out``, both keys open for a time, then back."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives.serialization import Encoding, load_ssh_private_key
from cryptography.hazmat.primitives.serialization.pkcs7 import serialize_certificates
from rich.console import Console

from demo.partenaire import Partenaire
from demo.serveur_sftp import SORTE_PARTENAIRE, cle_privee
from demo.services import Services
from flux.config import Reglages
from flux.contexte import maintenant
from flux.registre.connexion import moteur
from raccordement.certificats.montage import verificateur
from raccordement.certificats.renouvellement import revenir
from raccordement.exemple import renouvellement_exemple
from raccordement.historique import Geste

#: The SIREN of the example partners.
SIREN = "000000000"


def renouveler(services: Services, console: Console, compte: str, code: str, patience: float) -> bool:
    """Renew a partner's certificate; True when the answer came and both keys opened the door. Rolls back, so that it can be done again."""
    now = datetime.now(tz=UTC)
    neuve = services.dossier / "cles" / f"{compte}-{now:%Y%m%dT%H%M%S}"
    cle = load_ssh_private_key(cle_privee(neuve, SORTE_PARTENAIRE).read_bytes(), None)
    autorite, certificat = renouvellement_exemple(SIREN, now, cle)  # type: ignore[arg-type]
    _accepter(services.dossier / "autorites", autorite.public_bytes(Encoding.PEM))
    ancien = Partenaire(compte, services.port_sftp, services.cle(compte), services.cle_hote)
    nouveau = Partenaire(compte, services.port_sftp, neuve, services.cle_hote)
    fichier = services.dossier / "renouvellement.p7b"
    fichier.write_bytes(serialize_certificates([certificat, autorite], Encoding.DER))
    avant = _ouvre(nouveau)
    depart = time.monotonic()
    ancien.deposer(fichier, f"CERT_{code}_demo.p7b")
    reponse = _attendre(ancien, patience)
    if reponse is None:
        console.print("[red]Le renouvellement n'a pas eu de réponse.[/]")
        return False
    apres = (_ouvre(ancien), _ouvre(nouveau))
    console.print(f"Renouvellement de {code}, {time.monotonic() - depart:.1f} s : « {reponse} »")
    console.print(
        f"Clé neuve avant : {_dire(ouverte=avant)} ; après : {_dire(ouverte=apres[1])}, et l'ancienne : {_dire(ouverte=apres[0])}."
    )
    _revenir(services, code)
    return not avant and all(apres)


def _accepter(dossier: Path, pem: bytes) -> None:
    dossier.mkdir(exist_ok=True)
    (dossier / "demonstration.pem").write_bytes(b"Source: autorite d'un jour, faite par la demonstration\n" + pem)


def _ouvre(partenaire: Partenaire) -> bool:
    """Return whether the door lets a key in."""
    try:
        with partenaire.session():
            return True
    except paramiko.SSHException:  # refused: the client then tries its file as other kinds of keys, and the last failure is what it tells
        return False


def _dire(*, ouverte: bool) -> str:
    return "acceptée" if ouverte else "refusée"


def _attendre(partenaire: Partenaire, patience: float) -> str | None:
    """Return the first line of the answer, once it is there."""
    limite = time.monotonic() + patience
    while time.monotonic() < limite:
        with partenaire.session() as sftp:
            for nom in sftp.listdir("/out"):
                if nom.startswith("CERT_") and not nom.endswith(".tmp"):
                    with sftp.open(f"/out/{nom}", "rb") as source:
                        texte = source.read().decode()
                    sftp.remove(f"/out/{nom}")
                    return texte.partition("\n")[0]
        time.sleep(0.3)
    return None


def _revenir(services: Services, code: str) -> None:
    """Put the key of the demonstration back in force."""
    reglages = Reglages(dossier=services.dossier, base=None)
    engine = moteur(reglages)
    horloge = maintenant
    revenir(engine, verificateur(reglages, engine, horloge), code, Geste("demo", horloge(), "fin de la démonstration"))
    engine.dispose()
