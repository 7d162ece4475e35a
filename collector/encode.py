"""Columns of the batch format written from whole arrays: byte for byte what ``rules/wire.py`` writes."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collector.decode import Column, Ints, due_times
from rules.wire import COLUMN, INTERVAL, REAL, UNPLANNED, UNSIGNED, ZIGZAG, packed_text

_EXCEPTION_BYTES = 12
_FEW = 1 << 12
"""Below this codes are sooner counted than sorted."""
_EMPTY = COLUMN.pack(UNSIGNED, 0, 0) + bytes(8)


@dataclass(frozen=True, slots=True)
class Rows:
    """Results in columns, as :func:`rows` takes them. ``shape`` names for each row which metrics it carries.

    ``names`` and ``columns`` hold for each such shape its metrics and their values, those of its rows in order.
    """

    handle: Ints
    interval: Ints
    slot: Ints
    at: Ints
    outcome: Ints
    shape: Ints
    names: Mapping[int, Sequence[str]]
    columns: Mapping[int, Sequence[Column]]
    texts: Mapping[int, str]


def integers(values: Ints) -> bytes:
    """One column of 64-bit integers in its canonical form (see ``rules.wire.integers``)."""
    count = len(values)
    if not count:
        return _EMPTY
    kind = UNSIGNED
    if int(values.min()) < 0:
        kind = ZIGZAG
        codes = ((values << 1) ^ (values >> 63)).view(np.uint64)
    else:
        codes = values.view(np.uint64)
    top = int(codes.max())
    base = _median(codes, top)
    width, cost = 0, (count - int(np.count_nonzero(codes == base))) * _EXCEPTION_BYTES
    for candidate in (8, 4, 2, 1):
        over = int(np.count_nonzero(codes >> np.uint64(8 * candidate))) if candidate < 8 and top >> 8 * candidate else 0
        price = count * candidate + over * _EXCEPTION_BYTES
        if price <= cost:
            width, cost = candidate, price
    if width == 0:
        rows = np.flatnonzero(codes != base)
        plain = base.to_bytes(8, "little")
    else:
        rows = np.flatnonzero(codes >> np.uint64(8 * width)) if width < 8 and top >> 8 * width else np.zeros(0, int)
        fitting = codes
        if len(rows):
            fitting = codes.copy()
            fitting[rows] = 0
        plain = planes(fitting, width)
    strange = codes[rows]
    return COLUMN.pack(kind, width, len(rows)) + plain + rows.astype("<u4").tobytes() + strange.astype("<u8").tobytes()


def _median(codes: NDArray[np.uint64], top: int) -> int:
    """The middle one of the codes in order, of which ``top`` is the greatest."""
    middle = len(codes) // 2
    if top < _FEW:
        return int(np.searchsorted(np.cumsum(np.bincount(codes.view(np.int64))), middle, "right"))
    return int(np.partition(codes, middle)[middle])


def doubles(values: NDArray[np.float64]) -> bytes:
    """One column of doubles."""
    return COLUMN.pack(REAL, 8, 0) + planes(values.view(np.uint64), 8)


def planes(codes: NDArray[np.uint64], width: int) -> bytes:
    """Byte 0 of every value, then byte 1 of every value …, ``width`` of them."""
    narrow = codes.astype(f"<u{width}")
    if width == 1:
        return narrow.tobytes()
    return narrow.view(np.uint8).reshape(len(codes), width).T.tobytes()


def rows(batch: Rows, sent: int) -> bytes:
    """What follows the header in a body: byte for byte what ``rules.wire.encode`` writes for these results.

    ``sent`` is the header's ``sent_mono`` in whole milliseconds.
    """
    count = len(batch.handle)
    planned = batch.slot >= 0
    whole = bool(planned.all())
    if int(batch.interval.min()) == int(batch.interval.max()):
        intervals, which = batch.interval[:1], np.zeros(count, np.int64)
    else:
        intervals = np.unique(batch.interval)
        which = np.searchsorted(intervals, batch.interval)
    bases = np.zeros(len(intervals), np.int64)
    for index in range(len(intervals)):
        mine = planned & (which == index)
        bases[index] = batch.slot[mine].min() if mine.any() else 0
    late = (batch.at - due_times(batch.handle, batch.interval, batch.slot))[slice(None) if whole else planned]
    ages = np.zeros(0, np.int64) if whole else (sent - batch.at)[~planned]
    shapes, shape_of = _in_order_of_appearance(batch.shape)
    parts = [
        struct.pack("<IH", count, len(intervals)),
        *(INTERVAL.pack(one, base) for one, base in zip(intervals.tolist(), bases.tolist(), strict=True)),
        integers(which),
        integers(_steps(batch.handle)),
        integers(np.where(planned, batch.slot - bases[which] + 1, UNPLANNED)),
        integers(late),
        integers(ages),
        integers(batch.outcome),
        integers(shape_of),
        struct.pack("<H", len(shapes)),
    ]
    for shape in shapes:
        names = batch.names[shape]
        parts += (struct.pack("<H", len(names)), *(packed_text(name) for name in names))
        parts += (_column(column) for column in batch.columns[shape])
    spoken = sorted(batch.texts)
    texts = [batch.texts[row].encode() for row in spoken]
    parts += (struct.pack("<I", len(spoken)), integers(_steps(np.array(spoken, np.int64))))
    parts += (integers(np.array([len(text) for text in texts], np.int64)), *texts)
    return b"".join(parts)


def _steps(values: Ints) -> Ints:
    steps = values.copy()
    steps[1:] -= values[:-1]
    return steps


def _in_order_of_appearance(shape: Ints) -> tuple[list[int], Ints]:
    if int(shape.min()) == int(shape.max()):
        return [int(shape[0])], np.zeros(len(shape), np.int64)
    found, first, inverse = np.unique(shape, return_index=True, return_inverse=True)
    order = np.argsort(first)
    number = np.empty(len(found), np.int64)
    number[order] = np.arange(len(found))
    return found[order].tolist(), number[inverse]


def _column(column: Column) -> bytes:
    return doubles(column) if column.dtype == np.float64 else integers(column)  # type: ignore[arg-type]
