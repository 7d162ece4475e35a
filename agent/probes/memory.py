"""Memory of the agent's host, judged by what is still available, not by what is "free" or "used".

Used swap alone is harmless, so swapping is told as a rate. In a container the limit is that of its control group when
it is smaller than the host's memory.
"""

import asyncio
import os
from collections.abc import Mapping

import psutil

from agent.counters import moved, rate
from agent.probes.probe import Probe, Subject
from agent.procfs import stalled_us, text
from rules.result import Outcome, Reading
from rules.threshold import Threshold

_VMSTAT = "/proc/vmstat"
_PRESSURE = "/proc/pressure/memory"
_LIMIT = "/sys/fs/cgroup/memory.max"
_USED = "/sys/fs/cgroup/memory.current"
_INACTIVE = "/sys/fs/cgroup/memory.stat"
_PAGE = os.sysconf("SC_PAGE_SIZE")
_COUNTERS = frozenset({"pswpin", "pswpout", "pgmajfault", "oom_kill"})


def usage(total: int, available: int, limit: int | None = None, working_set: int = 0) -> dict[str, float]:
    """Bytes and shares. ``limit`` and ``working_set`` are those of a control group, where there is one."""
    if limit is not None and limit < total:
        available = min(available, max(0, limit - working_set))
        total = limit
    return {
        "total_bytes": total,
        "available_bytes": available,
        "used_ratio": round(1 - available / total, 4),
    }


def working_set(current: int, statistics: str) -> int:
    """What of a control group's memory cannot simply be dropped: current less inactive file cache, in bytes."""
    for line in statistics.splitlines():
        if line.startswith("inactive_file "):
            return max(0, current - int(line.split()[1]))
    return current


def counters(vmstat: str) -> dict[str, int]:
    """Swapping, major faults and kills for want of memory, since boot, from the text of /proc/vmstat."""
    found = {}
    for line in vmstat.splitlines():
        name, _, number = line.partition(" ")
        if name in _COUNTERS:
            found[name] = int(number)
    return found


def rates(before: Mapping[str, int], after: Mapping[str, int], elapsed_s: float) -> dict[str, float]:
    """What the counters did between two looks; a counter that began anew is left out."""
    values: dict[str, float] = {}
    names = (
        ("pswpin", "swap_in_bytes_s", _PAGE),
        ("pswpout", "swap_out_bytes_s", _PAGE),
        ("pgmajfault", "major_faults_s", 1),
    )
    for name, metric, unit in names:
        if name in before and name in after:
            speed = rate(before[name], after[name], elapsed_s)
            if speed is not None:
                values[metric] = round(speed * unit)
    if "oom_kill" in before and "oom_kill" in after:
        kills = moved(before["oom_kill"], after["oom_kill"])
        if kills is not None:
            values["oom_kills"] = kills
    if "stalled_us" in before and "stalled_us" in after and elapsed_s > 0:
        stalled = moved(before["stalled_us"], after["stalled_us"])
        if stalled is not None:
            values["pressure_ratio"] = round(stalled / 1e6 / elapsed_s, 4)
    return values


class Memory(Probe):
    """Reads what is available; rates come with the second look."""

    thresholds = (
        Threshold("used_ratio", warn=0.90, for_ms=900_000, clear=0.85),
        Threshold("pressure_ratio", warn=0.05, critical=0.20, for_ms=300_000, clear=0.025),
        Threshold("major_faults_s", warn=500, for_ms=900_000, clear=250),
        Threshold("oom_kills", critical=1),
    )

    _before: dict[str, int] | None = None
    _at_s = 0.0

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        memory = psutil.virtual_memory()
        limit = text(_LIMIT).strip()
        # The root group has no memory.max: the file is there only where the agent itself lives in a container.
        if limit.isdigit():
            held = working_set(int(text(_USED) or 0), text(_INACTIVE))
            values = usage(memory.total, memory.available, int(limit), held)
        else:
            values = usage(memory.total, memory.available)
        at_s = asyncio.get_running_loop().time()
        now = counters(text(_VMSTAT))
        stalled = stalled_us(text(_PRESSURE))
        if stalled is not None:
            now["stalled_us"] = stalled
        if self._before is not None:
            values |= rates(self._before, now, at_s - self._at_s)
        self._before, self._at_s = now, at_s
        return Reading(Outcome.OK, values)
