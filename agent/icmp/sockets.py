"""Sockets that may send echo requests: the kernel's ping socket first, a raw one where that is not allowed."""

import socket
from dataclasses import dataclass

from rules.errors import Unavailable


class Forbidden(Unavailable):
    """This machine lets the process send no ICMP. Says nothing about any target; the text says what allows it."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A socket ready for echo requests. ``identifier`` is what the requests carry on the wire."""

    sock: socket.socket
    family: int
    raw: bool
    identifier: int


def open_socket(family: int) -> Opened:
    """A non-blocking socket of family 4 or 6 with kernel receive stamps, error queue and a large receive buffer.

    Raises Forbidden with the lines that would allow it; OSError when the family is off or descriptors are out.
    """
    raise NotImplementedError
