"""The short way of reading tables: what it reads is what the long way reads, and what is odd it leaves to that."""

import tracemalloc

import pytest

from agent.snmp import columns
from agent.snmp.ber import Oid, Tag, VarBind
from agent.snmp.columns import Column, columns_of
from agent.snmp.message import Kind, Response, encode
from tests.agent.snmp.wire import name, number, tlv

UPTIME: Oid = (1, 3, 6, 1, 2, 1, 1, 3, 0)
COLUMN: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 10)


def answer(*values: bytes, uptime: bytes = b"\x43\x01\x07") -> bytes:
    """A Response with sysUpTime and rows of one column, their values as they stand in it."""
    rows = [(UPTIME, uptime), *(((*COLUMN, row), value) for row, value in enumerate(values, 1))]
    varbinds = b"".join(tlv(0x30, name(oid) + value) for oid, value in rows)
    return tlv(Kind.RESPONSE, number(5) + number(0) + number(0) + tlv(0x30, varbinds))


def test_a_regular_answer_is_read_by_columns() -> None:
    other = (*COLUMN[:-1], 16)
    cells = [VarBind((*column, row), Tag.COUNTER32, row * 2**30) for row in (1, 2, 3) for column in (COLUMN, other)]
    pdu = encode(Response(Kind.RESPONSE, 5, 0, 0, [VarBind(UPTIME, Tag.TIME_TICKS, 7), *cells]))

    read = columns_of(pdu, 0, [Column(COLUMN), Column(other)], uptime=True)

    assert read is not None
    assert read.uptime == 7
    assert read.indexes == [[(1,), (2,), (3,)]] * 2
    assert read.values == [[2**30, 2**31, 3 * 2**30]] * 2


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("41 01 ff", 2**32 - 1),
        ("42 02 ff00", 2**32 - 256),
        ("43 04 ffffffff", 2**32 - 1),
        ("41 05 00ffffffff", 2**32 - 1),
        ("46 04 ffffffff", 2**64 - 1),
        ("46 08 ffffffffffffffff", 2**64 - 1),
        ("46 09 00ffffffffffffffff", 2**64 - 1),
        ("41 00", 0),
        ("02 01 80", -128),
    ],
)
def test_numbers_are_read_as_the_long_way_reads_them(written: str, value: int) -> None:
    read = columns_of(answer(bytes.fromhex(written)), 0, [Column(COLUMN)], uptime=True)

    assert read is not None
    assert read.values == [[value]]


def test_the_end_of_all_objects_is_the_end_of_the_column() -> None:
    read = columns_of(answer(b"\x02\x01\x05", b"\x82\x00"), 0, [Column(COLUMN)], uptime=True)

    assert read is not None
    assert (read.indexes, read.values, read.ended) == ([[(1,)]], [[5]], (0,))


def test_columns_of_which_one_lacks_a_row_are_read_apart() -> None:
    other = (*COLUMN[:-1], 16)
    oids = [(*COLUMN, 1), (*other, 1), (*COLUMN, 2), (*other, 3), (*COLUMN, 3)]
    pdu = encode(Response(Kind.RESPONSE, 5, 0, 0, [VarBind(oid, Tag.INTEGER, oid[-1]) for oid in oids]))

    read = columns_of(pdu, 0, [Column(COLUMN), Column(other)], uptime=False)

    assert read is not None
    assert read.indexes == [[(1,), (2,), (3,)], [(1,), (3,)]]
    assert read.values == [[1, 2, 3], [1, 3]]


@pytest.mark.parametrize("rows", [(1, 1), (2, 1), (1, 3, 2)])
def test_rows_that_do_not_grow_are_left_to_the_long_way(rows: tuple[int, ...]) -> None:
    pdu = encode(Response(Kind.RESPONSE, 5, 0, 0, [VarBind((*COLUMN, row), Tag.INTEGER, 1) for row in rows]))

    assert columns_of(pdu, 0, [Column(COLUMN)], uptime=False) is None


@pytest.mark.parametrize(
    "written",
    [
        "41 05 0100000005",
        "46 09 010000000000000000",
        "02 09 000000000000000000",
        "43 06 000000000001",
        "81 00",
        "82 01 00",
    ],
)
def test_an_odd_value_is_left_to_the_long_way(written: str) -> None:
    assert columns_of(answer(bytes.fromhex(written)), 0, [Column(COLUMN)], uptime=True) is None


@pytest.mark.parametrize("uptime", ["43 05 0100000000", "43 06 000000000001", "43 01 0707", "43 02 07", "02 01 07"])
def test_an_odd_uptime_is_left_to_the_long_way(uptime: str) -> None:
    assert columns_of(answer(b"\x02\x01\x05", uptime=bytes.fromhex(uptime)), 0, [Column(COLUMN)], uptime=True) is None


def test_more_rows_than_are_remembered_are_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "_MOST_KNOWN", 5)
    column, pdu = Column(COLUMN), answer(*[b"\x02\x01%c" % row for row in range(12)])

    for _ in range(3):
        read = columns_of(pdu, 0, [column], uptime=True)

        assert read is not None
        assert read.values == [list(range(12))]
        assert len(column.known) <= 5


def test_long_names_that_never_come_again_cost_no_memory_for_ever() -> None:
    pdus = []
    for row in range(500):
        oid = (*COLUMN, *range(row, row + 40))
        pdus.append(encode(Response(Kind.RESPONSE, 5, 0, 0, [VarBind(oid, Tag.INTEGER, 1)])))
    columns_of(pdus[0], 0, [Column(COLUMN)], uptime=False)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]

    assert all(columns_of(pdu, 0, [Column(COLUMN)], uptime=False) for pdu in pdus)

    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert kept < 100_000  # remembered, they would be a quarter of a million
