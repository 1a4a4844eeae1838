"""One HTTP exchange, bounded in time and size, whose failures have names. Redirections are told, never followed."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

import httpx

from flux.adresse_secrete import AdresseSecrete
from flux.errors import ErreurConfiguration, ErreurTransitoire
from raccordement.certificats.echeance import Echeance


class Panne(StrEnum):
    """Why an address gave no usable answer."""

    INJOIGNABLE = "injoignable"
    DELAI = "delai"
    TLS = "tls"
    DEPLACEE = "deplacee"
    HTTP = "http"
    TROP_GROS = "trop_gros"
    ILLISIBLE = "illisible"
    INTERDITE = "interdite"


#: What a person reads, French and English; ``detail`` follows.
PHRASES: dict[Panne, tuple[str, str]] = {
    Panne.INJOIGNABLE: ("ne répond pas", "does not answer"),
    Panne.DELAI: ("n'a pas répondu à temps", "did not answer in time"),
    Panne.TLS: ("présente un certificat TLS qui n'est pas accepté", "presents a TLS certificate that is not accepted"),
    Panne.DEPLACEE: ("a changé d'adresse", "has moved"),
    Panne.HTTP: ("a répondu par une erreur", "answered with an error"),
    Panne.TROP_GROS: ("a envoyé une réponse trop grosse", "sent too large an answer"),
    Panne.ILLISIBLE: ("a envoyé une réponse illisible", "sent an unreadable answer"),
    Panne.INTERDITE: ("n'est pas une adresse publique http(s)", "is not a public http(s) address"),
}


class EchecHttp(ErreurTransitoire):
    """An address gave no usable answer. Facts: ``adresse``, ``panne``, ``detail``, and ``vers``, where it has moved to."""

    def __init__(self, message: str, **facts: object) -> None:
        super().__init__(message, **facts)
        self.adresse = str(facts.get("adresse", ""))
        self.panne = Panne(str(facts.get("panne", Panne.INJOIGNABLE)))
        self.detail = str(facts.get("detail", ""))
        self.vers = None if facts.get("vers") is None else str(facts["vers"])

    @property
    def fr(self) -> str:
        """The French sentence."""
        return f"{self.adresse} {PHRASES[self.panne][0]}" + (f" ({self.detail})" if self.detail else "")

    @property
    def en(self) -> str:
        """The English sentence."""
        return f"{self.adresse} {PHRASES[self.panne][1]}" + (f" ({self.detail})" if self.detail else "")


def echec(adresse: str, panne: Panne, detail: str = "", vers: str | None = None) -> EchecHttp:
    """Return the error of an address."""
    return EchecHttp(f"{adresse} {PHRASES[panne][1]}", adresse=adresse, panne=panne, detail=detail, vers=vers)


@dataclass(frozen=True, slots=True)
class Bornes:
    """Bounds of one exchange. :ivar delai: seconds from beginning to end. :ivar taille: bytes of the answer at most."""

    delai: float = 5.0
    taille: int = 16 * 1024 * 1024


def client_http(ac: str | None = None, mandataire: AdresseSecrete | None = None) -> httpx.Client:
    """Return a client that follows no redirection and reads no environment.

    :param ac: PEM file of the authorities of TLS servers; ``None`` for the system's. :param mandataire: URL of an outgoing proxy.
    :raises ErreurConfiguration: ``ac`` cannot be read. Facts: ``path``.
    """
    try:
        contexte = ssl.create_default_context(cafile=ac)
    except OSError as error:  # SSLError is one
        raise ErreurConfiguration(f"{ac} is not a readable PEM file of authorities: {error}", path=ac) from error
    return httpx.Client(
        verify=contexte, follow_redirects=False, trust_env=False, proxy=mandataire.get_secret_value() if mandataire else None
    )


def demander(
    client: httpx.Client,
    adresse: str,
    bornes: Bornes,
    *,
    corps: bytes | None = None,
    type_: str = "application/octet-stream",
    chrono: Callable[[], float] = time.monotonic,
) -> bytes:
    """GET ``adresse``, or POST ``corps`` to it; return the body of a 200.

    A server that sends drop by drop, headers or body, runs out of time like one that sends nothing. What the time does not hold is the
    system's search for the address of a host.

    :raises EchecHttp: anything else than a whole 200 in time.
    """
    fin = chrono() + bornes.delai
    trop_tard = echec(adresse, Panne.DELAI, f"{bornes.delai:g} s")
    with Echeance(bornes.delai) as echeance:
        try:
            with _envoyer(client, adresse, bornes, corps, type_, echeance) as reponse:
                _refuser_statut(adresse, reponse)
                recu = bytearray()
                for morceau in reponse.iter_bytes():
                    recu += morceau
                    if len(recu) > bornes.taille:
                        raise echec(adresse, Panne.TROP_GROS, f"> {bornes.taille} octets")
                    if chrono() > fin:
                        raise trop_tard
        except httpx.TimeoutException as error:
            raise trop_tard from error
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, UnicodeError) as error:
            if echeance.passee:  # the cut shows as an error of whatever was under way
                raise trop_tard from error
            tls = _cause_tls(error)
            raise (echec(adresse, Panne.INJOIGNABLE, type(error).__name__) if tls is None else echec(adresse, Panne.TLS, tls)) from error
        if echeance.passee:  # a body that ends with its connection looks whole when it is cut
            raise trop_tard
    return bytes(recu)


def _envoyer(
    client: httpx.Client, adresse: str, bornes: Bornes, corps: bytes | None, type_: str, echeance: Echeance
) -> AbstractContextManager[httpx.Response]:
    """Begin an exchange on a connection of its own."""
    return client.stream(
        "GET" if corps is None else "POST",
        adresse,
        content=corps,
        headers={"Connection": "close"} | ({} if corps is None else {"Content-Type": type_}),  # an Echeance sees new connections only
        timeout=httpx.Timeout(bornes.delai),
        extensions={"trace": echeance.suivre},
    )


def _refuser_statut(adresse: str, reponse: httpx.Response) -> None:
    if reponse.has_redirect_location:
        vers = str(reponse.url.join(reponse.headers["location"]))
        raise echec(adresse, Panne.DEPLACEE, f"{reponse.status_code} → {vers}", vers)
    if reponse.status_code != 200:
        raise echec(adresse, Panne.HTTP, str(reponse.status_code))


def _cause_tls(error: BaseException | None) -> str | None:
    """Return what TLS complained of, when that is behind an error."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error.verify_message
        if isinstance(error, ssl.SSLError):
            return error.reason or "TLS"
        error = error.__cause__ or error.__context__
    return None


def _adresses_ip(hote: str, port: int) -> list[str]:
    return [str(one[4][0]) for one in socket.getaddrinfo(hote, port, type=socket.SOCK_STREAM)]


def exiger_publique(adresse: str, resoudre: Callable[[str, int], list[str]] = _adresses_ip) -> None:
    """Refuse an address that is not http(s), or whose host is on a private network: such addresses come from certificates.

    :param resoudre: returns the IP addresses of a host.
    :raises EchecHttp: it is not public, or its host has no address.
    """
    try:
        parts = urlsplit(adresse)
        hote, port = parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError as error:
        raise echec(adresse, Panne.INTERDITE) from error
    if parts.scheme not in {"http", "https"} or not hote:
        raise echec(adresse, Panne.INTERDITE)
    try:
        trouvees = resoudre(hote, port)
    except (OSError, UnicodeError) as error:
        raise echec(adresse, Panne.INJOIGNABLE, "nom inconnu") from error
    for ip in trouvees:
        if not ipaddress.ip_address(ip.partition("%")[0]).is_global:
            raise echec(adresse, Panne.INTERDITE, ip)
