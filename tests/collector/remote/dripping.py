"""A server on loopback that sends the beginning of an answer, and then a byte now and then."""

import contextlib
import socket
import ssl
import threading
from typing import Self

MOST = 600
"""So many bytes drip before it ends by itself: far more than a client with a limit of its own waits for."""


class Dripping:
    """Answers one request within its block. ``ended`` is set where it sent all there was."""

    def __init__(self, beginning: bytes, drop: bytes, tls: ssl.SSLContext | None = None) -> None:
        self.ended = threading.Event()
        self._beginning = beginning
        self._drop = drop
        self._tls = tls
        self._stop = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._listening.close()

    def _serve(self) -> None:
        plain, _ = self._listening.accept()
        with contextlib.suppress(OSError), plain:
            link = self._tls.wrap_socket(plain, server_side=True) if self._tls else plain
            with link:
                link.recv(65536)
                link.sendall(self._beginning)
                self._drip(link)

    def _drip(self, link: socket.socket) -> None:
        for _ in range(MOST):
            if self._stop.wait(0.05):
                return
            link.sendall(self._drop)
        self.ended.set()
