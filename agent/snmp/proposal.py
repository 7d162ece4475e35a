"""What was discovered, as targets that the collector can import, for a person to read, change and accept. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from agent.snmp.discover import Found
from agent.snmp.links import Link, Seen, links, parents

MOST_PORTS = 16
"""Ports proposed of one device; more can be added by hand."""

_KINDS = {
    "firewall": ("check-point-gaia", "cisco-asa", "fortinet-fortios", "huawei-usg", "paloalto-pan-os"),
    "load balancer": ("f5-big-ip",),
    "pdu": ("apc-pdu", "raritan-pdu"),
    "printer": ("printer",),
    "router": ("mikrotik-routeros",),
    "sensor": ("akcp-sensorprobe", "avtech-roomalert", "geist", "liebert"),
    "server": (
        "dell-idrac", "hpe-ilo", "huawei-ibmc", "lenovo-xcc", "linux", "supermicro-bmc", "vmware-esxi", "windows",
    ),
    "storage": ("huawei-oceanstor", "isilon", "netapp", "qnap", "synology"),
    "ups": ("apc-ups", "eaton-ups", "ups"),
    "host": ("generic",),
}  # fmt: skip
"""What devices of a profile are, where that is not switches."""


def kind_of(profile: str) -> str:
    """What a device of that profile is, in the word its target gets."""
    return next((kind for kind, profiles in _KINDS.items() if profile in profiles), "switch")


def names(found: Sequence[Found]) -> list[str]:
    """A name for each device, none twice: its sysName, else its first address."""
    taken: set[str] = set()
    chosen = []
    for one in found:
        plain = one.name.strip()[:150] or one.addresses[0]
        name = plain if plain not in taken else f"{plain} ({one.addresses[0]})"
        taken.add(name)
        chosen.append(name)
    return chosen


def lines(found: Sequence[Found]) -> list[Link]:
    """The lines between the devices, by what they hear of each other."""
    return links([Seen(one.addresses, one.name, one.chassis, one.neighbours) for one in found])


def reached_through(
    found: Sequence[Found], between: Sequence[Link], roots: Sequence[str]
) -> dict[int, tuple[int, ...]]:
    """Which devices (places) each is reached through, seen from ``roots``: names or addresses among the devices."""
    called = names(found)
    places = [
        place
        for place, one in enumerate(found)
        if any(root in (called[place], one.name, *one.addresses) for root in roots)
    ]
    return parents(len(found), between, places)


def targets(found: Sequence[Found], above: Mapping[int, Sequence[int]]) -> list[dict[str, Any]]:
    """The devices as ``nineward target import`` takes them. ``above`` names parents by their places."""
    called = names(found)
    made = []
    for place, one in enumerate(found):
        if one.refused:
            continue
        version = one.access.version
        checks: list[dict[str, Any]] = [{"kind": "ping"}, {"kind": "snmp", "options": {"version": version}}]
        checks += ({"kind": "interface", "part": port.name} for port in one.ports[:MOST_PORTS] if port.proposed)
        told = {
            "name": called[place],
            "address": one.addresses[0],
            "kind": kind_of(one.profile),
            "snmp": version,
            "credentials": [one.access.name] if one.access.name else [],
            "parents": [called[other] for other in above.get(place, ())],
            "checks": checks,
        }
        made.append({key: value for key, value in told.items() if value not in ([], "")})
    return made
