"""What a device said of its running time at two looks, and whether it began anew between them.

sysUpTime counts from the start of the SNMP agent and goes over its end after 497 days, which is no restart (protocol
reference 2.6); hrSystemUptime, where a device has it, counts from the start of its host.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter

from rules.evidence import Evidence, Kind

UPTIME_ROUND = 1 << 32
"""TimeTicks count hundredths of a second in 32 bits (RFC 2578 §7.1.8): after 497 d 2 h 27 min 52.96 s they begin anew
without a restart."""

_SLACK = 500
"""How far, in ticks, a continuous clock may be off besides 1 % of the time that went by."""

HOST, AGENT, ENGINE, LINE = "hrSystemUptime", "sysUpTime", "snmpEngineBoots", "ifLastChange"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one look, begun at ``at`` (ms UTC), learnt of running times; lengths of time in ms, None for not told.

    ``uptime`` is sysUpTime, ``host`` how long the host runs, ``boots`` snmpEngineBoots. ``restarted`` names what the
    agent that looked saw begin anew, ``ago`` before the look. ``changed`` is how long ago the line's state changed.
    """

    at: int
    uptime: int | None = None
    host: int | None = None
    boots: int | None = None
    restarted: Kind | None = None
    ago: int = 0
    changed: int | None = None


UPTIME, HOST_UPTIME, BOOTS, CHANGED = "uptime_s", "host_uptime_s", "engine_boots", "changed_s"
RESTARTED = {
    "host_restarted_s": Kind.REBOOT,
    "agent_restarted_s": Kind.AGENT_RESTART,
    "restarted_s": Kind.RESTART,
}
METRICS = (UPTIME, HOST_UPTIME, BOOTS, CHANGED, *RESTARTED)
"""The values of results that readings are made of."""


def reading(at: int, values: Mapping[str, float]) -> Reading | None:
    """The reading that a result's values hold, None where they hold none. ``at`` is when its look began, ms UTC."""
    known = {name: values[name] for name in METRICS if name in values}
    if not known:
        return None
    told = next((name for name in RESTARTED if name in known), None)
    return Reading(
        at,
        uptime=_ms(known.get(UPTIME)),
        host=_ms(known.get(HOST_UPTIME)),
        boots=round(known[BOOTS]) if BOOTS in known else None,
        restarted=RESTARTED[told] if told else None,
        ago=round(known[told] * 1000) if told else 0,
        changed=_ms(known.get(CHANGED)),
    )


def _ms(value: float | None) -> int | None:
    return None if value is None else round(value * 1000)


def continuous(before: int, after: int, elapsed_s: float, ticks_s: int = 100) -> bool:
    """Whether a count of 32 bits went on, perhaps over its end, for that long by our own clock.

    ``ticks_s`` is how many it counts a second. It may be off by 5 s or 1 % of the time.
    """
    expected = (before + round(elapsed_s * ticks_s)) % UPTIME_ROUND
    off = (after - expected) % UPTIME_ROUND
    return min(off, UPTIME_ROUND - off) * 100 / ticks_s <= max(_SLACK, elapsed_s)


def learnt(readings: Iterable[Reading], check: str = "") -> Iterator[Evidence]:
    """The evidence that readings of one check by one agent hold. Their order does not matter."""
    ordered = sorted(readings, key=attrgetter("at"))
    for before, after in pairwise(ordered):
        yield from between(before, after, check)


def between(before: Reading, after: Reading, check: str = "") -> Iterator[Evidence]:
    """The evidence that two readings, one after the other, hold. ``check`` is the id of theirs."""
    restart = _restart(before, after)
    if restart is not None and before.at < after.at:
        kind, ago, told_by = restart
        # A clock that is a little off must not date a restart before the look that saw the device run.
        at = min(max(after.at - ago, before.at + 1), after.at)
        own = check if kind is Kind.AGENT_RESTART else ""
        yield Evidence(at, kind, before.at, after.at, own, told_by)
    if after.changed is not None and before.at < after.at - after.changed < after.at:
        yield Evidence(after.at - after.changed, Kind.LINK_CHANGE, before.at, after.at, check, LINE)


def _restart(before: Reading, after: Reading) -> tuple[Kind, int, str] | None:
    """What began anew, how many ms before the later look, and what told it."""
    elapsed = after.at - before.at
    if after.restarted is not None:
        return (after.restarted, after.ago, AGENT) if after.ago < elapsed else None
    if before.uptime is None or after.uptime is None:
        return None
    counted = before.boots is not None and after.boots is not None and before.boots != after.boots
    if not counted and continuous(before.uptime // 10, after.uptime // 10, elapsed / 1000):
        return None
    if before.host is not None and after.host is not None:
        if continuous(before.host // 10, after.host // 10, elapsed / 1000):
            return Kind.AGENT_RESTART, after.uptime, HOST
        if after.host < before.host:
            return Kind.REBOOT, after.host, HOST
    if not counted and after.uptime > elapsed + max(10 * _SLACK, elapsed // 100):
        # What began before the last look cannot have begun since: another member of a stack, or another device.
        return None
    return Kind.RESTART, after.uptime, ENGINE if counted else AGENT
