"""Whether what a check says is settled, or worth a re-check.

It counts by the collector's own table (``rules/state.py``). The collector decides what is confirmed; this only tells
the agent when to look again.
"""

from rules.result import Outcome
from rules.state import Layer


class Confirmation:
    """The two layers of a check: down (bad is failed) and impaired (bad is failed or degraded). Both begin as good."""

    __slots__ = ("_confirm_down", "_confirm_up", "_down", "_impaired")

    def __init__(self, confirm_down: int, confirm_up: int) -> None:
        self._confirm_down = confirm_down
        self._confirm_up = confirm_up
        self._down = Layer()
        self._impaired = Layer()

    def feed(self, outcome: Outcome, at: int) -> None:
        """Take in the outcome of a look that began at ``at``. An error is no sample: it neither extends nor breaks a
        run."""
        if outcome is not Outcome.ERROR:
            self._down.take(outcome is Outcome.FAILED, at, None, self._needed(self._down))
            self._impaired.take(outcome is not Outcome.OK, at, None, self._needed(self._impaired))

    @property
    def pending(self) -> bool:
        """Whether a run has begun that is neither confirmed nor broken."""
        return self._down.run > 0 or self._impaired.run > 0

    @property
    def down(self) -> bool:
        """Whether down is what holds."""
        return self._down.bad

    @property
    def wanting(self) -> int:
        """How many more looks of the same outcome would settle it; without a run, what a change would take."""
        layers = [layer for layer in (self._down, self._impaired) if layer.run] or [self._down]
        return max(self._needed(layer) - layer.run for layer in layers)

    def _needed(self, layer: Layer) -> int:
        return self._confirm_up if layer.bad else self._confirm_down
