"""How long it takes to compute a month anew from the log, and to explain one instant of it.

A log of 10,000 checks, one look a minute and 20,000 outages a month, with the configuration and with the incidents that
were opened about them, is written by the log's own code and packed as days that are over are. Then it is folded from
its first entry, as `rebuild` and `report verify` do, and random instants of random targets are explained on what came
of it. With fewer days than 30 the month is told in proportion, and said to be: each day costs the same, after the one
entry that brought the targets.
"""

import argparse
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from benchmarks.month_house import build, name
from benchmarks.month_log import BEGIN, DAY, HOUR, Fleet
from collector.explain import explain
from collector.refold import Refolded, refolded
from collector.store.log import Log
from collector.store.targets import resolve

CHECKS, OUTAGES, MONTH_DAYS = 10_000, 20_000, 30
BAR_MONTH_S, BAR_EXPLAIN_MS = 60.0, 50.0
ASKED = 300


def run(folder: Path, days: int) -> bool:
    """The whole measurement in a folder; whether both bars hold."""
    fleet = Fleet(CHECKS, days, OUTAGES)
    begun = time.process_time()
    settings, made = build(folder, fleet)
    size = sum(file.stat().st_size for file in (folder / "log").rglob("*.db"))
    print(f"Recomputation, {CHECKS:,} checks, {days} days, {made / 1e6:.1f} M results:", flush=True)
    _line("CPU-seconds per million results to write and pack", (time.process_time() - begun) / made * 1e6, None)
    _line("bytes per result in the log", size / made, None)
    with closing(Log(folder / "log")) as log:
        wall, cpu = time.monotonic(), time.process_time()
        with refolded(log, log.head()[0], settings) as again:
            wall, cpu = time.monotonic() - wall, time.process_time() - cpu
            month = MONTH_DAYS / days
            _line("results recomputed a second", made / wall, None, digits=0)
            _line("CPU-seconds per million results", cpu / made * 1e6, None, digits=3)
            _line("spans", _spans(again), None, digits=0)
            told = (
                "seconds for the month" if days == MONTH_DAYS else f"seconds for the month, {days} days in proportion"
            )
            holds = _line(told, wall * month, BAR_MONTH_S)
            found = _explained(again, days)
        wall = time.monotonic()
        log.verify()
        _line("seconds to check the chain of the month", (time.monotonic() - wall) * month, None)
    _line("explain, median ms", statistics.median(found), None)
    holds &= _line("explain, 95th percentile ms", statistics.quantiles(found, n=20)[-1], BAR_EXPLAIN_MS)
    _line("RSS, MiB", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, None, digits=0)
    return holds


def _spans(again: Refolded) -> int:
    with again.state.read() as tx:
        found: int = tx.execute("SELECT COUNT(*) FROM span").fetchone()[0]
        return found


def _explained(again: Refolded, days: int) -> list[float]:
    """Milliseconds of each call, for random instants of random targets."""
    rng = random.Random(7)
    now = BEGIN + days * DAY
    taken = []
    with again.state.read() as tx:
        keys = [resolve(tx, name(rng.randint(1, CHECKS))).id for _ in range(ASKED)]
    for key in keys:
        at = rng.randrange(BEGIN + HOUR, now - HOUR)
        begun = time.perf_counter()
        found = explain(again.state, again.tracks, again.timelines, key, at, now)
        taken.append((time.perf_counter() - begun) * 1000)
        if not found["checks"][0]["results"]:
            raise RuntimeError(f"nothing was seen of {key} at {at}")
    return taken


def _line(what: str, value: float, bar: float | None, digits: int = 2) -> bool:
    holds = bar is None or value <= bar
    beside = "" if bar is None else f"   bar ≤ {bar:,.{digits}f}   {'met' if holds else 'MISSED'}"
    print(f"  {what:<58} {value:>14,.{digits}f}{beside}", flush=True)
    return holds


def main() -> int:
    """Measure; 1 when a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=2, help="days in the log; 30 is the whole month (default 2)")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="nineward-bench-"))
    try:
        return 0 if run(folder, options.days) else 1
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
