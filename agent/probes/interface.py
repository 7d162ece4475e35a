"""One interface of a device: is it up when it is meant to be, and does it carry its packets unharmed.

It is known by its ifName (else its ifDescr), never by its number. A device that does not answer makes its interfaces
an ``error``: that it is down is for its own check to say.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from agent.probes.probe import REQUIRED, Log, Subject, option, silent
from agent.snmp.device_probe import DeviceOptions, DeviceProbe
from agent.snmp.interfaces import Admin, Interface, Oper
from agent.snmp.survey import Alive, Ports, Survey, Tables
from agent.snmp.traffic import Counters, Moved, motion, share
from rules.result import Outcome, Reading
from rules.threshold import Threshold
from rules.uptime import CHANGED, UPTIME_ROUND

_WINDOW_S = 900.0
"""Over so long faulty packets are counted."""

_HOUR = 360_000
"""In 1/100 s. So much less than nothing: it changed since the look began."""

_OPERATION: Mapping[Oper, tuple[Outcome, str]] = {
    Oper.UP: (Outcome.OK, ""),
    Oper.DOWN: (Outcome.FAILED, "down"),
    Oper.NOT_PRESENT: (Outcome.FAILED, "down: a part of it is not plugged in"),
    Oper.LOWER_LAYER_DOWN: (Outcome.FAILED, "down: what it runs over is down"),
    Oper.DORMANT: (Outcome.DEGRADED, "dormant: it waits for something outside before it carries packets"),
    Oper.TESTING: (Outcome.DEGRADED, "being tested: it carries no packets"),
    # Tunnels and other software interfaces say so all their lives, and carry traffic.
    Oper.UNKNOWN: (Outcome.OK, "the device cannot tell whether it is up"),
}


@dataclass(frozen=True, slots=True)
class Options(DeviceOptions):
    name: str = option(REQUIRED, "the interface: its ifName, or its ifDescr")


class InterfaceProbe(DeviceProbe):
    """Remembers the counters of the last look, and the faulty packets of the last quarter of an hour."""

    shape = Options
    family = "snmp"
    thresholds = (
        Threshold("errors_ratio", warn=0.0001, critical=0.001),
        Threshold("half_duplex", warn=1),
    )

    def __init__(
        self,
        options: Mapping[str, object] | None = None,
        local: Mapping[str, object] | None = None,
        log: Log = silent,
    ) -> None:
        super().__init__(options, local, log)
        self._seen = False
        self._before: Counters | None = None
        self._restarts = 0
        self._faulty: deque[tuple[float, Moved]] = deque()

    def tables(self) -> Tables:
        return Tables(ports=True)

    async def read(self, survey: Survey, alive: Alive, subject: Subject, until: float) -> Reading:
        options: Options = self.options
        ports = await survey.ports(self.user, subject.interval_s / 2, until, options.most_values)
        found = choose(ports.found, options.name)
        if found is None or (ports.faults and None in (found.admin, found.oper)):
            self._before = None
            return missing(ports, options.name, self._seen)
        self._seen = True
        moved = self._moved(found, alive, subject.interval_s)
        outcome, text = judge(found)
        self.log(f"{found.name}: index {found.counters.row}, {found.descr!r}, {found.alias!r}")
        told = {**values(found), **self._changed(found, alive), **moved.values(found.speed)}
        return Reading(outcome, {**told, **self._ratios(alive.at_s, moved)}, text)

    def _changed(self, found: Interface, alive: Alive) -> dict[str, float]:
        """How long before this look the state changed: the table may have been read for another check before it."""
        if found.changed is None or alive.uptime is None:
            return {}
        ticks = (alive.uptime_at(self.begun_s) - found.changed) % UPTIME_ROUND
        return {CHANGED: 0.0 if ticks > UPTIME_ROUND - _HOUR else ticks / 100}

    def _moved(self, found: Interface, alive: Alive, interval_s: float) -> Moved:
        """What went through since the last look of this run of the device."""
        before, self._before = self._before, found.counters
        if before is None or self._restarts != alive.restarts:
            self._restarts = alive.restarts
            return Moved()
        return motion(before, found.counters, found.speed, 3 * interval_s or _WINDOW_S)

    def _ratios(self, at_s: float, moved: Moved) -> dict[str, float]:
        """Shares of faulty packets over a quarter of an hour: in one interval a few are chance."""
        if moved.packets is not None:
            self._faulty.append((at_s, moved))
        while self._faulty and self._faulty[0][0] < at_s - _WINDOW_S:
            self._faulty.popleft()
        if not self._faulty:
            return {}
        packets = sum(one.packets or 0 for _, one in self._faulty)
        return {
            "errors_ratio": share(sum(one.errors or 0 for _, one in self._faulty), packets),
            "discards_ratio": share(sum(one.discards or 0 for _, one in self._faulty), packets),
        }


def choose(found: Mapping[str, Interface], name: str) -> Interface | None:
    """The interface of that name, else the only one of that description."""
    if name in found:
        return found[name]
    described = [one for one in found.values() if one.descr == name]
    return described[0] if len(described) == 1 else None


def missing(ports: Ports, name: str, seen: bool) -> Reading:
    """What it means that the table does not have the interface, or not its states: gone, when it was there and the
    table is whole."""
    if ports.faults:
        return Reading(Outcome.ERROR, text=f"could not look: {ports.faults[0].rpartition(': ')[2]}")
    if not ports.found:
        # One port may go; that all of them went at once, and the device lives, no device would tell.
        return Reading(Outcome.ERROR, text="the device shows no interfaces at all: may these credentials see them?")
    if seen:
        return Reading(Outcome.FAILED, text="gone: the device has no interface of this name any more")
    near = get_close_matches(name, ports.found, 3)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    return Reading(Outcome.ERROR, text=f"the device has no interface {name!r}{hint}")


def judge(one: Interface) -> tuple[Outcome, str]:
    """How an interface is. What an administrator took down is no fault. A fault is told with the interface's alias,
    which says where the line leads."""
    if one.admin is Admin.DOWN:
        return Outcome.OK, "taken down by an administrator"
    if one.admin is Admin.TESTING:
        return Outcome.OK, "put into a test by an administrator"
    if one.oper is None:
        return Outcome.ERROR, "the device does not say whether it is up"
    outcome, text = _OPERATION[one.oper]
    if outcome is Outcome.FAILED and one.changed_s is not None:
        text += f", for {round(one.changed_s)} s"
    if outcome is not Outcome.OK and one.alias:
        text += f" ({one.alias})"
    return outcome, text


def values(one: Interface) -> dict[str, float]:
    """What is to be kept of an interface besides its traffic. ``changed_s`` is when its state changed."""
    found: dict[str, float] = {}
    for metric, value in (
        ("admin_up", None if one.admin is None else one.admin is Admin.UP),
        ("oper_up", None if one.oper is None else one.oper is Oper.UP),
        ("half_duplex", one.half_duplex if one.oper is Oper.UP else None),
        ("speed_bps", one.speed),
        ("changed_s", one.changed_s),
    ):
        if value is not None:
            found[metric] = float(value) if isinstance(value, float) else int(value)
    return found
