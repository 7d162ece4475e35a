"""A target's address in the form the kernel takes it, made once and used for every request to it."""

import ipaddress
import socket
import struct
from typing import NewType

from rules.errors import Invalid

Destination = NewType("Destination", bytes)
"""A packed ``sockaddr_in`` (16 bytes) or ``sockaddr_in6`` (28 bytes), as <netinet/in.h> lays them out."""

_IN = struct.Struct("=HH4s8x")
_IN6 = struct.Struct("=HHI16sI")


def destination(address: str) -> Destination:
    """The destination of an IPv4 or IPv6 address; a link-local one carries its zone (``fe80::1%eth0``).

    Raises Invalid for what is no address, or for a zone that is no interface of this machine.
    """
    raise NotImplementedError


def family_of(target: Destination) -> int:
    """4 or 6."""
    return 4 if len(target) == _IN.size else 6


def address_of(target: Destination) -> str:
    """The address in words, with its zone."""
    raise NotImplementedError
