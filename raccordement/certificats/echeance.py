"""The end of one HTTP exchange. httpx bounds each read: a server that sends one byte at a time would hold it for ever."""

from __future__ import annotations

import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType
from typing import Any, Self


class Echeance:
    """Cuts the connections of an exchange when its time is over, whatever it is doing then. For one exchange, as a context.

    It learns of a connection when it is made (httpcore's extension ``trace``, event ``connect_tcp.complete``): one that was there before
    would escape it.

    :param delai: seconds from the beginning of the context.
    """

    def __init__(self, delai: float) -> None:
        self._verrou = threading.Lock()
        self._prises: list[socket.socket] = []
        self._passee = False
        self._minuterie = threading.Timer(delai, self._couper)
        self._minuterie.daemon = True

    @property
    def passee(self) -> bool:
        """True once the time is over: what was read may be cut."""
        return self._passee

    def __enter__(self) -> Self:
        self._minuterie.start()
        return self

    def __exit__(self, _genre: type[BaseException] | None, _erreur: BaseException | None, _trace: TracebackType | None) -> None:
        self._minuterie.cancel()
        with self._verrou:
            for one in self._prises:
                one.close()
            self._prises.clear()

    def suivre(self, evenement: str, faits: Mapping[str, Any]) -> None:
        """Take note of what the exchange does; the callback of ``trace``."""
        if not evenement.endswith(".connect_tcp.complete"):
            return
        prise = faits["return_value"].get_extra_info("socket")
        with self._verrou:
            # A second descriptor of the connection: TLS takes the first one away, and another thread may not touch its state.
            self._prises.append(prise.dup())
            if self._passee:
                _fermer(self._prises[-1])

    def _couper(self) -> None:
        with self._verrou:
            self._passee = True
            for one in self._prises:
                _fermer(one)


def _fermer(prise: socket.socket) -> None:
    """End a connection under whoever reads from it or writes to it."""
    with suppress(OSError):  # the other side did already
        prise.shutdown(socket.SHUT_RDWR)
