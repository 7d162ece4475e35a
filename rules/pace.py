"""How many messages may go out: at most so many in any window of time, some of them kept for what is urgent. Pure."""

from collections import deque
from collections.abc import Iterable


class Pace:
    """Counts tries in a window that slides: a bucket that refills would allow twice the limit around its edge.

    Not shared by threads. Instants and lengths in ms.
    """

    def __init__(self, limit: int, window: int = 60_000, before: Iterable[int] = ()) -> None:
        """At most ``limit`` tries in any ``window``; ``before`` are the instants of earlier ones, in order."""
        self.limit = limit
        self.window = window
        self.kept = limit // 4
        """How many of them only what is urgent may use."""
        self._tries = deque(before)

    def free(self, now: int, *, urgent: bool) -> int:
        """How many may be sent at ``now``."""
        self._forget(now)
        return max(0, self.limit - (0 if urgent else self.kept) - len(self._tries))

    def spend(self, now: int) -> None:
        """One is sent at ``now``."""
        self._forget(now)
        self._tries.append(now)

    def next(self, now: int, *, urgent: bool) -> int:
        """The instant at which one more may be sent: ``now`` where that is already so."""
        if self.free(now, urgent=urgent):
            return now
        allowed = self.limit - (0 if urgent else self.kept)
        return self._tries[-allowed] + self.window

    def _forget(self, now: int) -> None:
        while self._tries and self._tries[0] <= now - self.window:
            self._tries.popleft()
