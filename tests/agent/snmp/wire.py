"""SNMP v1 and v2c from the device's side, by hand: bytes to questions, values to answers.

Small, slow and apart from the product's own codec, so that the two can disagree.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Oid = tuple[int, ...]

INTEGER, OCTETS, NULL, OBJECT_ID, SEQUENCE = 0x02, 0x04, 0x05, 0x06, 0x30
COUNTER32, GAUGE32, TICKS, COUNTER64 = 0x41, 0x42, 0x43, 0x46
NO_SUCH_OBJECT, END_OF_VIEW = b"\x80\x00", b"\x82\x00"
GET, GET_NEXT, RESPONSE, GET_BULK, REPORT = 0xA0, 0xA1, 0xA2, 0xA5, 0xA8

UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)

VarBind = tuple[Oid, bytes]
"""An object and its value as it stands in a message (tag, length, contents)."""


@dataclass(frozen=True)
class Question:
    """What somebody asks. ``skip`` and ``repetitions`` are those of GETBULK, 0 otherwise."""

    version: int
    community: bytes
    kind: int
    number: int
    skip: int
    repetitions: int
    oids: tuple[Oid, ...]


def tlv(tag: int, contents: bytes) -> bytes:
    size = len(contents)
    if size < 0x80:
        return bytes((tag, size)) + contents
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + contents


def number(value: int, tag: int = INTEGER) -> bytes:
    return tlv(tag, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def text(value: bytes) -> bytes:
    return tlv(OCTETS, value)


def name(oid: Oid) -> bytes:
    contents = bytearray([oid[0] * 40 + oid[1]])
    for part in oid[2:]:
        groups = [part & 0x7F]
        while part := part >> 7:
            groups.append(part & 0x7F | 0x80)
        contents += bytes(reversed(groups))
    return tlv(OBJECT_ID, bytes(contents))


def split(buffer: bytes, at: int = 0) -> tuple[int, bytes, int]:
    """Tag, contents and end of the element at that place."""
    tag, size, start = buffer[at], buffer[at + 1], at + 2
    if size & 0x80:
        start += size & 0x7F
        size = int.from_bytes(buffer[at + 2 : start], "big")
    return tag, buffer[start : start + size], start + size


def parts(buffer: bytes) -> list[tuple[int, bytes]]:
    """The elements one after the other."""
    found, at = [], 0
    while at < len(buffer):
        tag, contents, at = split(buffer, at)
        found.append((tag, contents))
    return found


def oid_of(contents: bytes) -> Oid:
    found, part = [contents[0] // 40, contents[0] % 40], 0
    for octet in contents[1:]:
        part = part << 7 | octet & 0x7F
        if not octet & 0x80:
            found.append(part)
            part = 0
    return tuple(found)


def question(datagram: bytes) -> Question:
    """A v1 or v2c message as a question."""
    (_, version), (_, community), (kind, pdu) = parts(split(datagram)[1])
    return asked(pdu, kind, version[0], community)


def asked(pdu: bytes, kind: int, version: int = 1, community: bytes = b"") -> Question:
    """The contents of a PDU as a question."""
    (_, request), (_, first), (_, second), (_, varbinds) = parts(pdu)
    bulk = kind == GET_BULK
    return Question(
        version,
        community,
        kind,
        int.from_bytes(request, "big", signed=True),
        int.from_bytes(first, "big") if bulk else 0,
        int.from_bytes(second, "big") if bulk else 0,
        tuple(oid_of(parts(varbind)[0][1]) for _, varbind in parts(varbinds)),
    )


def response(request: int, varbinds: Sequence[VarBind], status: int = 0, index: int = 0) -> bytes:
    """A Response PDU."""
    rows = b"".join(tlv(SEQUENCE, name(oid) + value) for oid, value in varbinds)
    return tlv(RESPONSE, number(request) + number(status) + number(index) + tlv(SEQUENCE, rows))


def message(version: int, community: bytes, pdu: bytes) -> bytes:
    return tlv(SEQUENCE, number(version) + text(community) + pdu)


def reply(to: Question, varbinds: Sequence[VarBind], status: int = 0, index: int = 0) -> bytes:
    """The datagram that answers a question."""
    return message(to.version, to.community, response(to.number, varbinds, status, index))


def refusal(to: Question, status: int, index: int = 0) -> bytes:
    """An error status; the objects asked come back without values (RFC 3416 §4.2.1)."""
    return reply(to, [(oid, bytes((NULL, 0))) for oid in to.oids], status, index)


class Mib:
    """What a device knows, and how a device that does everything right answers."""

    def __init__(self, objects: Mapping[Oid, bytes]) -> None:
        self.objects = dict(objects)
        self._order = sorted(self.objects)

    def next(self, oid: Oid) -> VarBind:
        place = bisect_right(self._order, oid)
        if place == len(self._order):
            return oid, END_OF_VIEW
        return self._order[place], self.objects[self._order[place]]

    def varbinds(self, to: Question, largest: int = 65_535) -> list[VarBind]:
        """The answer's varbinds, cut where a GETBULK answer would outgrow ``largest`` bytes (RFC 3416 §4.2.3)."""
        if to.kind == GET:
            return [(oid, self.objects.get(oid, NO_SUCH_OBJECT)) for oid in to.oids]
        if to.kind == GET_NEXT:
            return [self.next(oid) for oid in to.oids]
        found = [self.next(oid) for oid in to.oids[: to.skip]]
        at = list(to.oids[to.skip :])
        room = largest - 60 - len(to.community)
        for _ in range(to.repetitions):
            for place, oid in enumerate(at):
                varbind = self.next(oid)
                room -= len(tlv(SEQUENCE, name(varbind[0]) + varbind[1]))
                if room < 0:
                    return found
                found.append(varbind)
                at[place] = varbind[0]
        return found

    def answer(self, to: Question) -> bytes:
        """The right answer, in the manner of the version asked in."""
        varbinds = self.varbinds(to)
        if to.version == 0:
            for index, (_, value) in enumerate(varbinds, 1):
                if value in (NO_SUCH_OBJECT, END_OF_VIEW):
                    return refusal(to, 2, index)
        return reply(to, varbinds)


def table(column: Oid, values: Sequence[bytes], first: int = 1) -> dict[Oid, bytes]:
    """Cells of a column, its index counting from ``first``."""
    return {(*column, first + row): value for row, value in enumerate(values)}
