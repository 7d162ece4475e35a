"""One component of a device, as the device itself judges it."""

import pytest

from agent.probes import find
from agent.probes.component import missing, value
from agent.probes.probe import credential
from agent.snmp.health import Component, Health
from agent.snmp.profile import State
from agent.snmp.survey import Condition
from rules.errors import Invalid
from rules.result import Outcome, Reading
from tests.agent.probes.conftest import look
from tests.agent.probes.switch import Switch, seen
from tests.agent.snmp.recordings.simulator import Recordings

FAN = Component("fan:1", "fan", "1", State.OK, 5400.0, "rpm", "running")


def condition(*components: Component, faults: tuple[str, ...] = ()) -> Condition:
    return Condition(Health({}, components), "cisco-ios", faults)


def recorded(recordings: Recordings, name: str, key: str) -> Reading:
    device = credential("c", {"kind": "snmp", "community": name})
    return look("component", f"{recordings.address}:{recordings.port}", credentials=(device,), key=key, deadline_s=20)


def test_a_power_supply_that_the_device_calls_failed_is_failed(recordings: Recordings) -> None:
    found = recorded(recordings, "mikrotik-crs317-6_44", "power_supply:psu2-state")

    assert (found.outcome, found.text) == (Outcome.FAILED, "failed")


def test_one_that_is_well_is_ok(recordings: Recordings) -> None:
    assert recorded(recordings, "mikrotik-crs317-6_44", "power_supply:psu1-state").outcome is Outcome.OK


def test_near_keys_are_told_where_there_is_no_such_component(recordings: Recordings) -> None:
    found = recorded(recordings, "mikrotik-crs317-6_44", "power_supply:psu3-state")

    assert found.outcome is Outcome.ERROR
    assert "power_supply:psu2-state" in found.text


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (FAN, {"fan_rpm": 5400.0}),
        (Component("cpu:1", "cpu", "1", State.OK, 93.0, "%", ""), {"cpu_ratio": 0.93}),
        (Component("psu:1", "power_supply", "1", State.OK, None, "", ""), {}),
    ],
)
def test_its_number_is_named_as_in_the_check_of_the_device(one: Component, expected: dict[str, float]) -> None:
    assert value(one) == pytest.approx(expected)


def test_one_that_was_there_is_gone() -> None:
    assert missing(condition(), "fan:1", True, None).outcome is Outcome.FAILED


def test_one_that_was_pulled_out_is_gone() -> None:
    pulled = Component("fan:1", "fan", "1", State.ABSENT, None, "rpm", "notPresent")

    found = missing(condition(pulled), "fan:1", True, pulled)

    assert found.outcome is Outcome.FAILED
    assert "notPresent" in found.text


def test_one_that_was_never_plugged_in_is_our_mistake() -> None:
    absent = Component("fan:1", "fan", "1", State.ABSENT, None, "rpm", "")

    assert missing(condition(absent), "fan:1", False, absent).outcome is Outcome.ERROR


def test_a_broken_reading_says_nothing_of_what_it_does_not_show() -> None:
    found = missing(condition(faults=("1.3.6.1: no time was left",)), "fan:1", True, None)

    assert (found.outcome, found.text) == (Outcome.ERROR, "could not look: no time was left")


def test_a_silent_device_makes_its_components_an_error() -> None:
    found = seen("component", Switch(uptime=50_000, silent=True), None, key="fan:1", deadline_s=0.3)[0]

    assert (found.outcome, found.text) == (Outcome.ERROR, "could not look: no answer")


def test_a_profile_nobody_knows_is_an_error() -> None:
    assert seen("component", Switch(uptime=50_000), None, key="fan:1", profile="cisco-ois")[0].outcome is Outcome.ERROR


def test_a_component_must_be_named() -> None:
    with pytest.raises(Invalid, match="key"):
        find("component")({})
