"""Whether a device began anew between two looks, and what of it did: the host, or only its SNMP agent. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from rules.uptime import UPTIME_ROUND, continuous

_SLACK = 500
"""How far, in ticks, a clock may be off besides 1 % of the time that went by."""


class Begun(StrEnum):
    """What began anew. ``nothing``, also where only the count went over its end."""

    NOTHING = "nothing"
    HOST = "host"
    AGENT = "agent"
    EITHER = "either"
    """The SNMP agent at least: this device does not tell whether its host did too."""
    ANOTHER_CLOCK = "another clock"
    """Time went by otherwise than here: another member of a stack answers, or another device."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """What a device said of its running time at one instant; None is what it does not say.

    ``at_s`` by our monotonic clock. ``agent`` is sysUpTime (SNMPv2-MIB), ``host`` hrSystemUptime (HOST-RESOURCES-MIB)
    in 1/100 s, ``wide`` the host's running time in a count of 64 bits, 1/100 s, ``boots`` and ``engine_s``
    snmpEngineBoots and snmpEngineTime (SNMP-FRAMEWORK-MIB, RFC 3411 §5).
    """

    at_s: float
    agent: int | None = None
    host: int | None = None
    wide: int | None = None
    boots: int | None = None
    engine_s: int | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """What began anew, and how many seconds before the later look; None where the device's count cannot tell."""

    what: Begun
    ago_s: float | None = None

    @property
    def text(self) -> str:
        """The same in words, empty for nothing."""
        ago = f" {round(self.ago_s)} s ago" if self.ago_s is not None else ""
        match self.what:
            case Begun.HOST:
                return f"the host restarted{ago}"
            case Begun.AGENT:
                return f"only its SNMP agent restarted{ago}, the host went on"
            case Begun.EITHER:
                return f"its SNMP agent restarted{ago}; whether the host did, it does not tell"
            case Begun.ANOTHER_CLOCK:
                return "its uptime jumped: another member of a stack, or another device, answers now"
        return ""


NO_RESTART = Restart(Begun.NOTHING)


def suspicious(before: Clocks, after: Clocks) -> bool:
    """Whether sysUpTime or the engine's boots, which a look brings, say that something began anew.

    Then the other clocks are worth asking for, to know what did.
    """
    if before.boots is not None and after.boots is not None and after.boots != before.boots:
        return True
    if before.agent is None or after.agent is None:
        return False
    return not continuous(before.agent, after.agent, after.at_s - before.at_s)


def compare(before: Clocks, after: Clocks, known: Clocks | None = None) -> Restart:
    """What began anew between two looks.

    ``known`` is an earlier look at all the clocks, where ``before`` brought only some. The engine's boots and time say
    more than sysUpTime, which wraps; of the host its own clocks tell, the wide one first.
    """
    known = known or before
    if not suspicious(before, after):
        return NO_RESTART
    ago_s = None if after.agent is None else after.agent / 100
    elapsed_s = after.at_s - before.at_s
    host = _host(known, after)
    if host is not None:
        return host if host.what is Begun.HOST else Restart(Begun.AGENT, ago_s)
    proved = _differ(before.boots, after.boots) or _differ(known.boots, after.boots) or _back(known, after)
    if not proved and ago_s is not None and ago_s > elapsed_s + max(_SLACK, elapsed_s) / 100:
        # What began before the last look cannot have begun since.
        return Restart(Begun.ANOTHER_CLOCK)
    return Restart(Begun.EITHER, ago_s)


def _differ(before: int | None, after: int | None) -> bool:
    return before is not None and after is not None and before != after


def _back(before: Clocks, after: Clocks) -> bool:
    """Whether the engine's time, which counts from its last start and for 68 years, went back."""
    return before.engine_s is not None and after.engine_s is not None and after.engine_s < before.engine_s


def _host(before: Clocks, after: Clocks) -> Restart | None:
    """Whether the host itself began anew; None where it does not tell."""
    elapsed_s = after.at_s - before.at_s
    if before.wide is not None and after.wide is not None:
        return Restart(Begun.HOST, after.wide / 100) if after.wide < before.wide else NO_RESTART
    if before.host is None or after.host is None:
        return None
    # Some agents of Windows count milliseconds where the MIB wants hundredths.
    if any(continuous(before.host, after.host, elapsed_s, ticks_s) for ticks_s in (100, 1000)):
        return NO_RESTART
    if after.host > before.host:
        return None
    ago_s = after.host / 100
    return Restart(Begun.HOST, ago_s if ago_s <= elapsed_s + _SLACK / 100 else None)


def elapsed(before: int, after: int) -> float:
    """Seconds between two readings of sysUpTime of one run."""
    return ((after - before) % UPTIME_ROUND) / 100


def since(event: int, uptime: int) -> float | None:
    """How many seconds ago a TimeStamp (RFC 2579: sysUpTime at the event) was; None for 0: before the last restart.

    One that is later than now was noted before sysUpTime went over its end.
    """
    return None if event == 0 else ((uptime - event) % UPTIME_ROUND) / 100
