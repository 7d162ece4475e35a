"""Pauses that grow while the collector is away, and differ between agents."""

from collections.abc import Callable


class Backoff:
    """How long to wait after the n-th failure in a row.

    The pause doubles from ``first_s`` to ``longest_s``, and up to half of it is left to chance, so that a thousand
    agents do not come back in the same second. ``chance`` gives a number from 0 to 1 (``random.random``).
    """

    def __init__(self, chance: Callable[[], float], first_s: float = 0.5, longest_s: float = 60.0) -> None:
        self._chance = chance
        self._first_s = first_s
        self._longest_s = longest_s
        self._failures = 0

    @property
    def failures(self) -> int:
        """How many failures in a row there have been."""
        return self._failures

    def pause_s(self, asked_s: float | None = None) -> float:
        """Note a failure; seconds to wait. ``asked_s`` is what the collector asked for (Retry-After): never less."""
        grown = min(self._longest_s, self._first_s * 2.0 ** min(self._failures, 30))
        self._failures += 1
        pause = grown * (1 - 0.5 * self._chance())
        if asked_s is not None:
            pause = max(pause, min(asked_s, _LONGEST_ASKED_S) * (1 + 0.1 * self._chance()))
        return pause

    def reset(self) -> None:
        """It worked: the next failure is a first one again."""
        self._failures = 0


_LONGEST_ASKED_S = 600.0
"""A collector that asks for more is not obeyed: a typing error there must not silence a fleet for a day."""
