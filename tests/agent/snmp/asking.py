"""Asking a real engine over a plain blocking socket, with nothing of the product but its messages."""

import os
import socket
from collections.abc import Sequence
from itertools import count

from agent.snmp.ber import Oid
from agent.snmp.credentials import Access
from agent.snmp.message import Kind, Report, Response, Security, request, response
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
        """One datagram there, one back. Raises TimeoutError, ConnectionRefusedError, and what ``open`` raises."""
        number = next(_numbers)
        self._sock.settimeout(patience_s)
        self._sock.send(security.seal(request(kind, number, oids, 0, 3 if kind == Kind.GET_BULK else 0), number))
        answer = response(*security.open(self._sock.recv(65_535)))
        assert answer.number == number
        return answer

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
