"""Gather: results from the event loop to the spool, in groups, in a thread of its own: no look waits for a disk."""

import asyncio
import logging
import threading
from collections.abc import Callable

from agent.spool import Spool
from rules.errors import Unavailable
from rules.result import Result

log = logging.getLogger("nineward.agent.gather")

_LONGEST_WAIT_S = 1.0
"""A result waits at most so long in memory for others to join it."""

_STAMP_EVERY_S = 60.0
_RETRY_S = 5.0
_MOST_WAITING = 20_000


class Gather:
    """Commits what was delivered: at once when it is urgent or no look is under way, else within a second.

    ``committed(at_once)`` is called in the thread after each commit.
    """

    def __init__(self, spool: Spool, committed: Callable[[bool], None]) -> None:
        self._spool = spool
        self._committed = committed
        self._bell = threading.Condition()
        self._waiting: list[Result] = []
        self._at_once = False
        self._rung = False
        self._stopping = False
        self._lost = 0
        self._timer: asyncio.TimerHandle | None = None
        self._thread = threading.Thread(target=self._run, name="gather", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def deliver(self, result: Result, at_once: bool) -> None:
        """Take a result in. In the event loop."""
        with self._bell:
            self._waiting.append(result)
            self._at_once |= at_once
        if at_once:
            self.ring()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(_LONGEST_WAIT_S, self.ring)

    def ring(self) -> None:
        """Commit what waits, now. In the event loop."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        with self._bell:
            if self._waiting:
                self._rung = True
                self._bell.notify()

    def stop(self) -> None:
        """Commit what waits and end the thread."""
        with self._bell:
            self._stopping = True
            self._bell.notify()
        self._thread.join(30)

    def _run(self) -> None:
        pause_s = _STAMP_EVERY_S
        while True:
            with self._bell:
                if not (self._stopping or self._rung):
                    self._bell.wait(pause_s)
                stopping, results, lost = self._stopping, self._waiting, self._lost
                at_once, self._at_once = self._at_once, False
                self._rung = False
                self._waiting, self._lost = [], 0
            pause_s = self._commit(results, lost, at_once)
            if stopping:
                return

    def _commit(self, results: list[Result], lost: int, at_once: bool) -> float:
        if not results and not lost:
            self._spool.stamp()
            return _STAMP_EVERY_S
        try:
            self._spool.commit(results, lost)
        except Unavailable as full:
            over = 0
            with self._bell:
                kept = results + self._waiting
                over = max(0, len(kept) - _MOST_WAITING)
                self._waiting = kept[over:]
                self._lost += lost + over
                self._at_once |= at_once
            log.error("waiting=%d dropped=%d %s", len(kept) - over, over, full.message)
            return _RETRY_S
        self._committed(at_once)
        return _STAMP_EVERY_S
