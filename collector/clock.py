"""The only place in the collector that reads a clock. Rooms are handed a Clock; functions are handed the time."""

import time


class Clock:
    """The machine's clocks. A test hands in a subclass that says what time it is."""

    def now(self) -> int:
        """Now, in milliseconds UTC since 1970."""
        return time.time_ns() // 1_000_000

    def monotonic(self) -> float:
        """Seconds of a clock that never goes back, for waiting and pauses; its zero means nothing."""
        return time.monotonic()
