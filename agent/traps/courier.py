"""Passes notifications on to the collector, in a thread of its own, until each was taken."""

import json
import logging
import threading
from http import HTTPStatus

from agent.backoff import Backoff
from agent.connection import Connection
from agent.traps.outbox import Outbox, Waiting
from rules.errors import NinewardError

log = logging.getLogger("nineward.agent.traps")

_AT_ONCE = 200
_PATH = "/api/v1/traps"
_REFUSED = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY)


class Courier:
    """Sends what waits as soon as it rings, and again after a growing pause while nobody takes it."""

    def __init__(self, outbox: Outbox, connection: Connection, backoff: Backoff) -> None:
        self._outbox = outbox
        self._connection = connection
        self._backoff = backoff
        self._bell = threading.Condition()
        self._rung = True  # what an earlier run left behind
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="traps-courier", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def ring(self) -> None:
        """Something waits. From any thread."""
        with self._bell:
            self._rung = True
            self._bell.notify()

    def stop(self) -> None:
        """End the thread; what was not taken stays on disk."""
        with self._bell:
            self._stopping = True
            self._bell.notify()
        self._connection.abort()
        self._thread.join(5)
        self._connection.close()

    def _run(self) -> None:
        pause_s: float | None = None
        while True:
            with self._bell:
                if pause_s is not None:
                    self._bell.wait_for(lambda: self._stopping, pause_s)
                else:
                    self._bell.wait_for(lambda: self._stopping or self._rung)
                if self._stopping:
                    return
                self._rung = False
            try:
                pause_s = self._send_all()
            except NinewardError as trouble:
                pause_s = self._backoff.pause_s()
                log.warning("pause_s=%.1f traps wait on disk: %s", pause_s, trouble)

    def _send_all(self) -> float | None:
        """Send until nothing waits; the pause when the collector takes nothing now."""
        while waiting := self._some():
            pause_s = self._send(waiting)
            if pause_s is not None:
                return pause_s
            self._backoff.reset()
        return None

    def _some(self) -> Waiting | None:
        waiting = self._outbox.waiting(_AT_ONCE)
        return waiting if waiting.traps else None

    def _send(self, waiting: Waiting) -> float | None:
        body = json.dumps({"boot": waiting.stream, "traps": waiting.traps}, ensure_ascii=False).encode()
        answer = self._connection.request("POST", _PATH, body, {"Content-Type": "application/json"})
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            self._outbox.drop([trap["seq"] for trap in waiting.traps])
            return None
        if answer.status in _REFUSED:
            return self._refused(waiting, answer.body)
        pause_s = self._backoff.pause_s(answer.retry_after_s)
        log.warning("status=%d pause_s=%.1f traps wait on disk", answer.status, pause_s)
        return pause_s

    def _refused(self, waiting: Waiting, said: bytes) -> float | None:
        """One that cannot be read must not hold up the others: each goes alone, and those refused are dropped."""
        if len(waiting.traps) > 1:
            for trap in waiting.traps:
                pause_s = self._send(Waiting(waiting.stream, (trap,)))
                if pause_s is not None:
                    return pause_s
            return None
        log.error(
            "seq=%d the collector refuses a trap for good: %s", waiting.last, said[:500].decode("utf-8", "replace")
        )
        self._outbox.drop([waiting.last])
        return None
