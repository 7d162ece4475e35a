"""The encoding of values and names: what goes out comes back, what devices get wrong is read, the rest is refused."""

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.snmp import ber
from agent.snmp.ber import Malformed, Oid, Tag, Value, VarBind, encode_integer, encode_oid, encode_varbind, read_oid
from tests.agent.snmp.strategies import oids, short_oids, some_varbinds
from tests.agent.snmp.wire import name, tlv


def read(value: bytes, oid: bytes = b"\x06\x03\x2b\x06\x01") -> VarBind:
    """The one varbind with that value as it stands in a message."""
    data = tlv(0x30, tlv(0x30, oid + value))
    (found,) = ber.varbinds(data, 0, len(data))
    return found


@given(some_varbinds)
def test_what_is_written_is_read(varbinds: list[VarBind]) -> None:
    data = tlv(0x30, b"".join(map(encode_varbind, varbinds)))

    assert ber.varbinds(data, 0, len(data)) == varbinds


@given(oids)
def test_a_name_is_read_as_it_was_written(oid: Oid) -> None:
    assert read(b"\x05\x00", encode_oid(oid)).oid == oid


@given(short_oids, st.lists(st.integers(0, 2**32 - 1), min_size=2, max_size=5))
def test_rows_below_one_column_are_told_apart(column: Oid, rows: list[int]) -> None:
    rows += [0, 127, 128, 2**32 - 1]

    assert [read(b"\x05\x00", encode_oid((*column, row))).oid for row in rows] == [(*column, row) for row in rows]


def test_a_row_below_a_known_column_is_judged_like_the_first() -> None:
    column = (1, 3, *range(1000, 1020))
    read(b"\x05\x00", encode_oid((*column, 1)))

    with pytest.raises(Malformed, match="more than 32 bits"):
        read(b"\x05\x00", tlv(6, encode_oid(column)[2:] + b"\x90\x80\x80\x80\x00"))


@given(short_oids)
def test_a_name_is_written_as_another_hand_writes_it(oid: Oid) -> None:
    assert encode_oid(oid) == name(oid)


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "020100"),
        (127, "02017f"),
        (128, "02020080"),
        (-1, "0201ff"),
        (-128, "020180"),
        (-129, "0202ff7f"),
        (-32768, "02028000"),
        (2**31 - 1, "02047fffffff"),
    ],
)
def test_a_number_takes_no_octet_more_than_it_needs(number: int, written: str) -> None:
    assert encode_integer(number).hex() == written


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("4104ffffffff", 2**32 - 1),  # the zero before it is missing
        ("4105 00ffffffff", 2**32 - 1),
        ("4107 00000000000005", 5),
        ("4304 80000000", 2**31),
        ("4201 ff", 2**32 - 1),
        ("4608 ffffffffffffffff", 2**64 - 1),
        ("4609 00ffffffffffffffff", 2**64 - 1),
        ("460a 00000000000000000005", 5),
        ("4701 07", 7),
        ("0200", 0),
        ("4100", 0),
        ("0205 00000000ff", 255),
        ("020a ffffffffffffffffff80", -128),
        ("0208 7fffffffffffffff", 2**63 - 1),
        ("0481 0161", b"a"),
        ("0484 0000000161", b"a"),
        ("0500", None),
        ("0501 00", None),
        ("8000", None),
        ("8100", None),
        ("8200", None),
        ("0600", (0, 0)),
        ("0602 2b06", (1, 3, 6)),
        ("0605 2b80808106", (1, 3, 134)),  # a part with zeros before it
        ("4004 7f000001", b"\x7f\0\0\1"),
        ("4407 9f780442280000", b"\x9f\x78\x04\x42\x28\0\0"),
    ],
)
def test_values_are_read_as_devices_write_them(written: str, value: Value) -> None:
    assert read(bytes.fromhex(written)).value == value


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("0480 6100", "a length of a form"),  # indefinite
        ("0485 00000000 0161", "a length of a form"),
        ("04ff 61", "a length of a form"),
        ("0484 7fffffff", "longer than what holds it"),
        ("0405 61", "does not fill"),
        ("0401 6161", "does not fill"),
        ("0209 010000000000000000", "wider"),
        ("0209 ff0000000000000000", "wider"),
        ("4105 0100000005", "wider"),
        ("4705 0100000005", "wider"),
        ("4609 010000000000000000", "wider"),
        ("0602 2b81", "cut off"),
        ("0606 2b9080808000", "more than 32 bits"),
        ("060a 2bffffffffffffffff7f", "more than 32 bits"),
        ("3000", "unknown type"),
        ("0101 00", "unknown type"),
        ("1f00", "unknown type"),
        ("", "cut off"),
        ("04", "cut off"),
    ],
)
def test_what_has_no_meaning_is_refused(written: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        read(bytes.fromhex(written))


@pytest.mark.parametrize("parts", [3, 127, 128])
def test_a_name_may_have_as_many_parts_as_any_has(parts: int) -> None:
    oid = (1, 3, *range(2**32 - parts + 2, 2**32))

    assert read(b"\x05\x00", encode_oid(oid)).oid == oid


@pytest.mark.parametrize("octets", [b"\x2b" + bytes(127), b"\x2b" + b"\x80" * 10_000 + b"\x01"], ids=["parts", "zeros"])
def test_a_longer_name_is_refused(octets: bytes) -> None:
    with pytest.raises(Malformed, match="more than"):
        read(b"\x05\x00", tlv(6, octets))


def test_the_first_two_parts_share_an_octet_but_not_their_bounds() -> None:
    assert read_oid(encode_oid((2, 2**32 - 1))[2:]) == (2, 2**32 - 1)
    assert read_oid(encode_oid((0, 39))[2:]) == (0, 39)
    assert read_oid(encode_oid((2, 0, 1))[2:]) == (2, 0, 1)


@pytest.mark.parametrize("oid", [(), (1,), (3, 1), (0, 40), (1, 3, -1), (1, 3, 2**32), (2, 2**32), (1, 3) * 65])
def test_what_is_no_name_is_not_written(oid: Oid) -> None:
    with pytest.raises(ValueError, match="is no object identifier"):
        encode_oid(oid)


@pytest.mark.parametrize(
    ("tag", "value"),
    [
        (Tag.COUNTER32, -1),
        (Tag.COUNTER32, 2**32),
        (Tag.INTEGER, 2**31),
        (Tag.COUNTER64, 2**64),
        (Tag.INTEGER, b"1"),
        (Tag.OCTET_STRING, 1),
        (Tag.OCTET_STRING, None),
        (Tag.NULL, b""),
        (Tag.OCTET_STRING, (1, 3)),
    ],
)
def test_a_value_its_type_cannot_hold_is_not_written(tag: Tag, value: Value) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        encode_varbind(VarBind((1, 3), tag, value))


def test_the_place_of_a_fault_is_told() -> None:
    good = encode_varbind(VarBind((1, 3, 6), Tag.INTEGER, 5))
    data = tlv(0x30, good + b"\x31\x00")

    with pytest.raises(Malformed) as refused:
        ber.varbinds(data, 0, len(data))

    assert refused.value.position == 2 + len(good)


@given(st.binary(max_size=64))
def test_any_bytes_are_varbinds_or_malformed(data: bytes) -> None:
    place, found = 0, []
    try:
        found = ber.varbinds(data, 0, len(data))
    except Malformed as refused:
        place = refused.position

    assert 0 <= place <= len(data)
    assert all(isinstance(one, VarBind) for one in found)


def test_names_that_never_come_again_cost_no_memory_for_ever() -> None:
    rows = [encode_oid((1, 3, *(2**31 + row + part for part in range(120)))) for row in range(500)]
    data = tlv(0x30, b"".join(tlv(0x30, row + b"\x05\x00") for row in rows))
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]

    ber.varbinds(data, 0, len(data))

    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert kept < 200_000  # remembered, they would be 2.5 million
