"""Reading the batch format as whole arrays, and dating what is in it. The writing side is ``rules/wire.py``."""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rules.check import JITTER_SHARE
from rules.errors import Invalid, TooLarge
from rules.parameters import Parameters
from rules.wire import COLUMN, INTERVAL, MAGIC, OUTCOMES, REAL, UNPLANNED, UNSIGNED, ZIGZAG, Header, read_header

Ints = NDArray[np.int64]
Column = NDArray[np.int64] | NDArray[np.float64]

MOST_ROWS = 1_000_000
"""Results in one batch. A column can be a few bytes whatever its length, so the length needs a bound of its own."""

MOST_VALUES = 8_000_000
"""Values in one batch, all metrics together."""

SKEW_MAX = Parameters().skew_max
"""Milliseconds a sender's wall clock may be off before what only that clock dates is not trusted (maths 3.2)."""

_FAR = 1 << 53
"""Milliseconds; no instant on any clock lies further from its beginning."""

_WIDTHS = (0, 1, 2, 4, 8)


@dataclass(frozen=True, slots=True)
class Shape:
    """Results that carry the same metrics: their rows in the batch, and where each metric's column lies."""

    rows: Ints
    columns: dict[str, int]


@dataclass(frozen=True, slots=True)
class Batch:
    """One batch in columns, a row for each result. ``at`` is on the sender's boot clock; ``outcome`` indexes OUTCOMES.

    ``rows_from`` is the offset in ``body`` where the header ends and the rows begin.
    """

    header: Header
    body: bytes
    rows_from: int
    handle: Ints
    interval: Ints
    slot: Ints
    at: Ints
    outcome: NDArray[np.uint8]
    shapes: tuple[Shape, ...]
    texts: dict[int, str] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.handle)

    @property
    def last_seq(self) -> int:
        """Sequence number of the last result."""
        return self.header.first_seq + len(self.handle) - 1

    def values(self) -> dict[str, list[tuple[Ints, Column]]]:
        """By metric: pieces of (rows, values), integers where the agent sent integers."""
        found: dict[str, list[tuple[Ints, Column]]] = {}
        for shape in self.shapes:
            for name, position in shape.columns.items():
                column, _ = read_column(self.body, position, len(shape.rows))
                found.setdefault(name, []).append((shape.rows, column))
        return found

    def values_of(self, row: int) -> dict[str, float]:
        """The values of one result, in the order the probe gave them."""
        for shape in self.shapes:
            place = int(np.searchsorted(shape.rows, row))
            if place < len(shape.rows) and shape.rows[place] == row:
                return {
                    name: read_column(self.body, position, len(shape.rows))[0][place].item()
                    for name, position in shape.columns.items()
                }
        return {}


def decode(body: bytes) -> Batch:
    """One uncompressed body as columns. Raises Invalid, naming the byte where it stops making sense, or TooLarge.

    Everything is looked at, nothing half accepted: bytes left over are an error too.
    """
    try:
        return _decode(body)
    except struct.error as trouble:
        raise Invalid(f"byte {len(body)}: the batch ends too early") from trouble


def _decode(body: bytes) -> Batch:
    if body[:4] != MAGIC:
        raise Invalid(f"byte 0: this is no batch (it does not begin with {MAGIC.decode()})")
    (length,) = struct.unpack_from("<I", body, 4)
    if 8 + length > len(body):
        raise Invalid(f"byte 4: a header of {length} bytes does not fit into {len(body)}")
    try:
        table = json.loads(body[8 : 8 + length])
    except ValueError as trouble:
        raise Invalid(f"byte 8: the header is not JSON: {trouble}") from trouble
    except RecursionError:
        raise Invalid("byte 8: the header is nested too deeply") from None
    if not isinstance(table, dict):
        raise Invalid("byte 8: the header is no JSON object")
    header = read_header(table, 8)
    rows_from = position = 8 + length

    (count,) = struct.unpack_from("<I", body, position)
    if not 0 < count <= MOST_ROWS:
        raise TooLarge(f"byte {position}: {count} results in one batch; 1 to {MOST_ROWS} are taken")
    (kinds,) = struct.unpack_from("<H", body, position + 4)
    position += 6
    intervals, bases, position = _intervals(body, position, kinds)

    start = position
    which, position = integers(body, position, count)
    _bounded(which, 0, kinds, start, "interval")
    interval = intervals[0] if kinds == 1 else intervals[which]
    start = position
    deltas, position = integers(body, position, count)
    _bounded(deltas, -(1 << 32), 1 << 32, start, "handle")
    handle = np.cumsum(deltas)
    _bounded(handle, 1, 1 << 32, start, "handle")
    start = position
    offset, position = integers(body, position, count)
    # A slot's begin is its number times the interval: beyond this it would run out of 64 bits, and so would all dates.
    _bounded(offset, 0, _FAR // int(intervals.max()), start, "slot")
    planned = offset != UNPLANNED
    whole = bool(planned.all())
    slot = offset + (bases[0] if kinds == 1 else bases[which]) - 1
    if not whole:
        slot[~planned] = -1
    spread = np.broadcast_to(interval, (count,))

    at = np.empty(count, np.int64)
    few = slice(None) if whole else np.flatnonzero(planned)
    start = position
    lateness, position = integers(body, position, count if whole else len(few))  # type: ignore[arg-type]
    _bounded(lateness, -(1 << 52), 1 << 52, start, "lateness")
    at[few] = due_times(handle[few], spread[few] if kinds > 1 else interval, slot[few]) + lateness
    rest = np.flatnonzero(~planned)
    start = position
    ages, position = integers(body, position, len(rest))
    _bounded(ages, -(1 << 52), 1 << 52, start, "age")
    at[rest] = int(header.sent_mono) - ages

    start = position
    outcome, position = integers(body, position, count)
    _bounded(outcome, 0, len(OUTCOMES), start, "outcome")
    start = position
    shape_of, position = integers(body, position, count)
    (shape_count,) = struct.unpack_from("<H", body, position)
    _bounded(shape_of, 0, shape_count, start, "shape")
    shapes, position = _shapes(body, position + 2, shape_of, shape_count)
    texts, position = _texts(body, position, count)
    if position != len(body):
        raise Invalid(f"byte {position}: {len(body) - position} bytes are left over")
    return Batch(header, body, rows_from, handle, spread, slot, at, outcome.astype(np.uint8), shapes, texts)


def dating(header: Header, received: int) -> tuple[int, bool]:
    """What to add to ``at`` to get instants in ms UTC, and whether that can be trusted (maths 3.2).

    By age: received − (sent − observed) − RTT/2; the sender's wall clock does not matter. Where the boot clock of the
    results is gone, the wall clock of that time is taken, corrected by how much the sender's is off now; it is not
    trusted when that is more than SKEW_MAX.
    """
    sent = received - header.rtt / 2
    if not header.mono_lost:
        return round(sent - header.sent_mono), True
    skew = sent - header.sent_wall
    return round(header.wall_base + skew), abs(skew) <= SKEW_MAX


def due_times(handle: Ints, interval: Any, slot: Ints, phase: Ints | None = None) -> Ints:
    """``rules.check.due`` for whole arrays. ``phase`` is what :func:`phases` gives, where it is known."""
    every = np.asarray(interval).astype(np.uint64)
    reach = every // np.uint64(JITTER_SHARE)
    low = slot.astype(np.uint64) & np.uint64(0xFFFFFFFF)
    jitter = _mix((handle.astype(np.uint64) << np.uint64(32)) ^ low) % (reach + reach + np.uint64(1))
    moved = (phases(handle, interval) if phase is None else phase) + jitter.astype(np.int64)
    result: Ints = slot * np.asarray(interval) + moved - reach.astype(np.int64)
    return result


def phases(handle: Ints, interval: Any) -> Ints:
    """How far each check lies from the beginning of its interval."""
    return (_mix(handle.astype(np.uint64)) % np.asarray(interval).astype(np.uint64)).astype(np.int64)


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    with np.errstate(over="ignore"):
        x = x + np.uint64(0x9E3779B97F4A7C15)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed: NDArray[np.uint64] = x ^ (x >> np.uint64(31))
        return mixed


def integers(body: bytes, position: int, count: int) -> tuple[Ints, int]:
    """One column of integers and where it ends. Raises Invalid when it is none, or does not fit the body."""
    kind, width, strange = COLUMN.unpack_from(body, position)
    if kind not in (UNSIGNED, ZIGZAG):
        raise Invalid(f"byte {position}: a column of kind {kind} where integers belong")
    if width not in _WIDTHS or strange > count:
        raise Invalid(f"byte {position}: a column of width {width} with {strange} exceptions in {count} rows")
    start, position = position, position + COLUMN.size
    if position + (width * count or 8) + 12 * strange > len(body):
        raise Invalid(f"byte {start}: a column of {count} rows and width {width} does not fit")
    if width == 0:
        (base,) = struct.unpack_from("<Q", body, position)
        values = np.full(count, base, np.uint64)
        position += 8
    else:
        values = _unplaned(body, position, count, width).astype(np.uint64)
        position += width * count
    if strange:
        rows = np.frombuffer(body, "<u4", strange, position)
        if int(rows.max()) >= count:
            raise Invalid(f"byte {position}: an exception in row {int(rows.max())} of {count}")
        values[rows] = np.frombuffer(body, "<u8", strange, position + 4 * strange)
        position += 12 * strange
    if kind == ZIGZAG:
        return (values >> np.uint64(1)).view(np.int64) ^ -(values & np.uint64(1)).view(np.int64), position
    return values.view(np.int64), position


def read_column(body: bytes, position: int, count: int) -> tuple[Column, int]:
    """One column of any kind and where it ends. Raises Invalid also for a double that is not finite."""
    kind, width, strange = COLUMN.unpack_from(body, position)
    if kind != REAL:
        return integers(body, position, count)
    if width != 8 or strange:
        raise Invalid(f"byte {position}: a column of doubles with width {width}")
    start, position = position, position + COLUMN.size
    if position + 8 * count > len(body):
        raise Invalid(f"byte {start}: a column of {count} doubles does not fit")
    values = _unplaned(body, position, count, 8).view("<f8").astype(np.float64)
    if not np.isfinite(values).all():
        raise Invalid(f"byte {start}: a value is not a finite number")
    return values, position + 8 * count


def _unplaned(body: bytes, position: int, count: int, width: int) -> NDArray[Any]:
    planes = np.frombuffer(body, np.uint8, width * count, position)
    if width == 1:
        return planes
    return np.ascontiguousarray(planes.reshape(width, count).T).view(f"<u{width}").ravel()


def _intervals(body: bytes, position: int, kinds: int) -> tuple[Ints, Ints, int]:
    if not kinds:
        raise Invalid(f"byte {position - 2}: the table of intervals is empty")
    intervals, bases = [], []
    for _ in range(kinds):
        interval, base = INTERVAL.unpack_from(body, position)
        if not 0 < interval < 1 << 31 or not 0 <= base * interval < _FAR:
            raise Invalid(f"byte {position}: interval {interval} ms from slot {base} cannot be")
        intervals.append(interval)
        bases.append(base)
        position += INTERVAL.size
    return np.array(intervals, np.int64), np.array(bases, np.int64), position


def _bounded(values: Ints, low: int, high: int, position: int, what: str) -> None:
    if len(values) and not (low <= int(values.min()) and int(values.max()) < high):
        raise Invalid(f"byte {position}: a {what} is out of range")


def _shapes(body: bytes, position: int, shape_of: Ints, count: int) -> tuple[tuple[Shape, ...], int]:
    shapes = []
    cells = 0
    for number in range(count):
        rows = np.flatnonzero(shape_of == number) if count > 1 else np.arange(len(shape_of))
        (names,) = struct.unpack_from("<H", body, position)
        position += 2
        cells += names * max(len(rows), 1)
        if cells > MOST_VALUES:
            raise TooLarge(f"byte {position}: more than {MOST_VALUES} values in one batch")
        keys = []
        for _ in range(names):
            name, position = _text(body, position)
            keys.append(name)
        columns: dict[str, int] = {}
        for name in keys:
            columns[name] = position
            _, position = read_column(body, position, len(rows))
        shapes.append(Shape(rows, columns))
    return tuple(shapes), position


def _text(body: bytes, position: int) -> tuple[str, int]:
    (length,) = struct.unpack_from("<H", body, position)
    position += 2
    if position + length > len(body):
        raise Invalid(f"byte {position - 2}: a name of {length} bytes does not fit")
    try:
        return body[position : position + length].decode(), position + length
    except UnicodeDecodeError as trouble:
        raise Invalid(f"byte {position}: a name is not UTF-8") from trouble


def _texts(body: bytes, position: int, rows: int) -> tuple[dict[int, str], int]:
    (count,) = struct.unpack_from("<I", body, position)
    if count > rows:
        raise Invalid(f"byte {position}: {count} texts for {rows} results")
    start = position + 4
    gaps, position = integers(body, start, count)
    lengths, position = integers(body, position, count)
    if not count:
        return {}, position
    if int(lengths.min()) < 0 or int(lengths.max()) > len(body) or position + int(lengths.sum()) > len(body):
        raise Invalid(f"byte {start}: the texts do not fit")
    places = np.cumsum(gaps)
    if int(gaps[1:].min(initial=1)) < 1 or int(gaps[0]) < 0 or int(gaps.max()) > rows or int(places[-1]) >= rows:
        raise Invalid(f"byte {start}: a text belongs to no result")
    return dict(_spoken(body, position, places, lengths)), position + int(lengths.sum())


def _spoken(body: bytes, position: int, places: Ints, lengths: Ints) -> Iterator[tuple[int, str]]:
    for row, length in zip(places.tolist(), lengths.tolist(), strict=True):
        try:
            yield row, body[position : position + length].decode()
        except UnicodeDecodeError as trouble:
            raise Invalid(f"byte {position}: a text is not UTF-8") from trouble
        position += length
