"""A pack opened for reading: its entries without their bodies, and the results in it as columns, block by block.

The rows stand in the order (agent process, check, time). A block can be read without the others, so that the results of
one check near an instant cost a few thousand rows, and all of them can be folded without making one batch of them.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from collector.decode import Column, Ints, dating, due_times, phases
from collector.store.box import Box
from collector.store.entry import KINDS, Draft
from rules.wire import Header, read_header

NUMBERS = ("at", "agent", "first_seq", "last_seq", "t_min", "t_max", "dating")
"""The columns of entries, by the names of their fields."""

BATCH = KINDS.index("batch")


@dataclass(frozen=True, slots=True)
class Part:
    """One batch whose results stand in columns: its place among the pack's entries and the bytes of its header."""

    place: int
    head: bytes
    rows: int


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a pack in their order. ``at`` is on the sender's boot clock, ``number`` the part a row came in.

    ``first`` is the place of the first row among the pack's rows, ``index`` that of the block among its blocks.
    """

    index: int
    first: int
    handle: Ints
    interval: Ints
    slot: Ints
    at: Ints
    number: Ints
    outcome: Ints

    def __len__(self) -> int:
        return len(self.handle)


class Pack:
    """One pack. Not to be shared by threads."""

    def __init__(self, blob: bytes) -> None:
        self.box = Box.read(blob)
        self.count: int = self.box.note["count"]
        self.first: int = self.box.note["first"]
        self.last = self.first + self.count - 1

    @cached_property
    def numbers(self) -> dict[str, list[int]]:
        """The fields of the entries named in NUMBERS."""
        return {name: np.cumsum(self.box.ints(name)).tolist() for name in NUMBERS}

    @cached_property
    def kinds(self) -> list[int]:
        """The kind of each entry, as its code."""
        found: list[int] = self.box.ints("kind").tolist()
        return found

    @cached_property
    def boots(self) -> list[str]:
        """The boot of each entry."""
        names = self.box.note["boots"]
        return [names[place] for place in self.box.ints("boot").tolist()]

    def draft(self, place: int, body: bytes) -> Draft:
        """The entry at a place, with its body."""
        at, agent, first_seq, last_seq, t_min, t_max, dated = (self.numbers[name][place] for name in NUMBERS)
        kind, boot = KINDS[self.kinds[place]], self.boots[place]
        return Draft(kind, at, body, agent, boot, first_seq, last_seq, t_min, t_max, dated)

    def whole(self) -> dict[int, bytes]:
        """By place: the bodies that are kept as they came."""
        found, raw, start = {}, self.box.data("raw"), 0
        for place, length in zip(
            self.box.ints("raw_place").tolist(), self.box.ints("raw_length").tolist(), strict=True
        ):
            found[place] = raw[start : start + length]
            start += length
        return found

    @cached_property
    def parts(self) -> list[Part]:
        """The batches in columns, those of one agent process together."""
        if not self.box.note["processes"]:
            return []
        heads, start, found = self.box.data("heads"), 0, []
        places = np.cumsum(self.box.ints("entry")).tolist()
        for place, size, rows in zip(
            places, self.box.ints("head_length").tolist(), self.box.ints("rows").tolist(), strict=True
        ):
            found.append(Part(place, heads[start : start + size], rows))
            start += size
        return found

    @cached_property
    def headers(self) -> list[Header]:
        """By part: what the batch said of itself."""
        return [read_header(json.loads(part.head), 0) for part in self.parts]

    @cached_property
    def places(self) -> Ints:
        """By part: its place among the entries."""
        return np.array([part.place for part in self.parts], np.int64)

    @cached_property
    def offsets(self) -> tuple[Ints, NDArray[np.bool_]]:
        """By part: what dates its results, as of :func:`collector.decode.dating`."""
        received = self.numbers["at"]
        found = [dating(header, received[part.place]) for header, part in zip(self.headers, self.parts, strict=True)]
        return np.array([offset for offset, _ in found], np.int64), np.array([sure for _, sure in found], bool)

    @cached_property
    def processes(self) -> list[tuple[int, int, int]]:
        """Of each agent process: the agent's number, the end of its parts, the end of its rows."""
        if not self.box.note["processes"]:
            return []
        found, end, row = [], 0, 0
        agents = self.numbers["agent"]
        for count in self.box.ints("parts").tolist():
            agent = agents[self.parts[end].place]
            row += sum(part.rows for part in self.parts[end : end + count])
            end += count
            found.append((agent, end, row))
        return found

    @cached_property
    def rows(self) -> int:
        """Results in columns."""
        return self.processes[-1][2] if self.processes else 0

    def blocks(self) -> Iterator[Block]:
        """All rows, in order."""
        for index in range(len(self.box.note["blocks"])):
            yield self.block(index)

    def block(self, index: int) -> Block:
        """The rows of one block."""
        box = self.box
        first: int = box.note["blocks"][index][0]
        steps = box.ints("handle", index)
        handle = np.cumsum(steps)
        which = box.ints("interval", index)
        intervals = box.note["intervals"]
        interval = np.full(len(handle), intervals[0]) if len(intervals) == 1 else np.array(intervals)[which]
        planned = box.ints("planned", index)
        due, late = np.cumsum(box.ints("slot", index)), box.ints("late", index)
        if len(due) == len(handle):
            slot = due
            if len(intervals) == 1:
                # The phase is a matter of the check alone, of which a block holds few.
                begin = np.flatnonzero(steps)
                phase = np.repeat(phases(handle[begin], intervals[0]), np.diff(begin, append=len(handle)))
                at = due_times(handle, intervals[0], slot, phase) + late
            else:
                at = due_times(handle, interval, slot) + late
        else:
            there = planned.astype(bool)
            slot = np.full(len(handle), -1)
            slot[there] = due
            at = np.empty(len(handle), np.int64)
            at[there] = due_times(handle[there], interval[there], due) + late
            at[~there] = np.cumsum(box.ints("unplanned", index))
        number = box.ints("number", index) + self.foretold(first, at)
        return Block(index, first, handle, interval, slot, at, number, box.ints("outcome", index))

    def foretold(self, first: int, at: Ints) -> Ints:
        """In which part of its process a row most likely came: the first that has anything as new as it."""
        found = np.empty(len(at), np.int64)
        newest = np.cumsum(self.box.ints("newest"))
        begin = start = 0
        for _, end, row in self.processes:
            low, high = max(0, start - first), min(len(at), row - first)
            if low < high:
                reach = np.maximum.accumulate(newest[begin:end])
                found[low:high] = begin + np.minimum(np.searchsorted(reach, at[low:high]), end - begin - 1)
            begin, start = end, row
        return found

    def blocks_with(self, start: int, end: int, handles: Ints) -> Iterator[Block]:
        """The blocks that may hold rows of these checks (sorted), of the process whose rows are start … end."""
        firsts = self.box.note["blocks"]
        for index, (first, lowest) in enumerate(firsts):
            after = firsts[index + 1] if index + 1 < len(firsts) else (self.rows, 0)
            if first >= end or after[0] <= start:
                continue
            low = np.searchsorted(handles, lowest) if first >= start else 0
            high = np.searchsorted(handles, after[1], "right") if after[0] < end else len(handles)
            if low < high:
                yield self.block(index)

    def places_of(self, agent: int, handle: int) -> Iterator[tuple[Block, slice]]:
        """Where the rows of a check as one agent saw it stand, in order of the agent's processes and time."""
        start = 0
        firsts = [(row, key) for row, key in self.box.note["blocks"]]
        for number, _, end in self.processes:
            if number == agent:
                yield from self._within(firsts, start, end, handle)
            start = end

    def _within(
        self, firsts: list[tuple[int, int]], start: int, end: int, handle: int
    ) -> Iterator[tuple[Block, slice]]:
        """The same in the rows of one process. A block that begins in it has the handle of its first row noted."""
        low = bisect_right(firsts, start, key=lambda one: one[0]) - 1
        high = bisect_left(firsts, end, key=lambda one: one[0])
        # Of the blocks that begin inside the process: the last that begins below the handle, and what follows with it.
        inner = range(low + 1, high)
        begin = low + bisect_left(inner, handle, key=lambda index: firsts[index][1])
        for index in range(begin, high):
            if index > begin and firsts[index][1] > handle:
                return
            block = self.block(index)
            left, right = max(0, start - block.first), min(len(block), end - block.first)
            mine = block.handle[left:right]
            found = slice(left + int(np.searchsorted(mine, handle)), left + int(np.searchsorted(mine, handle, "right")))
            if found.start < found.stop:
                yield block, found

    def shape(self, block: int) -> Ints:
        """Which of the note's shapes the rows of a block have."""
        return self.box.ints("shape", block)

    def texts(self, block: int, rows: slice) -> list[str]:
        """What some results said."""
        said = self.box.ints("text", block)[rows]
        if not said.any():
            return [""] * len(said)
        known = json.loads(self.box.data("texts"))
        return ["" if not place else known[place - 1] for place in said.tolist()]

    def values(self, block: int, rows: slice) -> list[dict[str, float]]:
        """The values of some results, in the order the probe gave them."""
        shape = self.shape(block)
        mine = shape[rows].tolist()
        columns = {name: self.metric(block, name) for number in set(mine) for name in self.box.note["shapes"][number]}
        found = []
        for row, number in enumerate(mine, rows.start):
            one = {}
            for name in self.box.note["shapes"][number]:
                bits, real = columns[name]
                one[name] = bits[row].view(np.float64).item() if real[row] else bits[row].item()
            found.append(one)
        return found

    def metric(self, block: int, name: str) -> tuple[Ints, NDArray[np.bool_]]:
        """One metric of a block's rows: the bits of its values, and which are doubles; 0 where a row has none."""
        there = self.carriers(block, name)
        flags = self.box.ints(f"real:{name}", block).astype(bool)
        packed = np.empty(len(flags), np.int64)
        packed[~flags] = self.box.ints(f"ints:{name}", block)
        packed[flags] = self.box.ints(f"doubles:{name}", block)
        bits, real = np.zeros(len(there), np.int64), np.zeros(len(there), bool)
        bits[there], real[there] = packed, flags
        return bits, real

    def carriers(self, block: int, name: str) -> NDArray[np.bool_]:
        """Which rows of a block carry a metric."""
        carrying = [number for number, names in enumerate(self.box.note["shapes"]) if name in names]
        return np.isin(self.shape(block), carrying)


def column(bits: Ints, real: NDArray[np.bool_]) -> Column:
    """Values as they were sent: of one batch and shape they are all doubles, or none is."""
    return bits.view(np.float64) if real.any() else bits
