"""Load averages of the agent's host, relative to its logical CPUs.

Linux counts runnable and uninterruptible tasks alike: a dead NFS server gives a load of 300 with idle CPUs. So load is
a warning about waiting, not about work (``docs/reference/probes/load.md``).
"""

import os

import psutil

from agent.probes.probe import Probe, Subject
from rules.result import Outcome, Reading
from rules.threshold import Threshold


def values(loads: tuple[float, float, float], cpus: int) -> dict[str, float]:
    """The readings made of the three averages and the number of logical CPUs (at least 1)."""
    one, five, fifteen = loads
    return {
        "load1": one,
        "load5": five,
        "load15": fifteen,
        "load1_per_cpu_ratio": round(one / cpus, 4),
        "cpus": cpus,
    }


class Load(Probe):
    """Reads the three averages; nothing is kept between looks."""

    thresholds = (Threshold("load1_per_cpu_ratio", warn=2.0, critical=4.0, for_ms=900_000, clear=1.5),)

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        return Reading(Outcome.OK, values(psutil.getloadavg(), os.cpu_count() or 1))
