"""The doors by which datagrams of strangers enter the SNMP engine, and real messages to begin from.

A door takes any bytes. What it may raise is part of its promise: everything else is a fault.
"""

import struct
from collections.abc import Callable
from contextlib import suppress
from itertools import takewhile

from agent.snmp.ber import Malformed, Oid, Tag, Value, VarBind, encode_oid, read_oid
from agent.snmp.columns import Column, columns_of
from agent.snmp.credentials import Access
from agent.snmp.message import Community, Forged, Kind, Report, Response, encode, header, number_of, request, response
from agent.snmp.v3 import User
from rules.secret import Secret
from tests.agent.snmp import v3_engine, wire
from tests.agent.snmp.v3_engine import ENGINE, Engine

Door = Callable[[bytes], None]
_COMMUNITY = Community("v2c", b"public")
_ACCESS = Access("fuzz", "v3", None, "watcher", "sha1", Secret("authentication key"), "aes128", Secret("privacy key!"))
_PLAIN = Access("fuzz", "v3", None, "watcher")
_UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
_INTERFACE: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)


def _community(datagram: bytes) -> None:
    """As the transport takes an answer of v1 or v2c."""
    number_of(datagram)
    response(*_COMMUNITY.open(datagram))


def _head(datagram: bytes) -> None:
    """As the receiver of traps looks at what came."""
    number_of(datagram)
    header(datagram)


def _pdu(pdu: bytes) -> None:
    """A PDU without anything around it. What was read can be written and read again."""
    read = response(pdu)
    try:
        written = encode(read)
    except ValueError:
        # Read from a device more careless than we are.
        return
    assert response(written) == read


_COLUMNS: tuple[Oid, ...] = ((*_INTERFACE, 2), (*_INTERFACE, 5), (*_INTERFACE, 10), (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6))


def _columns(pdu: bytes) -> None:
    """The short way of reading tables says the same as the long one, or nothing."""
    for uptime in (True, False):
        short = columns_of(pdu, 0, [Column(one) for one in _COLUMNS], uptime)
        if short is None:
            continue
        try:
            varbinds = response(pdu).varbinds
        except Malformed as refused:
            # Which a door may raise, but not after the short way has read it.
            raise AssertionError(f"only the short way reads it: {refused}") from refused
        if uptime:
            first, *varbinds = varbinds
            assert (first.oid, first.tag, first.value) == (_UPTIME, Tag.TIME_TICKS, short.uptime)
        for place, column in enumerate(_COLUMNS):
            rows = varbinds[place :: len(_COLUMNS)]
            inside = list(takewhile(lambda row: _is_of(row, column), rows))  # noqa: B023 - used at once
            assert (place in short.ended) == (len(inside) < len(rows))
            rows = inside
            assert [(*column, *index) for index in short.indexes[place]] == [row.oid for row in rows]
            assert short.values[place] == [row.value for row in rows]
    response(pdu)


def _is_of(row: VarBind, column: Oid) -> bool:
    return row.oid[: len(column)] == column and row.tag != Tag.END_OF_MIB_VIEW


def _name(octets: bytes) -> None:
    """An object's name alone."""
    oid = read_oid(octets)
    assert 2 <= len(oid) <= 128
    assert encode_oid(oid)


class _Met:
    """A user who has met the engine, as it was before each datagram."""

    def __init__(self, access: Access) -> None:
        self.engine = Engine(access)
        self._user = User(access, lambda: 50.0)
        for introduction in (
            self.engine.report(1, v3_engine.UNKNOWN_ENGINE),
            self.engine.answer(2, [((1, 3, 6, 1), b"\x02\x01\x05")]),
        ):
            with suppress(Report):
                self._user.open(introduction)
        assert self._user.boots == self.engine.boots
        self._state = {name: getattr(self._user, name) for name in User.__slots__}

    def take(self, datagram: bytes) -> None:
        for name, value in self._state.items():
            setattr(self._user, name, value)
        number_of(datagram)
        response(*self._user.open(datagram))


def doors() -> dict[str, tuple[Door, list[bytes]]]:
    """By name: what takes bytes, and examples of good ones."""
    plain, secret = _Met(_PLAIN), _Met(_ACCESS)
    pdus = [encode(one) for one in _pdus()]
    scoped = [wire.tlv(0x30, wire.text(ENGINE) + b"\x04\x00" + pdu) for pdu in pdus]

    def signed(octets: bytes) -> None:
        """What a device with the right keys may put into a message."""
        secret.take(secret.engine.sealed(5, octets))

    counters = (v3_engine.NOT_IN_TIME, v3_engine.UNKNOWN_ENGINE, v3_engine.WRONG_DIGEST)
    reports = [plain.engine.report(5, counter) for counter in counters]
    proven = [secret.engine.report(5, counter, proven=True) for counter in counters]
    return {
        "community": (_community, [_COMMUNITY.seal(pdu, 5) for pdu in pdus]),
        "pdu": (_pdu, pdus),
        "columns": (_columns, [encode(one) for one in _tables()]),
        "name": (_name, [encode_oid(row.oid)[2:] for one in _pdus() for row in one.varbinds]),
        "head": (_head, [_COMMUNITY.seal(pdu, 5) for pdu in pdus] + [secret.engine.message(5, pdu) for pdu in pdus]),
        "v3": (secret.take, [secret.engine.message(5, pdu) for pdu in pdus] + reports + proven),
        "v3 without keys": (plain.take, [plain.engine.message(5, pdu) for pdu in pdus] + reports),
        "v3 believed": (signed, scoped),
    }


ALLOWED = (Malformed, Forged, Report)
"""What a door may raise."""


def _pdus() -> list[Response]:
    """Answers as devices give them, small and large, of every type; and questions and notifications."""
    every: list[tuple[Tag, Value]] = [
        (Tag.INTEGER, -129), (Tag.OCTET_STRING, "上联 GigabitEthernet0/1".encode()), (Tag.NULL, None),
        (Tag.OBJECT_IDENTIFIER, (1, 3, 6, 1, 4, 1, 2011, 2**32 - 1)), (Tag.IP_ADDRESS, b"\x0a\x00\x00\x01"),
        (Tag.COUNTER32, 2**32 - 1), (Tag.GAUGE32, 10_000), (Tag.TIME_TICKS, 123_456_789),
        (Tag.OPAQUE, b"\x9f\x78\x04" + struct.pack(">f", 42.5)), (Tag.COUNTER64, 2**64 - 1),
        (Tag.NO_SUCH_OBJECT, None), (Tag.NO_SUCH_INSTANCE, None), (Tag.END_OF_MIB_VIEW, None),
    ]  # fmt: skip
    uptime = VarBind(_UPTIME, Tag.TIME_TICKS, 4_711)
    column = [VarBind((*_INTERFACE, 10, row), Tag.COUNTER32, row * 98_765_431 % 2**32) for row in range(1, 13)]
    long_name = VarBind((1, 3, *(2**32 - part for part in range(1, 120))), Tag.OCTET_STRING, bytes(200))
    notified = VarBind((1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0), Tag.OBJECT_IDENTIFIER, (1, 3, 6, 1, 6, 3, 1, 1, 5, 3))
    numbered = list(enumerate(every, 1))
    return [
        Response(Kind.RESPONSE, 5, 0, 0, [uptime]),
        Response(Kind.RESPONSE, 2**31 - 1, 0, 0, [VarBind((*_INTERFACE, row, 1), *typed) for row, typed in numbered]),
        Response(Kind.RESPONSE, -1, 0, 0, [uptime, *column]),
        Response(Kind.RESPONSE, 5, 2, 1, [VarBind(uptime.oid, Tag.NULL, None)]),
        Response(Kind.RESPONSE, 5, 0, 0, [long_name]),
        Response(Kind.RESPONSE, 5, 0, 0, []),
        Response(Kind.INFORM, 5, 0, 0, [uptime, notified]),
        Response(Kind.REPORT, 5, 0, 0, [VarBind((*v3_engine.NOT_IN_TIME, 0), Tag.COUNTER32, 1)]),
        response(request(Kind.GET_BULK, 5, [uptime.oid, _INTERFACE], 1, 25)),
    ]


def _tables() -> list[Response]:
    """Regular answers to walks: with sysUpTime before them and without, of one row and of several."""
    found = []
    for rows in (1, 3, 8):
        cells = [
            VarBind((*column, row * 70), *typed)
            for row in range(1, rows + 1)
            for column, typed in zip(
                _COLUMNS,
                (
                    (Tag.OCTET_STRING, f"Ethernet{row}".encode()),
                    (Tag.GAUGE32, 2**32 - row),
                    (Tag.COUNTER32, 2 ** (row * 3)),
                    (Tag.COUNTER64, 2**64 - row),
                ),
                strict=True,
            )
        ]
        uptime = VarBind(_UPTIME, Tag.TIME_TICKS, 3_000_000_000 + rows)
        last = [VarBind(one.oid, Tag.END_OF_MIB_VIEW, None) for one in cells[-len(_COLUMNS) :]]
        found += [Response(Kind.RESPONSE, 5, 0, 0, cells), Response(Kind.RESPONSE, 5, 0, 0, [uptime, *cells, *last])]
    return found
