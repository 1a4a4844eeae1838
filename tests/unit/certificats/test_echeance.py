"""An HTTP exchange ends in the time it is given, whatever the server sends meanwhile. Real sockets, on the loopback."""

import socket
import threading
import time
from contextlib import contextmanager

import pytest

from flux.adresse_secrete import AdresseSecrete
from raccordement.certificats.http import Bornes, EchecHttp, Panne, client_http, demander
from tests.pki import pem
from tests.serveur_http import autorite_tls, contexte_tls, serveur

DELAI = 0.4
#: Seconds: what even a busy machine does not add to a deadline; and for how long a server of these tests would go on.
MARGE, DUREE = 20.0, 45.0
AC_TLS = autorite_tls()


@contextmanager
def _brut(parler, tls=None):
    """A server that says what it likes to whoever comes, on one connection at a time."""
    fini = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as ecoute:
        ecoute.settimeout(0.05)

        def servir():
            while not fini.is_set():
                try:
                    lien, _ = ecoute.accept()
                except TimeoutError:
                    continue
                try:
                    with lien if tls is None else tls.wrap_socket(lien, server_side=True) as prise:
                        prise.settimeout(DUREE)
                        parler(prise, fini)
                except OSError:  # the client left: that is the point
                    continue

        fil = threading.Thread(target=servir, daemon=True)
        fil.start()
        try:
            yield f"127.0.0.1:{ecoute.getsockname()[1]}"
        finally:
            fini.set()
            fil.join()


def _goutter(prise, fini, data):
    fin = time.monotonic() + DUREE
    for octet in data:
        if fini.wait(0.1) or time.monotonic() > fin:
            return
        prise.sendall(bytes([octet]))


def _entetes(prise, fini):
    prise.recv(65536)
    _goutter(prise, fini, b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 500)


def _corps_sans_longueur(prise, fini):
    """Its end is the end of the connection: cut, it must not be taken for whole."""
    prise.recv(65536)
    fini.wait(DELAI / 2)
    prise.sendall(b"HTTP/1.1 200 OK\r\n\r\nmoitie")
    fini.wait(DUREE)


def _poignee_de_main(prise, fini):
    """The first bytes of a TLS handshake record, one by one."""
    _goutter(prise, fini, b"\x16\x03\x03\x40\x00\x02" + b"\0" * 500)


def _echouer(adresse, client):
    depart = time.monotonic()
    with pytest.raises(EchecHttp) as vu:
        demander(client, adresse, Bornes(delai=DELAI), corps=b"x")
    assert vu.value.panne is Panne.DELAI
    assert DELAI * 0.9 < time.monotonic() - depart < DELAI + MARGE


@pytest.mark.parametrize("parler", [_entetes, _corps_sans_longueur], ids=["entetes", "corps-sans-longueur"])
@pytest.mark.parametrize("chiffre", [False, True], ids=["clair", "tls"])
def test_a_server_that_drips_runs_out_of_time(parler, chiffre, tmp_path):
    (tmp_path / "ac.pem").write_bytes(pem(AC_TLS.certificat))
    with _brut(parler, contexte_tls(tmp_path, AC_TLS) if chiffre else None) as hote:
        _echouer(f"http{'s' if chiffre else ''}://{hote}/", client_http(str(tmp_path / "ac.pem")))


def test_a_tls_handshake_that_drips_runs_out_of_time():
    with _brut(_poignee_de_main) as hote:
        _echouer(f"https://{hote}/", client_http())


@pytest.mark.parametrize("vers", ["http", "https"])
def test_a_proxy_that_drips_runs_out_of_time(vers):
    with _brut(_entetes) as hote:
        _echouer(f"{vers}://essai.example/", client_http(mandataire=AdresseSecrete(f"http://{hote}")))


def test_an_exchange_on_a_client_used_before_has_its_own_time(tmp_path):
    """No connection is used again: what watches one exchange must see it begin."""
    lent = threading.Event()

    def parler(demande):
        if lent.is_set():
            _goutter(demande.connection, demande.fini, b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 500)
        else:
            demande.repondre(b"bon")

    with serveur(parler) as (adresse, recues):
        client = client_http()
        for _ in range(3):
            assert demander(client, adresse, Bornes(delai=DUREE)) == b"bon"
        lent.set()
        _echouer(adresse, client)
        lent.clear()
        assert demander(client, adresse, Bornes(delai=DUREE)) == b"bon"
        assert len(recues) == 5


def test_nothing_is_left_of_an_exchange_that_ended_in_time():
    avant = set(threading.enumerate())  # those of other tests may still be ending
    with serveur(lambda demande: demande.repondre(b"bon")) as (adresse, _):
        client = client_http()
        for _ in range(20):
            demander(client, adresse, Bornes(delai=60))
    client.close()
    fin = time.monotonic() + MARGE
    while set(threading.enumerate()) - avant and time.monotonic() < fin:
        time.sleep(0.01)
    assert set(threading.enumerate()) <= avant
