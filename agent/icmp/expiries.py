"""Expiries: which requests' time is over when. Many share one instant, for which one timer will do."""

import heapq
from collections.abc import Iterator, Sequence


def tick(now: float, timeout_s: float) -> int:
    """The millisecond of the clock of ``now`` (seconds) at which to look for a time-out: rounded up to a grid of at
    most 2 % of it, so that many requests share one timer."""
    grid = 16 if timeout_s >= 0.8 else 4 if timeout_s >= 0.2 else 1
    return -(-int((now + timeout_s) * 1000 + 1) // grid) * grid


class Expiries:
    """Slots by the millisecond at which their time is over, and these in a heap."""

    __slots__ = ("_order", "_slots")

    def __init__(self) -> None:
        self._slots: dict[int, list[int]] = {}
        self._order: list[int] = []

    @property
    def first(self) -> int | None:
        """The first of the milliseconds; None: nothing is out."""
        return self._order[0] if self._order else None

    def note(self, at: int, ticks: Sequence[int]) -> None:
        """The time of slot ``at + n`` is over at ``ticks[n]``."""
        begin = 0
        while begin < len(ticks):
            at_ms = ticks[begin]
            end = begin + 1
            while end < len(ticks) and ticks[end] == at_ms:
                end += 1
            bucket = self._slots.get(at_ms)
            if bucket is None:
                bucket = self._slots[at_ms] = []
                heapq.heappush(self._order, at_ms)
            bucket.extend(range(at + begin, at + end))
            begin = end

    def over(self, now: float) -> Iterator[tuple[int, list[int]]]:
        """The milliseconds that are past at ``now`` (seconds), each with its slots, which are forgotten here."""
        while self._order and self._order[0] <= now * 1000:
            at_ms = heapq.heappop(self._order)
            yield at_ms, self._slots.pop(at_ms)
