"""A pack as the fold takes it when the log is folded again: no batch is made of it, its results stand in columns.

Between two changes of the configuration all results are taken at once, in the order (agent process, check, time). That
gives what taking them batch by batch gives: a result only meets the results of its own check and agent, and where those
came in another order than they were seen, the fold computes them anew in order of time anyway.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from collector.decode import Ints, dating, decode
from collector.late import AHEAD, LATE_WINDOW, dated
from collector.store.entry import KINDS, Draft, Entry
from collector.store.packed import BATCH, Pack
from rules.wire import Header

MOST_STRETCHES = 16
"""Each stretch reads the whole pack; one with more changes of the configuration is better taken batch by batch."""

_CONFIG = KINDS.index("config")


@dataclass(frozen=True, slots=True)
class Runs:
    """Results of one agent process, those of a check together in order of time.

    ``begin`` is where the run of each check begins; ``handle`` is of each run, ``position`` that of the batch of its
    last result; ``at`` (ms UTC) and ``outcome`` are of each result. ``rows`` are its places among the pack's rows.
    """

    agent: int
    handle: Ints
    begin: Ints
    position: Ints
    at: Ints
    outcome: NDArray[np.uint8]
    rows: Ints | slice


class Stretch:
    """The batches among the entries of a pack from one place to another. Not to be shared by threads."""

    def __init__(self, pack: Pack, low: int, high: int) -> None:
        self.pack = pack
        self._low, self._high = low, high
        self._inside = (pack.places >= low) & (pack.places < high)

    @property
    def position(self) -> int:
        """The position of its last entry."""
        return self.pack.first + self._high - 1

    @property
    def rows(self) -> int:
        """Results in it."""
        return sum(len(run.at) for run in self.runs)

    def processes(self) -> Iterator[tuple[int, str, int, int]]:
        """Agent number, boot, first and last sequence number of each batch."""
        numbers = self.pack.numbers
        agents, firsts, lasts = numbers["agent"], numbers["first_seq"], numbers["last_seq"]
        for place in sorted(self.pack.places[self._inside].tolist()):
            yield agents[place], self.pack.boots[place], firsts[place], lasts[place]

    def headers(self) -> Iterator[tuple[int, int, Header]]:
        """Agent number, instant of receipt and header of each batch, in order."""
        agents, received = self.pack.numbers["agent"], self.pack.numbers["at"]
        headers = self.pack.headers
        places = self.pack.places
        for index in np.argsort(places).tolist():
            place = int(places[index])
            if self._low <= place < self._high:
                yield agents[place], received[place], headers[index]

    @cached_property
    def runs(self) -> list[Runs]:
        """All results. Asked for first by whoever reads ahead, and kept for the fold."""
        blocks = list(self.pack.blocks())
        offsets, _ = self.pack.offsets
        handle, number = (np.concatenate([getattr(block, name) for block in blocks]) for name in ("handle", "number"))
        at = np.concatenate([block.at + offsets[block.number] for block in blocks])
        outcome = np.concatenate([block.outcome.astype(np.uint8) for block in blocks])
        inside = None if self._inside.all() else self._inside[number]
        found, start = [], 0
        for agent, _, end in self.pack.processes:
            mine: Ints | slice = slice(start, end)
            if inside is not None:
                mine = start + np.flatnonzero(inside[start:end])
            if inside is None or len(mine):  # type: ignore[arg-type]
                positions = self.pack.first + self.pack.places[number[mine]]
                found.append(_runs(agent, handle[mine], positions, at[mine], outcome[mine], mine))
            start = end
        return found

    def values(self, runs: Runs, metrics: Iterable[str]) -> dict[str, tuple[Ints, NDArray[np.float64]]]:
        """Of the named metrics that occur: the places in ``runs`` that carry one, and the values."""
        known = {name for names in self.pack.box.note["shapes"] for name in names}
        found = {}
        for name in metrics:
            if name not in known:
                continue
            blocks = range(len(self.pack.box.note["blocks"]))
            there = np.concatenate([self.pack.carriers(block, name) for block in blocks])[runs.rows]
            bits, real = (
                np.concatenate(one)[runs.rows][there]
                for one in zip(*(self.pack.metric(block, name) for block in blocks), strict=True)
            )
            if len(bits):
                found[name] = (np.flatnonzero(there), np.where(real, bits.view(np.float64), bits.astype(np.float64)))
        return found


Piece = Stretch | tuple[int, Draft]
"""Batches in columns, or another entry with its position."""


def pieces(pack: Pack) -> list[Piece] | None:
    """A pack as the fold takes it, in its order; None for one that must be taken entry by entry.

    That is one with a batch nobody can date, that is too old or claims to lie ahead, one that is kept as it came, or
    too many changes of the configuration.
    """
    whole = pack.whole()
    received, oldest, newest = (np.array(pack.numbers[name]) for name in ("at", "t_min", "t_max"))
    places = pack.places
    _, trusted = pack.offsets
    strange = (oldest[places] < received[places] - LATE_WINDOW) | (newest[places] > received[places] + AHEAD)
    if strange.any() or not trusted.all() or any(pack.kinds[place] == BATCH for place in whole):
        return None
    found: list[Piece] = []
    low = stretches = 0
    for high in [place for place in sorted(whole) if pack.kinds[place] == _CONFIG] + [pack.count]:
        if ((places >= low) & (places < high)).any():
            found.append(Stretch(pack, low, high))
            stretches += 1
        others = (place for place in sorted(whole) if low <= place <= high and place < pack.count)
        found += ((pack.first + place, pack.draft(place, whole[place])) for place in others)
        low = high + 1
    return found if stretches <= MOST_STRETCHES else None


def runs_of(piece: Pack | Entry, wanted: Mapping[int, Ints]) -> Iterator[Runs]:
    """The results of some checks in a piece of the log. ``wanted`` names by agent number their handles, sorted.

    Dated as the fold dates them; what it would take for no sample is outcome error.
    """
    if isinstance(piece, Pack):
        yield from _in_pack(piece, wanted)
    elif piece.agent in wanted:
        batch = decode(piece.body)
        mine = np.flatnonzero(np.isin(batch.handle, wanted[piece.agent]))
        mine = mine[np.lexsort((batch.at[mine], batch.handle[mine]))]
        offset, trusted = dating(batch.header, piece.at)
        at, outcome = dated(batch.at[mine], batch.outcome[mine], offset, trusted, piece.at)
        if len(mine):
            yield _runs(piece.agent, batch.handle[mine], np.full(len(mine), piece.position), at, outcome, mine)


def _in_pack(pack: Pack, wanted: Mapping[int, Ints]) -> Iterator[Runs]:
    offsets, trusted = pack.offsets
    received = np.array(pack.numbers["at"], np.int64)
    start = 0
    for agent, _, end in pack.processes:
        for block in pack.blocks_with(start, end, wanted[agent]) if agent in wanted else ():
            low, high = max(0, start - block.first), min(len(block), end - block.first)
            rows = low + np.flatnonzero(np.isin(block.handle[low:high], wanted[agent]))
            if len(rows):
                number = block.number[rows]
                places = pack.places[number]
                at, outcome = dated(
                    block.at[rows], block.outcome[rows], offsets[number], trusted[number], received[places]
                )
                yield _runs(agent, block.handle[rows], pack.first + places, at, outcome, block.first + rows)
        start = end


def _runs(agent: int, handle: Ints, position: Ints, at: Ints, outcome: NDArray[Any], rows: Ints | slice) -> Runs:
    head = np.empty(len(handle), np.bool_)
    head[0] = True
    np.not_equal(handle[1:], handle[:-1], out=head[1:])
    begin = np.flatnonzero(head)
    ends = np.append(begin[1:], len(handle)) - 1
    return Runs(agent, handle[begin], begin, position[ends], at, outcome.astype(np.uint8, copy=False), rows)
