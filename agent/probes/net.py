"""Network interfaces of the agent's host: traffic, errors, link.

Counters are kept raw between looks, so that a reset shows as a gap; psutil's ``nowrap`` would hide it.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatch

import psutil

from agent.counters import moved
from agent.probes.probe import Log, Probe, Subject, option, silent
from agent.procfs import text
from rules.result import Outcome, Reading
from rules.threshold import Threshold


@dataclass(frozen=True, slots=True)
class Options:
    interfaces: tuple[str, ...] = option((), "interfaces to look at and expect up; empty: all but the skipped ones")
    skip: tuple[str, ...] = option(
        ("lo", "veth*", "docker*", "br-*", "virbr*", "vnet*", "tap*", "ifb*", "cali*", "cni*", "flannel*", "dummy*"),
        "shell patterns of interfaces that are passed over when none are named",
    )


@dataclass(frozen=True, slots=True)
class Counters:
    """What an interface counted since it came up."""

    bytes_in: int
    bytes_out: int
    packets: int
    errors: int
    drops: int


_FEW_ERRORS = 10
"""A share of errors is told only with at least this many: one bad frame among three packets is no finding."""


def choose(names: Iterable[str], wanted: Iterable[str], skip: Iterable[str]) -> list[str]:
    """Which of the interfaces that exist are looked at."""
    chosen = tuple(wanted)
    if chosen:
        return [name for name in names if name in chosen]
    patterns = tuple(skip)
    return [name for name in names if not any(fnmatch(name, pattern) for pattern in patterns)]


def rates(name: str, before: Counters, after: Counters, elapsed_s: float) -> dict[str, float]:
    """Traffic and errors of one interface between two looks; nothing when its counters began anew."""
    steps = [
        moved(getattr(before, field), getattr(after, field))
        for field in ("bytes_in", "bytes_out", "packets", "errors", "drops")
    ]
    if elapsed_s < 0.5 or any(step is None for step in steps):
        return {}
    bytes_in, bytes_out, packets, errors, drops = (step or 0 for step in steps)
    return {
        f"in_bytes_s[{name}]": round(bytes_in / elapsed_s),
        f"out_bytes_s[{name}]": round(bytes_out / elapsed_s),
        f"errors_ratio[{name}]": round(errors / (packets + errors), 6) if errors >= _FEW_ERRORS else 0,
        f"drops_s[{name}]": round(drops / elapsed_s, 2),
    }


class Net(Probe):
    """Reads all interfaces in one pass; rates come with the second look."""

    shape = Options
    thresholds = (Threshold("errors_ratio", warn=0.0001, critical=0.01, for_ms=3_600_000),)

    def __init__(
        self,
        options: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        log: Log = silent,
    ) -> None:
        super().__init__(options, local, log)
        self._before: dict[str, Counters] = {}
        self._at_s = 0.0

    async def look(self, subject: Subject, deadline_s: float) -> Reading:
        options: Options = self.options
        read = psutil.net_io_counters(pernic=True, nowrap=False)
        names = choose(read, options.interfaces, options.skip)
        at_s = asyncio.get_running_loop().time()
        now = {
            name: Counters(
                read[name].bytes_recv,
                read[name].bytes_sent,
                read[name].packets_recv + read[name].packets_sent,
                read[name].errin + read[name].errout,
                read[name].dropin + read[name].dropout,
            )
            for name in names
        }
        values: dict[str, float] = {}
        wrong = [f"{name} is not there" for name in options.interfaces if name not in now]
        for name in names:
            up = _up(name)
            values[f"up[{name}]"] = int(up)
            if name in options.interfaces and not up:
                wrong.append(f"{name} is down")
            if name in self._before:
                values |= rates(name, self._before[name], now[name], at_s - self._at_s)
        self._before, self._at_s = now, at_s
        return Reading(Outcome.FAILED if wrong else Outcome.OK, values, "; ".join(wrong))


def _up(name: str) -> bool:
    """Whether the interface carries traffic; tunnels and loopback say "unknown" and do."""
    return text(f"/sys/class/net/{name}/operstate").strip() in ("up", "unknown")
