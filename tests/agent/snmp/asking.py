"""Asking a real engine over a plain blocking socket, with nothing of the product but its messages."""

import os
import socket
from collections.abc import Sequence
from itertools import count
from time import monotonic, sleep

from agent.snmp.ber import Oid
from agent.snmp.credentials import Access
from agent.snmp.message import Kind, Report, Response, Security, number_of, request, response
from agent.snmp.v3 import User
from rules.secret import Secret

AUTH_KEY, PRIV_KEY = "authentication key", "privacy key!"
UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
_PATIENCE_S = 5.0
_numbers = count(1000)


def own_place() -> tuple[str, int]:
    """A loopback address that no other process of the test run uses, and a free UDP port there."""
    pid = os.getpid()
    address = f"127.{100 + (pid >> 16) % 100}.{pid >> 8 & 255}.{pid & 255}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((address, 0))
        return address, int(sock.getsockname()[1])


def user(
    name: str, auth: str = "", priv: str = "", *, auth_key: str = AUTH_KEY, priv_key: str = PRIV_KEY, context: str = ""
) -> Access:
    return Access("test", "v3", None, name, auth, Secret(auth_key), priv, Secret(priv_key), context)


class Asker:
    """A socket to one engine."""

    def __init__(self, address: str, port: int) -> None:
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.connect((address, port))

    def close(self) -> None:
        self._sock.close()

    def once(self, security: Security, kind: Kind, oids: Sequence[Oid], patience_s: float = _PATIENCE_S) -> Response:
        """One datagram there, its answer back. Raises TimeoutError, ConnectionRefusedError, and what ``open`` does."""
        number = next(_numbers)
        until = monotonic() + patience_s
        self._sock.settimeout(patience_s)
        self._sock.send(security.seal(request(kind, number, oids, 0, 3 if kind == Kind.GET_BULK else 0), number))
        datagram = self._sock.recv(65_535)
        while number_of(datagram) != number:
            # A late answer to a question given up.
            self._sock.settimeout(max(0.001, until - monotonic()))
            datagram = self._sock.recv(65_535)
        answer = response(*security.open(datagram))
        assert answer.number == number
        return answer

    def wakes(self) -> bool:
        """Whether the engine comes to answer within twenty seconds."""
        until = monotonic() + 20
        while monotonic() < until:
            try:
                self.once(User(user("anybody")), Kind.GET, [UPTIME], 0.2)
            except Report:
                return True
            except ConnectionRefusedError:
                sleep(0.05)
            except TimeoutError:
                continue
        return False

    def ask(
        self,
        security: Security,
        kind: Kind = Kind.GET,
        oids: Sequence[Oid] = (UPTIME,),
        patience_s: float = _PATIENCE_S,
    ) -> Response:
        """The same, again as long as a Report says so, three times at most."""
        for _ in range(3):
            try:
                return self.once(security, kind, oids, patience_s)
            except Report as report:
                if not report.again:
                    raise
        return self.once(security, kind, oids, patience_s)
