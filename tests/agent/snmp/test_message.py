"""Messages of v1 and v2c, and the heads of all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.snmp.ber import Malformed, Tag, VarBind
from agent.snmp.message import Community, Forged, Header, Kind, Response, encode, header, number_of, request, response
from agent.snmp.v3 import User
from tests.agent.snmp import wire
from tests.agent.snmp.strategies import some_varbinds
from tests.agent.snmp.v3_engine import ENGINE, UNKNOWN_ENGINE, Engine, access

UPTIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)
PDU = encode(Response(Kind.RESPONSE, 77, 0, 0, [VarBind(UPTIME, Tag.TIME_TICKS, 5)]))
V2C = Community("v2c", b"public")
numbers = st.integers(-(2**31), 2**31 - 1)


@given(st.sampled_from([kind for kind in Kind if kind != Kind.TRAP]), numbers, numbers, numbers, some_varbinds)
def test_a_pdu_is_read_as_it_was_written(
    kind: Kind, number: int, status: int, index: int, varbinds: list[VarBind]
) -> None:
    pdu = Response(kind, number, status, index, varbinds)

    assert response(encode(pdu)) == pdu


def test_a_question_says_what_another_hand_reads() -> None:
    oids = [UPTIME, (1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 2**31)]
    asked = wire.question(V2C.seal(request(Kind.GET_BULK, 2**31 - 1, oids, 1, 40), 2**31 - 1))

    assert asked == wire.Question(1, b"public", wire.GET_BULK, 2**31 - 1, 1, 40, tuple(oids))


def test_a_long_question_is_one_message() -> None:
    oids = [(*UPTIME, row) for row in range(60)]

    assert wire.question(V2C.seal(request(Kind.GET, 9, oids), 9)).oids == tuple(oids)


@pytest.mark.parametrize(
    "datagram",
    [
        V2C.seal(PDU, 77),
        V2C.seal(PDU, 77) + b"more",
        wire.tlv(0x30, b"\x02\x02\x00\x01" + wire.text(b"public") + PDU),
        wire.tlv(0x30, b"\x02\x01\x01" + b"\x04\x81\x06public" + PDU),
        b"\x30\x84" + len(V2C.seal(PDU, 77)[2:]).to_bytes(4, "big") + V2C.seal(PDU, 77)[2:],
    ],
    ids=["plain", "more behind it", "long version", "long community", "long length"],
)
def test_an_answer_is_found_and_read_however_it_is_wrapped(datagram: bytes) -> None:
    assert number_of(datagram) == 77
    assert response(*V2C.open(datagram)).varbinds == [VarBind(UPTIME, Tag.TIME_TICKS, 5)]


@pytest.mark.parametrize("other", [Community("v1", b"public"), Community("v2c", b"private"), Community("v2c", b"")])
def test_an_answer_with_another_community_or_version_is_not_believed(other: Community) -> None:
    with pytest.raises(Forged):
        V2C.open(other.seal(PDU, 77))


@pytest.mark.parametrize(
    "octets",
    [b"", b"\x30", b"\x30\x00", b"\x30\x02\x02\x01", b"\x30\x80\x02\x01\x01", b"GET / HTTP", b"\x30\x84\xff"],
)
def test_bytes_that_are_no_message_are_malformed(octets: bytes) -> None:
    with pytest.raises(Malformed):
        V2C.open(octets)
    assert number_of(octets) is None


@pytest.mark.parametrize("size", range(len(PDU)))
def test_a_pdu_cut_anywhere_is_malformed(size: int) -> None:
    with pytest.raises(Malformed):
        response(PDU[:size])


@given(numbers, st.binary(max_size=200))
def test_the_number_of_every_version_is_found(number: int, community: bytes) -> None:
    pdu = request(Kind.GET, number, [UPTIME])
    unknown_engine = Engine(access()).report(number, UNKNOWN_ENGINE)

    assert number_of(Community("v1", community).seal(pdu, number)) == number
    assert number_of(Community("v2c", community).seal(pdu, number)) == number
    assert number_of(unknown_engine) == number
    assert number_of(User(access()).seal(pdu, number)) == number


@given(st.binary(max_size=80))
def test_the_heads_of_any_bytes_are_read_or_refused(octets: bytes) -> None:
    found = number_of(octets)
    try:
        told = header(octets)
    except Malformed:
        told = None

    assert found is None or isinstance(found, int)
    assert told is None or told.version in ("v1", "v2c", "v3")


def test_a_header_tells_the_outside_of_a_message() -> None:
    engine = Engine(access())
    notification = encode(Response(Kind.NOTIFICATION, 5, 0, 0, []))

    assert header(V2C.seal(notification, 5)) == Header("v2c", b"public", pdu=Kind.NOTIFICATION)
    assert header(Community("v1", b"x").seal(b"\xa4\x00", 5)) == Header("v1", b"x", pdu=Kind.TRAP)
    assert header(engine.message(5, notification)) == Header("v3", None, ENGINE, b"watcher")
    assert header(engine.message(5, notification, priv=False)) == Header(
        "v3", None, ENGINE, b"watcher", Kind.NOTIFICATION
    )


def test_a_version_nobody_speaks_is_malformed() -> None:
    datagram = wire.tlv(0x30, wire.number(2) + wire.text(b"public") + PDU)

    with pytest.raises(Malformed, match="version 2"):
        header(datagram)
    assert number_of(datagram) is None


def test_a_trap_of_v1_is_no_answer() -> None:
    with pytest.raises(Malformed, match="expected a PDU"):
        response(b"\xa4\x00")
