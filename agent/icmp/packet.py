"""ICMP messages as bytes: building echo requests, judging answers, reading errors. Nothing here does I/O.

The payload of a request is an 8-byte nonce of this process and an 8-byte serial number, which no other request of it
ever has, and then a pattern: so an answer of an earlier use of the same 16-bit sequence, another program's answer and a
damaged one are told from ours (RFC 792, RFC 4443 §4).
"""

import socket
import struct
import sys
from dataclasses import dataclass
from functools import cache

HEADER = 8
"""Bytes of an echo message before its payload."""
SMALLEST = 16
"""The smallest payload: nonce and serial number."""
LARGEST = 65_000
USUAL = 56
"""The payload of ``ping(8)``, which makes an IPv4 packet of 84 bytes."""

REQUEST = {4: 8, 6: 128}
REPLY = {4: 0, 6: 129}

_HEAD = struct.Struct("=BxBBHBB8sQ")
"""Native order, for the serial number's sake, which one pass over many answers reads beside the kernel's stamps. What
RFC 792 wants in network order is put in byte by byte."""
_BIG = sys.byteorder == "big"
_CYCLE = bytes(range(0x10, 0xF0))


@cache
def pattern(length: int) -> bytes:
    """What fills a payload behind nonce and serial number."""
    return (_CYCLE * (length // len(_CYCLE) + 1))[:length]


class Template:
    """Echo requests of one family, identifier and payload size."""

    __slots__ = ("_base", "_fill", "_kind", "_nonce", "_summed", "_wire_identifier")

    def __init__(self, family: int, identifier: int, nonce: bytes, size: int, summed: bool) -> None:
        """``summed``: the checksum is ours to make (raw IPv4); elsewhere the kernel does."""
        self._kind = REQUEST[family]
        self._wire_identifier = socket.htons(identifier)
        self._nonce = nonce
        self._fill = pattern(size - SMALLEST)
        self._summed = summed
        self._base = ones_sum(nonce + self._fill) + identifier

    def requests(self, sequence: int, serial: int, count: int) -> list[bytes]:
        """``count`` messages with sequence (16 bits) and serial number (64 bits) going up by one."""
        kind, wire, nonce, fill, pack = self._kind, self._wire_identifier, self._nonce, self._fill, _HEAD.pack
        numbers = zip(range(sequence, sequence + count), range(serial, serial + count), strict=True)
        if not self._summed:
            return [pack(kind, 0, 0, wire, at >> 8, at & 0xFF, nonce, this) + fill for at, this in numbers]
        made = []
        for at, this in numbers:
            total = self._checksum(at, this, kind)
            made.append(pack(kind, total >> 8, total & 0xFF, wire, at >> 8, at & 0xFF, nonce, this) + fill)
        return made

    def reply_checksum(self, sequence: int, serial: int) -> int:
        """What stands in the checksum field of an undamaged IPv4 answer."""
        return self._checksum(sequence, serial, REPLY[4])

    def _checksum(self, sequence: int, serial: int, kind: int) -> int:
        # 2**16 is 1 in this arithmetic, so words may be added as they lie in one large number.
        total = self._base + (kind << 8) + sequence + (serial if _BIG else _swapped(serial))
        while total > 0xFFFF:
            total = (total & 0xFFFF) + (total >> 16)
        return total ^ 0xFFFF


def _swapped(serial: int) -> int:
    return int.from_bytes(serial.to_bytes(8, "little"), "big")


def ones_sum(data: bytes) -> int:
    """The sum of 16-bit words in network order, not folded yet (RFC 1071)."""
    if len(data) % 2:
        data += b"\0"
    return sum(struct.unpack(f"!{len(data) // 2}H", data))


@dataclass(frozen=True, slots=True)
class Echo:
    """An echo reply: what a socket received, from the ICMP header on."""

    kind: int
    checksum: int
    identifier: int
    sequence: int
    nonce: bytes
    serial: int
    fill: bytes


def echo(message: bytes) -> Echo | None:
    """The echo reply or request in ``message``, or None when it is too short to be one of ours."""
    if len(message) < HEADER + SMALLEST:
        return None
    kind, sum_high, sum_low, identifier, high, low, nonce, serial = _HEAD.unpack_from(message)
    return Echo(
        kind,
        sum_high << 8 | sum_low,
        socket.ntohs(identifier),
        high << 8 | low,
        nonce,
        serial,
        message[_HEAD.size :],
    )


def place(message: bytes) -> tuple[int, int, int] | None:
    """Type, identifier and sequence of an echo message, however short; None when not even they are there."""
    if len(message) < HEADER:
        return None
    identifier, sequence = struct.unpack_from("!HH", message, 4)
    return message[0], identifier, sequence


def without_ip_header(packet: bytes) -> bytes:
    """What follows the IPv4 header, with which a raw socket delivers. Options make it longer than 20 bytes."""
    return packet[(packet[0] & 0x0F) * 4 :] if packet else packet


_ERRORS = {
    4: {3: "destination unreachable", 11: "time to live exceeded", 12: "parameter problem"},
    6: {1: "destination unreachable", 2: "packet too big", 3: "hop limit exceeded", 4: "parameter problem"},
}
_UNREACHABLE_KIND = {4: 3, 6: 1}
_UNREACHABLE = {
    4: {0: "network", 1: "host", 2: "protocol", 3: "port", 4: "fragmentation needed", 5: "source route failed"}
    | dict.fromkeys((6, 11), "network")
    | dict.fromkeys((7, 8, 12), "host")
    | dict.fromkeys((9, 10, 13), "prohibited"),
    6: {0: "no route", 1: "prohibited", 2: "beyond scope", 3: "address", 4: "port", 5: "source policy", 6: "rejected"},
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An ICMP error about one of our requests (RFC 792, RFC 1812 §5.2.7, RFC 4443 §3)."""

    kind: int
    code: int
    text: str
    """In words: ``destination unreachable: host``."""
    router: str
    """The address that told it; empty when the kernel did not say."""

    def __str__(self) -> str:
        return f"{self.text} (told by {self.router})" if self.router else self.text


def refusal(family: int, kind: int, code: int, router: str) -> Refusal:
    """The Refusal of an ICMP error by its numbers."""
    text = _ERRORS[family].get(kind, f"ICMP error {kind}")
    if kind == _UNREACHABLE_KIND[family]:
        text += f": {_UNREACHABLE[family].get(code, f'code {code}')}"
    return Refusal(kind, code, text, router)


def about(quoted: bytes, family: int) -> tuple[int, int] | None:
    """Identifier and sequence of the echo request an error quotes (at least its 8 header bytes, RFC 792), or None."""
    found = place(quoted)
    return found[1:] if found is not None and found[0] == REQUEST[family] else None
