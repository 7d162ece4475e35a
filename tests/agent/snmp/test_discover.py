"""Devices found among addresses: real recordings answer on loopback, in one command's time."""

import asyncio
from collections.abc import Sequence

from agent.snmp.credentials import Access
from agent.snmp.discover import Found, discover, merged
from agent.snmp.profile_library import library
from agent.snmp.proposal import lines, names, reached_through, targets
from tests.agent.snmp.recordings.simulator import Recordings

SWITCH = "arista-7150s52-eos4_20"


def found(recordings: Recordings, ways: Sequence[Access], addresses: Sequence[str]) -> list[tuple[str, Found | None]]:
    async def play() -> list[tuple[str, Found | None]]:
        return [one async for one in discover(addresses, ways, recordings.port, 1.0, library())]

    return asyncio.run(play())


def test_a_device_is_found_with_its_name_profile_ports_and_neighbours(recordings: Recordings) -> None:
    ((address, device),) = found(recordings, [recordings.access(SWITCH)], [recordings.address])
    assert device is not None
    assert (address, device.profile, device.chassis) == (recordings.address, "arista-eos", "00:1c:73:b4:fd:69")
    assert [port.name for port in device.ports[:2]] == ["Ethernet47", "Ethernet48"]
    assert {neighbour.name for neighbour in device.neighbours} == {"ZJ-BP-Bak-Arista"}


def test_the_first_way_that_is_let_in_counts(recordings: Recordings) -> None:
    wrong = recordings.access("nobody-knows-this")
    ((_, device),) = found(recordings, [wrong, recordings.access("h3c-e528-comware5_20")], [recordings.address])
    assert device is not None
    assert device.profile == "h3c-comware"


def test_an_address_that_does_not_answer_is_told_as_nobody(recordings: Recordings) -> None:
    told = dict(found(recordings, [recordings.access(SWITCH)], ["127.9.9.9", recordings.address]))
    assert (told["127.9.9.9"], told[recordings.address] is None) == (None, False)


def device(place: int, name: str, **more: object) -> Found:
    access = Access("lab", "v3", user="watcher")
    return Found((f"192.0.2.{place}",), access, name=name, profile="cisco-ios", **more)  # type: ignore[arg-type]


def test_one_device_at_two_addresses_is_one() -> None:
    twice = [device(1, "core", chassis="c1"), device(2, "core", chassis="c1"), device(3, "edge", chassis="c2")]
    assert [one.addresses for one in merged(twice)] == [("192.0.2.1", "192.0.2.2"), ("192.0.2.3",)]


def test_devices_of_one_name_get_names_of_their_own() -> None:
    assert names([device(1, "switch"), device(2, "switch"), device(3, "")]) == [
        "switch",
        "switch (192.0.2.2)",
        "192.0.2.3",
    ]


def test_targets_name_what_to_look_at_and_whom_they_are_reached_through() -> None:
    from agent.snmp.lldp import Neighbour

    core = device(1, "core", chassis="c1")
    edge = device(2, "edge", chassis="c2", neighbours=(Neighbour("Gi1", "c1", "Te1", "core", (), True),))
    above = reached_through([core, edge], lines([core, edge]), ["core"])
    assert targets([core, edge], above)[1] == {
        "name": "edge",
        "address": "192.0.2.2",
        "kind": "switch",
        "snmp": "v3",
        "credentials": ["lab"],
        "parents": ["core"],
        "checks": [{"kind": "ping"}, {"kind": "snmp", "options": {"version": "v3"}}],
    }


def test_a_device_that_refused_is_no_target() -> None:
    assert targets([device(1, "x", refused="wrong authentication key or protocol")], {}) == []


def test_the_profiles_named_for_kinds_are_there() -> None:
    from agent.snmp.proposal import _KINDS

    assert {profile for profiles in _KINDS.values() for profile in profiles} <= set(library().names())
