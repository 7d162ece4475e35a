"""What happens to the made-up fleet: faults by hour and model, a dark site, a silent agent. Pure, by seed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from random import Random

from collector.demo.fleet import BAD_MODEL, SITES, site_of
from collector.specs import TargetSpec
from rules.parameters import DAY, HOUR, MINUTE
from rules.period import local

_CAUSES = (
    ("power", "technology", "更换电源模块", "Power module replaced"),
    ("line", "technology", "运营商修复线路", "Line repaired by the carrier"),
    ("board", "technology", "更换板卡", "Board replaced"),
    ("configuration", "process", "回退配置", "Configuration taken back"),
    ("software", "tool", "升级软件版本", "Software upgraded"),
    ("disk", "technology", "更换硬盘", "Disk replaced"),
)
_RATE = {"switch": 0.25, "server": 0.35, "website": 0.9}
"""Faults a month of a target of that kind."""
_WORSE = 6.0
"""How much more often the bad model fails."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A target does not answer in [start, end), ms UTC. ``cause`` is an index into the causes."""

    target: str
    start: int
    end: int
    cause: int


@dataclass(slots=True)
class Life:
    """Everything that happens in [start, end), ms UTC, in order. ``silent`` are stretches in which an agent is dead,
    ``late`` those whose results come only at the end of the stretch."""

    start: int
    end: int
    faults: list[Fault] = field(default_factory=list)
    silent: list[tuple[str, int, int]] = field(default_factory=list)
    late: list[tuple[str, int, int]] = field(default_factory=list)
    maintenance: list[tuple[str, int, int]] = field(default_factory=list)

    def down(self, target: str) -> list[tuple[int, int]]:
        """When a target does not answer."""
        return sorted((one.start, one.end) for one in self.faults if one.target == target)


def cause(number: int) -> tuple[str, str, str, str]:
    """The code, the area, and what was done, in Chinese and English."""
    return _CAUSES[number % len(_CAUSES)]


def live(fleet: Sequence[TargetSpec], start: int, end: int, tz: str, seed: int) -> Life:
    """The life of a fleet. The same arguments give the same life."""
    random = Random(seed)  # noqa: S311 - made-up faults, no secret
    found = Life(start, end)
    for target in fleet:
        found.faults += _own(target, start, end, tz, random)
    length = end - start
    core = [target.name for target in fleet if target.name.startswith("core-")]
    if length > 40 * DAY and core:
        # A core switch takes its whole site along; half a month later the other site has no power.
        begin = _at(start + 38 * DAY, tz, 10, 12)
        found.faults.append(Fault(core[0], begin, begin + 47 * MINUTE, 3))
        dark = _at(start + 55 * DAY, tz, 3, 30)
        found.faults += _dark(fleet, "sh", dark, dark + 22 * MINUTE)
    if length > 20 * DAY:
        begin = _at(start + 17 * DAY, tz, 22, 0)
        found.silent.append((f"probe-{next(iter(SITES))}", begin, begin + 3 * HOUR))
        begin = _at(start + 19 * DAY, tz, 6, 0)
        found.late.append((f"probe-{list(SITES)[-1]}", begin, begin + 5 * HOUR))
    for week in range(2, length // (7 * DAY), 4):
        begin = _at(start + week * 7 * DAY, tz, 1, 0)
        name = core[week // 4 % len(core)] if core else fleet[0].name
        found.maintenance.append((name, begin, begin + 2 * HOUR))
        found.faults.append(Fault(name, begin + 10 * MINUTE, begin + 40 * MINUTE, 4))
    found.faults.sort(key=lambda one: (one.start, one.target))
    return found


def _own(target: TargetSpec, start: int, end: int, tz: str, random: Random) -> Iterable[Fault]:
    """Faults as a Poisson process, thinned by the time of day: half of them at night, when nothing is touched."""
    rate = _RATE.get(target.kind, 0.3) * (_WORSE if target.labels.get("model") == BAD_MODEL else 1.0)
    at = start
    while True:
        at += int(random.expovariate(rate / (30 * DAY)))
        if at >= end - HOUR:
            return
        hour = local(at, tz).hour
        if not 8 <= hour < 20 and random.random() < 0.5:
            continue
        length = int(min(9.0, random.lognormvariate(-0.6, 1.0)) * HOUR) + 3 * MINUTE
        yield Fault(target.name, at, min(at + length, end - MINUTE), random.randrange(len(_CAUSES)))
        at += length + HOUR


def _dark(fleet: Sequence[TargetSpec], site: str, start: int, end: int) -> Iterable[Fault]:
    return (Fault(target.name, start, end, 0) for target in fleet if site_of(target.name) == site)


def _at(day: int, tz: str, hour: int, minute: int) -> int:
    """An hour of the local day on which an instant lies."""
    moment = local(day, tz)
    return day + ((hour - moment.hour) * 60 + minute - moment.minute) * MINUTE
