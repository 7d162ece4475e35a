"""What a device without a profile of its own is read by: the standards it answers."""

import pytest

from agent.snmp.ber import Oid
from agent.snmp.health import Component, evaluate, wanted
from agent.snmp.profile import State
from agent.snmp.profile_library import library
from tests.agent.snmp.recordings.recording import names, table

pytestmark = pytest.mark.skipif(not names(), reason="the SNMP recordings are not beside the project")

UNHEARD_OF: Oid = (1, 3, 6, 1, 4, 1, 4294967295)


def components(name: str) -> dict[str, Component]:
    profile = library().choose(UNHEARD_OF, "a device nobody has heard of")
    assert profile.name == "generic"
    return {one.key: one for one in evaluate(profile, table(name, *wanted(profile))).components}


@pytest.mark.parametrize(
    ("name", "key", "state", "value"),
    [
        ("eaton-93e-80", "battery:battery", State.OK, 100),
        ("eaton-93e-80", "runtime:remaining", State.OK, 1092 * 60),
        ("eaton-93e-80", "load:output 1", State.OK, 21),
        ("eaton-93e-80", "health:output", State.OK, None),
        ("hp-laserjet-m130nw", "health:printer", State.OK, None),
        ("hp-laserjet-m130nw", "supply:Black Cartridge HP CF217A", State.OK, 28),
        ("linux-3_10-el7", "cpu:all", State.OK, 1),
        ("linux-3_10-el7", "temperature:Core 0", State.OK, 100),
        ("windows-server2019", "cpu:CPU #2", State.OK, 4),
        ("aruba-6100-aoscx10_10", "temperature:Aruba 6100 Temp Sensor", State.OK, 21.625),
    ],
)
def test_what_the_standards_tell_is_read(name: str, key: str, state: State, value: float | None) -> None:
    one = components(name)[key]

    assert one.state is state
    assert one.value == (None if value is None else pytest.approx(value))


def test_memory_is_told_once_and_by_the_objects_that_know_caches() -> None:
    memory = {key for key in components("linux-3_10-el7") if key.startswith("memory:")}

    assert memory == {"memory:real", "memory:swap"}


def test_memory_of_the_storage_table_counts_where_there_is_nothing_better() -> None:
    assert components("windows-server2019")["memory:Physical Memory"].value == pytest.approx(
        100 * 3901161472 / 17178755072
    )


def test_a_device_that_answers_none_of_it_is_not_faulty() -> None:
    assert components("cisco-c2960x-stack-ios15_0") == {}
