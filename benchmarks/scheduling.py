"""What deciding *when* costs: 50 000 checks every 60 s and 5 000 every 10 s in one agent's schedule, looks left out.

Beside it, in the same run, APScheduler with a job for each check, spread over the interval in the same way. Both hand
a due check to a function that only notes how late it is. CPU is that of the whole process while the schedule runs.

    python -m benchmarks.scheduling [--seconds 60]
"""

import argparse
import asyncio
import multiprocessing
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection

from agent.clock import Clock
from agent.plan import PlannedCheck
from agent.schedule import UNPLANNED, Schedule
from rules.check import due

SLOW, QUICK = 50_000, 5_000
SLOW_EVERY, QUICK_EVERY = 60_000, 10_000
MOST_CPU_PERCENT = 5.0
MOST_LATE = 100.0
"""Milliseconds after which a release counts as late: a hundredth of the shorter interval."""
WARM_UP_S = 10.0
"""By then the first looks of a new plan, which come at once, are over."""


@dataclass(frozen=True)
class Measured:
    """A scheduler over the measured seconds. Lateness in ms, sorted; ``skipped`` are slots that went by unused."""

    cpu_percent: float
    late: list[float]
    skipped: int

    def share(self, part: float) -> float:
        """The lateness that this share of the releases does not exceed."""
        return self.late[min(len(self.late) - 1, int(len(self.late) * part))]


async def _through(seconds: float, late: list[float]) -> float:
    """Let the schedule warm up, then run; the share of a core it took, in percent."""
    await asyncio.sleep(WARM_UP_S)
    late.clear()
    cpu, wall = time.process_time(), time.perf_counter()
    await asyncio.sleep(seconds)
    return 100 * (time.process_time() - cpu) / (time.perf_counter() - wall)


async def ours(seconds: float) -> Measured:
    """The agent's own schedule."""
    clock = Clock()
    late: list[float] = []
    skipped: list[int] = []
    intervals = [SLOW_EVERY] * SLOW + [QUICK_EVERY] * QUICK
    checks = [
        PlannedCheck(handle, str(handle), "", "ping", "", interval, 10_000, 3000, 3, 2, handle)
        for handle, interval in enumerate(intervals, 1)
    ]

    def begin(handle: int, slot: int) -> None:
        if slot != UNPLANNED:
            late.append(clock.mono_exact() - due(handle, intervals[handle - 1], slot))

    schedule = Schedule(clock, begin, skipped.append)
    schedule.start()
    schedule.replace(checks)
    cpu = await _through(seconds, late)
    schedule.stop()
    return Measured(cpu, sorted(late), sum(skipped))


async def peer(seconds: float) -> Measured:
    """APScheduler with one job per check."""
    from apscheduler.executors.debug import DebugExecutor
    from apscheduler.schedulers.asyncio import AsyncIOScheduler

    late: list[float] = []
    planned: dict[int, float] = {}
    scheduler = AsyncIOScheduler(timezone=UTC, executors={"default": DebugExecutor()})

    def begin(number: int, interval_s: float) -> None:
        now = time.time()
        late.append((now - planned[number]) * 1000)
        planned[number] += interval_s

    begun = time.time() + 5.0
    for number in range(SLOW + QUICK):
        interval_s = (SLOW_EVERY if number < SLOW else QUICK_EVERY) / 1000
        planned[number] = begun + interval_s * ((number * 0.6180339887) % 1.0)
        scheduler.add_job(
            begin,
            "interval",
            seconds=interval_s,
            args=(number, interval_s),
            next_run_time=datetime.fromtimestamp(planned[number], UTC),
            misfire_grace_time=None,
        )
    scheduler.start()
    cpu = await _through(seconds, late)
    scheduler.shutdown(wait=False)
    return Measured(cpu, sorted(late), 0)


def _apart(which: str, seconds: float, answer: Connection) -> None:
    answer.send(asyncio.run({"ours": ours, "peer": peer}[which](seconds)))


def measure(which: str, seconds: float) -> Measured:
    """Run one of the two in a process of its own, so that neither pays for the other's memory."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_apart, args=(which, seconds, there))
    process.start()
    there.close()
    try:
        found: Measured = here.recv()
    finally:
        process.join(10)
    return found


def _told(name: str, one: Measured) -> None:
    print(
        f"{name:32} {one.cpu_percent:6.2f} % of a core, {len(one.late)} releases,"
        f" late median {one.share(0.5):.1f} ms, p99 {one.share(0.99):.1f} ms, most {one.late[-1]:.1f} ms,"
        f" skipped {one.skipped}"
    )


def main() -> int:
    """Measure, print, and say whether the bars hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    seconds = parser.parse_args().seconds
    print(f"{SLOW} checks each {SLOW_EVERY // 1000} s and {QUICK} each {QUICK_EVERY // 1000} s, for {seconds:.0f} s")
    mine = measure("ours", seconds)
    _told("this schedule", mine)
    other = measure("peer", seconds)
    _told("APScheduler, a job per check", other)
    print(f"CPU ratio {mine.cpu_percent / other.cpu_percent:.2f}")
    cheap = mine.cpu_percent <= MOST_CPU_PERCENT
    punctual = mine.late[-1] <= MOST_LATE and not mine.skipped
    print(f"cost ≤ {MOST_CPU_PERCENT} % of a core: {'met' if cheap else 'MISSED'}")
    print(f"no release later than {MOST_LATE:.0f} ms, none skipped: {'met' if punctual else 'MISSED'}")
    return 0 if cheap and punctual else 1


if __name__ == "__main__":
    sys.exit(main())
