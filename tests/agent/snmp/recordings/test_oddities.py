"""What is odd in recordings of real devices, and what the engine makes of it."""

import asyncio
from itertools import pairwise

import pytest

from agent.snmp.ber import Oid
from agent.snmp.devices import open_device
from agent.snmp.errors import Silent
from agent.snmp.health import evaluate, wanted
from agent.snmp.profile import State
from agent.snmp.profile_library import library
from agent.snmp.table import Table
from tests.agent.snmp.recordings.recording import facts, names, recording, table, varying, walk_of
from tests.agent.snmp.recordings.simulator import Recordings

pytestmark = pytest.mark.skipif(not names(), reason="the SNMP recordings are not beside the project")


def read(recordings: Recordings, name: str, *columns: Oid) -> Table:
    async def run() -> Table:
        device = open_device(recordings.access(name), recordings.address, recordings.port)
        try:
            return await device.read(columns, until=asyncio.get_running_loop().time() + 30)
        finally:
            device.close()

    return asyncio.run(run())


def of(text: str) -> Oid:
    return tuple(map(int, text.split(".")))


# A column of each in which an object does not come after the one before it.
STEPS_BACK = {
    "brocade-ds5100b-fc": "1.3.6.1.3.94.5.2.1.1.1",
    "fortinet-fg501e-5_6": "1.3.6.1.2.1.4.20.1.2",
    "h3c-e528-comware5_20": "1.3.6.1.4.1.25506.8.35.3.1.1.1",
    "huawei-rh2288hv3-ibmc": "1.3.6.1.4.1.2011.2.235.1.1.11.50.1.4",
    "zte-zxr10-9908": "1.3.6.1.2.1.31.1.4.1.2",
}


@pytest.mark.parametrize("name", STEPS_BACK)
def test_a_column_ends_at_its_first_step_back_and_says_so(name: str, recordings: Recordings) -> None:
    column = of(STEPS_BACK[name])
    recorded = [oid for oid, _, _ in walk_of(name, column)]
    growing = next(
        (recorded[:place] for place in range(1, len(recorded)) if recorded[place] <= recorded[place - 1]), recorded
    )

    found = read(recordings, name, column)

    assert len(growing) < len(recorded)
    assert list(found.cells[column]) == [oid[len(column) :] for oid in growing]
    assert [fault for fault in found.faults if STEPS_BACK[name] in fault and "increase" in fault]


@pytest.mark.parametrize("name", STEPS_BACK)
def test_the_other_columns_of_a_device_with_a_broken_one_are_whole(name: str, recordings: Recordings) -> None:
    broken, good = of(STEPS_BACK[name]), of("1.3.6.1.2.1.2.2.1.8")

    found = read(recordings, name, broken, good)

    assert dict(found.cells[good]) == table(name, [good]).cells[good]
    assert len(found.cells[good]) == facts(name)["interfaces"]["rows"]


@pytest.mark.parametrize("name", sorted(STEPS_BACK))
def test_a_whole_walk_steps_back_as_often_as_the_index_says(name: str) -> None:
    walk = [oid for oid, _, _ in walk_of(name, (1, 3, 6, 1))]

    assert sum(1 for one, after in pairwise(walk) if after <= one) == facts(name)["oids_not_increasing"]


def test_an_object_met_twice_ends_no_more_than_its_own_column(recordings: Recordings) -> None:
    name, column = "h3c-sr8808x-comware7_1", of("1.3.6.1.4.1.25506.8.35.3.2.1.2")
    recorded = walk_of(name, column)

    found = read(recordings, name, column)

    assert len(found.cells[column]) == len(recorded)
    assert found.faults == ()


@pytest.mark.parametrize(
    "name", ["apc-ap8932-pdu", "geist-temp-sensor", "h3c-e528-comware5_20", "ubiquiti-nanobridge-m5"]
)
def test_values_that_move_keep_their_types(name: str, recordings: Recordings) -> None:
    async def run() -> list[tuple[Oid, int]]:
        device = open_device(recordings.access(name), recordings.address, recordings.port)
        try:
            return [(one.oid, one.tag) for one in await device.get(sorted(varying(name)), 10)]
        finally:
            device.close()

    assert varying(name)
    assert asyncio.run(run()) == [(oid, recording(name)[oid][0]) for oid in sorted(varying(name))]


def test_a_community_that_no_device_has_is_silence(recordings: Recordings) -> None:
    async def run() -> None:
        device = open_device(recordings.access("no-such-device"), recordings.address, recordings.port)
        try:
            await device.get([(1, 3, 6, 1, 2, 1, 1, 3, 0)], 0.6)
        finally:
            device.close()

    with pytest.raises(Silent):
        asyncio.run(run())


def states(name: str, profile: str, kind: str) -> dict[str, tuple[State, float | None]]:
    chosen = library().load(profile)
    found = evaluate(chosen, table(name, *wanted(chosen))).components
    return {one.name: (one.state, one.value) for one in found if one.kind == kind}


def test_a_power_supply_that_failed_is_seen() -> None:
    found = states("mikrotik-crs317-6_44", "mikrotik-routeros", "power_supply")

    assert State.CRITICAL in {state for state, _ in found.values()}


def test_a_temperature_nobody_believes_is_told_as_the_agent_tells_it() -> None:
    found = states("linux-3_10-el7", "linux", "temperature")

    assert set(found) == {f"Core {number}" for number in range(4)}
    assert {(state, round(value or 0, 6)) for state, value in found.values()} == {(State.OK, 100)}


def test_a_cooling_unit_is_read_in_celsius_though_it_speaks_fahrenheit() -> None:
    found = states("liebert-pex-cooling", "liebert", "temperature")

    assert found["control"] == (State.OK, 23)
    assert found["return air"] == (State.OK, 23)


def test_a_cooling_unit_with_fahrenheit_alone_is_read_in_celsius() -> None:
    profile = library().load("liebert")
    whole = table("liebert-pex-cooling", *wanted(profile))
    celsius = of("1.3.6.1.4.1.476.1.42.3.4.1.3.3.1")
    alone = Table({column: {} if column[: len(celsius)] == celsius else rows for column, rows in whole.cells.items()})

    found = {one.key: one.value for one in evaluate(profile, alone).components}

    assert found["temperature:control"] == pytest.approx((73 - 32) / 1.8)


def test_a_processor_alone_at_its_limit_is_no_reading_of_the_whole() -> None:
    found = states("linux-4_18-el8-powermon", "linux", "cpu")

    assert set(found) == {"all"}
