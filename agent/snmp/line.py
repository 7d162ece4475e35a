"""The line to one device: what may be under way on it at once, how fast, and what waits its turn."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from agent.snmp.ber import Oid
from agent.snmp.message import Security

if TYPE_CHECKING:
    import asyncio

    from agent.snmp.transport import Transport

MOST_UNDER_WAY = 2
BUDGET = 50
"""Requests a second, repeats among them; as many may come at once after a quiet second."""

_TOO_LATE_S = 0.01
"""With less time left a question is not asked any more: the transport tells that when the time is over."""


class Request:
    """One question on its way. The transport sees to its number, its repeats and its end.

    ``reader`` reads the PDU at a place in a buffer, and raises Malformed. ``answer`` brings what it made of it, or the
    error. ``size`` is that of the answer's datagram, ``took_s`` the time from the last sending to it.
    """

    __slots__ = (
        "answer",
        "due",
        "kind",
        "line",
        "number",
        "oids",
        "reader",
        "reason",
        "refusals",
        "repetitions",
        "resyncs",
        "sent",
        "sent_at",
        "size",
        "skip",
        "took_s",
        "trouble",
        "until",
        "wait",
    )

    def __init__(
        self,
        line: "Line",
        answer: "asyncio.Future[Any]",
        kind: int,
        oids: Sequence[Oid],
        skip: int,
        repetitions: int,
        reader: Callable[[bytes, int], Any],
        until: float,
    ) -> None:
        self.line, self.answer = line, answer
        self.kind, self.oids, self.skip, self.repetitions = kind, oids, skip, repetitions
        self.reader = reader
        self.until = self.due = until
        self.number = self.sent = self.resyncs = self.refusals = self.size = 0
        self.wait = self.sent_at = self.took_s = 0.0
        self.reason = ""
        self.trouble: OSError | None = None


class Line:
    """Way to one device. ``also`` are other addresses its answers may come from."""

    __slots__ = (
        "_budget",
        "_counted_at",
        "_left",
        "_timer",
        "_under_way",
        "_waiting",
        "also",
        "destination",
        "host",
        "security",
        "transport",
    )

    def __init__(
        self,
        transport: "Transport",
        host: str,
        destination: tuple[Any, ...],
        security: Security,
        budget: float = BUDGET,
    ) -> None:
        self.transport = transport
        self.host, self.destination = host, destination
        self.also: tuple[str, ...] = ()
        self.security = security
        self._budget = self._left = float(budget)
        self._counted_at = 0.0
        self._under_way = 0
        self._waiting: deque[Request] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def put(self, request: Request, ahead: bool) -> None:
        """Send a request now, or as soon as its turn comes; ``ahead`` of others that wait."""
        if self._waiting is None:
            if self._under_way < MOST_UNDER_WAY and self._spend():
                self._under_way += 1
                self.transport.send(request)
                return
            self._waiting = deque()
        if ahead:
            self._waiting.appendleft(request)
        else:
            self._waiting.append(request)
        self._go_on()

    def ended(self, request: Request) -> None:
        """Told by the transport: a request is over, in whatever way."""
        if request.sent:
            self._under_way -= 1
        if self._waiting is not None:
            self._go_on()

    def repeats(self) -> None:
        """A request goes out once more; that is never held up, and counts."""
        self._left -= 1

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _spend(self) -> bool:
        now = self.transport.now()
        self._left = min(self._budget, self._left + (now - self._counted_at) * self._budget)
        self._counted_at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def _go_on(self) -> None:
        waiting = self._waiting
        while waiting and self._under_way < MOST_UNDER_WAY and self._timer is None:
            first = waiting[0]
            if first.answer.done() or first.until - self.transport.now() < _TOO_LATE_S:
                waiting.popleft()
            elif self._spend():
                self._under_way += 1
                self.transport.send(waiting.popleft())
            else:
                wait_s = (1 - self._left) / self._budget
                self._timer = self.transport.loop.call_later(wait_s, self._may_again)
        if not waiting:
            self._waiting = None

    def _may_again(self) -> None:
        self._timer = None
        if self._waiting is not None:
            self._go_on()
