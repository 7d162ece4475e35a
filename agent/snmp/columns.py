"""The short way to read an answer to a walk: whole columns at a time, while everything in it is as it should be. Pure.

Tables are nearly all of what is read, and nearly all answers are regular: each value stands in its column, in a short
encoding of a common type. For any other answer there is None here, and the long way has the last word.
"""

from collections.abc import Sequence
from operator import lt
from typing import NamedTuple

from agent.snmp.ber import Malformed, Oid, Tag, Value, content, expect, integer, read_oid
from agent.snmp.message import Kind

_UP_TIME = b"\x06\x08\x2b\x06\x01\x02\x01\x01\x03\x00\x43"
"""sysUpTime.0 and the type of its value, as they stand in a varbind."""
_MOST_KNOWN = 16_384
_LONGEST_KNOWN = 50
"""Octets of a name that is remembered, so that odd devices cannot fill the memory with long ones."""

_SMALL = frozenset({Tag.INTEGER, Tag.COUNTER32, Tag.GAUGE32, Tag.TIME_TICKS})

_indexes: dict[Oid, dict[bytes, Oid]] = {}
"""Column → object's name as it is encoded, type and length too → index: the same few thousand come each time."""
_shared: dict[Oid, Oid] = {}
"""One tuple for each index, however many columns have it."""


class Columns(NamedTuple):
    """What an answer brought, by the place of the column in the question; indexes grow. ``uptime`` as it came."""

    uptime: int | None
    indexes: list[list[Oid]]
    values: list[list[Value]]


def columns_of(buffer: bytes, at: int, columns: Sequence[Oid], uptime: bool) -> Columns | None:
    """The regular answer that begins at that place, to a question for the objects after some of these ``columns``,
    which asked for sysUpTime first if ``uptime`` says so. None for one that is not regular in every way."""
    try:
        begin, end = content(buffer, at, len(buffer))
        _, begin = integer(buffer, begin, end)
        status, begin = integer(buffer, begin, end)
        _, begin = integer(buffer, begin, end)
        begin, over = expect(buffer, begin, end, Tag.SEQUENCE)
        if buffer[at] != Kind.RESPONSE or status or over != end:
            return None
        since = None
        if uptime:
            size_at = begin + 2 + len(_UP_TIME)
            over = size_at + 1 + buffer[size_at]
            if buffer[begin] != Tag.SEQUENCE or buffer[begin + 2 : size_at] != _UP_TIME:
                return None
            if over != begin + 2 + buffer[begin + 1] or (
                buffer[size_at] > 4 and not _fits(buffer, size_at + 1, over, 5)
            ):
                return None
            since = int.from_bytes(buffer[size_at + 1 : over], "big", signed=True) & 0xFFFFFFFF
            begin = over
        return _rows(buffer, begin, end, columns, since)
    except (Malformed, IndexError):
        return None


def _rows(buffer: bytes, at: int, end: int, columns: Sequence[Oid], uptime: int | None) -> Columns | None:
    found = Columns(uptime, [[] for _ in columns], [[] for _ in columns])
    steps = [
        (column, _known(column), indexes.append, values.append)
        for column, indexes, values in zip(columns, found.indexes, found.values, strict=True)
    ]
    if at >= end:
        return None
    while at < end:
        for column, known, add_index, add_value in steps:
            # A varbind of less than 128 bytes: 30 size 06 size name type size value.
            size = buffer[at + 1]
            over = at + 2 + size
            value_at = at + 4 + buffer[at + 3]
            begin = value_at + 2
            if begin + buffer[value_at + 1] != over or size > 127 or buffer[at] != 0x30:
                return None
            name = buffer[at + 2 : value_at]
            index = known.get(name)
            if index is None:
                index = _met(column, known, name)
                if index is None:
                    return None
            tag = buffer[value_at]
            if tag == 0x04:
                add_value(buffer[begin:over])
            elif over - begin == 1 and tag in _SMALL and buffer[begin] < 128:
                add_value(buffer[begin])
            elif tag == 0x02 and over - begin <= 8:
                add_value(int.from_bytes(buffer[begin:over], "big", signed=True))
            elif 0x41 <= tag <= 0x43 and (over - begin <= 4 or _fits(buffer, begin, over, 5)):
                add_value(int.from_bytes(buffer[begin:over], "big", signed=True) & 0xFFFFFFFF)
            elif tag == 0x46 and (over - begin <= 8 or _fits(buffer, begin, over, 9)):
                add_value(int.from_bytes(buffer[begin:over], "big", signed=True) & 0xFFFFFFFFFFFFFFFF)
            else:
                return None
            add_index(index)
            at = over
            if at >= end:
                break
    if at != end:
        return None
    for indexes in found.indexes:
        if not all(map(lt, indexes, indexes[1:])):
            return None
    return found


def _fits(buffer: bytes, begin: int, over: int, octets: int) -> bool:
    """Whether an unsigned number that takes one octet more than its width does so for a zero before it."""
    return over - begin == octets and buffer[begin] == 0


def _known(column: Oid) -> dict[bytes, Oid]:
    known = _indexes.get(column)
    if known is None:
        known = _indexes[column] = {}
    return known


def _met(column: Oid, known: dict[bytes, Oid], name: bytes) -> Oid | None:
    """The index in a name met for the first time, None when it is of no row of the column."""
    if name[0] != Tag.OBJECT_IDENTIFIER:
        return None
    oid = read_oid(name[2:])
    index = oid[len(column) :]
    if not index or oid[: len(column)] != column:
        return None
    if len(name) > _LONGEST_KNOWN:
        return index
    if sum(map(len, _indexes.values())) >= _MOST_KNOWN:
        for some in _indexes.values():
            some.clear()
        _shared.clear()
    index = known[name] = _shared.setdefault(index, index)
    return index
