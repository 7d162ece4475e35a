"""How long the figures of a month of a large house take, beside Prometheus on the same outages, in the same run.

10,000 targets, a look a minute, 20,000 outages, on one core. From the state file to the finished answer, as a page or
the API asks: nothing is remembered between two questions but what the file system remembers of the file. The looks are
folded first and what is kept of every target is computed, both by the code that does it in use; it is told what that
took. A sample of the targets is compared with the plain engine, key for key.

Processor time is judged, wall-clock time told beside it: only the first one tells of one core where others work too.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.month_house import name
from benchmarks.month_log import BEGIN, DAY, MINUTE, Fleet
from benchmarks.month_spans import Month
from benchmarks.prometheus_month import Peer, installed, peer
from collector.clock import Clock
from collector.settled import Settled
from collector.store import targets
from collector.timelines import Timelines
from rules.analysis import analyse_lives
from rules.past import Summary, summary
from rules.period import Period

CHECKS, OUTAGES, DAYS = 10_000, 20_000, 30
BAR_MS, BAR_WHOLE_S = 100.0, 2.0
SERIES, ROUNDS, SAMPLED = 100, 7, 40


class GivenClock(Clock):
    """It is the end of the month."""

    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> int:
        return self.at


@dataclass
class Times:
    """Seconds of processor and wall-clock time of each round."""

    cpu: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def take(self, ask: Callable[[], object]) -> None:
        """Ask once more."""
        cpu, wall = time.process_time(), time.perf_counter()
        ask()
        self.cpu.append(time.process_time() - cpu)
        self.wall.append(time.perf_counter() - wall)


class Questions:
    """What is asked of the house."""

    def __init__(self, month: Month) -> None:
        self._month = month
        self._settled = Settled(month.state, month.tracks, GivenClock(month.now), month.settings)
        self._engine = Timelines(month.state, month.tracks, month.settings)
        self._kept = Timelines(month.state, month.tracks, month.settings, kept=self._settled)
        self.period = Period(BEGIN, month.now, month.settings.tz)

    def keep(self) -> None:
        """Compute what is kept of every target."""
        left = self._settled.refresh(float("inf"))
        if left:
            raise RuntimeError(f"nothing is kept of {left} targets")

    def headline(self, later: int = 0) -> tuple[Sequence[str], Summary]:
        """Availability, outages, MTBF and MTTR of each target (by name), and of all together."""
        now = self._month.now + later
        period = Period(BEGIN, now, self.period.tz)
        found = self._settled.past(period, now).past
        told = summary(found, period)
        for one in (told, told.pooled()):
            _ = one.availability, one.failures, one.mtbf, one.mttr
        return found.names, told

    def whole(self) -> None:
        """The whole figures document, and the whole document of statistics."""
        figures = self._kept.figures(None, self.period, self._month.now)
        lived, _ = self._kept.lives(None, self.period, self._month.now)
        analyse_lives(lived, self.period, self._month.settings.calculation)
        if figures["fleet"]["failures"] != OUTAGES:
            raise RuntimeError(f"{figures['fleet']['failures']} failures were found, {OUTAGES} were made")

    def compare(self) -> None:
        """Raises RuntimeError where the plain engine says something else of one of a sample."""
        figures = self._kept.figures(None, self.period, self._month.now)
        told = {entry["name"]: entry for entry in figures["objects"]}
        with self._month.state.read() as tx:
            keys = [targets.resolve(tx, name(1 + place * CHECKS // SAMPLED)).id for place in range(SAMPLED)]
        for key in keys:
            (plain,) = self._engine.figures([key], self.period, self._month.now)["objects"]
            if told[plain["name"]] != plain:
                raise RuntimeError(f"{plain['name']}: {told[plain['name']]} is kept, {plain} is computed")


def run(folder: Path, series: int) -> bool:
    """The whole measurement; whether the bars hold."""
    fleet = Fleet(CHECKS, DAYS, OUTAGES)
    month = Month(folder / "house", fleet)
    asked = Questions(month)
    keeping = Times()
    keeping.take(asked.keep)
    asked.compare()
    print(f"Figures, {CHECKS:,} targets, {DAYS} days, {month.spans:,} spans, one core, warm file cache:", flush=True)
    _line("CPU-ms to compute what is kept of a target", keeping.cpu[0] / CHECKS * 1000, keeping.wall[0] / CHECKS * 1000)
    try:
        if not installed():
            print("  Prometheus is not installed, so nothing stands beside it (Debian: apt install prometheus)")
            return _measured(asked, None)
        with peer(folder / "prometheus", fleet, series) as other:
            holds = _measured(asked, other)
            _agree(asked, other, fleet)
        return holds
    finally:
        month.close()


def _measured(asked: Questions, other: Peer | None) -> bool:
    ours, later, whole, theirs = Times(), Times(), Times(), Times()
    for _ in range(ROUNDS):
        ours.take(asked.headline)
        later.take(lambda: asked.headline(MINUTE))
        if other:
            begun = other.cpu_s()
            theirs.take(other.availability)
            theirs.cpu[-1] = other.cpu_s() - begun
    for _ in range(ROUNDS // 2):
        whole.take(asked.whole)
    holds = _told("availability, outages, MTBF, MTTR of each and all, ms", ours, 1000, BAR_MS)
    _told("the same a minute later, while the month goes on, ms", later, 1000, None)
    holds &= _told("everything, with statistics, s", whole, 1, BAR_WHOLE_S)
    if other:
        _told(f"availability of {other.series} by avg_over_time in Prometheus, ms", theirs, 1000, None)
        for words, mine, its in (("CPU", ours.cpu, theirs.cpu), ("wall-clock", ours.wall, theirs.wall)):
            ratio = statistics.median(its) / other.series / (statistics.median(mine) / CHECKS)
            print(f"  {f'Prometheus ÷ ours, {words} time per target':<58} {ratio:>14,.0f}", flush=True)
    return holds


def _agree(asked: Questions, other: Peer, fleet: Fleet) -> None:
    """Both must speak of the same outages: a sample a minute is at most a minute off at each outage's edges."""
    names, told = asked.headline()
    place_of = {each: place for place, each in enumerate(names)}
    worst = 0.0
    for check, theirs in other.availability().items():
        place = place_of[name(check)]
        mine = told.availability[place]
        worst = max(worst, abs(theirs - mine))
        if abs(theirs - mine) * fleet.days * DAY > (2 * told.failures[place] + 1) * MINUTE:
            raise RuntimeError(f"check {check}: {theirs} by Prometheus, {mine} here")
    print(f"  {'largest difference of an availability between the two':<58} {worst:>14.6f}", flush=True)


def _told(what: str, times: Times, unit: float, bar: float | None) -> bool:
    return _line(what, statistics.median(times.cpu) * unit, statistics.median(times.wall) * unit, bar)


def _line(what: str, cpu: float, wall: float, bar: float | None = None) -> bool:
    holds = bar is None or cpu <= bar
    beside = "" if bar is None else f"   bar ≤ {bar:,.0f}   {'met' if holds else 'MISSED'}"
    print(f"  {what:<58} {cpu:>14,.2f}   (wall {wall:,.2f}){beside}", flush=True)
    return holds


def main() -> int:
    """Measure; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--series", type=int, default=SERIES, help=f"series in Prometheus (default {SERIES})")
    options = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    folder = Path(tempfile.mkdtemp(prefix="nineward-bench-"))
    try:
        return 0 if run(folder, options.series) else 1
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
