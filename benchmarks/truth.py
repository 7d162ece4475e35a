"""Truth: a fleet of 40 hosts and two routers in network namespaces lives a script; what was measured is held to it.

Looks are a second apart (retries 0.2 s), so one minute stands for an hour of looks a minute apart. The script has cuts,
reboots, packet loss, a dead router and dead agents, all at seeded instants. Needs root, for the namespaces.

    python -m benchmarks.truth [--minutes 10] [--seed 1] [--hosts 20]
"""

import argparse
import contextlib
import math
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from tests.journeys.fleet import fleet
from tests.journeys.truth import Verdict, Watched, compare, live, script


def main() -> int:
    """Measure and print; exit code 1 when an outage is missed or invented, or the sum is further off than chance."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10, help="length of the script (default 10)")
    parser.add_argument("--seed", type=int, default=1, help="of the script (default 1)")
    parser.add_argument("--hosts", type=int, default=20, help="hosts at each of the two sites (default 20)")
    arguments = parser.parse_args()
    found = measure(arguments.minutes * 60, arguments.seed, arguments.hosts)
    exact = not (found.missed or found.invented or found.outside)
    print(f"truth, {2 * arguments.hosts} hosts, {arguments.minutes:g} minutes of looks a second apart")
    print(f"  scripted outages {found.scripted}   missed {len(found.missed)}   invented {len(found.invented)}")
    print(f"  true edges outside of their bracket: {len(found.outside)} of {2 * found.scripted}")
    print(f"  downtime: true {found.true_ms / 1000:.2f} s   measured {found.measured_ms / 1000:.2f} s")
    print(f"  off by {(found.measured_ms - found.true_ms) / 1000:+.2f} s = {found.off:+.2f} standard errors")
    print(f"  theoretical standard error sqrt(sum(ds^2 + de^2) / 12) = {found.error_ms / 1000:.2f} s")
    print(f"  a sum further off than that by chance alone: {100 * math.erfc(abs(found.off) / math.sqrt(2)):.0f} %")
    within = abs(found.off) <= 1.96
    print(f"  bar: all found, none invented: {'met' if exact else 'MISSED'}; within 95 % of chance: ", end="")
    print("met" if within else "MISSED")
    return 0 if exact and within else 1


def measure(seconds: float, seed: int, size: int) -> Verdict:
    """Build the fleet, let the script happen, and compare."""
    with contextlib.ExitStack() as stack:
        hosts = stack.enter_context(fleet(size))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        watched = Watched(hosts, folder, stack)
        start = time.time_ns() // 1_000_000
        happened = live(hosts, watched, script(hosts, seconds, Random(seed)))
        time.sleep(5)
        figures = watched.figures(start, time.time_ns() // 1_000_000)
        watched.stop()
    return compare(happened, figures)


if __name__ == "__main__":
    sys.exit(main())
