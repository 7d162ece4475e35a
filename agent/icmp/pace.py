"""A token bucket: how many packets may leave now. Time is handed in."""


class Pace:
    """``rate`` packets a second, at most ``burst`` of them at once."""

    def __init__(self, rate: float, burst: int, now: float) -> None:
        raise NotImplementedError

    def take(self, wanted: int, now: float) -> int:
        """How many of ``wanted`` may leave at ``now`` (seconds of one clock); they are taken off."""
        raise NotImplementedError

    def wait(self, wanted: int, now: float) -> float:
        """Seconds until ``wanted`` (at most the burst) may leave together."""
        raise NotImplementedError
