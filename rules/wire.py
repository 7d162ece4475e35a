"""The batch format: how results travel from an agent to the collector, in columns. The page of it is wire-format.md.

One array per field, not one object per result: the same bytes compress three times better and are read as whole
arrays. Here stands the writing side, of the standard library alone, because agents write. The collector's reading side
is ``collector/decode.py``; a test holds the two together.
"""

import json
import math
import struct
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from sys import byteorder
from typing import Any

from rules.check import due
from rules.errors import Invalid
from rules.result import Outcome, Result

MAGIC = b"NWB1"
"""First bytes of every body: the name and the major number of the format."""

VERSION = 1
"""Minor version, in the header. A reader ignores header fields it does not know: neighbours understand each other."""

OUTCOMES = (Outcome.OK, Outcome.DEGRADED, Outcome.FAILED, Outcome.ERROR)
"""Outcome by its code on the wire."""

UNSIGNED, ZIGZAG, REAL = 0, 1, 2
"""Kinds of column: integers from 0, integers of either sign, IEEE 754 doubles."""

COLUMN = struct.Struct("<BBI")
"""Head of a column: kind, width in bytes, number of exceptions."""

INTERVAL = struct.Struct("<Iq")
"""One row of the table of intervals: interval in milliseconds, slot number its slots are counted from."""

UNPLANNED = 0
"""In the column of slots: a look outside the plan (a re-check)."""

_CODES = {outcome: code for code, outcome in enumerate(OUTCOMES)}
_TYPES = {1: "B", 2: "H", 4: "I", 8: "Q"}
_EXCEPTION_BYTES = 12
_INT64 = 1 << 63


@dataclass(frozen=True, slots=True)
class Header:
    """What a batch says of itself and of its sender. Instants named mono are of the sender's boot clock.

    ``first_seq`` is the sequence number of the first result, the others follow without a gap. ``boot`` names the agent
    process that made the results; when they were made by an earlier process than the sending one, ``mono_lost`` says
    whether the boot clock they are dated by is gone, and ``wall_base`` (wall minus mono as that process knew it, ms)
    then dates them. ``machine_boot`` is the kernel's boot id of the sending machine, ``last_alive`` the last mono
    instant (ms) the previous process is known to have run, ``previous_stop`` why it ended (``stop``, ``upgrade``,
    ``shutdown``, ``unknown``). ``sent_mono`` and ``sent_wall`` are the instants of sending, ``rtt`` the last measured
    round trip to the collector (ms). ``dropped`` counts results the spool had to drop since the last batch; ``health``
    is the agent's own (``queue``, ``skipped``, ``cpu_s``, ``rss_bytes``, …).
    """

    agent: str
    boot: str
    first_seq: int
    sent_mono: float
    sent_wall: int
    plan_revision: int = 0
    machine_boot: str = ""
    last_alive: int = 0
    previous_stop: str = "unknown"
    rtt: float = 0.0
    dropped: int = 0
    health: Mapping[str, float] = field(default_factory=dict)
    mono_lost: bool = False
    wall_base: int = 0
    version: int = VERSION


def encode(header: Header, results: Sequence[Result]) -> bytes:
    """The canonical, uncompressed body of one batch. The same input gives the same bytes.

    Results keep their order, which is the order of their sequence numbers; sorted by handle they compress best.
    Raises Invalid when a handle, an interval, an outcome or a value cannot travel (a handle outside 1…2³²−1, a value
    that is not a finite number).
    """
    head = header_bytes(header)
    parts = [MAGIC, struct.pack("<I", len(head)), head, struct.pack("<I", len(results))]
    for result in results:
        if not 0 < result.handle < 1 << 32 or not 0 < result.interval < 1 << 31:
            raise Invalid(f"check {result.handle} with interval {result.interval} ms cannot travel")

    bases: dict[int, int] = {}
    for result in results:
        if result.slot >= 0:
            bases[result.interval] = min(result.slot, bases.get(result.interval, result.slot))
    for result in results:
        bases.setdefault(result.interval, 0)
    intervals = sorted(bases)
    place = {interval: index for index, interval in enumerate(intervals)}
    parts.append(struct.pack("<H", len(intervals)))
    parts += (INTERVAL.pack(interval, bases[interval]) for interval in intervals)

    planned = [result for result in results if result.slot >= 0]
    unplanned = [result for result in results if result.slot < 0]
    sent = int(header.sent_mono)
    shapes: dict[tuple[str, ...], int] = {}
    shape_of = [shapes.setdefault(tuple(result.reading.values), len(shapes)) for result in results]
    previous = 0
    deltas = []
    for result in results:
        deltas.append(result.handle - previous)
        previous = result.handle

    parts += integers([place[result.interval] for result in results])
    parts += integers(deltas)
    parts += integers([r.slot - bases[r.interval] + 1 if r.slot >= 0 else UNPLANNED for r in results])
    parts += integers([result.at - due(result.handle, result.interval, result.slot) for result in planned])
    parts += integers([sent - result.at for result in unplanned])
    parts += integers([_CODES[result.reading.outcome] for result in results])
    parts += integers(shape_of)

    parts.append(struct.pack("<H", len(shapes)))
    rows: list[list[Result]] = [[] for _ in shapes]
    for result, shape in zip(results, shape_of, strict=True):
        rows[shape].append(result)
    for (names, _), members in zip(shapes.items(), rows, strict=True):
        parts.append(struct.pack("<H", len(names)))
        parts += (packed_text(name) for name in names)
        for name in names:
            parts += _values(name, members)

    spoken = [(row, result.reading.text) for row, result in enumerate(results) if result.reading.text]
    texts = [text.encode("utf-8", "replace") for _, text in spoken]
    parts.append(struct.pack("<I", len(spoken)))
    parts += integers([row - before for before, (row, _) in zip([0, *(r for r, _ in spoken)], spoken, strict=False)])
    parts += integers([len(text) for text in texts])
    parts += texts
    return b"".join(parts)


def header_bytes(header: Header) -> bytes:
    """The header as canonical JSON: sorted keys, no spaces."""
    return json.dumps(asdict(header), sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def read_header(table: Mapping[str, Any], position: int) -> Header:
    """The header from its JSON object. Unknown fields are ignored, ill-typed or absent ones raise Invalid.

    ``position`` is where the header begins in the body; the message names it.
    """
    values: dict[str, Any] = {}
    for one in fields(Header):
        if one.name not in table:
            if one.name in _REQUIRED:
                raise Invalid(f"byte {position}: the header has no {one.name!r}")
            continue
        value = table[one.name]
        kinds = _FIELD_KINDS[one.name]
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
            raise Invalid(f"byte {position}: header field {one.name!r} is {type(value).__name__}")
        values[one.name] = value
    header = Header(**values)
    numbers = (header.sent_mono, header.rtt, *header.health.values())
    if any(isinstance(n, bool) or not isinstance(n, int | float) for n in numbers):
        raise Invalid(f"byte {position}: a number of the header is no number")
    # An integer of JSON may have any length, and no float holds the longest of them.
    if any(isinstance(n, float) and not math.isfinite(n) for n in numbers):
        raise Invalid(f"byte {position}: a number of the header is not finite")
    whole = (getattr(header, name) for name, kinds in _FIELD_KINDS.items() if kinds is int)
    if header.first_seq < 1 or any(abs(n) >= 1 << 53 for n in (*whole, *numbers)):
        raise Invalid(f"byte {position}: a number of the header is out of range")
    if not (header.boot and _is_word(header.boot) and _is_word(header.machine_boot)):
        raise Invalid(f"byte {position}: boot ids have 1 to {_LONGEST_NAME} printable ASCII characters and no space")
    return header


def _is_word(text: str) -> bool:
    """Whether a text can stand as one word in the line that a log entry's hash covers."""
    return len(text) <= _LONGEST_NAME and text.isascii() and text.isprintable() and " " not in text


_LONGEST_NAME = 64
_REQUIRED = ("agent", "boot", "first_seq", "sent_mono", "sent_wall")
_FIELD_KINDS: dict[str, Any] = {
    "agent": str,
    "boot": str,
    "first_seq": int,
    "sent_mono": (int, float),
    "sent_wall": int,
    "plan_revision": int,
    "machine_boot": str,
    "last_alive": int,
    "previous_stop": str,
    "rtt": (int, float),
    "dropped": int,
    "health": dict,
    "mono_lost": bool,
    "wall_base": int,
    "version": int,
}


def integers(values: Sequence[int]) -> Iterable[bytes]:
    """One column of integers: narrow byte planes, with the few that do not fit as exceptions beside them.

    The width is the cheapest of 0 (all equal to a base), 1, 2, 4 and 8 bytes. Raises Invalid beyond 64 bits.
    """
    count = len(values)
    if not count:
        return (COLUMN.pack(UNSIGNED, 0, 0), struct.pack("<Q", 0))
    kind = UNSIGNED
    if min(values) < 0:
        kind = ZIGZAG
        values = [value << 1 if value >= 0 else ~(value << 1) for value in values]
    if max(values) >= 2 * _INT64 or (kind == UNSIGNED and max(values) >= _INT64):
        raise Invalid("an integer beyond 64 bits cannot travel")
    ordered = sorted(values)
    base = ordered[count // 2]
    width, cost = 0, (count - values.count(base)) * _EXCEPTION_BYTES
    fitting = count
    for candidate in (8, 4, 2, 1):
        while fitting and ordered[fitting - 1] >> (8 * candidate):
            fitting -= 1
        price = count * candidate + (count - fitting) * _EXCEPTION_BYTES
        if price <= cost:
            width, cost = candidate, price
    if width == 0:
        strange = [(row, value) for row, value in enumerate(values) if value != base]
        planes = [struct.pack("<Q", base)]
    else:
        limit = 1 << (8 * width)
        strange = [(row, value) for row, value in enumerate(values) if value >= limit]
        plain = [value if value < limit else 0 for value in values] if strange else values
        planes = _planes(array(_TYPES[width], plain), width)
    exceptions = _little(array("I", [row for row, _ in strange])) + _little(array("Q", [value for _, value in strange]))
    return (COLUMN.pack(kind, width, len(strange)), *planes, exceptions)


def packed_text(text: str) -> bytes:
    """A short text: its length in bytes (two), then UTF-8. Raises Invalid above 65 535 bytes."""
    data = text.encode("utf-8", "replace")
    if len(data) >= 1 << 16:
        raise Invalid(f"the name {text[:40]!r}… is too long to travel")
    return struct.pack("<H", len(data)) + data


def _values(name: str, results: Sequence[Result]) -> Iterable[bytes]:
    values = [result.reading.values[name] for result in results]
    if all(isinstance(value, int) and -_INT64 <= value < _INT64 for value in values):
        return integers([int(value) for value in values])
    if not all(math.isfinite(value) for value in values):
        raise Invalid(f"a value of {name!r} is not a finite number")
    return (COLUMN.pack(REAL, 8, 0), *_planes(array("d", values), 8))


def _planes(column: "array[Any]", width: int) -> list[bytes]:
    """Byte 0 of every value, then byte 1 of every value …: what is alike stands together."""
    data = _little(column)
    return [data[plane::width] for plane in range(width)]


def _little(column: "array[Any]") -> bytes:
    if byteorder == "big":
        column.byteswap()
    return column.tobytes()
