"""While the made-up fleet is shown its agents go on looking: else all would be unknown in a quarter of an hour."""

import logging
from collections.abc import Sequence

from collector.app import House
from collector.demo.agents import Agent
from collector.demo.made import hand_in
from collector.working import Working

_EVERY_S = 5.0

log = logging.getLogger(__name__)


class GoingOn(Working):
    """A thread that hands in what the agents see as it happens."""

    def __init__(self, house: House, watchers: Sequence[Agent]) -> None:
        super().__init__()
        self._house = house
        self._watchers = watchers

    def start(self) -> None:
        """Start the thread."""
        self._begin("demo agents")

    def stop(self) -> None:
        """End the thread. Safe to call twice."""
        self._end()

    def _run(self) -> None:
        while True:
            with self._bell:
                if not self._ending:
                    self._bell.wait(_EVERY_S)
                if self._ending:
                    return
            try:
                now = self._house.clock.now()
                for watcher in self._watchers:
                    hand_in(self._house, watcher, now, now)
            except Exception:
                # A full disk, or the end of the house: the next round tries again.
                log.exception("handing in made-up results failed")
