"""Tracks: what one check looked like over a stretch of time, from stored spans, the live table and the log."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from collector.decode import Batch, decode
from collector.live import Live
from collector.results import Results, of_batch, results
from collector.store import spans
from collector.store.entry import Entry
from collector.store.log import Log
from collector.store.state import State
from rules.result import Outcome
from rules.span import Track, assemble
from rules.wire import OUTCOMES

_OPENED = 8
"""How many batches are kept decoded for whoever asks for their results one by one."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One raw result as logged: dated, with its agent's number and the log position of its batch."""

    at: int
    agent: int
    outcome: Outcome
    values: Mapping[str, float]
    text: str
    position: int


class Tracks:
    """Reads only; usable from any thread."""

    def __init__(self, log: Log, state: State, live: Live) -> None:
        self._log = log
        self._state = state
        self._live = live
        self._lock = threading.Lock()
        self._batches: dict[int, tuple[Entry, Batch]] = {}

    def track(self, handle: int, start: int, end: int, now: int) -> dict[int, Track]:
        """By agent number: the confirmed spans and glitches that touch [start, end), as known at ``now``.

        Open spans are included; where the last sample is older than the check's ``max_gap`` at ``now``, its state
        ends half an interval after it (unknown from there). An agent without a sample has no track.
        """
        # Both under one lock, so that a span the fold is closing is seen once: open in the one, or closed in the other.
        with self._live.lock, self._state.read() as tx:
            tails = self._live.tails(handle, now)
            stored = spans.pieces(tx, handle, start, end)
        tracks = {}
        for agent, tail in tails.items():
            if tail.span is None:
                continue
            span = tail.span if tail.span.start < end else None
            tracks[agent] = assemble(stored.get(agent, ()), span, tail.until)
        return tracks

    def samples(self, handle: int, start: int, end: int) -> Sequence[Sighting]:
        """Every logged result of one check dated in [start, end), by time. Reads the log: for hours, not for years."""
        found: list[Sighting] = []
        for agent in sorted(self._live.last_seen(handle)):
            for some in results(self._log, agent, (handle,), start, end):
                found += (one for one in _sightings(agent, some) if start <= one.at < end)
        found.sort(key=lambda one: (one.at, one.agent, one.position))
        return found

    def last(self, handle: int) -> dict[int, Sighting]:
        """By agent number: the newest result of one check, errors included."""
        found = {}
        for agent, position in self._live.lasts(handle).items():
            opened = self._opened(position)
            if opened is not None:
                looks = (one for some in of_batch(*opened, (handle,)) for one in _sightings(agent, some))
                found[agent] = max(looks, key=lambda one: one.at)
        return found

    def _opened(self, position: int) -> tuple[Entry, Batch] | None:
        """The batch at a log position, which never changes; where much changed at once, many ask for the same."""
        with self._lock:
            known = self._batches.get(position)
        if known is None:
            entry = self._log.entry(position)
            if entry is None:
                return None
            known = entry, decode(entry.body)
            with self._lock:
                self._batches[position] = known
                while len(self._batches) > _OPENED:
                    self._batches.pop(next(iter(self._batches)))
        return known

    def proof(self, position: int) -> tuple[int, int, bytes] | None:
        """What seals the entry at a log position; see :meth:`Log.proof`."""
        return self._log.proof(position)

    def answers(self, handle: int) -> dict[int, tuple[int, bool]]:
        """By agent number: the instant of a check's newest sample, and whether it was good (not failed). Cheap."""
        return self._live.answers(handle)

    def stale(self, now: int) -> dict[str, int]:
        """The targets (ids) with a check of which some agent has no sample younger than ``max_gap``. Cheap.

        With the instant (ms UTC) of the newest sample, of several such checks the earliest; -1 where there is none.
        """
        return self._live.stale(now)

    def last_seen(self, handle: int) -> dict[int, int]:
        """By agent number: the instant of the newest result of one check. Cheap: nothing is read."""
        return self._live.last_seen(handle)


def _sightings(agent: int, some: Results) -> Iterator[Sighting]:
    columns = (some.at.tolist(), some.outcome.tolist(), some.said.values(), some.said.texts(), some.position.tolist())
    for at, outcome, values, text, position in zip(*columns, strict=True):
        yield Sighting(at, agent, OUTCOMES[outcome], values, text, position)
