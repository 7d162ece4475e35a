"""One fault, one ticket: each kind of ticket system under fault injection, far longer than the tests do it.

Two ways for each kind. Seeded: up to three kills of the collector at random lines, up to eight requests of which half
are refused, lost, answered by a busy system or by a page, or carried out without their answer coming through. Every
line: one run for each line of the collector's code that the way of an errand runs through, killed there.

The bar: each fault has one ticket, is told in full, and its ledger and its ticket agree; for webhook and mail, and for
what is told by events, one distinct id for each fault.

    python -m benchmarks.errands [--runs 1000] [--stride 1] [KIND …]
"""

import argparse
import logging
import multiprocessing
import os
import sys
import time
from dataclasses import dataclass

from collector.tickets import kinds
from tests.collector.tickets.lives import World, chances, lines_of, looks_up, run, stand_in, world, wrongs
from tests.collector.tickets.wire import Fault


@dataclass(frozen=True)
class Result:
    """What came of one kind. ``wrong`` tells each run that did not hold."""

    kind: str
    seeded: int
    lines: int
    kills: int
    struck: int
    wrong: list[str]
    seconds: float


def main() -> int:
    """Run and print a line for each kind; exit code 1 when any run did not hold."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kinds", nargs="*", metavar="KIND", help="only these (default: all)")
    parser.add_argument("--runs", type=int, default=1000, help="seeded runs of each kind (default 1000)")
    parser.add_argument("--stride", type=int, default=1, help="kill at each so manieth line (default 1: at every one)")
    arguments = parser.parse_args()
    work = [(kind, arguments.runs, arguments.stride) for kind in arguments.kinds or kinds()]
    print(f"{'kind':24} {'look-up':>8} {'search lags':>12} {'seeded':>7} {'lines':>6} {'kills':>6} {'faults':>7}  held")
    wrong: list[str] = []
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for found in pool.imap(tried, work):
            server = stand_in(found.kind)
            runs = found.seeded + found.lines
            print(
                f"{found.kind:24} {'yes' if looks_up(found.kind) else 'no':>8} {server.LAG / 1000:>10.0f} s"
                f" {found.seeded:>7} {found.lines:>6} {found.kills:>6} {found.struck:>7}"
                f"  {runs - len(found.wrong)} of {runs}   {found.seconds:.0f} s",
                flush=True,
            )
            wrong += found.wrong
    print("\n".join(wrong[:20]))
    print(f"bar: one ticket for each fault, whatever is killed and lost: {'MISSED' if wrong else 'met'}")
    return 1 if wrong else 0


def tried(work: tuple[str, int, int]) -> Result:
    """All runs of one kind."""
    kind, runs, stride = work
    logging.disable(logging.ERROR)
    begun = time.monotonic()
    lines = lines_of(kind)
    wrong: list[str] = []
    killed = struck = 0
    for seed in range(runs):
        kills, faults = chances(kind, seed, lines)
        killed += len(kills)
        struck += sum(fault is not None for fault in faults)
        with world(kind, returns=seed % 4 == 0) as found:
            wrong += said(f"{kind} seed {seed}", found, kills, faults)
    every = range(1, lines + 1, stride)
    for kill in every:
        with world(kind) as found:
            wrong += said(f"{kind} line {kill}", found, [kill], [])
    return Result(kind, runs, len(every), killed + len(every), struck, wrong, time.monotonic() - begun)


def said(name: str, found: World, kills: list[int], faults: list[Fault | None]) -> list[str]:
    """One run; a line about what did not hold, if anything did not."""
    try:
        run(found, kills, faults)
    except AssertionError as trouble:
        return [f"{name}: {trouble}"]
    wrong = wrongs(found)
    return [f"{name}: {'; '.join(wrong)}"] if wrong else []


if __name__ == "__main__":
    sys.exit(main())
