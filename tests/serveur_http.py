"""Real HTTP(S) servers on the loopback, each with one behaviour: what the verification service and its impostors may do."""

from __future__ import annotations

import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from tests.pki import SERVEUR, Autorite, cle_ec, nom, pem, racine

#: Takes the handler (its ``corps`` is the body received) and answers.
Conduite = Callable[["Demande"], None]


class Demande(BaseHTTPRequestHandler):
    """One request. ``fini`` is set when the server stops: a slow behaviour waits on it, never longer."""

    conduite: Conduite
    fini: threading.Event
    recues: list[tuple[str, bytes]]

    def do_GET(self) -> None:
        self._traiter(b"")

    def do_POST(self) -> None:
        self._traiter(self.rfile.read(int(self.headers["Content-Length"])))

    def _traiter(self, corps: bytes) -> None:
        self.corps = corps
        self.recues.append((self.command, corps))
        type(self).conduite(self)

    def repondre(self, corps: bytes, statut: int = 200, **entetes: str) -> None:
        self.send_response(statut)
        for cle, valeur in entetes.items():
            self.send_header(cle, valeur)
        self.send_header("Content-Length", str(len(corps)))
        self.end_headers()
        self.wfile.write(corps)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


@contextmanager
def serveur(conduite: Conduite, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[tuple[str, bytes]]]]:
    """Serve on a free port of 127.0.0.1; give the address and what it received."""
    fini = threading.Event()
    recues: list[tuple[str, bytes]] = []
    genre = type("Essai", (Demande,), {"conduite": staticmethod(conduite), "fini": fini, "recues": recues})
    with ThreadingHTTPServer(("127.0.0.1", 0), genre) as httpd:
        httpd.daemon_threads = True
        httpd.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that leave are the point
        if tls is not None:
            httpd.socket = tls.wrap_socket(httpd.socket, server_side=True)
        fil = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        fil.start()
        try:
            yield f"http{'s' if tls else ''}://127.0.0.1:{httpd.server_address[1]}/verification", recues
        finally:
            fini.set()
            httpd.shutdown()
            fil.join()


def autorite_tls(cn: str = "Racine TLS d'essai") -> Autorite:
    """A root for TLS servers, around now: TLS looks at the machine's clock."""
    return racine(cn, le=datetime.now(tz=UTC))


def contexte_tls(dossier: Path, autorite: Autorite, *, ip: str = "127.0.0.1", fin: timedelta = timedelta(days=2)) -> ssl.SSLContext:
    """The TLS side of a server: a certificate of ``autorite`` for ``ip``, that ends ``fin`` from now."""
    now = datetime.now(tz=UTC)
    cle = cle_ec("serveur-tls")
    certificat = autorite.emettre(
        nom("serveur d'essai"), cle, debut=now - timedelta(days=5), fin=now + fin, etendus=[SERVEUR], noms_ip=[ipaddress.ip_address(ip)]
    )
    fichier = dossier / f"tls-{certificat.serial_number}.pem"
    fichier.write_bytes(cle.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()) + pem(certificat))
    contexte = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    contexte.load_cert_chain(fichier)
    return contexte
