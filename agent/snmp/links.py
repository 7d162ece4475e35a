"""Lines between devices by what they hear of each other, and who is reached through whom. Pure."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from agent.snmp.lldp import Neighbour


@dataclass(frozen=True, slots=True)
class Seen:
    """What a device says of itself and its neighbours. ``addresses`` are those it was found at."""

    addresses: tuple[str, ...]
    name: str = ""
    chassis: str = ""
    neighbours: tuple[Neighbour, ...] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Link:
    """A line between two devices (places in the list), with the port on each end as far as it is known."""

    one: int
    other: int
    port: str
    other_port: str


def links(devices: Sequence[Seen]) -> list[Link]:
    """The lines between these devices, each once. A neighbour is known by its chassis id, an address, or a name that
    only one of them has."""
    chassis = _only({place: (one.chassis,) for place, one in enumerate(devices)})
    addresses = _only({place: one.addresses for place, one in enumerate(devices)})
    names = _only({place: (_short(one.name),) for place, one in enumerate(devices)})
    found: dict[tuple[int, int, str], Link] = {}
    for place, one in enumerate(devices):
        for neighbour in one.neighbours:
            other = chassis.get(neighbour.chassis)
            if other is None:
                other = next((addresses[word] for word in neighbour.addresses if word in addresses), None)
            if other is None:
                other = names.get(_short(neighbour.name))
            if other is None or other == place:
                continue
            told = _reverse(found, place, other, neighbour)
            if told is None:
                found[place, other, neighbour.port] = Link(place, other, neighbour.port, neighbour.their_port)
    return list(found.values())


def parents(count: int, lines: Sequence[Link], roots: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """Whom each of ``count`` devices is reached through: its neighbours one step nearer to a root. Devices that no
    root leads to are left out, and so are the roots."""
    beside: dict[int, set[int]] = {place: set() for place in range(count)}
    for line in lines:
        beside[line.one].add(line.other)
        beside[line.other].add(line.one)
    steps = dict.fromkeys(roots, 0)
    waiting = deque(roots)
    while waiting:
        here = waiting.popleft()
        for other in sorted(beside[here] - steps.keys()):
            steps[other] = steps[here] + 1
            waiting.append(other)
    return {
        place: tuple(sorted(other for other in beside[place] if steps.get(other) == far - 1))
        for place, far in steps.items()
        if far > 0
    }


def _reverse(found: Mapping[tuple[int, int, str], Link], place: int, other: int, neighbour: Neighbour) -> Link | None:
    """The same line as the other end told it."""
    for (one, two, port), line in found.items():
        if (one, two) == (other, place) and neighbour.port in ("", line.other_port):
            return line
        if (one, two) == (other, place) and neighbour.their_port == port:
            return line
    return None


def _only(words: Mapping[int, Sequence[str]]) -> dict[str, int]:
    """Places by a word that only one of them has."""
    found: dict[str, int | None] = {}
    for place, told in words.items():
        for word in told:
            if word:
                found[word] = None if word in found and found[word] != place else place
    return {word: place for word, place in found.items() if place is not None}


def _short(name: str) -> str:
    """A host's name without its domain: devices tell their neighbours now one, now the other."""
    return name.partition(".")[0].lower()
