"""The only place in the agent that reads a clock. Rooms are handed a Clock; functions are handed the time."""

import time

_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock:
    """The machine's clocks. A test hands in a subclass that says what time it is."""

    def mono(self) -> int:
        """Milliseconds of the machine's boot clock: it never jumps, and goes on while the machine is suspended."""
        return time.clock_gettime_ns(_BOOT) // 1_000_000

    def mono_exact(self) -> float:
        """The boot clock in milliseconds with its fraction."""
        return time.clock_gettime_ns(_BOOT) / 1e6

    def wall(self) -> int:
        """Now, in milliseconds UTC since 1970, as this machine believes. Never used to date a result."""
        return time.time_ns() // 1_000_000

    def cpu_s(self) -> float:
        """Seconds of CPU this process has used."""
        return time.process_time()
