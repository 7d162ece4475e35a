"""The kernel stamps what arrives by the wall clock; round trips want a clock that nobody sets."""

import time
from collections.abc import Callable

_STEP_NS = 2_000
"""A difference between the two clocks that changed by more is a step: slewing (adjtime) moves both alike."""
_TRUSTED_NS = 1_000
"""A reading of both clocks that took longer was interrupted between them."""
_TRIES = 4


class Wall:
    """Turns stamps of CLOCK_REALTIME into CLOCK_MONOTONIC, also across a step of the wall clock.

    Between two looks at the clocks the kernel may have stamped by either difference: the one counts that puts the
    arrival where it can have been.
    """

    __slots__ = ("_before", "_mono", "_real", "offset", "steps")

    def __init__(self, mono: Callable[[], int] = time.monotonic_ns, real: Callable[[], int] = time.time_ns) -> None:
        self._mono = mono
        self._real = real
        self.steps = 0
        self.offset = self._measure()[0]
        """Wall clock minus monotonic clock, in nanoseconds."""
        self._before = self.offset

    def look(self) -> None:
        """Look whether the wall clock was set. To be called before the stamps that came since are turned."""
        self._before = self.offset
        offset, width = self._measure()
        # A reading that was interrupted is off by up to its width; it still shows a step that is larger.
        if abs(offset - self.offset) > _STEP_NS + width:
            self.offset = offset
            self.steps += 1

    @property
    def steady(self) -> bool:
        """Whether the last look found the clock as it was at the look before."""
        return self._before == self.offset

    def arrival(self, stamp: int, earliest: int, latest: int) -> int | None:
        """The monotonic instant of a stamp, or None where neither difference puts it between the two bounds."""
        for offset in (self.offset, self._before):
            if earliest <= stamp - offset <= latest:
                return stamp - offset
        return None

    def _measure(self) -> tuple[int, int]:
        """The difference and how wide the reading was, of the narrowest of a few."""
        best = (0, 1 << 62)
        for _ in range(_TRIES):
            first = self._mono()
            real = self._real()
            last = self._mono()
            if last - first < best[1]:
                best = (real - (first + last) // 2, last - first)
            if best[1] <= _TRUSTED_NS:
                break
        return best
