"""Look: run a check's probe within its deadline, hold the reading against the thresholds, stamp a Result.

And look again soon when what was seen differs from what holds.
"""

import asyncio
import logging
import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from agent import probes
from agent.clock import Clock
from agent.confirmation import Confirmation
from agent.health import Health
from agent.plan import Plan, PlannedCheck
from agent.probes.probe import Credential, Probe, Subject, credential
from agent.schedule import UNPLANNED
from rules.check import due
from rules.errors import NinewardError
from rules.result import Outcome, Reading, Result
from rules.threshold import Memory, Threshold, judge

log = logging.getLogger("nineward.agent.look")

_GRACE_S = 1.0
"""What a probe may take beyond its deadline before it is cut off."""

_LONGEST_TEXT = 500
_LOOK_NOW_PAUSE = 1000
"""A check is looked at out of turn at most once in so many ms, whoever wishes it."""


class Watch:
    """What the agent holds of one check between its looks."""

    __slots__ = (
        "check",
        "confirmation",
        "credentials",
        "last",
        "memory",
        "planned",
        "probe",
        "rechecks",
        "running",
        "started",
        "subject",
        "thresholds",
        "timer",
        "trouble",
        "wish",
    )

    def __init__(self, check: PlannedCheck, credentials: tuple[Credential, ...]) -> None:
        self.check = check
        self.credentials = credentials
        self.confirmation = Confirmation(check.confirm_down, check.confirm_up)
        self.probe: Probe | None = None
        self.trouble = ""
        self.subject = Subject(check.address, check.target, credentials, check.handle, check.interval / 1000)
        self.thresholds: tuple[Threshold, ...] = ()
        self.memory: Memory = {}
        self.running: set[asyncio.Task[None]] = set()
        self.planned = False
        self.started = 0
        self.rechecks = 0
        self.last: Outcome | None = None
        self.timer: asyncio.TimerHandle | None = None
        self.wish: asyncio.TimerHandle | None = None

    def set_up(self, local: Mapping[str, Mapping[str, Any]]) -> None:
        """Make the probe, or note why there is none: then every look is an error that says so."""
        try:
            made = probes.find(self.check.kind)
            self.probe = made(self.check.options, local.get(made.family or self.check.kind, {}))
            self.thresholds = thresholds(made, self.check.thresholds)
        except NinewardError as wrong:
            self.trouble = str(wrong)
        except Exception as crash:
            log.exception("check=%s kind=%s the probe cannot be used", self.check.id, self.check.kind)
            self.trouble = f"the probe {self.check.kind!r} cannot be used here: {_told(crash)}"

    def close(self) -> None:
        """Stop looking, and give back what the probe holds."""
        for timer in (self.timer, self.wish):
            if timer is not None:
                timer.cancel()
        for task in self.running:
            task.cancel()
        if self.probe is not None:
            try:
                self.probe.close()
            except Exception:
                log.exception("check=%s kind=%s closing the probe failed", self.check.id, self.check.kind)


class Looks:
    """Every check's looks. ``deliver(result, at_once)`` gets each Result, in the event loop, ``rest()`` is called when
    no look is under way any more."""

    def __init__(
        self,
        clock: Clock,
        health: Health,
        local: Mapping[str, Mapping[str, Any]],
        deliver: Callable[[Result, bool], None],
        rest: Callable[[], None],
    ) -> None:
        self._clock = clock
        self._health = health
        self._local = local
        self._deliver = deliver
        self._rest = rest
        self._watches: dict[int, Watch] = {}
        self._under_way = 0
        self._closed = False

    def replace(self, plan: Plan) -> None:
        """Follow a new plan. A check that stays as it was, credentials included, keeps all it knows."""
        watches = {}
        # One for all the checks that use it: thousands of copies of one community are megabytes.
        given = {name: credential(name, table) for name, table in plan.credentials.items()}
        for check in plan.checks:
            known = tuple(given[name] for name in check.credentials if name in given)
            before = self._watches.get(check.handle)
            stays = before is not None and before.check == check and before.credentials == known
            watches[check.handle] = before if before is not None and stays else Watch(check, known)
        for handle, watch in self._watches.items():
            if watches.get(handle) is not watch:
                watch.close()
        self._watches = watches

    def begin(self, handle: int, slot: int) -> None:
        """A look of the plan is due."""
        watch = self._watches.get(handle)
        if watch is None:
            return
        if watch.planned:
            self._health.overrun += 1
            return
        watch.rechecks = 0
        self._start(watch, slot)

    def look_now(self, wished: Iterable[str | int]) -> None:
        """Look at these checks (ids or handles) now; others than planned ones are not looked at.

        One that was looked at less than a second ago is looked at when the second is over: what the wish is about may
        have happened since.
        """
        wishes = set(wished)
        now = self._clock.mono()
        for watch in self._watches.values():
            if wishes.isdisjoint((watch.check.id, watch.check.handle)):
                continue
            pause = watch.started + _LOOK_NOW_PAUSE - now
            if pause <= 0:
                self._start(watch, UNPLANNED)
            elif watch.wish is None:
                watch.wish = asyncio.get_running_loop().call_later(pause / 1000, self._follow_wish, watch)

    def _follow_wish(self, watch: Watch) -> None:
        watch.wish = None
        if self._watches.get(watch.check.handle) is watch:
            self.look_now((watch.check.handle,))

    async def close(self) -> None:
        """End every look; those under way bring no result."""
        self._closed = True
        running = [task for watch in self._watches.values() for task in watch.running]
        for watch in self._watches.values():
            watch.close()
        if running:
            await asyncio.wait(running, timeout=1.0)
        self._watches = {}

    def _start(self, watch: Watch, slot: int) -> None:
        check = watch.check
        at = self._clock.mono()
        if slot != UNPLANNED:
            watch.planned = True
            self._health.late_ms = max(self._health.late_ms, at - due(check.phase_key, check.interval, slot))
        watch.started = at
        self._under_way += 1
        task = asyncio.get_running_loop().create_task(self._look(watch, slot, at))
        watch.running.add(task)
        # Only a look that may take longer than the pause before a re-check can be overtaken by it.
        if check.retry < check.timeout:
            self._arm(watch)

    async def _look(self, watch: Watch, slot: int, at: int) -> None:
        try:
            reading = await self._read(watch)
        finally:
            task = asyncio.current_task()
            if task is not None:
                watch.running.discard(task)
            if slot != UNPLANNED:
                watch.planned = False
            self._under_way -= 1
        if self._closed:
            return
        if watch.thresholds:
            reading, watch.memory = judge(watch.thresholds, reading, at, watch.memory)
        self._health.looks += 1
        changed = reading.outcome is not watch.last or watch.confirmation.pending
        watch.last = reading.outcome
        watch.confirmation.feed(reading.outcome, at)
        self._deliver(
            Result(watch.check.handle, watch.check.interval, slot, at, clean(reading)),
            changed or watch.confirmation.pending,
        )
        if watch.confirmation.pending:
            self._arm(watch)
        elif watch.timer is not None and not watch.running:
            watch.timer.cancel()
            watch.timer = None
        if not self._under_way:
            self._rest()

    async def _read(self, watch: Watch) -> Reading:
        if watch.probe is None and not watch.trouble:
            watch.set_up(self._local)
        if watch.probe is None:
            return Reading(Outcome.ERROR, text=watch.trouble)
        deadline_s = watch.check.timeout / 1000
        try:
            async with asyncio.timeout(deadline_s + _GRACE_S):
                return await watch.probe.look(watch.subject, deadline_s)
        except TimeoutError:
            return Reading(Outcome.ERROR, text=f"the probe {watch.check.kind!r} did not end within its deadline")
        except Exception as crash:
            self._health.crashes += 1
            log.exception("check=%s kind=%s the probe crashed", watch.check.id, watch.check.kind)
            return Reading(Outcome.ERROR, text=f"the probe {watch.check.kind!r} crashed: {_told(crash)}")

    def _arm(self, watch: Watch) -> None:
        """Have the next re-check begin ``retry`` after the last look began, or now when that is over."""
        if watch.timer is None and not self._closed:
            pause = watch.started + watch.check.retry - self._clock.mono()
            watch.timer = asyncio.get_running_loop().call_later(max(0, pause) / 1000, self._recheck, watch)

    def _recheck(self, watch: Watch) -> None:
        watch.timer = None
        if self._watches.get(watch.check.handle) is not watch:
            return
        settling = watch.confirmation
        # A look that has not answered yet may turn out a failure: re-checks overlap it rather than wait for its
        # timeout. Where down is what holds already, silence is no news.
        suspicious = bool(watch.running) and not settling.down
        if not (settling.pending or suspicious):
            return
        if len(watch.running) >= settling.wanting:
            return  # those under way can settle it; if they do not, the answer of the last one arms this again
        if watch.rechecks >= 2 * (watch.check.confirm_down + watch.check.confirm_up):
            return  # neither good nor bad for so long: back to the pace of the plan
        watch.rechecks += 1
        self._start(watch, UNPLANNED)
        self._arm(watch)


def thresholds(probe: type[Probe], planned: Iterable[Mapping[str, Any]]) -> tuple[Threshold, ...]:
    """The plan's thresholds, and those the kind comes with for metrics that the plan does not speak of."""
    chosen = [Threshold.from_plan(table) for table in planned]
    spoken = {one.metric for one in chosen}
    return (*chosen, *(one for one in probe.thresholds if one.metric not in spoken))


def clean(reading: Reading) -> Reading:
    """The reading as it may travel: values that are no finite numbers are left out, the text is one line of 500
    characters at most."""
    values = reading.values
    if not all(math.isfinite(value) for value in values.values()):
        values = {name: value for name, value in values.items() if math.isfinite(value)}
    text = reading.text
    if len(text) > _LONGEST_TEXT or "\n" in text or "\r" in text:
        text = " ".join(text.split())
        if len(text) > _LONGEST_TEXT:
            text = text[: _LONGEST_TEXT - 1] + "…"
    if values is reading.values and text is reading.text:
        return reading
    return Reading(reading.outcome, values, text)


def _told(crash: BaseException) -> str:
    return f"{type(crash).__name__}: {crash}" if str(crash) else type(crash).__name__
