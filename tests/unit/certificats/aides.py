"""What the tests of certificates share: sources without a network, a judge, and OpenSSL's opinion."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from raccordement.certificats.chaine import Ancre
from raccordement.certificats.crl import ListeRevocation
from raccordement.certificats.http import Panne, echec
from raccordement.certificats.politique import PolitiqueCertificats
from raccordement.certificats.sources import Sources
from raccordement.certificats.verdict import Verificateur
from tests.pki import LE, pem


class Reseau:
    """Addresses and what they answer; counts what is asked of each."""

    def __init__(self, reponses: Mapping[str, bytes | Panne | Callable[[bytes | None], bytes]] | None = None) -> None:
        self.reponses = dict(reponses or {})
        self.demandes: list[str] = []

    def __call__(self, adresse: str, corps: bytes | None, _type: str) -> bytes:
        self.demandes.append(adresse)
        reponse = self.reponses.get(adresse, Panne.INJOIGNABLE)
        if isinstance(reponse, Panne):
            raise echec(adresse, reponse)
        return reponse(corps) if callable(reponse) else reponse


def sources(reseau: Reseau | None = None, listes: Iterable[bytes] = (), horloge: Callable[[], datetime] = lambda: LE) -> Sources:
    return Sources(reseau or Reseau(), horloge, locales=tuple(ListeRevocation.lire(one) for one in listes))


def juge(
    *ancres: x509.Certificate, listes: Iterable[bytes] = (), reseau: Reseau | None = None, politique: PolitiqueCertificats | None = None
) -> Verificateur:
    acceptees = tuple(Ancre(one, "essai") for one in ancres)
    return Verificateur(acceptees, politique or PolitiqueCertificats(sujet_exige=False), sources(reseau, listes))


def openssl_verify(
    dossier: Path, feuille: x509.Certificate, chaine: Iterable[x509.Certificate], ancres: Iterable[x509.Certificate],
    listes: Iterable[bytes], le: datetime, but: str,
) -> str:  # fmt: skip
    """Return OpenSSL's error number on a chain, ``0`` when it is content."""
    noms = {"feuille": pem(feuille), "chaine": pem(*chaine), "ancres": pem(*ancres)}
    noms["listes"] = b"".join(x509.load_der_x509_crl(one).public_bytes(Encoding.PEM) for one in listes)
    for nom, octets in noms.items():
        (dossier / f"{nom}.pem").write_bytes(octets)
    commande = [
        "openssl", "verify", "-CAfile", "ancres.pem", "-no-CApath", "-no-CAstore", "-crl_check_all", "-attime", str(int(le.timestamp())),
        "-purpose", but, "-auth_level", "2", "-x509_strict", "-use_deltas",
    ]  # fmt: skip
    commande += ["-untrusted", "chaine.pem"] if noms["chaine"] else []
    commande += ["-CRLfile", "listes.pem"] if noms["listes"] else []
    fait = subprocess.run([*commande, "feuille.pem"], cwd=dossier, capture_output=True, text=True, check=False)
    if fait.returncode == 0:
        return "0"
    return next(ligne.split()[1] for ligne in fait.stderr.splitlines() if ligne.startswith("error ") and ligne.split()[1].isdigit())
