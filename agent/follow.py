"""Follow: keep the plan up to date by asking the collector for it in long polls, in a thread of its own."""

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from agent.backoff import Backoff
from agent.clock import Clock
from agent.connection import Connection
from agent.plan import Plan, parse, remember
from rules.errors import NinewardError, Unavailable

log = logging.getLogger("nineward.agent.follow")

PLAN = "/api/v1/agents/me/plan"
POLL_S = 30
_SHORTEST_ROUND_S = 0.2


class Follow:
    """Calls ``changed(plan)`` in its thread for each new plan, after it is on disk, and ``wished(plan)`` for each
    answer that carries wishes of the moment.

    While the collector is away the agent goes on with the plan it has.
    """

    def __init__(
        self,
        connection: Connection,
        file: Path,
        known: Plan,
        clock: Clock,
        backoff: Backoff,
        changed: Callable[[Plan], None],
        wished: Callable[[Plan], None],
    ) -> None:
        self._connection = connection
        self._file = file
        self._known = known
        self._clock = clock
        self._backoff = backoff
        self._changed = changed
        self._wished = wished
        self._etag = ""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="follow", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the poll that is under way, and the thread."""
        self._stopping.set()
        self._connection.abort()
        self._thread.join(2.0)

    def _run(self) -> None:
        try:
            self._poll_until_stopped()
        finally:
            self._connection.close()

    def _poll_until_stopped(self) -> None:
        while not self._stopping.is_set():
            try:
                pause_s = self._poll()
            except Exception as trouble:
                pause_s = self._backoff.pause_s()
                if self._stopping.is_set():
                    return
                if not isinstance(trouble, NinewardError):
                    log.exception("fetching the plan failed")
                elif self._backoff.failures in (1, 10) or self._backoff.failures % 60 == 0:
                    log.warning("plan=%d goes on; %s", self._known.revision, trouble)
            else:
                self._backoff.reset()
            if pause_s:
                self._stopping.wait(pause_s)

    def _poll(self) -> float:
        """One poll; seconds until the next. Raises NinewardError when the collector gives no plan."""
        began = self._clock.mono()
        headers = {"If-None-Match": self._etag} if self._etag else {}
        answer = self._connection.request("GET", f"{PLAN}?wait={POLL_S}", None, headers)
        if answer.status == 200:
            self._take(parse(answer.body), answer.body)
            self._etag = answer.headers.get("ETag", "")
        elif answer.status != 304:
            words = " ".join(answer.body[:300].decode("utf-8", "replace").split())
            raise Unavailable(f"The collector gives no plan: {answer.status} {words}")
        # A collector that does not hold the poll must not be asked without a breath.
        return max(0.0, _SHORTEST_ROUND_S - (self._clock.mono() - began) / 1000)

    def _take(self, plan: Plan, body: bytes) -> None:
        standing = replace(plan, look_now=(), resend={})
        if standing != self._known:
            remember(self._file, body)
            self._known = standing
            for mistake in plan.rejected:
                log.error("plan=%d %s", plan.revision, mistake)
            log.info("plan=%d checks=%d", plan.revision, len(plan.checks))
            self._changed(standing)
        if plan.look_now or plan.resend:
            self._wished(plan)
