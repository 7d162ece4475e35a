"""A token bucket: how many packets may leave now. Time is handed in."""


class Pace:
    """``rate`` packets a second, at most ``burst`` of them at once.

    What a late caller left unused beyond the burst is gone: no crowd of packets follows a pause.
    """

    __slots__ = ("_at", "_level", "burst", "rate")

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self.rate = rate
        self.burst = burst
        self._level = float(burst)
        self._at = now

    def take(self, wanted: int, now: float) -> int:
        """How many of ``wanted`` may leave at ``now`` (seconds of one clock); they are taken off."""
        self._fill(now)
        given = min(wanted, int(self._level + 1e-9))
        self._level -= given
        return given

    def give_back(self, unused: int) -> None:
        """Return what was taken and could not leave."""
        self._level = min(self.burst, self._level + unused)

    def wait(self, wanted: int, now: float) -> float:
        """Seconds until ``wanted`` (at most the burst) may leave together."""
        self._fill(now)
        return max(0.0, (min(wanted, self.burst) - self._level) / self.rate)

    def _fill(self, now: float) -> None:
        if now > self._at:
            self._level = min(self.burst, self._level + (now - self._at) * self.rate)
            self._at = now
