"""How busy the CPUs of the agent's host were since the look before.

Own work is time neither idle, nor waiting for disks, nor stolen by the hypervisor; guest time is inside user time and
must not be counted twice. ``iowait`` may run backwards, so negative steps count as zero (the kernel's proc
documentation calls it unreliable).
"""

import asyncio
from collections.abc import Mapping

import psutil

from agent.counters import moved
from agent.probes.probe import Probe, Subject
from agent.procfs import stalled_us, text
from rules.result import Outcome, Reading
from rules.threshold import Threshold

_PRESSURE = "/proc/pressure/cpu"
_LIMIT = "/sys/fs/cgroup/cpu.max"
_THROTTLING = "/sys/fs/cgroup/cpu.stat"
_FIRST_SAMPLE_S = 0.25

_PARTS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal", "interrupt", "dpc")
"""What the total is made of, over all systems; guest and guest_nice are parts of user and nice."""


def shares(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Shares of CPU time between two readings of the clocks (seconds by name); empty when no time went by."""
    steps = {part: max(0.0, after.get(part, 0.0) - before.get(part, 0.0)) for part in _PARTS}
    total = sum(steps.values())
    if total <= 0:
        return {}
    busy = total - steps["idle"] - steps["iowait"] - steps["steal"]
    return {
        "busy_ratio": round(busy / total, 4),
        "user_ratio": round((steps["user"] + steps["nice"]) / total, 4),
        "system_ratio": round(steps["system"] / total, 4),
        "iowait_ratio": round(steps["iowait"] / total, 4),
        "steal_ratio": round(steps["steal"] / total, 4),
    }


def limit_cpus(limit: str) -> float | None:
    """CPUs a control group may use, from its cpu.max ("200000 100000"); None without a limit."""
    quota, _, period = limit.partition(" ")
    return None if quota.strip() == "max" else int(quota) / int(period)


def throttled_us(statistics: str) -> int:
    """Time a control group was held back, from its cpu.stat, in microseconds."""
    return next((int(line.split()[1]) for line in statistics.splitlines() if line.startswith("throttled_usec ")), 0)


class Cpu(Probe):
    """Compares the CPU clocks with those of the look before; the first look takes a quarter of a second."""

    thresholds = (
        Threshold("busy_ratio", warn=0.90, critical=0.98, for_ms=900_000, clear=0.80),
        Threshold("steal_ratio", warn=0.10, critical=0.25, for_ms=900_000, clear=0.05),
        Threshold("pressure_ratio", warn=0.40, critical=0.80, for_ms=300_000, clear=0.20),
    )

    _before: dict[str, float] | None = None

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        if self._before is None:
            self._before = self._clocks()
            await asyncio.sleep(min(_FIRST_SAMPLE_S, deadline_s / 2))
        before, after = self._before, self._clocks()
        self._before = after
        values = shares(before, after)
        if not values:
            return Reading(Outcome.ERROR, text="the CPU clocks did not move between two looks")
        for counter, name in (("pressure_us", "pressure_ratio"), ("throttled_us", "throttled_ratio")):
            if counter in before and counter in after:
                step = moved(before[counter], after[counter])
                elapsed = (after["at_s"] - before["at_s"]) * 1e6
                if step is not None and elapsed > 0:
                    values[name] = round(step / elapsed, 4)
        if "limit" in after:
            values["limit_cpus"] = after["limit"]
        return Reading(Outcome.OK, values)

    def _clocks(self) -> dict[str, float]:
        clocks: dict[str, float] = dict(psutil.cpu_times()._asdict())
        clocks["at_s"] = asyncio.get_running_loop().time()
        pressure = stalled_us(text(_PRESSURE))
        if pressure is not None:
            clocks["pressure_us"] = pressure
        # The root group has no cpu.max: the file is there only where the agent itself lives in a container.
        limit = limit_cpus(text(_LIMIT) or "max")
        if limit is not None:
            clocks["limit"] = limit
            clocks["throttled_us"] = throttled_us(text(_THROTTLING))
        return clocks
