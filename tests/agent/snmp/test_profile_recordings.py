"""What the profiles make of the recordings of real devices, against the facts that their index holds.

Every fact of the index (processors, memory, temperatures, fans, power supplies, other states) of switches, routers and
firewalls is looked for by its object identifier in the profile the device gets. What no part covers stands below, with
why. For servers, storage and power ``recordings/test_profiles.py`` does the same.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from agent.snmp.ber import Oid
from agent.snmp.health import Component, evaluate, wanted
from agent.snmp.profile import Object, Part, Profile, State
from agent.snmp.profile_library import library
from agent.snmp.profile_values import parse_oid
from agent.snmp.table import Table
from tests.agent.snmp.recordings.recording import facts, names, table
from tests.agent.snmp.recordings.test_profiles import PROFILES

NUMBERS = ("cpu", "temperatures_c")
STATES = ("fans", "power_supplies", "other_states")
HEALTH = {
    "ok": {State.OK},
    "warning": {State.WARNING},
    "critical": {State.WARNING, State.CRITICAL},
    "unknown": {State.UNKNOWN, State.ABSENT},
}

# Recording → beginnings of object identifiers that its profile leaves to others, and why.
LEFT_OUT: dict[str, dict[str, str]] = {
    "aruba-6100-aoscx10_10": {"1.3.6.1.2.1.25.2.3.1.6.6": "buffers are a part of the physical memory"},
    "checkpoint-15600-r80_20": {
        "1.3.6.1.2.1.25.2.3.1.6.6": "buffers are a part of the physical memory",
        "1.3.6.1.4.1.2021.11.11": "the mean of the processors that are read one by one",
    },
    "cisco-asa5555-9_12": {"1.3.6.1.4.1.3076.2.1.2.36.1.1": "a role, not a state: active is read beside it"},
    "cisco-c1100tgx-iosxe": {
        "1.3.6.1.4.1.9.9.661.1.3": "the service of the mobile network, not the health of the device",
        "1.3.6.1.4.1.9.9.176.1.2.16": "a mode of the configuration, not a state",
        "1.3.6.1.4.1.9.9.176.1.1.4": "a disabled peer is absent; the index calls it ok",
    },
    "f5-bigip-ve-11_5": {"1.3.6.1.4.1.2021.11.11": "the mean of the processors that are read one by one"},
    "tplink-t1600g-28ts": {"1.3.6.1.4.1.11863.6.4.1.1.1.1.2": "the last five seconds; the last minute is read"},
}

NETWORK = [name for name in names() if name not in PROFILES]

pytestmark = pytest.mark.skipif(not names(), reason="the recordings are not beside the project")


def chosen(name: str) -> Profile:
    """The profile that the device of a recording gets."""
    told = facts(name)
    return library().choose(parse_oid(told["sysObjectID"]), told["sysDescr"])


def places(entry: dict[str, Any]) -> Oid:
    key = next(key for key in ("oid", "used_oid", "percent_oid", "free_oid") if key in entry)
    return parse_oid(entry[key])


def objects(part: Part, kind: str) -> tuple[Object, ...]:
    """The objects of a part that can hold a fact of this kind."""
    if kind in STATES:
        return tuple(one for one, _ in part.state)
    return tuple(one for one in (part.value, *part.used, *part.free, *part.total) if one is not None)


def main(part: Part) -> set[Oid]:
    return {one.oid for one in (*objects(part, "cpu"), *objects(part, "fans")) if one.direct}


def found(profile: Profile, reading: Table, kind: str, oid: Oid) -> tuple[Component, dict[str, float]] | None:
    """The component (and its metrics) that one part makes of the row of this very object."""
    for part in profile.parts:
        for one in objects(part, kind):
            if one.oid != (oid if one.single else oid[: len(one.oid)]) or not (one.single or one.direct):
                continue
            row = () if one.single else oid[len(one.oid) :]
            cells = {
                column: {index: value for index, value in rows.items() if column not in main(part) or index == row}
                for column, rows in reading.cells.items()
            }
            alone = Profile("alone", "", (), (), (replace(part, fallback=False),))
            health = evaluate(alone, Table(cells, reading.scalars))
            if len(health.components) == 1:
                return health.components[0], dict(health.metrics)
    return None


def differs(kind: str, entry: dict[str, Any], component: Component, metrics: dict[str, float]) -> bool:
    if kind in STATES:
        return component.state not in HEALTH[entry.get("health", "ok")]
    if kind == "memory" and "used_percent" not in entry:
        read = tuple(metrics.get(f"memory_{what}_bytes[{component.name}]") for what in ("used", "total"))
        return read != (entry["used_bytes"], entry["total_bytes"])
    # The index rounds to four digits behind the point.
    expected = entry["used_percent"] if kind == "memory" else entry["value"]
    return component.value != pytest.approx(expected, abs=1e-4)


def mistakes(name: str) -> Iterator[str]:
    """Every fact of the index that the profile misses or reads otherwise."""
    profile = chosen(name)
    reading = table(name, *wanted(profile))
    for kind in (*NUMBERS, "memory", *STATES):
        for entry in facts(name).get(kind, ()):
            oid = places(entry)
            if any(oid[: len(left)] == left for left in map(parse_oid, LEFT_OUT.get(name, ()))):
                continue
            read = found(profile, reading, kind, oid)
            if read is None:
                yield f"{profile.name} reads nothing for {kind} {entry}"
            elif differs(kind, entry, *read):
                yield f"{profile.name} reads {kind} {entry} as {read[0]}"


@pytest.mark.parametrize("name", NETWORK)
def test_every_fact_of_the_index_is_read(name: str) -> None:
    assert list(mistakes(name)) == []


@pytest.mark.parametrize("name", names())
def test_components_have_keys_of_their_own(name: str) -> None:
    profile = chosen(name)
    keys = [component.key for component in evaluate(profile, table(name, *wanted(profile))).components]

    assert len(keys) == len(set(keys))


def test_only_network_devices_are_left_out_here() -> None:
    assert set(LEFT_OUT) <= set(NETWORK)


@pytest.mark.parametrize("name", sorted(LEFT_OUT))
def test_what_is_left_out_is_in_the_index(name: str) -> None:
    told = [places(entry) for kind in (*NUMBERS, "memory", *STATES) for entry in facts(name).get(kind, ())]
    left_out = [parse_oid(left) for left in LEFT_OUT[name]]

    assert [left for left in left_out if not any(oid[: len(left)] == left for oid in told)] == []
