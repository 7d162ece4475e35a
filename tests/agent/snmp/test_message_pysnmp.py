"""pysnmp reads what we write, and we read what it writes: messages of v1 and v2c, every kind of PDU."""

import ipaddress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.snmp.ber import Tag, Value, VarBind
from agent.snmp.message import Community, Kind, Response, encode, request, response
from tests.agent.snmp.strategies import some_varbinds, v1_varbinds

numbers = st.integers(0, 2**31 - 1)
_ABSENT = {
    Tag.NO_SUCH_OBJECT: "NoSuchObject",
    Tag.NO_SUCH_INSTANCE: "NoSuchInstance",
    Tag.END_OF_MIB_VIEW: "EndOfMibView",
}


def by_pysnmp(datagram: bytes, version: str) -> Any:
    from pyasn1.codec.ber import decoder
    from pysnmp.proto import api

    spoken = api.PROTOCOL_MODULES[api.SNMP_VERSION_1 if version == "v1" else api.SNMP_VERSION_2C]
    message, rest = decoder.decode(datagram, asn1Spec=spoken.Message())
    assert rest == b""
    return message


def again_by_pysnmp(message: Any) -> bytes:
    from pyasn1.codec.ber import encoder

    return bytes(encoder.encode(message))


def meaning(message: Any, version: str) -> Response:
    """What pysnmp understood."""
    from pysnmp.proto import api

    spoken = api.PROTOCOL_MODULES[api.SNMP_VERSION_1 if version == "v1" else api.SNMP_VERSION_2C]
    pdu = spoken.apiMessage.get_pdu(message)
    rows = [VarBind(tuple(oid), *_value(value)) for oid, value in spoken.apiPDU.get_varbinds(pdu)]
    return Response(pdu.tagSet[-1][2] | 0xA0, int(pdu[0]), int(pdu[1]), int(pdu[2]), rows)


def _value(value: Any) -> tuple[int, Value]:
    kind = value.__class__.__name__
    for tag, name in _ABSENT.items():
        if kind == name:
            return tag, None
    if kind in ("Null", "UnSpecified"):
        return Tag.NULL, None
    tags = {
        "Integer": Tag.INTEGER, "Integer32": Tag.INTEGER, "Counter": Tag.COUNTER32, "Counter32": Tag.COUNTER32,
        "Gauge": Tag.GAUGE32, "Gauge32": Tag.GAUGE32, "Unsigned32": Tag.GAUGE32, "TimeTicks": Tag.TIME_TICKS,
        "Counter64": Tag.COUNTER64, "OctetString": Tag.OCTET_STRING, "Opaque": Tag.OPAQUE,
        "IpAddress": Tag.IP_ADDRESS, "ObjectIdentifier": Tag.OBJECT_IDENTIFIER,
    }  # fmt: skip
    tag = tags[kind]
    if tag == Tag.IP_ADDRESS:
        return tag, ipaddress.IPv4Address(value.prettyPrint()).packed
    if tag == Tag.OBJECT_IDENTIFIER:
        return tag, tuple(value)
    if tag in (Tag.OCTET_STRING, Tag.OPAQUE):
        return tag, bytes(value)
    return tag, int(value)


KINDS_V1 = (Kind.GET, Kind.GET_NEXT, Kind.RESPONSE, Kind.SET)
KINDS_V2 = (*KINDS_V1, Kind.GET_BULK, Kind.INFORM, Kind.NOTIFICATION, Kind.REPORT)


@pytest.mark.parametrize("kind", KINDS_V1, ids=str)
@settings(max_examples=12, deadline=None)
@given(number=numbers, varbinds=v1_varbinds)
def test_v1(kind: Kind, number: int, varbinds: list[VarBind]) -> None:
    community = Community("v1", b"reading")
    pdu = Response(kind, number, 0, 0, varbinds)

    read = by_pysnmp(community.seal(encode(pdu), number), "v1")

    assert meaning(read, "v1") == pdu
    assert response(*community.open(again_by_pysnmp(read))) == pdu


@pytest.mark.parametrize("kind", KINDS_V2, ids=str)
@settings(max_examples=12, deadline=None)
@given(number=numbers, first=st.integers(0, 18), second=st.integers(0, 2**31 - 1), varbinds=some_varbinds)
def test_v2c(kind: Kind, number: int, first: int, second: int, varbinds: list[VarBind]) -> None:
    community = Community("v2c", b"reading")
    pdu = Response(kind, number, first, second, varbinds)

    read = by_pysnmp(community.seal(encode(pdu), number), "v2c")

    assert meaning(read, "v2c") == pdu
    assert response(*community.open(again_by_pysnmp(read))) == pdu


@pytest.mark.parametrize("kind", [Kind.GET, Kind.GET_NEXT, Kind.GET_BULK], ids=str)
def test_a_question(kind: Kind) -> None:
    oids = [(1, 3, 6, 1, 2, 1, 1, 3, 0), (1, 3, 6, 1, 2, 1, 2, 2, 1, 10)]
    bulk = (1, 25) if kind == Kind.GET_BULK else (0, 0)

    read = by_pysnmp(Community("v2c", b"reading").seal(request(kind, 4711, oids, *bulk), 4711), "v2c")

    assert meaning(read, "v2c") == Response(kind, 4711, *bulk, [VarBind(oid, Tag.NULL, None) for oid in oids])
