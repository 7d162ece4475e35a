"""A made-up house whose month is folded: 10,000 checks, each looked at every minute, and what came of it in the state.

Only the looks from which anything follows are handed in: the first and the last ones, and those around and in the
outages. A look that repeats what is confirmed leaves no trace in the state but its own instant, so the spans are those
of all the looks; the fold is only told not to take the time between for unknown. Everything else is as it is in use:
targets by the registry, batches in the log, spans by the fold.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.core import Terming
from benchmarks.month_house import configure
from benchmarks.month_log import BEGIN, BOOT_AT, DAY, HOUR, MINUTE, OUTAGE_MEDIAN_MS, OUTAGE_SIGMA, RETRY, Fleet, draft
from collector.decode import Ints, due_times
from collector.fold import Fold
from collector.live import Live, Terms
from collector.registry import Registry
from collector.settings import Settings
from collector.store.entry import Draft
from collector.store.log import Log
from collector.store.state import State
from collector.tracks import Tracks

SHORTEST = 3 * MINUTE
"""Every outage is confirmed: a shorter one might fall between the looks."""

APART = 15 * MINUTE
"""Between the outages of one check at least: two looks must see it up, and each outage is an episode of its own."""

_AROUND = 4
"""Looks on either side of an outage that are handed in."""

_BATCH = HOUR


def outages(fleet: Fleet) -> tuple[Ints, Ints, Ints]:
    """Check, begin and end of every outage, by check and begin: exactly as many as asked for, all apart."""
    rng = np.random.default_rng(fleet.seed)
    last = BEGIN + fleet.days * DAY
    count = fleet.outages
    check = rng.integers(1, fleet.checks + 1, count)
    start = BEGIN + rng.integers(HOUR, fleet.days * DAY - HOUR, count)
    length = SHORTEST + rng.lognormal(np.log(OUTAGE_MEDIAN_MS), OUTAGE_SIGMA, count).astype(np.int64)
    while True:
        order = np.lexsort((start, check))
        check, start, length = check[order], start[order], length[order]
        end = np.minimum(start + length, last + HOUR)
        close = np.flatnonzero((check[1:] == check[:-1]) & (start[1:] < end[:-1] + APART))
        if not len(close):
            return check, start, end
        check[close] = rng.integers(1, fleet.checks + 1, len(close))


def drafts(fleet: Fleet, until: int) -> Iterator[Draft]:
    """The batches in order, one for each hour in which anything happens."""
    at, handle, slot, bad = _looks(fleet, until)
    rtt = np.full(len(at), 8_000)
    order = np.lexsort((handle, at))
    at, handle, slot, bad = at[order], handle[order], slot[order], bad[order]
    bounds = np.arange(at[0], at[-1] + _BATCH + 1, _BATCH)
    seq = 1
    for low, high in zip(*(np.searchsorted(at, edges) for edges in (bounds[:-1], bounds[1:])), strict=True):
        if low == high:
            continue
        mine = low + np.lexsort((at[low:high], handle[low:high]))
        received = int(at[high - 1]) + 50
        yield draft(at[mine], handle[mine], slot[mine], bad[mine], rtt[mine], seq, received)
        seq += len(mine)


def _looks(fleet: Fleet, until: int) -> tuple[Ints, Ints, Ints, Ints]:
    """The looks that matter: instant, check, slot (-1 for one between the planned ones), and whether they failed."""
    check, start, end = outages(fleet)
    everyone = np.arange(1, fleet.checks + 1)
    pairs = [
        (np.repeat(everyone, 3), np.tile(_slot(np.full(3, at)) + np.arange(1, 4) * way, fleet.checks))
        for at, way in ((BEGIN, 1), (until, -1))
    ]
    first, count = _slot(start) - _AROUND, _slot(end) - _slot(start) + 2 * _AROUND
    steps = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    pairs.append((np.repeat(check, count), np.repeat(first, count) + steps))
    wanted = np.unique(np.concatenate([np.column_stack(pair) for pair in pairs]), axis=0)
    handle, slot = wanted[:, 0], wanted[:, 1]
    at = due_times(handle, MINUTE, slot) + BOOT_AT
    inside = (at >= BEGIN) & (at < until)
    at, handle, slot = at[inside], handle[inside], slot[inside]
    bad = _broken(handle, at, check, start, end)
    # As confirmation does it: after a failed look twice, after the first good one once more, ten seconds apart.
    fresh = np.flatnonzero((handle[1:] == handle[:-1]) & (bad[1:] != bad[:-1])) + 1
    more_at = np.concatenate([at[fresh] + RETRY, at[fresh[bad[fresh] > 0]] + 2 * RETRY])
    more_handle = np.concatenate([handle[fresh], handle[fresh[bad[fresh] > 0]]])
    more_bad = _broken(more_handle, more_at, check, start, end)
    inside = more_at < until
    return (
        np.concatenate((at, more_at[inside])),
        np.concatenate((handle, more_handle[inside])),
        np.concatenate((slot, np.full(int(inside.sum()), -1))),
        np.concatenate((bad, more_bad[inside])),
    )


def _slot(at: Ints) -> Ints:
    slot: Ints = (at - BOOT_AT) // MINUTE
    return slot


def _broken(handle: Ints, at: Ints, check: Ints, start: Ints, end: Ints) -> Ints:
    """1 where the instant lies in an outage of the check; the outages by check and begin."""
    width = int(max(end.max(), at.max())) - BEGIN + DAY
    place = np.searchsorted(check * width + start - BEGIN, handle * width + at - BEGIN, side="right") - 1
    known = np.maximum(place, 0)
    found: Ints = ((place >= 0) & (check[known] == handle) & (at < end[known])).astype(np.int64)
    return found


class Month:
    """The house with its month in the state. ``now`` is its end (ms UTC)."""

    def __init__(self, folder: Path, fleet: Fleet) -> None:
        self.settings = Settings(key=folder / "key").at(folder)
        self.now = BEGIN + fleet.days * DAY
        folder.mkdir(parents=True, exist_ok=True)
        self.log = Log(folder / "log")
        configure(folder, self.settings, self.log, fleet)
        self.log.append(list(drafts(fleet, self.now)))
        self.state = State(folder / "state.db")
        self.live = Live(folder / "live")
        fold = Fold(self.log, self.state, self.live, _patient(fleet.days))
        while fold.step():
            pass
        self.tracks = Tracks(self.log, self.state, self.live)

    @property
    def spans(self) -> int:
        """How many spans are stored."""
        with self.state.read() as tx:
            found: int = tx.execute("SELECT COUNT(*) FROM span").fetchone()[0]
            return found

    def close(self) -> None:
        """Close the files."""
        self.log.close()
        self.state.close()


def _patient(days: int) -> Terming:
    """Terms by which no time between two looks is unknown."""

    def terms(tx: sqlite3.Connection, handles: Iterable[int]) -> Mapping[int, Terms | None]:
        return {
            handle: one and Terms(one.target, replace(one.parameters, max_gap=2 * days * DAY))
            for handle, one in Registry.terms(tx, handles).items()
        }

    return terms
