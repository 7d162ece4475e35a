"""Raw results of single checks, read back from the log. Of packed days only the blocks that hold them are unpacked."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from collector.decode import Batch, Ints, dating, decode
from collector.store.entry import Entry
from collector.store.packed import Block, Pack


class Readable(Protocol):
    """The part of the log that results are read from."""

    def pieces_of(self, agents: Collection[int], start: int, end: int) -> Iterator[Pack | Entry]: ...


class Source(Protocol):
    """Where the words and values of results stand."""

    def texts(self) -> Sequence[str]: ...
    def values(self) -> Sequence[Mapping[str, float]]: ...


@dataclass(frozen=True, slots=True)
class Results:
    """Some results of one check as one agent saw it, in columns.

    ``at`` in ms UTC, as dated by age; ``received`` and ``trusted`` are what judges that date (see
    ``collector.late.dated``). ``said`` gives texts and values, which are read when they are asked for.
    """

    handle: int
    at: Ints
    outcome: NDArray[np.int64]
    position: Ints
    received: Ints
    trusted: NDArray[np.bool_]
    said: Source


def results(log: Readable, agent: int, handles: Sequence[int], start: int, end: int) -> Iterator[Results]:
    """What one agent (by number) saw of some checks, of batches with results dated in [start, end), in any order."""
    for piece in log.pieces_of((agent,), start, end):
        if isinstance(piece, Entry):
            yield from of_entry(piece, handles)
        else:
            for handle in handles:
                yield from _of_pack(piece, agent, handle, start, end)


@dataclass(frozen=True, slots=True)
class _InBatch:
    batch: Batch
    rows: Ints

    def texts(self) -> Sequence[str]:
        return [self.batch.texts.get(row, "") for row in self.rows.tolist()]

    def values(self) -> Sequence[Mapping[str, float]]:
        return [self.batch.values_of(row) for row in self.rows.tolist()]


@dataclass(frozen=True, slots=True)
class _InPack:
    pack: Pack
    block: int
    rows: slice

    def texts(self) -> Sequence[str]:
        return self.pack.texts(self.block, self.rows)

    def values(self) -> Sequence[Mapping[str, float]]:
        return self.pack.values(self.block, self.rows)


def of_entry(entry: Entry, handles: Sequence[int]) -> Iterator[Results]:
    """What one batch holds of some checks."""
    return of_batch(entry, decode(entry.body), handles)


def of_batch(entry: Entry, batch: Batch, handles: Sequence[int]) -> Iterator[Results]:
    """The same, where the batch of the entry is decoded already."""
    offset, trusted = dating(batch.header, entry.at)
    for handle in handles:
        rows = np.flatnonzero(batch.handle == handle)
        if len(rows):
            yield Results(
                handle,
                batch.at[rows] + offset,
                batch.outcome[rows].astype(np.int64),
                np.full(len(rows), entry.position),
                np.full(len(rows), entry.at),
                np.full(len(rows), trusted),
                _InBatch(batch, rows),
            )


def _of_pack(pack: Pack, agent: int, handle: int, start: int, end: int) -> Iterator[Results]:
    offsets, trusted = pack.offsets
    for block, rows in pack.places_of(agent, handle):
        at = block.at[rows] + offsets[block.number[rows]]
        near = np.flatnonzero((at >= start) & (at < end))
        if len(near):
            # By time within an agent process, so what is near stands together (but for a clock's jitter).
            first, last = int(near[0]), int(near[-1]) + 1
            yield _part(pack, block, slice(rows.start + first, rows.start + last), at[first:last], trusted)


def _part(pack: Pack, block: Block, rows: slice, at: Ints, trusted: NDArray[np.bool_]) -> Results:
    number = block.number[rows]
    places = pack.places[number]
    return Results(
        int(block.handle[rows.start]),
        at,
        block.outcome[rows],
        pack.first + places,
        np.array(pack.numbers["at"], np.int64)[places],
        trusted[number],
        _InPack(pack, block.index, rows),
    )
