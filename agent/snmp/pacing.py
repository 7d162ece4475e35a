"""When a table is read again: at its own pace, and seldom once it keeps failing. Pure."""

_MOST_FAILURES = 2
_REST_S = 3600.0
_EARLY_S = 0.5
"""Looks come with jitter: one that is early by so little is the one that was meant."""


class Pacing:
    """The pace of one table of one device; times by any clock that does not jump."""

    __slots__ = ("_due_s", "_every_s", "_failures")

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._due_s = 0.0
        self._failures = 0

    @property
    def resting(self) -> bool:
        """Whether it failed twice in a row: some devices stall on a table that costs them much."""
        return self._failures >= _MOST_FAILURES

    def due(self, now_s: float) -> bool:
        """Whether a look now shall read the table."""
        return now_s >= self._due_s

    def done(self, now_s: float) -> None:
        """It was read."""
        self._failures = 0
        self._due_s = now_s + self._every_s - _EARLY_S

    def failed(self, now_s: float) -> None:
        """It brought nothing."""
        self._failures += 1
        self._due_s = now_s + (_REST_S if self.resting else self._every_s) - _EARLY_S
