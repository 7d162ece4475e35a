"""The short way to read an answer to a walk: whole columns at a time, while everything in it is as it should be. Pure.

Tables are nearly all of what is read, and nearly all answers are regular: each value stands in its column, in a short
encoding of a common type. For any other answer there is None here, and the long way has the last word.
"""

from collections.abc import Sequence
from operator import lt
from typing import NamedTuple

from agent.snmp.ber import Malformed, Oid, Tag, Value, content, expect, read_oid
from agent.snmp.message import Kind

_UP_TIME = b"\x06\x08\x2b\x06\x01\x02\x01\x01\x03\x00\x43"
"""sysUpTime.0 and the type of its value, as they stand in a varbind."""
_NO_ERROR = b"\x02\x01\x00\x02\x01\x00"
"""Error status and index of an answer without an error."""
_MOST_KNOWN = 16_384
_LONGEST_KNOWN = 50
"""Octets of a name that is remembered, so that odd devices cannot fill the memory with long ones."""

_indexes: dict[Oid, dict[bytes, Oid]] = {}
"""Column → object's name as it is encoded, type and length too → index: the same few thousand come each time."""
_shared: dict[Oid, Oid] = {}
"""One tuple for each index, however many columns have it."""


class Columns(NamedTuple):
    """What an answer brought, by the place of the column in the question; indexes grow. ``uptime`` as it came.

    ``ended`` are the places of columns that the answer went beyond.
    """

    uptime: int | None
    indexes: list[list[Oid]]
    values: list[list[Value]]
    ended: tuple[int, ...] = ()


class Column:
    """A column that is walked, and the names of its objects that are known already."""

    __slots__ = ("known", "oid")

    def __init__(self, oid: Oid) -> None:
        self.oid = oid
        self.known = _indexes.setdefault(oid, {})


def columns_of(buffer: bytes, at: int, columns: Sequence[Column], uptime: bool) -> Columns | None:
    """The regular answer that begins at that place, to a question for the objects after some of these ``columns``,
    which asked for sysUpTime first if ``uptime`` says so. None for one that is not regular in every way."""
    try:
        begin, end = content(buffer, at, len(buffer))
        size = buffer[begin + 1]
        if buffer[at] != Kind.RESPONSE or buffer[begin] != Tag.INTEGER or size > 8:
            return None
        begin += 2 + size
        if buffer[begin : begin + 6] != _NO_ERROR:
            return None
        begin, over = expect(buffer, begin + 6, end, Tag.SEQUENCE)
        if over != end:
            return None
        since = None
        if uptime:
            size_at = begin + 2 + len(_UP_TIME)
            over = size_at + 1 + buffer[size_at]
            if buffer[begin] != Tag.SEQUENCE or buffer[begin + 2 : size_at] != _UP_TIME:
                return None
            if over != begin + 2 + buffer[begin + 1] or (
                buffer[size_at] > 4 and not _padded(buffer, size_at + 1, over, Tag.TIME_TICKS)
            ):
                return None
            since = int.from_bytes(buffer[size_at + 1 : over], "big", signed=True) & 0xFFFFFFFF
            begin = over
        return _rows(buffer, begin, end, columns, since)
    except (Malformed, IndexError):
        return None


def _rows(buffer: bytes, at: int, end: int, columns: Sequence[Column], uptime: int | None) -> Columns | None:
    found = Columns(uptime, [[] for _ in columns], [[] for _ in columns])
    steps = [
        (place, column.known, indexes.append, values.append)
        for place, (column, indexes, values) in enumerate(zip(columns, found.indexes, found.values, strict=True))
    ]
    beyond: dict[int, int] = {}
    if at >= end:
        return None
    number, most_octets = int.from_bytes, _MOST_OCTETS
    while at < end:
        # Written out for speed: every value of every table passes here.
        for place, known, add_index, add_value in steps:
            # A varbind of less than 128 bytes: 30 size 06 size name type size value.
            size = buffer[at + 1]
            value_at = at + 4 + buffer[at + 3]
            name = buffer[at + 2 : value_at]
            over = at + 2 + size
            begin = value_at + 2
            if begin + buffer[value_at + 1] != over or size > 127 or buffer[at] != 0x30:
                return None
            at = over
            index = known.get(name)
            if index is None:
                index = _met(columns[place], name)
                if index is None:
                    # The column is at its end: what stands in its place now is of others.
                    beyond.setdefault(place, len(found.indexes[place]))
                    index = ()
            add_index(index)
            tag = buffer[value_at]
            if tag == 0x04:
                add_value(buffer[begin:over])
            elif tag not in most_octets:
                return None
            elif begin == over:
                add_value(0)
            elif buffer[begin] < 128:
                # No sign, and so no difference between the types but how much they hold.
                size = over - begin
                if size == 1:
                    add_value(buffer[begin])
                elif size <= most_octets[tag] or _padded(buffer, begin, over, tag):
                    add_value(number(buffer[begin:over], "big"))
                else:
                    return None
            elif over - begin > most_octets[tag]:
                return None
            elif tag == 0x02:
                add_value(number(buffer[begin:over], "big", signed=True))
            else:
                add_value(number(buffer[begin:over], "big", signed=True) & _MASKS[tag])
            if over >= end:
                break
    if at != end:
        return None
    for place, size in beyond.items():
        del found.indexes[place][size:], found.values[place][size:]
    for indexes in found.indexes:
        if not all(map(lt, indexes, indexes[1:])):
            return None
    return found._replace(ended=tuple(beyond)) if beyond else found


_MOST_OCTETS = {0x02: 8, 0x41: 4, 0x42: 4, 0x43: 4, 0x46: 8}
"""Types of numbers, and how many octets they have at most; the unsigned ones one more, for a zero before them."""
_MASKS = {0x41: 0xFFFFFFFF, 0x42: 0xFFFFFFFF, 0x43: 0xFFFFFFFF, 0x46: 0xFFFFFFFFFFFFFFFF}


def _padded(buffer: bytes, begin: int, over: int, tag: int) -> bool:
    """Whether an unsigned number takes one octet more than its width for a zero before it."""
    return tag in _MASKS and over - begin == _MOST_OCTETS[tag] + 1 and buffer[begin] == 0


def _met(column: Column, name: bytes) -> Oid | None:
    """The index in a name met for the first time, None when it is of no row of the column. Raises Malformed."""
    if name[0] != Tag.OBJECT_IDENTIFIER:
        raise Malformed("expected an object's name", 0)
    oid, size = read_oid(name[2:]), len(column.oid)
    index = oid[size:]
    if oid[:size] != column.oid:
        return None
    if not index:
        raise Malformed("a column where one of its objects should be", 0)
    if len(name) > _LONGEST_KNOWN:
        return index
    if sum(map(len, _indexes.values())) >= _MOST_KNOWN:
        for some in _indexes.values():
            some.clear()
        _shared.clear()
    index = column.known[name] = _shared.setdefault(index, index)
    return index
