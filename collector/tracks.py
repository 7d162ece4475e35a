"""Tracks: what one check looked like over a stretch of time, from stored spans, the live table and the log."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rules.span import Track

from collector.live import Live
from collector.store.log import Log
from collector.store.state import State
from rules.result import Outcome


@dataclass(frozen=True, slots=True)
class Sighting:
    """One raw result as logged: dated, with its agent's number and its place (log position, row in the batch)."""

    at: int
    agent: int
    outcome: Outcome
    values: Mapping[str, float]
    text: str
    position: int
    row: int


class Tracks:
    """Reads only; usable from any thread."""

    def __init__(self, log: Log, state: State, live: Live) -> None:
        raise NotImplementedError

    def track(self, handle: int, start: int, end: int, now: int) -> dict[int, Track]:
        """By agent number: the confirmed spans and glitches that touch [start, end), as known at ``now``.

        Open spans are included; where the last sample is older than the check's ``max_gap`` at ``now``, its state
        ends half an interval after it (unknown from there).
        """
        raise NotImplementedError

    def samples(self, handle: int, start: int, end: int) -> Sequence[Sighting]:
        """Every logged result of one check dated in [start, end), by time. Reads the log: for hours, not for years."""
        raise NotImplementedError

    def last(self, handle: int) -> dict[int, Sighting]:
        """By agent number: the newest result of one check, errors included."""
        raise NotImplementedError
