"""One port of a switch: up, down, gone, harmed; and what a silent switch means for it."""

from dataclasses import replace
from typing import Any

import pytest

from agent.probes import find
from agent.probes.interface import choose, judge, missing, values
from agent.snmp import interfaces
from agent.snmp.interfaces import Admin, Interface, Oper
from agent.snmp.survey import SYS_UP_TIME, Ports, Survey
from agent.snmp.traffic import Counters
from rules.errors import Invalid
from rules.result import Outcome, Reading
from tests.agent.probes.conftest import Daemon, look
from tests.agent.probes.switch import READING, Switch, seen, shared

PORT = Interface("Gi1", Counters(10), descr="GigabitEthernet1", admin=Admin.UP, oper=Oper.UP)


def port(**changes: Any) -> Interface:
    return replace(PORT, **changes)


def once(switch: Switch, **options: Any) -> Reading:
    return seen("interface", switch, None, name="Gi1", **options)[0]


@pytest.mark.parametrize(
    ("oper", "outcome"),
    [
        (Oper.UP, Outcome.OK),
        (Oper.DOWN, Outcome.FAILED),
        (Oper.TESTING, Outcome.DEGRADED),
        (Oper.UNKNOWN, Outcome.OK),
        (Oper.DORMANT, Outcome.DEGRADED),
        (Oper.NOT_PRESENT, Outcome.FAILED),
        (Oper.LOWER_LAYER_DOWN, Outcome.FAILED),
        (None, Outcome.ERROR),
    ],
)
def test_a_port_that_is_meant_to_be_up_is_judged_by_its_state(oper: Oper | None, outcome: Outcome) -> None:
    assert judge(port(oper=oper))[0] is outcome


@pytest.mark.parametrize("admin", [Admin.DOWN, Admin.TESTING])
def test_what_an_administrator_did_is_no_fault(admin: Admin) -> None:
    outcome, text = judge(port(admin=admin, oper=Oper.DOWN))

    assert outcome is Outcome.OK
    assert "administrator" in text


def test_a_device_that_does_not_tell_the_wish_of_its_administrator_is_judged_by_the_state() -> None:
    assert judge(port(admin=None, oper=Oper.DOWN))[0] is Outcome.FAILED


def test_how_long_a_port_is_down_is_told() -> None:
    assert judge(port(oper=Oper.DOWN, changed_s=59.8))[1] == "down, for 60 s"


def test_a_fault_is_told_with_what_the_port_is_called() -> None:
    assert judge(port(oper=Oper.DOWN, alias="uplink to core-1"))[1] == "down (uplink to core-1)"
    assert judge(port(oper=Oper.UP, alias="uplink to core-1"))[1] == ""


def test_values_carry_evidence_for_the_edges_of_an_outage() -> None:
    assert values(port(speed=10**9, changed_s=12.5)) == {
        "admin_up": 1,
        "oper_up": 1,
        "speed_bps": 10**9,
        "changed_s": 12.5,
    }


def test_the_duplex_of_a_port_without_a_link_says_nothing() -> None:
    assert "half_duplex" not in values(port(oper=Oper.DOWN, half_duplex=True))


def test_a_port_may_be_named_by_its_description() -> None:
    assert choose({"Gi1": PORT}, "GigabitEthernet1") is PORT


def test_a_description_that_two_ports_have_names_none() -> None:
    assert choose({"Gi1": PORT, "Gi2": port(name="Gi2")}, "GigabitEthernet1") is None


def test_a_port_that_was_never_there_is_our_mistake_and_near_names_are_told() -> None:
    found = missing(Ports({"Gi1/0/1": PORT}, ()), "Gi1/0/11", seen=False)

    assert found.outcome is Outcome.ERROR
    assert "did you mean Gi1/0/1?" in found.text


def test_a_port_that_was_there_is_gone() -> None:
    assert missing(Ports({"Gi2": PORT}, ()), "Gi1", seen=True).outcome is Outcome.FAILED


def test_a_device_that_shows_no_ports_at_all_says_nothing_of_any() -> None:
    found = missing(Ports({}, ()), "Gi1", seen=True)

    assert found.outcome is Outcome.ERROR
    assert "no interfaces at all" in found.text


def test_a_broken_table_says_nothing_of_a_port_it_does_not_show() -> None:
    found = missing(Ports({}, ("1.3.6.1: no time was left",)), "Gi1", seen=True)

    assert (found.outcome, found.text) == (Outcome.ERROR, "could not look: no time was left")


def test_a_port_goes_down_and_comes_up_again() -> None:
    switch = Switch(uptime=50_000)

    found = seen("interface", switch, None, lambda: switch.set(oper=2), lambda: switch.set(oper=1), name="Gi1")

    assert [one.outcome for one in found] == [Outcome.OK, Outcome.FAILED, Outcome.OK]


def test_a_port_is_known_by_its_name_when_it_gets_another_number() -> None:
    switch = Switch(uptime=50_000)

    assert seen("interface", switch, None, lambda: switch.set(row=77, oper=2), name="Gi1")[1].outcome is Outcome.FAILED


def test_a_port_that_leaves_the_table_is_failed() -> None:
    switch = Switch(uptime=50_000)

    assert seen("interface", switch, None, lambda: switch.set(name=""), name="Gi1")[1].text.startswith("gone")


def test_a_silent_switch_makes_its_ports_an_error() -> None:
    switch = Switch(uptime=50_000)

    second = seen("interface", switch, None, lambda: switch.set(silent=True), name="Gi1", deadline_s=0.3)[1]

    assert (second.outcome, second.text) == (Outcome.ERROR, "could not look: no answer")


def test_a_switch_whose_table_brings_nothing_makes_its_ports_an_error() -> None:
    assert once(Switch(uptime=50_000, mute_tables=True), deadline_s=0.3).outcome is Outcome.ERROR


def test_a_port_of_which_half_is_known_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    half = Ports({"Gi1": port(admin=None, oper=Oper.DOWN)}, ("1.3.6.1.2.1.2.2.1.7: no answer",))

    async def ports(*_: object) -> Ports:
        return half

    monkeypatch.setattr(Survey, "ports", ports)

    assert once(Switch(uptime=50_000)).outcome is Outcome.ERROR


def test_faulty_packets_are_told_as_a_share() -> None:
    switch = Switch(uptime=50_000)

    second = seen(
        "interface", switch, None, lambda: switch.set(uptime=50_400, packets=990, errors=10), name="Gi1", pause_s=0.01
    )[1]

    assert second.values["errors_ratio"] == 0.01
    assert second.values["errors_s"] == 2.5


def test_few_faulty_packets_add_up_over_several_looks() -> None:
    switch = Switch(uptime=50_000)

    readings = seen(
        "interface",
        switch,
        None,
        lambda: switch.set(uptime=50_100, packets=497, errors=3),
        lambda: switch.set(uptime=50_200, packets=990, errors=10),
        name="Gi1",
    )

    assert [one.values["errors_ratio"] for one in readings[1:]] == [0.0, 0.01]


def test_half_duplex_is_a_value_that_the_default_threshold_judges() -> None:
    assert once(Switch(uptime=50_000, duplex=2)).values["half_duplex"] == 1
    assert {limit.metric for limit in find("interface").thresholds} == {"errors_ratio", "half_duplex"}


def test_checks_of_one_switch_that_fall_due_together_read_it_once() -> None:
    switch = Switch(uptime=50_000)
    probes = [find("interface")({"name": name}) for name in ("Gi1", "Gi2", "Gi1")]

    found = shared(switch, find("snmp")({"health": False}), *probes)

    assert [one.outcome for one in found] == [Outcome.OK] * 4
    assert sum(interfaces.NAME in question.oids for question in switch.questions) == 1
    assert sum(question.oids == (SYS_UP_TIME,) for question in switch.questions) == 1


def test_a_real_daemon_tells_of_its_interfaces(snmpd: Daemon) -> None:
    found = look("interface", snmpd.address, credentials=(READING,), name="no-such-port", deadline_s=5)

    assert found.outcome is Outcome.ERROR
    assert "has no interface 'no-such-port'" in found.text


def test_a_port_must_be_named() -> None:
    with pytest.raises(Invalid, match="name"):
        find("interface")({})
