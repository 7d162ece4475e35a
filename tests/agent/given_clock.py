"""A clock that says what the test wants."""

from agent.clock import Clock


class GivenClock(Clock):
    """Boot clock and wall clock in ms, set by hand."""

    def __init__(self, mono: int = 1_000_000, wall: int = 1_790_000_000_000) -> None:
        self.mono_ms = mono
        self.wall_ms = wall

    def mono(self) -> int:
        return self.mono_ms

    def mono_exact(self) -> float:
        return float(self.mono_ms)

    def wall(self) -> int:
        return self.wall_ms

    def go_on(self, ms: int) -> None:
        """Let time pass on both clocks."""
        self.mono_ms += ms
        self.wall_ms += ms
