"""Packs: many entries as one blob, much smaller than each alone; unpacking gives back every byte.

The results of all batches are put in one order (by agent process, check, time) and written column by column, so that
like stands beside like: a check's number is said once, its slots count up by one, its values stand together. Which
batch a result came in is foretold from its time; only where that fails is it said. A body that is not canonical is kept
as it is. Hashes are computed anew, so a pack that gives back a different byte cannot go unseen.
"""

import json
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import zstandard
from numpy.typing import NDArray

from collector import encode
from collector.decode import Batch, Column, Ints, decode, due_times, read_column
from collector.store.entry import KINDS, Draft, Entry, chained
from rules.errors import Broken
from rules.wire import MAGIC

LEVEL = 12

_HEAD = struct.Struct("<I")
Of = Callable[[slice, NDArray[np.bool_]], Column]
"""Gives the values of some rows of a part, as they were sent."""

_NUMBERS = ("at", "agent", "first_seq", "last_seq", "t_min", "t_max", "dating")


@dataclass(frozen=True, slots=True)
class _Part:
    """One batch on its way into a pack."""

    entry: int
    batch: Batch
    shape: Ints


def pack(entries: Sequence[Entry], before: bytes) -> bytes:
    """The entries, which follow each other, as one blob. ``before`` is the hash of the entry before the first.

    Raises Broken when unpacking would not give back the same; then the entries must stay as they are.
    """
    blob = _packed(entries, before)
    if list(unpack(blob)) != list(entries):
        raise Broken(f"Entries {entries[0].position} to {entries[-1].position} cannot be packed without a difference.")
    return blob


def unpack(blob: bytes) -> Iterator[Entry]:
    """The entries of a pack, in order, with their hashes. Raises Broken when they do not end in the kept hash."""
    box = _Box.read(blob)
    count = box.note["count"]
    numbers = {name: np.cumsum(box.ints(name)).tolist() for name in _NUMBERS}
    kinds, boots = box.ints("kind").tolist(), box.ints("boot").tolist()
    bodies: list[bytes | None] = [None] * count
    raw, start = box.data("raw"), 0
    for place, length in zip(box.ints("raw_place").tolist(), box.ints("raw_length").tolist(), strict=True):
        bodies[place] = raw[start : start + length]
        start += length
    if box.note["processes"]:
        for place, body in _bodies(box):
            bodies[place] = body
    chain = bytes.fromhex(box.note["before"])
    for place in range(count):
        one = [numbers[name][place] for name in _NUMBERS]
        at, agent, first_seq, last_seq, t_min, t_max, dating = one
        boot, kind, body = box.note["boots"][boots[place]], KINDS[kinds[place]], bodies[place] or b""
        draft = Draft(kind, at, body, agent, boot, first_seq, last_seq, t_min, t_max, dating)
        position = box.note["first"] + place
        chain = chained(chain, position, draft)
        yield Entry(position, kind, at, body, agent, boot, first_seq, last_seq, t_min, t_max, dating, chain)
    if chain.hex() != box.note["hash"]:
        raise Broken(f"The pack of entries from {box.note['first']} on does not give back what was packed.")


def _packed(entries: Sequence[Entry], before: bytes) -> bytes:
    box = _Box({"count": len(entries), "first": entries[0].position, "before": before.hex()})
    box.note["hash"] = entries[-1].hash.hex()
    for name in _NUMBERS:
        box.put(name, _steps(np.array([getattr(entry, name) for entry in entries], np.int64)))
    box.put("kind", np.array([KINDS.index(entry.kind) for entry in entries]))
    boots = list(dict.fromkeys(entry.boot for entry in entries))
    place_of = {boot: place for place, boot in enumerate(boots)}
    box.note["boots"] = boots
    box.put("boot", np.array([place_of[entry.boot] for entry in entries]))

    names: dict[tuple[str, ...], int] = {}
    processes: dict[tuple[int, str], list[_Part]] = {}
    raw: list[int] = []
    for place, entry in enumerate(entries):
        part = _part(place, entry, names) if entry.kind == "batch" else None
        if part is None:
            raw.append(place)
        else:
            processes.setdefault((entry.agent, entry.boot), []).append(part)
    box.put("raw_place", np.array(raw, np.int64))
    box.put("raw_length", np.array([len(entries[place].body) for place in raw], np.int64))
    box.put_bytes("raw", b"".join(entries[place].body for place in raw))
    box.note["shapes"] = [list(one) for one in names]
    box.note["processes"] = len(processes)
    if processes:
        _put_rows(box, list(processes.values()))
    return box.written()


def _part(place: int, entry: Entry, names: dict[tuple[str, ...], int]) -> _Part | None:
    """A batch ready for packing; None when its body is not what would be written for its results."""
    batch = decode(entry.body)
    shape = np.zeros(len(batch), np.int64)
    for one in batch.shapes:
        shape[one.rows] = names.setdefault(tuple(one.columns), len(names))
    known = list(names)
    columns = {
        names[tuple(one.columns)]: [read_column(batch.body, at, len(one.rows))[0] for at in one.columns.values()]
        for one in batch.shapes
    }
    body = encode.rows(
        encode.Rows(
            batch.handle,
            batch.interval,
            batch.slot,
            batch.at,
            batch.outcome.astype(np.int64),
            shape,
            {number: known[number] for number in columns},
            columns,
            batch.texts,
        ),
        int(batch.header.sent_mono),
    )
    return _Part(place, batch, shape) if body == batch.body[batch.rows_from :] else None


def _put_rows(box: "_Box", processes: list[list[_Part]]) -> None:
    parts = [part for one in processes for part in one]
    lengths = np.array([len(part.batch) for part in parts])
    box.put("entry", _steps(np.array([part.entry for part in parts])))
    box.put("rows", lengths)
    box.put("parts", np.array([len(one) for one in processes]))
    heads = [part.batch.body[8 : part.batch.rows_from] for part in parts]
    box.put("head_length", np.array([len(head) for head in heads]))
    box.put_bytes("heads", b"".join(heads))
    box.put("sent", _steps(np.array([int(part.batch.header.sent_mono) for part in parts])))
    newest = np.array([part.batch.at.max() for part in parts])
    box.put("newest", _steps(newest))

    process = np.repeat(np.arange(len(processes)), [sum(len(part.batch) for part in one) for one in processes])
    number = np.repeat(np.arange(len(parts)), lengths)
    rank = np.concatenate([np.arange(length) for length in lengths])
    handle, interval, slot, at, outcome = (
        np.concatenate([getattr(part.batch, name) for part in parts])
        for name in ("handle", "interval", "slot", "at", "outcome")
    )
    shape = np.concatenate([part.shape for part in parts])
    order = np.lexsort((rank, number, at, handle, process))
    process, number, rank, handle, interval, slot, at, shape = (
        one[order] for one in (process, number, rank, handle, interval, slot, at, shape)
    )
    planned = slot >= 0
    intervals = np.unique(interval)
    box.note["intervals"] = intervals.tolist()
    box.put("handle", _steps(handle))
    box.put("interval", np.searchsorted(intervals, interval))
    box.put("planned", planned.astype(np.int64))
    box.put("slot", _steps(slot[planned]))
    late = at[planned] - due_times(handle[planned], interval[planned], slot[planned])
    box.put("late", late)
    box.put("unplanned", _steps(at[~planned]))
    box.put("number", number - _foretold(process, at, newest, box.ints("parts")))
    box.put("rank", rank - _ranks(number))
    box.put("outcome", outcome[order].astype(np.int64))
    box.put("shape", shape)
    _put_texts(box, parts, lengths, order)
    for metric, pieces in _metrics(parts, lengths).items():
        rows = np.concatenate([rows for rows, _ in pieces])
        real = np.concatenate([np.full(len(rows), column.dtype == np.float64) for rows, column in pieces])
        bits = np.concatenate([column.view(np.int64) for _, column in pieces])
        place = np.argsort(np.argsort(order)[rows], kind="stable")
        real, bits = real[place], bits[place]
        box.put(f"real:{metric}", real.astype(np.int64))
        box.put(f"ints:{metric}", bits[~real])
        box.put(f"doubles:{metric}", bits[real])


def _put_texts(box: "_Box", parts: list[_Part], lengths: Ints, order: Ints) -> None:
    said = np.zeros(int(lengths.sum()), np.int64)
    texts: dict[str, int] = {}
    for start, part in zip(np.cumsum(lengths) - lengths, parts, strict=True):
        for row, text in part.batch.texts.items():
            said[start + row] = texts.setdefault(text, len(texts) + 1)
    box.put("text", said[order])
    box.put_bytes("texts", json.dumps(list(texts)).encode())


def _metrics(parts: list[_Part], lengths: Ints) -> dict[str, list[tuple[Ints, Column]]]:
    found: dict[str, list[tuple[Ints, Column]]] = {}
    for start, part in zip(np.cumsum(lengths) - lengths, parts, strict=True):
        for metric, pieces in part.batch.values().items():
            found.setdefault(metric, []).extend((rows + start, column) for rows, column in pieces)
    return found


def _foretold(process: Ints, at: Ints, newest: Ints, parts: Ints) -> Ints:
    """In which batch of its agent process a result most likely came: the first that has anything as new as it."""
    foretold = np.empty(len(at), np.int64)
    begins = np.cumsum(parts) - parts
    for one, (begin, count) in enumerate(zip(begins.tolist(), parts.tolist(), strict=True)):
        mine = process == one
        reach = np.maximum.accumulate(newest[begin : begin + count])
        foretold[mine] = begin + np.minimum(np.searchsorted(reach, at[mine]), count - 1)
    return foretold


def _steps(values: Ints) -> Ints:
    """What ``np.cumsum`` undoes."""
    steps = values.astype(np.int64)
    steps[1:] -= values[:-1]
    return steps


def _ranks(number: Ints) -> Ints:
    """The place of each row among those of its batch, in the order given."""
    order = np.argsort(number, kind="stable")
    sizes = np.bincount(number)
    ranks = np.empty(len(number), np.int64)
    ranks[order] = np.arange(len(number)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return ranks


def _bodies(box: "_Box") -> Iterator[tuple[int, bytes]]:
    """Place and body of every batch that was packed in columns."""
    lengths, parts = box.ints("rows"), box.ints("parts")
    begins = np.cumsum(parts) - parts
    process = np.repeat(
        np.arange(len(parts)), [int(lengths[b : b + c].sum()) for b, c in zip(begins, parts, strict=True)]
    )
    handle = np.cumsum(box.ints("handle"))
    interval = np.array(box.note["intervals"])[box.ints("interval")]
    planned = box.ints("planned").astype(bool)
    slot = np.full(len(handle), -1)
    slot[planned] = np.cumsum(box.ints("slot"))
    at = np.empty(len(handle), np.int64)
    at[planned] = due_times(handle[planned], interval[planned], slot[planned]) + box.ints("late")
    at[~planned] = np.cumsum(box.ints("unplanned"))
    newest = np.cumsum(box.ints("newest"))
    number = box.ints("number") + _foretold(process, at, newest, parts)
    rank = box.ints("rank") + _ranks(number)
    back = np.lexsort((rank, number))
    handle, interval, slot, at = handle[back], interval[back], slot[back], at[back]
    outcome, shape, said = box.ints("outcome")[back], box.ints("shape")[back], box.ints("text")[back]
    texts = json.loads(box.data("texts"))
    values = _values(box, box.ints("shape"), back)
    heads, head_at = box.data("heads"), 0
    sent = np.cumsum(box.ints("sent")).tolist()
    entries = np.cumsum(box.ints("entry")).tolist()
    end = 0
    for one, (length, size) in enumerate(zip(lengths.tolist(), box.ints("head_length").tolist(), strict=True)):
        part = slice(end, end + length)
        end += length
        head = heads[head_at : head_at + size]
        head_at += size
        spoken = np.flatnonzero(said[part])
        shapes = np.unique(shape[part]).tolist()
        columns = {
            number: [values[metric](part, shape[part] == number) for metric in box.note["shapes"][number]]
            for number in shapes
        }
        rows = encode.Rows(
            handle[part],
            interval[part],
            slot[part],
            at[part],
            outcome[part],
            shape[part],
            {number: box.note["shapes"][number] for number in shapes},
            columns,
            {row: texts[said[part][row] - 1] for row in spoken.tolist()},
        )
        yield entries[one], MAGIC + _HEAD.pack(size) + head + encode.rows(rows, sent[one])


def _values(box: "_Box", shape: Ints, back: Ints) -> dict[str, Of]:
    """By metric: a function of a part of the rows and which of them, giving their values as they were sent."""
    having: dict[str, list[int]] = {}
    for number, names in enumerate(box.note["shapes"]):
        for name in names:
            having.setdefault(name, []).append(number)
    return {metric: _column(box, metric, np.isin(shape, numbers), back) for metric, numbers in having.items()}


def _column(box: "_Box", metric: str, there: NDArray[np.bool_], back: Ints) -> Of:
    real = np.zeros(len(there), bool)
    bits = np.zeros(len(there), np.int64)
    flags = box.ints(f"real:{metric}").astype(bool)
    packed = np.empty(len(flags), np.int64)
    packed[~flags] = box.ints(f"ints:{metric}")
    packed[flags] = box.ints(f"doubles:{metric}")
    real[there], bits[there] = flags, packed
    real, bits = real[back], bits[back]

    def of(part: slice, which: NDArray[np.bool_]) -> Column:
        found: Ints = bits[part][which]
        return found.view(np.float64) if real[part][which].any() else found

    return of


class _Box:
    """Named columns and texts, each compressed alone, behind one note in JSON."""

    def __init__(self, note: dict[str, Any], parts: dict[str, bytes] | None = None) -> None:
        self.note = note
        self._parts = parts or {}
        self._columns: dict[str, Ints] = {}

    @classmethod
    def read(cls, blob: bytes) -> "_Box":
        (size,) = _HEAD.unpack_from(blob)
        start = _HEAD.size + size
        note = json.loads(zstandard.decompress(blob[_HEAD.size : start]))
        parts = {}
        for name, length in note.pop("parts_of_this"):
            parts[name] = blob[start : start + length]
            start += length
        return cls(note, parts)

    def put(self, name: str, column: Ints) -> None:
        column = column.astype(np.int64)
        self._columns[name] = column
        self.put_bytes(name, struct.pack("<Q", len(column)) + encode.integers(column))

    def put_bytes(self, name: str, data: bytes) -> None:
        self._parts[name] = zstandard.compress(data, LEVEL)

    def ints(self, name: str) -> Ints:
        if name not in self._columns:
            data = self.data(name)
            (count,) = struct.unpack_from("<Q", data)
            column, _ = read_column(data, 8, count)
            self._columns[name] = column.view(np.int64)
        return self._columns[name]

    def data(self, name: str) -> bytes:
        return zstandard.decompress(self._parts[name], 1 << 30)

    def written(self) -> bytes:
        index = [[name, len(part)] for name, part in self._parts.items()]
        note = zstandard.compress(json.dumps({**self.note, "parts_of_this": index}).encode(), LEVEL)
        return _HEAD.pack(len(note)) + note + b"".join(self._parts.values())
