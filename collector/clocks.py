"""Clocks: watches the deadlines of every incident, warns while there is time, and takes the steps of escalation.

For each incident the next instant at which anything becomes due is planned; only what is due, or changed, is computed
again. What a warning or a step says is a decision in the log, so a start finds what the last process had said.
"""

import heapq
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from collector.agreed import Agreed
from collector.clock import Clock
from collector.countdown import running
from collector.decisions.clocks import ESCALATED, WARNED
from collector.fold import Fold
from collector.recording import Recording
from collector.requests import Asked, asked
from collector.settings import Settings
from collector.store import clocks as table
from collector.store import incidents
from collector.store.follow_up import LONGEST_CALL_BACK, to_call_back
from collector.store.state import State
from collector.working import Working
from rules.escalation import due_steps
from rules.incident import ActorKind
from rules.parameters import HOUR
from rules.request import Rule, Standing
from rules.warning import following, reached

_TICK_S = 1.0
_BUDGET_S = 0.2
"""How much of a tick may go to planning: deadlines lie far ahead, and a storm's incidents can wait for their turn."""

_AGAIN = HOUR
"""How often (ms) everything is planned anew."""

MONITOR = {"kind": ActorKind.MONITOR.value, "name": "nineward"}

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is to be said of an incident now, and when to look at it again (ms UTC; None: not by itself)."""

    drafts: list[dict[str, Any]]
    next: int | None


class Clocks(Working):
    """The room that watches deadlines. Its thread waits until the log is folded."""

    def __init__(self, state: State, fold: Fold, recording: Recording, clock: Clock, settings: Settings) -> None:
        super().__init__()
        self._state = state
        self._fold = fold
        self._recording = recording
        self._clock = clock
        self._settings = settings
        self._queue: list[tuple[int, str]] = []
        self._planned: dict[str, int] = {}  # by incident, the entry of the queue that counts
        self._waiting: dict[str, None] = {}  # to be planned, in order
        self._seen = -1
        self._revision = -1
        self._whole_at = 0

    def start(self) -> None:
        """Start the thread."""
        self._begin("clocks")

    def stop(self) -> None:
        """End the thread. Safe to call twice."""
        self._end()

    def step(self, now: int) -> None:
        """Say what is due at ``now`` (ms UTC) about every incident."""
        self._take_news(now)
        while self._queue and self._queue[0][0] <= now:
            at, key = heapq.heappop(self._queue)
            if self._planned.get(key) == at:
                self._waiting.setdefault(key)
        until = self._clock.monotonic() + _BUDGET_S
        drafts: list[dict[str, Any]] = []
        with self._state.read() as tx:
            agreed = Agreed(tx, self._settings.calculation, self._settings.tz)
            while self._waiting and self._clock.monotonic() < until:
                key = next(iter(self._waiting))
                del self._waiting[key]
                self._planned.pop(key, None)
                incident = incidents.find(tx, key)
                if incident is None or incident.parent:
                    continue  # what another incident tells of is warned of there
                for one in asked(tx, agreed, [incident], now, None):
                    plan = self._plan(one, table.warned(tx, key), list(table.escalated(tx, key)), now)
                    drafts += plan.drafts
                    if plan.next is not None:
                        self._planned[key] = plan.next
                        heapq.heappush(self._queue, (plan.next, key))
        self._recording.record(drafts)

    def _take_news(self, now: int) -> None:
        """Plan anew what something happened to; everything after a start, a change of the configuration, and hourly."""
        with self._state.read() as tx:
            last, revision = table.last_change(tx), table.last_revision(tx)
            if revision != self._revision or now - self._whole_at >= _AGAIN or self._seen < 0:
                found = [*table.watched(tx), *to_call_back(tx, now - LONGEST_CALL_BACK)]
                self._revision, self._whole_at = revision, now
            elif last != self._seen:
                found = sorted(table.changed_since(tx, self._seen))
            else:
                found = []
        self._seen = last
        for key in found:
            self._waiting.setdefault(key)

    def _plan(self, one: Asked, warned: dict[str, Fraction], taken: list[str], now: int) -> _Plan:
        stands = running(one, now)
        drafts = list(self._warnings(one, stands, warned, now))
        ahead = [at for stand in stands.values() if (at := following(stand.deadline, now)) is not None]
        for due in due_steps(self._settings.escalation_steps, one.request, stands, one.incident.priority, taken):
            if due.at <= now:
                drafts.append(self._escalation(one, due.step.to, due.rule, stands))
            else:
                ahead.append(due.at)
        return _Plan(drafts, min(ahead, default=None))

    def _warnings(
        self, one: Asked, stands: dict[Rule, Standing], warned: dict[str, Fraction], now: int
    ) -> Iterator[dict[str, Any]]:
        for rule, stand in stands.items():
            share = reached(stand.deadline, now)
            if share is not None and share > warned.get(rule, 0):
                due = stand.deadline.due
                yield {
                    "verb": WARNED,
                    "incident": one.incident.id,
                    "actor": MONITOR,
                    "text": f"{rule}: {int(share * 100)} %",
                    "rule": rule.value,
                    "share": float(share),
                    "due": due,
                    "deadline": {"rule": rule.value, "due": due},
                }

    def _escalation(self, one: Asked, to: str, rule: Rule | None, stands: dict[Rule, Standing]) -> dict[str, Any]:
        draft: dict[str, Any] = {
            "verb": ESCALATED,
            "incident": one.incident.id,
            "actor": MONITOR,
            "text": f"{to}: {rule or 'unanswered'}",
            "to": to,
            "rule": rule.value if rule is not None else "",
            "notice": {"to": to, "rule": rule.value if rule is not None else ""},
        }
        if rule is not None:
            draft["deadline"] = {"rule": rule.value, "due": stands[rule].deadline.due}
        return draft

    def _run(self) -> None:
        ready = False
        while True:
            with self._bell:
                if not self._ending:
                    self._bell.wait(_TICK_S)
                if self._ending:
                    return
            try:
                # What was said before may stand in the part of the log that is not folded yet.
                ready = ready or self._fold.caught_up()
                if ready:
                    self.step(self._clock.now())
            except Exception:
                # The disk is full, or the house is closing: everything is planned anew, and this thread must not die.
                log.exception("watching deadlines failed")
                self._seen = -1
