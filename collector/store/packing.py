"""Packs: many entries as one blob, much smaller than each alone; unpacking gives back every byte.

The results of all batches are put in one order (by agent process, check, time) and written column by column, so that
like stands beside like: a check's number is said once, its slots count up by one, its values stand together. Which
batch a result came in is foretold from its time; only where that fails is it said. A body that is not canonical is kept
as it is. Hashes are computed anew, so a pack that gives back a different byte cannot go unseen.
"""

import json
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from collector import encode
from collector.decode import Batch, Column, Ints, decode, due_times, read_column
from collector.store.box import Box
from collector.store.entry import KINDS, Entry, chained
from collector.store.packed import NUMBERS, Pack, column
from rules.errors import Broken
from rules.wire import MAGIC

BLOCK = 1 << 14
"""Rows in one block: few enough to be read for one of them, and for their columns to stay in a processor's cache."""

_HEAD = struct.Struct("<I")
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Packing:
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
    return entries_in(Pack(blob))


def entries_in(found: Pack) -> Iterator[Entry]:
    """The same of a pack that is open."""
    bodies = found.whole()
    bodies.update(_bodies(found))
    chain = bytes.fromhex(found.box.note["before"])
    for place in range(found.count):
        draft = found.draft(place, bodies.get(place, b""))
        position = found.first + place
        chain = chained(chain, position, draft)
        yield Entry(
            position,
            draft.kind,
            draft.at,
            draft.body,
            draft.agent,
            draft.boot,
            draft.first_seq,
            draft.last_seq,
            draft.t_min,
            draft.t_max,
            draft.dating,
            chain,
        )
    if chain.hex() != found.box.note["hash"]:
        raise Broken(f"The pack of entries from {found.first} on does not give back what was packed.")


def _packed(entries: Sequence[Entry], before: bytes) -> bytes:
    box = Box({"count": len(entries), "first": entries[0].position, "before": before.hex(), "blocks": []})
    box.note["hash"] = entries[-1].hash.hex()
    for name in NUMBERS:
        box.put(name, _steps(np.array([getattr(entry, name) for entry in entries], np.int64)))
    box.put("kind", np.array([KINDS.index(entry.kind) for entry in entries]))
    boots = list(dict.fromkeys(entry.boot for entry in entries))
    place_of = {boot: place for place, boot in enumerate(boots)}
    box.note["boots"] = boots
    box.put("boot", np.array([place_of[entry.boot] for entry in entries]))

    names: dict[tuple[str, ...], int] = {}
    processes: dict[tuple[int, str], list[_Packing]] = {}
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


def _part(place: int, entry: Entry, names: dict[tuple[str, ...], int]) -> _Packing | None:
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
    return _Packing(place, batch, shape) if body == batch.body[batch.rows_from :] else None


def _put_rows(box: Box, processes: list[list[_Packing]]) -> None:
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

    counts = [len(one) for one in processes]
    sizes = [sum(len(part.batch) for part in one) for one in processes]
    process = np.repeat(np.arange(len(processes)), sizes)
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
    intervals = np.unique(interval)
    box.note["intervals"] = intervals.tolist()
    by_row: dict[str, Ints] = {
        "interval": np.searchsorted(intervals, interval),
        "number": number - _foretold(at, newest, counts, sizes),
        "rank": rank - _ranks(number),
        "outcome": outcome[order].astype(np.int64),
        "shape": shape,
        "text": _texts(box, parts, lengths)[order],
    }
    metrics = _metrics(parts, lengths, order)
    for block, start in enumerate(range(0, len(handle), BLOCK)):
        rows = slice(start, start + BLOCK)
        box.note["blocks"].append([start, int(handle[start])])
        planned = slot[rows] >= 0
        due, instants = slot[rows][planned], at[rows]
        box.put("handle", _steps(handle[rows]), block)
        box.put("planned", planned.astype(np.int64), block)
        box.put("slot", _steps(due), block)
        times = due_times(handle[rows][planned], interval[rows][planned], due)
        box.put("late", instants[planned] - times, block)
        box.put("unplanned", _steps(instants[~planned]), block)
        for name, values in by_row.items():
            box.put(name, values[rows], block)
        for name, (there, real, bits) in metrics.items():
            own, flags = bits[rows][there[rows]], real[rows][there[rows]]
            box.put(f"real:{name}", flags.astype(np.int64), block)
            box.put(f"ints:{name}", own[~flags], block)
            box.put(f"doubles:{name}", own[flags], block)


def _texts(box: Box, parts: list[_Packing], lengths: Ints) -> Ints:
    """By row in the order of the parts: the number of its text, 0 for none. The texts themselves stand once."""
    said = np.zeros(int(lengths.sum()), np.int64)
    texts: dict[str, int] = {}
    for start, part in zip(np.cumsum(lengths) - lengths, parts, strict=True):
        for row, text in part.batch.texts.items():
            said[start + row] = texts.setdefault(text, len(texts) + 1)
    box.put_bytes("texts", json.dumps(list(texts)).encode())
    return said


def _metrics(parts: list[_Packing], lengths: Ints, order: Ints) -> dict[str, tuple[Flags, Flags, Ints]]:
    """By metric, for each row in the pack's order: whether it carries it, whether as a double, and the bits."""
    found: dict[str, tuple[Flags, Flags, Ints]] = {}
    total = len(order)
    for start, part in zip(np.cumsum(lengths) - lengths, parts, strict=True):
        for metric, pieces in part.batch.values().items():
            if metric not in found:
                found[metric] = (np.zeros(total, bool), np.zeros(total, bool), np.zeros(total, np.int64))
            there, real, bits = found[metric]
            for rows, values in pieces:
                there[rows + start] = True
                real[rows + start] = values.dtype == np.float64
                bits[rows + start] = values.view(np.int64)
    return {metric: tuple(one[order] for one in columns) for metric, columns in found.items()}  # type: ignore[misc]


def _foretold(at: Ints, newest: Ints, counts: Sequence[int], sizes: Sequence[int]) -> Ints:
    """As of :meth:`Pack.foretold`, for all rows: of each process its parts are counted, and its rows."""
    foretold = np.empty(len(at), np.int64)
    begin = row = 0
    for count, size in zip(counts, sizes, strict=True):
        reach = np.maximum.accumulate(newest[begin : begin + count])
        mine = slice(row, row + size)
        foretold[mine] = begin + np.minimum(np.searchsorted(reach, at[mine]), count - 1)
        begin, row = begin + count, row + size
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


def _bodies(found: Pack) -> Iterator[tuple[int, bytes]]:
    """Place and body of every batch that was packed in columns."""
    if not found.parts:
        return
    box = found.box
    blocks = list(found.blocks())
    number = np.concatenate([block.number for block in blocks])

    def whole(name: str) -> Ints:
        return np.concatenate([box.ints(name, block.index) for block in blocks])

    rank = whole("rank") + _ranks(number)
    starts = np.cumsum([0, *(part.rows for part in found.parts)])
    # Number and rank say where each row goes, so that nothing needs to be sorted.
    back = np.empty(len(number), np.int64)
    back[starts[number] + rank] = np.arange(len(number))
    handle, interval, slot, at, outcome = (
        np.concatenate([getattr(block, name) for block in blocks])[back]
        for name in ("handle", "interval", "slot", "at", "outcome")
    )
    shape, said = whole("shape")[back], whole("text")[back]
    texts = json.loads(box.data("texts"))
    names = box.note["shapes"]
    metrics = {}
    for metric in dict.fromkeys(name for one in names for name in one):
        pieces = [found.metric(block.index, metric) for block in blocks]
        bits, real = (np.concatenate(one)[back] for one in zip(*pieces, strict=True))
        metrics[metric] = (bits, real)
    sent = np.cumsum(box.ints("sent")).tolist()
    for index, part in enumerate(found.parts):
        rows = slice(int(starts[index]), int(starts[index + 1]))
        own = shape[rows]
        columns: dict[int, list[Column]] = {}
        for number_of_shape in np.flatnonzero(np.bincount(own)).tolist():
            which = own == number_of_shape
            columns[number_of_shape] = [
                column(metrics[name][0][rows][which], metrics[name][1][rows][which]) for name in names[number_of_shape]
            ]
        spoken = np.flatnonzero(said[rows]).tolist()
        yield (
            part.place,
            MAGIC
            + _HEAD.pack(len(part.head))
            + part.head
            + encode.rows(
                encode.Rows(
                    handle[rows],
                    interval[rows],
                    slot[rows],
                    at[rows],
                    outcome[rows],
                    own,
                    {one: names[one] for one in columns},
                    columns,
                    {row: texts[said[rows][row] - 1] for row in spoken},
                ),
                sent[index],
            ),
        )
