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
_MOST_KNOWN = 32_768
_LONGEST_KNOWN = 54
"""Octets of a head that is remembered, so that odd devices cannot fill the memory with long names: with the number of
heads it bounds what they can make us keep to some 20 MiB."""
_MOST_OCTETS = {0x02: 8, 0x41: 4, 0x42: 4, 0x43: 4, 0x46: 8}
"""Types of numbers, and how many octets they have at most; the unsigned ones one more, for a zero before them."""
_MASKS = {0x41: 0xFFFFFFFF, 0x42: 0xFFFFFFFF, 0x43: 0xFFFFFFFF, 0x46: 0xFFFFFFFFFFFFFFFF}

_Met = tuple[Oid, int, int]
"""What a head says: the row's index, empty beyond the column; the octets of the value; below which number they are read
without a look at sign and type, 0 for a text."""


class Columns(NamedTuple):
    """What an answer brought, by the place of the column in the question; indexes grow. ``uptime`` as it came.

    Columns with the same indexes have one list of them. ``ended`` are the places of columns that the answer went
    beyond.
    """

    uptime: int | None
    indexes: list[list[Oid]]
    values: list[list[Value]]
    ended: tuple[int, ...] = ()


class _Heads:
    """Heads of varbinds that came lately, by column: the same few thousand come each time, from every device.

    A head is all of a varbind but the octets of the value.
    """

    __slots__ = ("_columns", "_count", "_shared")

    def __init__(self) -> None:
        self._columns: dict[Oid, tuple[dict[bytes, _Met], dict[bytes, _Met]]] = {}
        self._shared: dict[_Met, _Met] = {}
        self._count = 0

    def of(self, column: Oid) -> tuple[dict[bytes, _Met], dict[bytes, _Met]]:
        """Those of the column's rows, and those of what stood in its place behind its end."""
        return self._columns.setdefault(column, ({}, {}))

    def keep(self, heads: dict[bytes, _Met], head: bytes, met: _Met) -> _Met:
        """Remember one; the same for all columns that have that row with a value of that size."""
        if self._count >= _MOST_KNOWN:
            for rows, beyond in self._columns.values():
                rows.clear()
                beyond.clear()
            self._shared.clear()
            self._count = 0
        self._count += 1
        met = heads[head] = self._shared.setdefault(met, met)
        return met


_heads = _Heads()


class Column:
    """A column that is walked, and the heads that are known of it."""

    __slots__ = ("beyond", "known", "met_of", "oid")

    def __init__(self, oid: Oid) -> None:
        self.oid = oid
        self.known, self.beyond = _heads.of(oid)
        self.met_of = self.known.get


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
                buffer[size_at] > 4 and (buffer[size_at] > 5 or buffer[size_at + 1])
            ):
                return None
            since = int.from_bytes(buffer[size_at + 1 : over], "big", signed=True) & 0xFFFFFFFF
            begin = over
        return _rows(buffer, begin, end, columns, since)
    except (Malformed, IndexError):
        return None


def _rows(buffer: bytes, at: int, end: int, columns: Sequence[Column], uptime: int | None) -> Columns | None:
    if at >= end or not columns:
        return None
    indexes: list[Oid] = []
    values: list[Value] = []
    known = [column.met_of for column in columns]
    add_index, add_value, number = indexes.append, values.append, int.from_bytes
    ended = False
    while at < end:
        # Written out for speed: every value of every table passes here. A varbind is 30 size 06 size name type size
        # value, and all before the value is looked up at once.
        for met_of in known:
            begin = at + 6 + buffer[at + 3]
            head = buffer[at:begin]
            met = met_of(head)
            if met is None:
                met = _met(columns[len(values) % len(columns)], head)
                if met is None:
                    return None
                ended |= not met[0]
            index, size, below = met
            over = begin + size
            add_index(index)
            if not below:
                add_value(buffer[begin:over])
            else:
                value = buffer[begin] if below == 128 else number(buffer[begin:over], "big")
                if value >= below:
                    signed = _signed(buffer[begin:over], head[-2])
                    if signed is None:
                        return None
                    value = signed
                add_value(value)
            at = over
            if at >= end:
                break
    return _in_columns(uptime, indexes, values, len(columns), ended) if at == end else None


def _in_columns(uptime: int | None, indexes: list[Oid], values: list[Value], width: int, ended: bool) -> Columns | None:
    """What stands row by row, column by column; None when its rows do not grow."""
    found = Columns(
        uptime, [indexes[place::width] for place in range(width)], [values[place::width] for place in range(width)]
    )
    beyond = []
    if ended:
        for place, (own, cells) in enumerate(zip(found.indexes, found.values, strict=True)):
            if () in own:
                # What stands in its place from there on is of others.
                size = own.index(())
                del own[size:], cells[size:]
                beyond.append(place)
    first = found.indexes[0]
    for place, own in enumerate(found.indexes):
        if place and own == first:
            # Most often all columns have the same rows: they are looked at once, and are one list.
            found.indexes[place] = first
        elif not all(map(lt, own, own[1:])):
            return None
    return found._replace(ended=tuple(beyond)) if beyond else found


def _signed(octets: bytes, tag: int) -> int | None:
    """A number whose top bit is set; None for one wider than its type."""
    if len(octets) > _MOST_OCTETS[tag]:
        return None
    number = int.from_bytes(octets, "big", signed=True)
    return number & _MASKS[tag] if tag in _MASKS else number


def _met(column: Column, head: bytes) -> _Met | None:
    """What a head says that came in a column's place, None when it is not regular. Raises Malformed."""
    met = column.beyond.get(head)
    if met is not None:
        return met
    name_size, tag, size = head[3], head[-2], head[-1]
    if len(head) != 6 + name_size or head[0] != Tag.SEQUENCE or head[1] != 4 + name_size + size or head[1] > 127:
        return None
    if head[2] != Tag.OBJECT_IDENTIFIER:
        raise Malformed("expected an object's name", 2)
    oid = read_oid(head[4:-2])
    index = oid[len(column.oid) :] if oid[: len(column.oid)] == column.oid else None
    if tag == Tag.END_OF_MIB_VIEW and not size:
        met = ((), 0, 0)
    elif index == () or (tag != Tag.OCTET_STRING and not _fits(tag, size)):
        return None
    else:
        met = (index or (), size, _below(tag, size))
    if len(head) > _LONGEST_KNOWN:
        return met
    return _heads.keep(column.known if met[0] else column.beyond, head, met)


def _fits(tag: int, size: int) -> bool:
    """Whether there are numbers of that type in so many octets."""
    return tag in _MOST_OCTETS and size <= _MOST_OCTETS[tag] + (tag in _MASKS)


def _below(tag: int, size: int) -> int:
    """Below which a number of that type is what its octets say; 0 for a text."""
    if tag == Tag.OCTET_STRING:
        return 0
    # The top bit is the sign's; one octet more than the type's width may only hold a zero.
    return 1 << 8 * (size - 1) if size > _MOST_OCTETS[tag] else max(1, 1 << 8 * size >> 1)
