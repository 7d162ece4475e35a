"""A target's address in the forms the kernel takes it and gives it, made once and used for every request to it."""

import contextlib
import socket
import sys
from collections.abc import Sequence
from itertools import repeat
from typing import NamedTuple

from rules.errors import Invalid

_ORDER = sys.byteorder


class Destination(NamedTuple):
    """Where echo requests go. Made by ``destination`` or ``packed``."""

    sockaddr: tuple[str, int] | tuple[str, int, int, int]
    """As ``socket.sendto`` wants it."""
    packed: bytes
    """As the kernel names the source of an answer: 4 bytes of address, or 16 and 4 of the zone (native order)."""

    @property
    def family(self) -> int:
        """4 or 6."""
        return 4 if len(self.packed) == 4 else 6

    def __str__(self) -> str:
        return spelled(self.packed)


def destination(address: str) -> Destination:
    """The destination of an IPv4 or IPv6 address; a link-local one carries its zone (``fe80::1%eth0``).

    Raises Invalid for what is no address, for a zone that is no interface of this machine, and for a link-local
    address without one: which cable it is on nobody could say.
    """
    try:
        if ":" not in address:
            return Destination((address, 0), socket.inet_pton(socket.AF_INET, address))
        bare, _, zone = address.partition("%")
        return _six(bare, socket.inet_pton(socket.AF_INET6, bare), zone)
    except (OSError, ValueError):
        raise Invalid(f"{address!r} is no IP address") from None


def destinations(addresses: Sequence[str]) -> list[Destination]:
    """The destinations of many addresses. Raises Invalid as ``destination`` does.

    Where all are IPv4 no step of it is a step of the interpreter for each of them: half the time.
    """
    try:
        each = list(map(socket.inet_pton, repeat(socket.AF_INET), addresses))
    except (OSError, ValueError):
        return [destination(address) for address in addresses]
    return list(map(tuple.__new__, repeat(Destination), zip(zip(addresses, repeat(0)), each, strict=False)))


def packed(address: bytes) -> Destination:
    """The destination of an address of 4 or 16 bytes in network order. Raises Invalid as ``destination`` does."""
    if len(address) == 4:
        return Destination((socket.inet_ntop(socket.AF_INET, address), 0), address)
    return _six(socket.inet_ntop(socket.AF_INET6, address), address, "")


def spelled(packed: bytes) -> str:
    """An address as ``Destination.packed`` holds it, in words, with its zone."""
    if len(packed) == 4:
        return socket.inet_ntop(socket.AF_INET, packed)
    text = socket.inet_ntop(socket.AF_INET6, packed[:16])
    zone = int.from_bytes(packed[16:20], _ORDER)
    if not zone:
        return text
    with contextlib.suppress(OSError):
        return f"{text}%{socket.if_indextoname(zone)}"
    return f"{text}%{zone}"


def _six(bare: str, address: bytes, zone: str) -> Destination:
    # The kernel tells a zone for link-local sources (fe80::/10) and for no others, so no others carry one here.
    number = _interface(bare, zone) if address[0] == 0xFE and address[1] & 0xC0 == 0x80 else 0
    return Destination((bare, 0, 0, number), address + number.to_bytes(4, _ORDER))


def _interface(bare: str, zone: str) -> int:
    if not zone:
        raise Invalid(f"{bare} is link-local: name the interface, as in {bare}%eth0")
    try:
        return socket.if_nametoindex(zone)
    except OSError:
        if zone.isdecimal() and 0 < int(zone) < 1 << 31:
            return int(zone)
        raise Invalid(f"{bare}%{zone}: this machine has no interface {zone!r}") from None
