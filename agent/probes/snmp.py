"""A device by SNMP: does its agent answer, how long is it up, what do its interfaces do, what say its own sensors.

The answer to sysUpTime decides. All tables are only recorded, and nothing wrong with them makes the device look down.
Silence is a failure (dead, blocked or an unknown community look alike); credentials the device refuses are an
``error``, because then it lives and we could not look.
"""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from agent.probes.probe import Log, Subject, option, silent
from agent.snmp.device_probe import DeviceOptions, DeviceProbe
from agent.snmp.errors import Refused, Silent
from agent.snmp.health import Health
from agent.snmp.interfaces import Admin, Interface, Oper
from agent.snmp.profile import SEVERITY, State
from agent.snmp.survey import Alive, Survey, Tables
from agent.snmp.traffic import Kept, motion, narrow_inside
from agent.snmp.uptime import Begun
from rules.errors import NinewardError
from rules.result import Outcome, Reading
from rules.uptime import BOOTS, HOST_UPTIME, UPTIME

T = TypeVar("T")

_RESTARTED = {Begun.HOST: "host_restarted_s", Begun.AGENT: "agent_restarted_s", Begun.EITHER: "restarted_s"}
_MOST_TOLD = 3
_EARLY_S = 0.5
"""Looks come with jitter: one that is early by so little is the one that was meant."""


@dataclass(frozen=True, slots=True)
class Options(DeviceOptions):
    interfaces: bool = option(True, "also read the interface table")
    interfaces_every_s: int = option(60, "seconds from one reading of the interfaces to the next", low=1, high=86400)
    health: bool = option(True, "also read what the device profile names: load, memory, sensors, power, disks")
    health_every_s: int = option(300, "seconds from one reading of the health to the next", low=1, high=86400)


class Snmp(DeviceProbe):
    """Keeps the interface counters between looks, packed; all else lives in the survey of the device."""

    shape = Options
    part = False

    def __init__(
        self,
        options: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        log: Log = silent,
    ) -> None:
        super().__init__(options, local, log)
        self._ports_due_s = self._health_due_s = 0.0
        self._kept: Kept | None = None
        self._restarts: int | None = None

    def tables(self) -> Tables:
        return Tables(ports=self.options.interfaces, health=self.options.health)

    async def read(self, survey: Survey, alive: Alive, subject: Subject, until: float) -> Reading:
        if alive.odd:
            return Reading(Outcome.OK, text=f"answers with {alive.odd}")
        values: dict[str, float] = {}
        said = []
        if alive.uptime is None:
            said.append("answers, but does not show sysUpTime")
        else:
            values[UPTIME] = round(alive.uptime_at(self.begun_s) / 100)
        if alive.host_s is not None:
            values[HOST_UPTIME] = max(0, round(alive.host_s + self.begun_s - alive.at_s))
        if alive.boots is not None:
            values[BOOTS] = alive.boots
        said += self._restarted(alive, values)
        chosen: Options = self.options
        oldest_s = subject.interval_s / 2
        now_s = asyncio.get_running_loop().time()
        if chosen.interfaces and now_s >= self._ports_due_s:
            self._ports_due_s = now_s + chosen.interfaces_every_s - _EARLY_S
            reading = survey.ports(self.user, oldest_s, until, chosen.most_values)
            ports = await self._table("interface table", said, reading)
            if ports is not None:
                longest_s = 3 * max(chosen.interfaces_every_s, subject.interval_s)
                said += self._interfaces(ports.found, values, longest_s)
                said += self._faults("interface table", ports.faults)
                self.log(f"{len(ports.found)} interfaces")
        if chosen.health and now_s >= self._health_due_s:
            self._health_due_s = now_s + chosen.health_every_s - _EARLY_S
            measuring = survey.health(self.user, oldest_s, until, chosen.most_values)
            condition = await self._table("health", said, measuring)
            if condition is not None:
                values |= recorded(condition.health)
                said += unwell(condition.health)
                said += self._faults("health", condition.faults)
                self.log(f"profile {condition.profile}: {len(condition.health.components)} components")
        return Reading(Outcome.OK, values, "; ".join(said))

    def _restarted(self, alive: Alive, values: dict[str, float]) -> list[str]:
        """Tell of a restart in the first look after it, and count anew from there."""
        before, self._restarts = self._restarts, alive.restarts
        if before is None or before == alive.restarts:
            return []
        self._kept = None
        restart = alive.restart
        if restart.ago_s is not None and restart.what in _RESTARTED:
            values[_RESTARTED[restart.what]] = round(max(0.0, restart.ago_s + self.begun_s - alive.restarted_at_s), 2)
        return [restart.text]

    def _interfaces(self, found: dict[str, Interface], values: dict[str, float], longest_s: float) -> list[str]:
        """Record every interface, and what went through it since the reading before."""
        before = {} if self._kept is None else self._kept.get()
        narrow = []
        for name, one in found.items():
            if one.admin is not None:
                values[f"admin_up[{name}]"] = int(one.admin is Admin.UP)
            if one.oper is not None:
                values[f"oper_up[{name}]"] = int(one.oper is Oper.UP)
            old = before.get(name)
            if old is None or one.admin is Admin.DOWN:
                continue
            if narrow_inside(old, one.counters):
                narrow.append(name)
            for metric, value in motion(old, one.counters, one.speed, longest_s).values(one.speed).items():
                values[f"{metric}[{name}]"] = value
        self._kept = Kept({name: one.counters for name, one in found.items()}, self._kept)
        return [f"64-bit counters that wrap like 32-bit ones: {_some(narrow)}"] if narrow else []

    async def _table(self, name: str, said: list[str], reading: Awaitable[T]) -> T | None:
        """A table's reading, or None and a word in ``said``: the device lives, whatever becomes of its tables."""
        try:
            return await reading
        except (Silent, TimeoutError):
            said.append(f"{name}: no answer")
        except (Refused, OSError, NinewardError) as refused:
            said.append(f"{name}: {refused}")
        return None

    def _faults(self, name: str, faults: Iterable[str]) -> list[str]:
        """What was wrong with a reading; which objects it was about is for the log alone."""
        for fault in faults:
            self.log(f"{name}: {fault}")
        reasons = dict.fromkeys(fault.rpartition(": ")[2] for fault in faults)
        return [f"{name}: {', '.join(reasons)}"] if reasons else []


def recorded(health: Health) -> dict[str, float]:
    """The values of a health reading: its numbers, and the state of each component: 0 ok, 1 warning, 2 critical."""
    values = dict(health.metrics)
    for one in health.components:
        if one.state not in (State.ABSENT, State.UNKNOWN):
            values[f"state[{one.key}]"] = SEVERITY[one.state] - SEVERITY[State.OK]
    return values


def unwell(health: Health) -> list[str]:
    """What the device itself says is not well, in words. Nobody need have accepted it: this changes no outcome."""
    bad = sorted(
        (one for one in health.components if one.state in (State.WARNING, State.CRITICAL)),
        key=lambda one: -SEVERITY[one.state],
    )
    return [f"not well: {_some([f'{one.key} ({one.text or one.state})' for one in bad])}"] if bad else []


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_TOLD
    return ", ".join(names[:_MOST_TOLD]) + (f" and {more} more" if more > 0 else "")
