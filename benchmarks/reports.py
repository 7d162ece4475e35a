"""What a month's report costs: a large house's month gathered, sealed, and rendered to every format, on one core.

Two outages and two incidents to a target. The month is folded and gathered in one process; a second one that knows
nothing but what was gathered builds, seals and renders, so that its memory is that of a report alone. Processor time is
judged, wall-clock time told beside it: only the first one tells of one core where others work too.

    python -m benchmarks.reports [--targets 1000] [--many 10000]
"""

import argparse
import os
import pickle
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from benchmarks.figures import GivenClock
from benchmarks.month_log import BEGIN, MINUTE, Fleet
from benchmarks.month_spans import Month
from collector.reports import formats, report, seal
from collector.reports.evidence import Evidence
from collector.reports.gather import gather
from collector.settled import Settled
from collector.store.state import State
from collector.timelines import Timelines
from collector.tracks import Tracks
from rules.period import Period

TARGETS, MANY, DAYS = 1_000, 10_000, 30
BAR_ALL_S, BAR_MANY_S, BAR_MIB = 20.0, 60.0, 500.0
LANGUAGE = "zh-CN"

T = TypeVar("T")


@dataclass(frozen=True)
class Rooms:
    """Where the evidence is."""

    state: State
    tracks: Tracks
    timelines: Timelines
    settled: Settled


class Meter:
    """Tells what each step took, and adds up."""

    def __init__(self) -> None:
        self.cpu = 0.0

    def take(self, what: str, step: Callable[[], T], size: Callable[[T], int] = lambda _: 0) -> T:
        """Do a step once."""
        cpu, wall = time.process_time(), time.perf_counter()
        found = step()
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        self.cpu += cpu
        told = f"   {size(found) / 2**20:,.1f} MiB" if size(found) else ""
        print(f"  {what:<44} {cpu:>8,.2f} CPU-s   (wall {wall:,.2f}){told}", flush=True)
        return found


def gathered(folder: Path, count: int, meter: Meter) -> tuple[Period, int, Evidence]:
    """The evidence of a month of so many targets."""
    month = Month(folder, Fleet(count, DAYS, 2 * count))
    try:
        settled = Settled(month.state, month.tracks, GivenClock(month.now), month.settings)
        if left := settled.refresh(float("inf")):
            raise RuntimeError(f"nothing is kept of {left} targets")
        timelines = Timelines(month.state, month.tracks, month.settings, kept=settled)
        rooms = Rooms(month.state, month.tracks, timelines, settled)
        period = Period(BEGIN, month.now, month.settings.tz)
        before = Period(BEGIN - period.length, BEGIN, month.settings.tz)
        evidence = meter.take(
            "gathered at one position of the log", lambda: gather(rooms, period, before, month.now, month.settings)
        )
    finally:
        month.close()
    return period, month.now, replace(evidence, incidents=list(_incidents(evidence)))


def _incidents(evidence: Evidence) -> Sequence[dict[str, Any]]:
    """An incident for each outage, answered after five minutes and closed with it."""
    found: list[dict[str, Any]] = []
    for entry in evidence.figures["objects"]:
        for outage in entry["outages"]:
            found.append(
                {
                    "number": f"INC-2026-{len(found) + 1:06}", "target": entry["name"], "kind": "outage",
                    "summary": f"{entry['name']} is down", "priority": "general", "state": "closed",
                    "episodes": [[outage["start"], outage["end"]]], "opened_at": outage["detected"],
                    "acknowledged_at": outage["detected"] + 5 * MINUTE, "started_at": None,
                    "resolved_at": outage["end"], "restored_at": outage["end"], "closed_at": outage["end"],
                    "self_recovered": False, "cause": "", "parts": None, "root_cause": None, "actions": [],
                    "satisfaction": None, "call_backs": [], "dependents": 0, "tickets": [],
                }
            )  # fmt: skip
    return found


def render(path: Path, wanted: Sequence[str]) -> tuple[float, float]:
    """Build, seal and render what was gathered: CPU-seconds, and MiB at most."""
    meter = Meter()
    period, now, evidence = pickle.loads(path.read_bytes())
    data = meter.take("built", lambda: report.build("month", "2026-09", period, now, evidence))
    document = meter.take("sealed", lambda: seal.seal(data, {"first": 1, "last": 2, "head": "ab" * 32}))
    for name in wanted:
        meter.take(name, lambda name=name: formats.find(name).render(document, LANGUAGE), len)  # type: ignore[misc]
    return meter.cpu, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(folder: Path, count: int, wanted: Sequence[str], bar_s: float, bar_mib: float | None) -> bool:
    """One month; whether it holds its bars."""
    print(f"A month of {count:,} targets, {2 * count:,} outages and incidents, one core:", flush=True)
    meter = Meter()
    path = folder / f"{count}.pickle"
    path.write_bytes(pickle.dumps(gathered(folder / str(count), count, meter)))
    child = [sys.executable, "-m", "benchmarks.reports", "--render", str(path), "--formats", ",".join(wanted)]
    *lines, last = subprocess.run(child, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    print("\n".join(lines), flush=True)
    cpu, mib = (float(part) for part in last.split())
    holds = _line("all together, CPU-s", cpu + meter.cpu, bar_s)
    return _line("memory of the process at most, MiB", mib, bar_mib) and holds


def _line(what: str, value: float, bar: float | None) -> bool:
    holds = bar is None or value <= bar
    beside = "" if bar is None else f"   bar ≤ {bar:,.0f}   {'met' if holds else 'MISSED'}"
    print(f"  {what:<44} {value:>8,.1f}{beside}", flush=True)
    return holds


def main() -> int:
    """Measure; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=TARGETS, help=f"to every format (default {TARGETS})")
    parser.add_argument("--many", type=int, default=MANY, help=f"to JSON and XLSX (default {MANY}; 0: not)")
    parser.add_argument("--render", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--formats", default=",".join(formats.names()), help="which ones (default: every one)")
    options = parser.parse_args()
    wanted = options.formats.split(",")
    if options.render:
        print(*render(options.render, wanted))
        return 0
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    folder = Path(tempfile.mkdtemp(prefix="nineward-bench-"))
    try:
        holds = measure(folder, options.targets, wanted, BAR_ALL_S, BAR_MIB)
        if options.many:
            holds &= measure(folder, options.many, ["json", "xlsx"], BAR_MANY_S, None)
        return 0 if holds else 1
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
