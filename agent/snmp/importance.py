"""Which ports of a device are worth watching: those whose fault somebody would be called for. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from agent.snmp.interfaces import Admin, Interface, Oper
from agent.snmp.lldp import Neighbour

WORTH_WATCHING = 40
"""From this score on a port is proposed."""

_LAG = 161
_PHYSICAL = frozenset({6, 7, 26, 62, 69, 117, _LAG, 22, 23, 37, 39, 56})
"""IANAifType: kinds of Ethernet, aggregates, serial and PPP lines, ATM, SONET, Fibre Channel."""
_LINE_WORDS = (
    "uplink", "upstream", "core", "trunk", "wan", "internet", "isp", "link to", "backbone", "interconnect",
    "上联", "核心", "汇聚", "专线", "出口", "互联", "骨干",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Ranked:
    """A port, how much speaks for watching it, and what that is, in words."""

    name: str
    score: int
    reasons: tuple[str, ...]
    interface: Interface

    @property
    def proposed(self) -> bool:
        """Whether it is worth watching."""
        return self.score >= WORTH_WATCHING


def ranked(interfaces: Mapping[str, Interface], neighbours: Collection[Neighbour]) -> list[Ranked]:
    """The ports that are not switched off, the weightiest first.

    A neighbour that forwards weighs most, then an alias that speaks of a line, an aggregate, and being faster than the
    ports the device has most of. A port that is down and says nothing of itself is an empty socket.
    """
    beyond: dict[str, list[Neighbour]] = {}
    for neighbour in neighbours:
        beyond.setdefault(neighbour.port, []).append(neighbour)
    speeds = Counter(one.speed for one in interfaces.values() if one.kind in _PHYSICAL and one.speed)
    usual = speeds.most_common(1)[0][0] if speeds else 0
    found = [
        _ranked(name, one, beyond.get(name, ()), usual or 0)
        for name, one in interfaces.items()
        if one.admin is not Admin.DOWN
    ]
    return sorted(found, key=lambda one: (-one.score, one.interface.counters.row))


def _ranked(name: str, one: Interface, beyond: Collection[Neighbour], usual: int) -> Ranked:
    score, reasons = 0, []
    forwarding = [neighbour for neighbour in beyond if neighbour.forwards]
    if forwarding:
        score += 50
        reasons.append(f"leads to {_named(forwarding[0])}")
    elif beyond:
        score += 20
        reasons.append(f"hears {_named(next(iter(beyond)))}")
    if one.kind == _LAG:
        score += 20
        reasons.append("an aggregate of several lines")
    alias = _given(one)
    if alias:
        score += 40 if any(word in alias.lower() for word in _LINE_WORDS) else 20
        reasons.append(f"called {alias!r}")
    if one.kind in _PHYSICAL and one.speed and one.speed > usual:
        score += 20
        reasons.append(f"faster than most of its ports ({speed(one.speed)})")
    if one.oper is Oper.UP:
        score += 10
    else:
        score -= 30
        reasons.append("is down")
    if one.kind not in _PHYSICAL:
        score -= 20
    return Ranked(name, score, tuple(reasons), one)


def _given(one: Interface) -> str:
    """The alias, unless the device made it itself from the interface's name (as Comware does)."""
    own = {word.lower() for name in (one.name, one.descr) for word in (name, f"{name} interface")}
    return "" if one.alias.lower() in own else one.alias


def _named(neighbour: Neighbour) -> str:
    return neighbour.name or next(iter(neighbour.addresses), neighbour.chassis)


def speed(bits: int) -> str:
    """A speed in bits per second in words."""
    for size, unit in ((10**9, "Gb/s"), (10**6, "Mb/s"), (10**3, "kb/s")):
        if bits >= size:
            return f"{bits / size:g} {unit}"
    return f"{bits} b/s"
