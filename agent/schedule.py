"""When to look. The agent's only use of APScheduler: one job per interval, which releases what is due.

Instants are milliseconds of the boot clock. A check is due at ``rules.check.due(phase_key, interval, slot)``.
"""

import asyncio
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta, tzinfo
from heapq import heapify, heappop, heappush, heapreplace
from typing import NamedTuple

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

from agent.clock import Clock
from agent.plan import PlannedCheck
from rules.check import due

UNPLANNED = -1
"""The slot of a look outside the plan."""

_PAGE = 500
"""Looks due within this many ms of each other are released by one run of the job, each at its own time."""

_STEP = 10
"""Looks due within this many ms begin together, at the end of the step: with tens of thousands of checks waking up
costs more than everything else that is done here."""

_MOST_SPREAD = 2000
_SPREAD_EACH = 10


class Due(NamedTuple):
    """A look that is due at an instant, in a slot of its check (UNPLANNED for a first look)."""

    at: int
    handle: int
    slot: int


class Ring:
    """The checks of one interval and when each is due next. Pure: the time is given."""

    def __init__(self, interval: int) -> None:
        self.interval = interval
        self._phases: dict[int, int] = {}
        self._heap: list[Due] = []

    def __len__(self) -> int:
        return len(self._phases)

    def put(self, handle: int, phase_key: int, now: int, first: int | None = None) -> None:
        """Add a check, due in its first slot after ``now``, and before that once at ``first``."""
        self._phases[handle] = phase_key
        heappush(self._heap, self._after(handle, phase_key, now))
        if first is not None:
            heappush(self._heap, Due(first, handle, UNPLANNED))

    def take_out(self, handle: int) -> None:
        """Remove a check."""
        if self._phases.pop(handle, None) is not None:
            self._heap = [one for one in self._heap if one.handle != handle]
            heapify(self._heap)

    def holds(self, one: Due) -> bool:
        """Whether a look released earlier is still wanted: its check may have left, or changed its phase, since."""
        phase_key = self._phases.get(one.handle)
        return phase_key is not None and (one.slot == UNPLANNED or due(phase_key, self.interval, one.slot) == one.at)

    def next(self) -> int | None:
        """When something is due next; None with no checks."""
        return self._heap[0].at if self._heap else None

    def release(self, now: int, until: int) -> tuple[list[Due], int]:
        """What is due up to ``until``, in order, and how many slots went by unused.

        A look may begin late by up to half an interval. What is later than that is not made up for: a look now tells
        nothing about then, and after an hour's sleep a storm of looks would help nobody.
        """
        found: list[Due] = []
        missed = 0
        late = now - self.interval // 2
        while self._heap and self._heap[0].at <= until:
            one = self._heap[0]
            phase_key = self._phases[one.handle]
            if one.slot == UNPLANNED:
                heappop(self._heap)
                found.append(one)
                continue
            following = one.slot + 1
            if one.at < late:
                # All slots that are over at once: after a week of sleep there are too many to walk through.
                following = max(following, (late - self.interval) // self.interval - 1)
                while due(phase_key, self.interval, following) < late:
                    following += 1
                missed += following - one.slot
            else:
                found.append(one)
            heapreplace(self._heap, Due(due(phase_key, self.interval, following), one.handle, following))
        return found, missed

    def _after(self, handle: int, phase_key: int, now: int) -> Due:
        slot = now // self.interval - 2
        while (at := due(phase_key, self.interval, slot)) <= now:
            slot += 1
        return Due(at, handle, slot)


class Schedule:
    """Calls ``begin(handle, slot)`` in the event loop whenever a look is due, and ``missed(n)`` for slots gone by."""

    def __init__(self, clock: Clock, begin: Callable[[int, int], None], missed: Callable[[int], None]) -> None:
        self._clock = clock
        self._begin = begin
        self._missed = missed
        self._rings: dict[int, Ring] = {}
        self._checks: dict[int, PlannedCheck] = {}
        self._pages: set[asyncio.TimerHandle] = set()
        self._scheduler = AsyncIOScheduler(timezone=_BootZone(clock), executors={"default": DebugExecutor()})

    def start(self) -> None:
        """Begin. To be called in the event loop."""
        self._loop = asyncio.get_running_loop()
        self._scheduler.start()

    def stop(self) -> None:
        """Release nothing more."""
        for timer in self._pages:
            timer.cancel()
        self._pages.clear()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    def replace(self, checks: Iterable[PlannedCheck]) -> None:
        """Follow a new plan. A check that stays as it was keeps its place; a new or changed one is looked at at once.

        First looks are spread over up to two seconds, and never over more than the interval; checks with one phase key
        stay together.
        """
        wanted = {check.handle: check for check in checks}
        touched = set()
        for handle, check in self._checks.items():
            if wanted.get(handle) != check:
                self._rings[check.interval].take_out(handle)
                touched.add(check.interval)
        fresh = [check for handle, check in wanted.items() if self._checks.get(handle) != check]
        now = self._clock.mono()
        spread = min(_MOST_SPREAD, _SPREAD_EACH * len({check.phase_key for check in fresh}))
        for check in fresh:
            ring = self._rings.setdefault(check.interval, Ring(check.interval))
            ring.put(check.handle, check.phase_key, now, now + check.phase_key % max(1, min(spread, check.interval)))
            touched.add(check.interval)
        self._checks = wanted
        for interval in touched:
            self._plan_job(interval)

    def _plan_job(self, interval: int) -> None:
        ring = self._rings[interval]
        if not len(ring):
            del self._rings[interval]
            if self._scheduler.get_job(str(interval)):
                self._scheduler.remove_job(str(interval))
            return
        self._scheduler.add_job(
            self._release,
            _WhenDue(ring),
            args=(ring,),
            id=str(interval),
            replace_existing=True,
            coalesce=True,
            misfire_grace_time=None,
        )

    def _release(self, ring: Ring) -> None:
        now = self._clock.mono()
        released, missed = ring.release(now, now + _PAGE)
        if missed:
            self._missed(missed)
        steps: dict[int, list[Due]] = {}
        for one in released:
            steps.setdefault(max(0, -(-(one.at - now) // _STEP)), []).append(one)
        for step, together in steps.items():
            if step:
                self._begin_later(ring, together, step * _STEP / 1000)
            else:
                self._begin_all(ring, together)

    def _begin_all(self, ring: Ring, together: list[Due]) -> None:
        for one in together:
            if ring.holds(one):
                self._begin(one.handle, one.slot)

    def _begin_later(self, ring: Ring, together: list[Due], pause_s: float) -> None:
        def begin() -> None:
            self._pages.discard(timer)
            self._begin_all(ring, together)

        timer = self._loop.call_later(pause_s, begin)
        self._pages.add(timer)


class _WhenDue(BaseTrigger):  # type: ignore[misc]  # APScheduler has no types
    """APScheduler's question "when next?", answered by a ring."""

    def __init__(self, ring: Ring) -> None:
        self._ring = ring

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime | None:
        """Never ``now`` itself or before: APScheduler would ask for ever for the runs it thinks it missed."""
        at = self._ring.next()
        return None if at is None else max(_EPOCH.replace(tzinfo=now.tzinfo) + timedelta(milliseconds=at), now + _TICK)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class _BootZone(tzinfo):
    """A zone whose clocks on the wall show the boot clock. APScheduler asks for the time in its zone, so it never sees
    the machine's wall clock, which may be set back by hours."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def fromutc(self, _utc: datetime) -> datetime:
        return _EPOCH.replace(tzinfo=self) + timedelta(milliseconds=self._clock.mono_exact())

    def utcoffset(self, _at: datetime | None) -> timedelta:
        return timedelta()

    def dst(self, _at: datetime | None) -> timedelta:
        return timedelta()

    def tzname(self, _at: datetime | None) -> str:
        return "boot"
