"""Messages of SNMP: PDUs (RFC 3416, RFC 1157), and the community's wrapping of v1 and v2c (RFC 1901). Pure.

One number serves as request id and, with v3, as message id, so that an answer finds its question before anything of it
is believed or decrypted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

from agent.snmp.ber import (
    Malformed,
    Oid,
    Tag,
    VarBind,
    asked,
    content,
    element,
    encode_integer,
    encode_varbind,
    expect,
    integer,
    octets,
    varbinds,
)
from agent.snmp.errors import Cause, Denied


class Kind(IntEnum):
    """Kinds of PDUs, by their tags (RFC 3416 §3; TRAP is that of v1, RFC 1157 §4.1.6)."""

    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3
    TRAP = 0xA4
    GET_BULK = 0xA5
    INFORM = 0xA6
    NOTIFICATION = 0xA7
    REPORT = 0xA8


VERSIONS = {0: "v1", 1: "v2c", 3: "v3"}
"""By the number that stands in a message."""
_NUMBERS = {name: number for number, name in VERSIONS.items()}


class Forged(Exception):
    """A message that is not from whom it must be: another community, engine or user, a wrong digest, an old time."""


class Report(Exception):
    """A v3 engine says why it does not answer (RFC 3412 §7.2). ``again``: we know more now, the question may be put
    once more."""

    def __init__(self, text: str, cause: Cause, again: bool = False, retry: bool = False) -> None:
        super().__init__(text)
        self.cause, self.again, self.retry = cause, again, retry

    def denied(self) -> Denied:
        """The same as what becomes of the request."""
        return Denied(str(self), self.cause, self.retry)


class Security(Protocol):
    """What wraps PDUs for one device and unwraps those that come from it.

    ``engine_id`` is that of the device, empty before v3 has told it and where there is none.
    """

    @property
    def engine_id(self) -> bytes: ...

    def seal(self, pdu: bytes, number: int) -> bytes:
        """The datagram that carries a PDU with that number. Raises Denied when this machine cannot make it."""

    def open(self, datagram: bytes) -> tuple[bytes, int]:
        """A buffer, and where in it the PDU of a datagram begins. Raises Malformed, Forged, Report."""


class Community:
    """The security of v1 and v2c: a word that all can read."""

    engine_id = b""
    __slots__ = ("_before",)

    def __init__(self, version: str, community: bytes) -> None:
        self._before = encode_integer(_NUMBERS[version]) + element(Tag.OCTET_STRING, community)

    def seal(self, pdu: bytes, number: int) -> bytes:
        """The datagram that carries a PDU."""
        size = len(self._before) + len(pdu)
        if size < 128:
            return b"%c%c%b%b" % (Tag.SEQUENCE, size, self._before, pdu)
        return element(Tag.SEQUENCE, self._before + pdu)

    def open(self, datagram: bytes) -> tuple[bytes, int]:
        """Where the PDU of a datagram begins. Raises Malformed, Forged."""
        begin, end = expect(datagram, 0, len(datagram), Tag.SEQUENCE)
        at = begin + len(self._before)
        if datagram[begin:at] != self._before:
            # Somebody else's, no message at all, or the same said in more octets than need be.
            version, at = integer(datagram, begin, end)
            community, at = octets(datagram, at, end)
            if encode_integer(version) + element(Tag.OCTET_STRING, community) != self._before:
                raise Forged("another version or community")
        return datagram, at


@dataclass(slots=True)
class Response:
    """A PDU as it came. ``status`` and ``index`` as RFC 3416 §3 has them; for GETBULK non-repeaters and repetitions."""

    kind: int
    number: int
    status: int
    index: int
    varbinds: list[VarBind]


def response(buffer: bytes, at: int = 0) -> Response:
    """The PDU that begins there; all kinds but v1's trap. Raises Malformed."""
    if at >= len(buffer) or buffer[at] not in _READABLE:
        raise Malformed("expected a PDU", at)
    begin, end = content(buffer, at, len(buffer))
    number, begin_status = integer(buffer, begin, end)
    status, begin_index = integer(buffer, begin_status, end)
    index, begin_varbinds = integer(buffer, begin_index, end)
    return Response(buffer[at], number, status, index, varbinds(buffer, begin_varbinds, end))


_READABLE = frozenset(Kind) - {Kind.TRAP}


def request(kind: int, number: int, oids: Sequence[Oid], non_repeaters: int = 0, repetitions: int = 0) -> bytes:
    """The PDU that asks for these objects. The two last are GETBULK's. Raises ValueError for what is no object name."""
    body = b"".join([asked(oid) for oid in oids])
    if kind != Kind.GET_BULK:
        settings = _NO_SETTINGS
    elif 0 <= non_repeaters < 128 and 0 <= repetitions < 128:
        settings = b"\x02\x01%c\x02\x01%c" % (non_repeaters, repetitions)
    else:
        settings = encode_integer(non_repeaters) + encode_integer(repetitions)
    return element(kind, encode_number(number) + settings + element(Tag.SEQUENCE, body))


_NO_SETTINGS = b"\x02\x01\x00\x02\x01\x00"


def encode_number(number: int) -> bytes:
    """The INTEGER by which an answer finds its question. Nearly all random ones of 31 bits take four octets."""
    return b"\x02\x04" + number.to_bytes(4, "big") if 1 << 23 <= number < 1 << 31 else encode_integer(number)


def encode(pdu: Response) -> bytes:
    """A PDU with values."""
    body = b"".join(map(encode_varbind, pdu.varbinds))
    numbers = encode_integer(pdu.number) + encode_integer(pdu.status) + encode_integer(pdu.index)
    return element(pdu.kind, numbers + element(Tag.SEQUENCE, body))


def number_of(datagram: bytes) -> int | None:
    """The number by which an answer finds its question: v3's message id, else the request id. None for what is no
    message. Looks at the head alone."""
    try:
        size = datagram[1]
        at = 2 if size < 128 else 2 + (size & 0x7F)
        if datagram[0] != 0x30 or datagram[at] != 2:
            return None
        if datagram[at + 1] == 1:
            version = datagram[at + 2]
            at += 3
        else:
            version, at = integer(datagram, at, len(datagram))
        size = datagram[at + 1]
        inside = at + 2 if size < 128 else at + 2 + (size & 0x7F)
        if version == 3:
            if datagram[at] != 0x30:
                return None
            at = inside
        else:
            if datagram[at] != 0x04 or not 0 <= version <= 1:
                return None
            if size > 127:
                size = int.from_bytes(datagram[at + 2 : inside], "big")
            at = inside + size
            if datagram[at] & 0xE0 != 0xA0:
                return None
            size = datagram[at + 1]
            at += 2 if size < 128 else 2 + (size & 0x7F)
        size = datagram[at + 1]
        if datagram[at] != 2 or size > 8 or at + 2 + size > len(datagram):
            return integer(datagram, at, len(datagram))[0]
        return int.from_bytes(datagram[at + 2 : at + 2 + size], "big", signed=True)
    except (IndexError, Malformed):
        return None


@dataclass(frozen=True, slots=True)
class Header:
    """What the outside of a message says. ``community`` is None with v3, ``pdu`` (a tag) when it is encrypted."""

    version: str
    community: bytes | None = None
    engine: bytes = b""
    user: bytes = b""
    pdu: int | None = None


def header(datagram: bytes) -> Header:
    """The outside of a message of any version, believed or not. Raises Malformed."""
    at, end = expect(datagram, 0, len(datagram), Tag.SEQUENCE)
    number, at = integer(datagram, at, end)
    if number not in VERSIONS:
        raise Malformed(f"version {number} of SNMP", at)
    if number != 3:
        community, at = octets(datagram, at, end)
        return Header(VERSIONS[number], community, pdu=_tag(datagram, at, end))
    _, at = expect(datagram, at, end, Tag.SEQUENCE)
    begin, over = expect(datagram, at, end, Tag.OCTET_STRING)
    inside, last = expect(datagram, begin, over, Tag.SEQUENCE)
    engine, inside = octets(datagram, inside, last)
    _, inside = integer(datagram, inside, last)
    _, inside = integer(datagram, inside, last)
    user, _ = octets(datagram, inside, last)
    if over < end and datagram[over] == Tag.OCTET_STRING:
        return Header("v3", None, engine, user)
    at, last = expect(datagram, over, end, Tag.SEQUENCE)
    _, at = octets(datagram, at, last)
    _, at = octets(datagram, at, last)
    return Header("v3", None, engine, user, _tag(datagram, at, last))


def _tag(datagram: bytes, at: int, end: int) -> int:
    content(datagram, at, end)
    return datagram[at]
