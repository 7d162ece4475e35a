"""The part of the Basic Encoding Rules that SNMP uses (X.690; RFC 3417 §8), and nothing of SNMP's messages. Pure.

Reading is as forgiving as devices are careless. Taken are: lengths and numbers in more octets than they need, numbers
in none (0), unsigned types with their top bit set where a zero should stand before it, parts of names with leading
zeros, an empty name (0.0), a NULL with something in it, bytes behind the end. Refused, with the place it stands at, is
what has no meaning: indefinite lengths, elements that reach out of what holds them, numbers wider than their type,
names of more than 128 parts or with a part of more than 32 bits, types that SNMP has not.
"""

from enum import IntEnum
from typing import NamedTuple

Oid = tuple[int, ...]
Value = int | bytes | Oid | None
"""A value as Python has it; None for NULL and where there is no such object."""


class Tag(IntEnum):
    """Types of values (RFC 2578 §7.1, RFC 3416 §3)."""

    INTEGER = 0x02
    OCTET_STRING = 0x04
    NULL = 0x05
    OBJECT_IDENTIFIER = 0x06
    SEQUENCE = 0x30
    IP_ADDRESS = 0x40
    COUNTER32 = 0x41
    GAUGE32 = 0x42
    TIME_TICKS = 0x43
    OPAQUE = 0x44
    NSAP = 0x45
    COUNTER64 = 0x46
    UNSIGNED32 = 0x47
    NO_SUCH_OBJECT = 0x80
    NO_SUCH_INSTANCE = 0x81
    END_OF_MIB_VIEW = 0x82


class VarBind(NamedTuple):
    """An object's name, the type and the value it came with. ``tag`` is one of ``Tag``."""

    oid: Oid
    tag: int
    value: Value


class Malformed(ValueError):
    """Bytes that are no message. ``position`` is where in them that showed."""

    def __init__(self, text: str, position: int) -> None:
        super().__init__(f"{text} at byte {position}")
        self.position = position


_SEQUENCE, _OID = 0x30, 0x06
_MOST_SUB_IDS = 128
_MOST_SUB_ID = 0xFFFFFFFF
_LONGEST_NAME = 5 * _MOST_SUB_IDS
"""Octets of the longest name, each part in the five octets that 32 bits take."""
_MOST_KNOWN = 16_384
_MOST_HEADS = 2048
_LONGEST_KNOWN = 48
"""Octets of the longest name that is remembered. With the number of names it bounds what a device can make us keep:
20 MiB, when it does its worst."""

_names: dict[bytes, Oid] = {}
"""Contents of object identifiers read lately: the same few thousand come from every device."""
_heads: dict[bytes, Oid] = {}
"""The same of names without their last part: most often columns, which every row that never came before begins with."""
_contents: dict[Oid, bytes] = {}
"""The same the other way, as a whole varbind with NULL for its value."""


def content(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Where the content of the element at ``at`` begins and ends. Raises Malformed if that is not before ``end``."""
    if at + 2 > end:
        raise Malformed("an element is cut off", at)
    size = data[at + 1]
    begin = at + 2
    if size > 127:
        octets = size & 0x7F
        if not 1 <= octets <= 4:
            raise Malformed("a length of a form SNMP does not use", at + 1)
        begin += octets
        if begin > end:
            raise Malformed("a length is cut off", at + 1)
        size = int.from_bytes(data[at + 2 : begin], "big")
    if begin + size > end:
        raise Malformed("an element is longer than what holds it", at)
    return begin, begin + size


def expect(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """The same, of an element that must have that tag."""
    if at >= end or data[at] != tag:
        raise Malformed(f"expected an element of type 0x{tag:02x}", at)
    return content(data, at, end)


def integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    """The INTEGER at that place, and where it ends."""
    begin, over = expect(data, at, end, Tag.INTEGER)
    if over - begin > 8:
        return _wide(data, begin, over, -_BITS_63, _BITS_63), over
    return int.from_bytes(data[begin:over], "big", signed=True), over


def octets(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """The OCTET STRING at that place, and where it ends."""
    begin, over = expect(data, at, end, Tag.OCTET_STRING)
    return data[begin:over], over


def varbinds(data: bytes, at: int, end: int) -> list[VarBind]:
    """The SEQUENCE OF varbinds that fills ``data`` from ``at`` to ``end``."""
    at, over = expect(data, at, end, _SEQUENCE)
    if over != end:
        raise Malformed("something stands behind the varbinds", over)
    found: list[VarBind] = []
    add, known, new = found.append, _names, tuple.__new__
    try:
        while at < end:
            # Written out, as every value of every walk passes here: a call costs more than what it would do.
            if data[at] != _SEQUENCE:
                raise Malformed("expected a varbind", at)
            size = data[at + 1]
            if size < 128:
                name_at = at + 2
                over = name_at + size
                if over > end:
                    raise Malformed("a varbind is longer than what holds it", at)
            else:
                name_at, over = content(data, at, end)
            if data[name_at] != _OID:
                raise Malformed("expected an object's name", name_at)
            size = data[name_at + 1]
            if size < 128:
                begin = name_at + 2
                value_at = begin + size
            else:
                begin, value_at = content(data, name_at, over)
            name = data[begin:value_at]
            oid = known.get(name)
            if oid is None:
                oid = _read_oid(name, begin)
            tag = data[value_at]
            size = data[value_at + 1]
            if size < 128:
                begin = value_at + 2
                if begin + size != over:
                    raise Malformed("a value does not fill its varbind", value_at)
            else:
                begin, last = content(data, value_at, over)
                if last != over:
                    raise Malformed("a value does not fill its varbind", value_at)
            value: Value
            if tag == 0x04:
                value = data[begin:over]
            elif 0x41 <= tag <= 0x43:
                if over - begin > 4:
                    value = _wide(data, begin, over, -_BITS_31, _BITS_32) & 0xFFFFFFFF
                else:
                    value = int.from_bytes(data[begin:over], "big", signed=True) & 0xFFFFFFFF
            elif tag == 0x02:
                if over - begin > 8:
                    value = _wide(data, begin, over, -_BITS_63, _BITS_63)
                else:
                    value = int.from_bytes(data[begin:over], "big", signed=True)
            else:
                value = _other(tag, data, begin, over)
            add(new(VarBind, (oid, tag, value)))
            at = over
    except IndexError:
        raise Malformed("the message is cut off", len(data)) from None
    return found


def _other(tag: int, data: bytes, begin: int, over: int) -> Value:
    """A value of one of the rarer types."""
    if tag == Tag.COUNTER64:
        return _wide(data, begin, over, -_BITS_63, _BITS_64) & 0xFFFFFFFFFFFFFFFF
    if tag == Tag.UNSIGNED32:
        return _wide(data, begin, over, -_BITS_31, _BITS_32) & 0xFFFFFFFF
    if tag == Tag.OBJECT_IDENTIFIER:
        raw = data[begin:over]
        return _names.get(raw) or _read_oid(raw, begin)
    if tag in _OCTETS:
        return data[begin:over]
    if tag in _EMPTY:
        return None
    raise Malformed(f"a value of the unknown type 0x{tag:02x}", begin)


_BITS_31, _BITS_32, _BITS_63, _BITS_64 = 1 << 31, 1 << 32, 1 << 63, 1 << 64


def _wide(data: bytes, begin: int, over: int, least: int, below: int) -> int:
    """A number in however many octets, which must lie in that range."""
    number = int.from_bytes(data[begin:over], "big", signed=True)
    if not least <= number < below:
        raise Malformed("a number wider than its type", begin)
    return number


def read_oid(raw: bytes) -> Oid:
    """The object identifier with that content. An empty one, which careless devices send, is 0.0. Raises Malformed."""
    return _names.get(raw) or _read_oid(raw, 0)


def _read_oid(raw: bytes, at: int) -> Oid:
    size = len(raw)
    if size > _LONGEST_NAME:
        raise Malformed(f"an object's name of more than {_LONGEST_NAME} octets", at)
    if raw and raw[-1] & 0x80:
        raise Malformed("an object's name is cut off", at + size)
    last = size - 1
    while last > 0 and raw[last - 1] & 0x80:
        last -= 1
    head = raw[: max(0, last)]
    above = _heads.get(head)
    oid = (*above, _part(raw[last:], at)) if above is not None else _parts(raw, at)
    if len(oid) > _MOST_SUB_IDS:
        raise Malformed(f"an object's name of more than {_MOST_SUB_IDS} parts", at)
    if size <= _LONGEST_KNOWN:
        if len(_names) >= _MOST_KNOWN:
            _names.clear()
        _names[raw] = oid
        if above is None and head:
            if len(_heads) >= _MOST_HEADS:
                _heads.clear()
            _heads[head] = oid[:-1]
    return oid


def _part(octets: bytes, at: int) -> int:
    """One part of a name."""
    number = 0
    for octet in octets:
        number = number << 7 | octet & 0x7F
    if number > _MOST_SUB_ID:
        raise Malformed("a part of an object's name of more than 32 bits", at)
    return number


def _parts(raw: bytes, at: int) -> Oid:
    """All parts of a name that is not cut off."""
    sub_ids: list[int] = []
    number = 0
    for octet in raw:
        number = number << 7 | octet & 0x7F
        if octet & 0x80:
            # The first part holds two, and so may be a little above what 32 bits hold.
            if number > (_MOST_SUB_ID + 80) >> 7:
                raise Malformed("a part of an object's name of more than 32 bits", at)
            continue
        sub_ids.append(number)
        number = 0
    first = sub_ids[0] if sub_ids else 0
    top = min(first // 40, 2)
    oid = (top, first - 40 * top, *sub_ids[1:])
    if max(oid) > _MOST_SUB_ID:
        raise Malformed("a part of an object's name of more than 32 bits", at)
    return oid


def element(tag: int, body: bytes) -> bytes:
    """An element with that content."""
    size = len(body)
    if size < 128:
        return b"%c%c%b" % (tag, size, body)
    if size < 256:
        return b"%c\x81%c%b" % (tag, size, body)
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return b"%c%c%b%b" % (tag, 0x80 | len(octets), octets, body)


def encode_integer(number: int, tag: int = Tag.INTEGER) -> bytes:
    """A whole number in as few octets as will hold it with its sign."""
    # −128 fits one octet, though its bit length says otherwise.
    return element(tag, number.to_bytes((number + (number < 0)).bit_length() // 8 + 1, "big", signed=True))


def encode_oid(oid: Oid) -> bytes:
    """An object identifier. Raises ValueError for one that cannot be: fewer than two parts, a first one above 2."""
    if len(oid) < 2 or len(oid) > _MOST_SUB_IDS or oid[0] > 2 or (oid[0] < 2 and oid[1] > 39):
        raise ValueError(f"{'.'.join(map(str, oid))} is no object identifier")
    if min(oid) < 0 or max(oid) > _MOST_SUB_ID:
        raise ValueError(f"{'.'.join(map(str, oid))} is no object identifier")
    raw = bytearray()
    for part in (oid[0] * 40 + oid[1], *oid[2:]):
        groups = [part & 0x7F]
        while part := part >> 7:
            groups.append(part & 0x7F | 0x80)
        raw += bytes(reversed(groups))
    return element(_OID, bytes(raw))


def asked(oid: Oid) -> bytes:
    """A varbind that asks for an object: its name and NULL."""
    known = _contents.get(oid)
    if known is None:
        known = element(_SEQUENCE, encode_oid(oid) + b"\x05\x00")
        if len(known) <= _LONGEST_KNOWN:
            if len(_contents) >= _MOST_KNOWN:
                _contents.clear()
            _contents[oid] = known
    return known


def encode_varbind(one: VarBind) -> bytes:
    """A varbind with its value. Raises ValueError for a value its type cannot hold."""
    return element(_SEQUENCE, encode_oid(one.oid) + _encode_value(one.tag, one.value))


def _encode_value(tag: int, value: Value) -> bytes:
    if value is None and tag in _EMPTY:
        return bytes((tag, 0))
    if isinstance(value, bytes) and tag in _OCTETS:
        return element(tag, value)
    if isinstance(value, tuple) and tag == _OID:
        return encode_oid(value)
    if isinstance(value, int) and tag in _RANGES and _RANGES[tag][0] <= value < _RANGES[tag][1]:
        return encode_integer(value, tag)
    raise ValueError(f"a value of type 0x{tag:02x} cannot be {value!r}")


_EMPTY = frozenset((Tag.NULL, Tag.NO_SUCH_OBJECT, Tag.NO_SUCH_INSTANCE, Tag.END_OF_MIB_VIEW))
_OCTETS = frozenset((Tag.OCTET_STRING, Tag.IP_ADDRESS, Tag.OPAQUE, Tag.NSAP))
_RANGES: dict[int, tuple[int, int]] = {
    Tag.INTEGER: (-_BITS_31, _BITS_31),
    Tag.COUNTER32: (0, _BITS_32),
    Tag.GAUGE32: (0, _BITS_32),
    Tag.TIME_TICKS: (0, _BITS_32),
    Tag.UNSIGNED32: (0, _BITS_32),
    Tag.COUNTER64: (0, _BITS_64),
}
