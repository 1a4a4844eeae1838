"""The certificate verification service: addresses in order, each asked in turn; when none answers, local verification stands alone.

In July 2024 the partners of Chorus Pro could not update their certificates because the address of this service had changed (V3.9.4). Here a
dead, moved, slow, babbling or impersonated address costs a warning that names it.

No public document gives a protocol. Ours is plain, and a setting decides whether any service is asked at all:

* ``POST address``, ``Content-Type: application/pem-certificate-chain`` (RFC 8555, 9.1): the partner's certificate, then each issuer; PKCS#7
  would lose the order. Answer 200, JSON:
  ``{"version": 1, "sha256": "<hex of the partner's certificate>", "statut": "bon" | "revoque" | "inconnu", "motif": "…"}``.
* ``GET address``: ``{"version": 1, "service": "verification-certificats"}`` when it is ready.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from flux.modele.anomalie import citer
from raccordement.certificats.disjoncteur import Disjoncteur, EtatAdresse, Etats
from raccordement.certificats.http import Bornes, EchecHttp, Panne, demander, echec
from raccordement.certificats.noms import empreinte
from raccordement.certificats.resultats import Controle, Ligne, Resultat

_TYPE = "application/pem-certificate-chain"
_BORNES = Bornes(delai=5.0, taille=64 * 1024)
_REGLAGE = "FLUX_CERTIFICATS__SERVICE"


class Avis(StrEnum):
    """What the service says of a certificate."""

    BON = "bon"
    REVOQUE = "revoque"
    INCONNU = "inconnu"


@dataclass(frozen=True, slots=True)
class Sante:
    """The health of one address. :ivar panne: ``None`` when it is ready. :ivar duree: seconds the exchange took."""

    adresse: str
    panne: EchecHttp | None
    duree: float
    etat: EtatAdresse

    @property
    def fr(self) -> str:
        """What to know and do, in French."""
        return f"{self.adresse} : prêt" if self.panne is None else _conseil(self.panne, fr=True)

    @property
    def en(self) -> str:
        """What to know and do, in English."""
        return f"{self.adresse}: ready" if self.panne is None else _conseil(self.panne, fr=False)


@dataclass(frozen=True, slots=True)
class ServiceVerification:
    """The service. :ivar adresses: in order of preference. :ivar etats: their circuit breakers. :ivar horloge: aware UTC times."""

    adresses: tuple[str, ...]
    client: httpx.Client
    etats: Etats
    horloge: Callable[[], datetime]
    bornes: Bornes = _BORNES
    disjoncteur: Disjoncteur = field(default_factory=Disjoncteur)
    chrono: Callable[[], float] = time.monotonic

    def __call__(self, chaine: tuple[x509.Certificate, ...], _le: datetime) -> Ligne:
        """Ask about a chain, the partner's certificate first; return the line of the table."""
        corps = b"".join(one.public_bytes(Encoding.PEM) for one in chaine)
        attendu = empreinte(chaine[0])
        pannes: list[EchecHttp] = []
        au_repos: list[str] = []
        muet: str | None = None
        for adresse in self.adresses:
            if not self.etats.lire(adresse).peut_servir(self.horloge()):
                au_repos.append(adresse)
                continue
            try:
                avis, motif = self._noter(adresse, lambda un=adresse: _lire_avis(un, self._demander(un, corps), attendu))  # type: ignore[misc]
            except EchecHttp as error:
                pannes.append(error)
                continue
            if avis is not Avis.INCONNU:
                return _ligne(avis, adresse, motif, pannes, au_repos)
            muet = adresse
        return _ligne(Avis.INCONNU, muet, "", pannes, au_repos)

    def sante(self) -> tuple[Sante, ...]:
        """Ask every address whether it is ready, those at rest included."""
        return tuple(self._sante(one) for one in self.adresses)

    def _sante(self, adresse: str) -> Sante:
        depart = self.chrono()
        panne: EchecHttp | None = None
        try:
            self._noter(adresse, lambda: _lire_sante(adresse, self._demander(adresse, None)))
        except EchecHttp as error:
            panne = error
        return Sante(adresse, panne, self.chrono() - depart, self.etats.lire(adresse))

    def _demander(self, adresse: str, corps: bytes | None) -> bytes:
        return demander(self.client, adresse, self.bornes, corps=corps, type_=_TYPE, chrono=self.chrono)

    def _noter(self, adresse: str, essai: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever the exchange returns
        """Do one exchange and note how it went."""
        etat = self.etats.lire(adresse)
        try:
            recu = essai()
        except EchecHttp as error:
            self.etats.ecrire(adresse, etat.apres_echec(self.horloge(), error, self.disjoncteur))
            raise
        self.etats.ecrire(adresse, etat.apres_succes(self.horloge()))
        return recu


def _objet(adresse: str, data: bytes) -> dict[str, Any]:
    try:
        lu = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise echec(adresse, Panne.ILLISIBLE, "JSON") from error
    if not isinstance(lu, dict) or lu.get("version") != 1:
        raise echec(adresse, Panne.ILLISIBLE, "version")
    return lu


def _lire_avis(adresse: str, data: bytes, attendu: str) -> tuple[Avis, str]:
    lu = _objet(adresse, data)
    if lu.get("sha256") != attendu:
        raise echec(adresse, Panne.ILLISIBLE, "sha256")  # an answer about another certificate, replayed or mistaken
    try:
        return Avis(str(lu.get("statut"))), citer(lu.get("motif") or "")
    except ValueError as error:
        raise echec(adresse, Panne.ILLISIBLE, "statut") from error


def _lire_sante(adresse: str, data: bytes) -> None:
    if _objet(adresse, data).get("service") != "verification-certificats":
        raise echec(adresse, Panne.ILLISIBLE, "service")


def _conseil(panne: EchecHttp, *, fr: bool) -> str:
    if panne.vers is not None:
        suite = f" : mettez {panne.vers} dans {_REGLAGE}" if fr else f": put {panne.vers} in {_REGLAGE}"
        return (panne.fr if fr else panne.en) + suite
    return panne.fr if fr else panne.en


def _ligne(avis: Avis, adresse: str | None, motif: str, pannes: list[EchecHttp], au_repos: list[str]) -> Ligne:
    fr = {
        Avis.BON: f"Bon, dit {adresse}.",
        Avis.REVOQUE: f"Révoqué, dit {adresse}{f' ({motif})' if motif else ''} : demandez un nouveau certificat à votre autorité.",
        Avis.INCONNU: f"{adresse} ne sait pas." if adresse else "Aucune adresse n'a répondu : la vérification locale décide seule.",
    }[avis]
    en = {
        Avis.BON: f"Good, says {adresse}.",
        Avis.REVOQUE: f"Revoked, says {adresse}{f' ({motif})' if motif else ''}: ask your authority for a new certificate.",
        Avis.INCONNU: f"{adresse} does not know." if adresse else "No address answered: local verification decides alone.",
    }[avis]
    if pannes:
        fr += " Exploitant : " + " ; ".join(_conseil(one, fr=True) for one in pannes) + "."
        en += " Operator: " + "; ".join(_conseil(one, fr=False) for one in pannes) + "."
    resultat = {Avis.BON: Resultat.REUSSI, Avis.REVOQUE: Resultat.ECHOUE, Avis.INCONNU: Resultat.INCONNU}[avis]
    detail = {
        "pannes": [{"adresse": one.adresse, "panne": one.panne.value, "vers": one.vers, "detail": one.detail} for one in pannes],
        "au_repos": au_repos,
    }
    return Ligne(Controle.SERVICE, resultat, fr, en, adresse or _REGLAGE, detail)
