"""How the agent itself is doing, told with every batch."""

from dataclasses import dataclass

from agent.clock import Clock
from agent.machine import resident_bytes


@dataclass(slots=True)
class Health:
    """Counts since the agent's start, each written by one thread only, and what ``told`` makes of them.

    ``skipped`` are slots that went by unused (the machine slept or was overloaded), ``overrun`` planned looks left out
    because the one before had not ended, ``crashes`` probes that raised, ``refused`` batches the collector could not
    read, ``set_aside`` results it refuses for good. ``late_ms`` is the greatest lateness of a planned look since the
    last batch, ``clock_offset_ms`` this machine's wall clock less the collector's (to about a second).
    """

    looks: int = 0
    skipped: int = 0
    overrun: int = 0
    crashes: int = 0
    refused: int = 0
    set_aside: int = 0
    late_ms: int = 0
    clock_offset_ms: int | None = None

    def told(self, clock: Clock, queue: int, oldest_s: float) -> dict[str, float]:
        """Names and numbers for the batch header; lateness begins anew. ``queue`` is of results not yet acknowledged,
        ``oldest_s`` the age of the first of them."""
        told: dict[str, float] = {
            "looks": self.looks,
            "skipped": self.skipped,
            "overrun": self.overrun,
            "crashes": self.crashes,
            "refused": self.refused,
            "set_aside": self.set_aside,
            "late_ms": self.late_ms,
            "queue": queue,
            "oldest_s": round(oldest_s, 1),
            "cpu_s": round(clock.cpu_s(), 3),
            "rss_bytes": resident_bytes(),
        }
        if self.clock_offset_ms is not None:
            told["clock_offset_ms"] = self.clock_offset_ms
        self.late_ms = 0
        return told
