"""Reviews: the stage that looks back. What no single fault tells: budgets, forecasts, months, repeat faults.

In a thread of its own, since it computes over a whole month: budgets each minute (or less often, where that takes
long), the rest each hour.
"""

import logging
import sqlite3
from collections.abc import Sequence

from collector.clock import Clock
from collector.drafts import Draft, Drafts
from collector.fold import Fold
from collector.objectives import Objectives
from collector.promises import Promises
from collector.recording import Recording
from collector.repeats import problems
from collector.settings import Settings
from collector.store import families, incidents
from collector.store.state import State
from collector.storm import Brake
from collector.working import Working
from rules.parameters import DAY, HOUR, MINUTE
from rules.period import local, month

_TICK_S = 5.0
_SHARE = 20
"""A review may take one part in so many of the time."""

log = logging.getLogger(__name__)


class Reviews(Working):
    """Opens incidents about what only many looks together show."""

    def __init__(
        self,
        state: State,
        fold: Fold,
        recording: Recording,
        objectives: Objectives,
        clock: Clock,
        settings: Settings,
    ) -> None:
        super().__init__()
        self._state = state
        self._fold = fold
        self._recording = recording
        self._clock = clock
        self._settings = settings
        self._drafts = Drafts(settings)
        self._brake = Brake(self._drafts)
        self._promises = Promises(objectives, self._drafts)
        self._budgets_at = 0
        self._hourly_at = 0
        self._failed_at = 0
        self._closed = ""

    def start(self) -> None:
        """Start the thread. It waits until the log is folded."""
        self._begin("reviews")

    def stop(self) -> None:
        """End the thread. Safe to call twice."""
        self._end()

    def step(self, now: int) -> None:
        """Look at what is due at ``now`` (ms UTC)."""
        if now >= self._budgets_at:
            began = self._clock.monotonic()
            self._budgets(now)
            took = int((self._clock.monotonic() - began) * 1000)
            self._budgets_at = now + max(MINUTE, took * _SHARE)
        if now >= self._hourly_at:
            self._hourly_at = now + HOUR
            self._repeats(now)
            self._months(now)

    def _budgets(self, now: int) -> None:
        with self._state.read() as tx:
            self._record(tx, now, self._promises.burning(tx, incidents.living(tx), now))

    def _repeats(self, now: int) -> None:
        with self._state.read() as tx:
            concerned = families.failed_since(tx, self._failed_at)
            self._record(tx, now, list(problems(tx, self._drafts, concerned, now)))
        self._failed_at = now - HOUR

    def _months(self, now: int) -> None:
        tz = self._settings.tz
        running = month(f"{local(now, tz):%Y-%m}", tz)
        if now - running.start >= DAY:
            with self._state.read() as tx:
                self._record(tx, now, self._promises.forecast(tx, incidents.living(tx), now))
        before = month(f"{local(running.start - 1, tz):%Y-%m}", tz)
        name = f"{local(before.start, tz):%Y-%m}"
        if name != self._closed and now >= self._settings.calculation.freeze_at.after(before):
            with self._state.read() as tx:
                self._record(tx, now, self._promises.missed(tx, before, now))
            self._closed = name

    def _record(self, tx: sqlite3.Connection, now: int, drafts: Sequence[Draft]) -> None:
        """Record what was decided on a snapshot; in a storm without tickets of its own."""
        self._brake.begin()
        self._recording.record(self._brake.on(tx, now, drafts))

    def _run(self) -> None:
        ready = False
        while True:
            with self._bell:
                if not self._ending:
                    self._bell.wait(_TICK_S)
                if self._ending:
                    return
            try:
                ready = ready or self._fold.caught_up()
                if ready:
                    self.step(self._clock.now())
            except Exception:
                # The disk is full, or the house is closing: it is looked at again, and this thread must not die.
                log.exception("looking back failed")
                self._budgets_at = self._clock.now() + MINUTE
