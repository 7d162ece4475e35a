"""Incidents: one for each fault, none for what is no fault, told to the desk once."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.specs import CheckSpec, MaintenanceSpec
from collector.store import targets
from tests.collector.rooms import ADMIN
from tests.collector.watch import MINUTE, URGENT, World
from tests.collector.watch import world as open_world


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with open_world(tmp_path) as found:
        found.join("a1")
        yield found


def test_an_outage_is_one_incident_and_one_ticket(world: World) -> None:
    world.add("core-1", **URGENT)
    world.run(20)
    world.fail("core-1")
    world.run(30)

    incident = world.one()
    assert (incident.kind, incident.phase, incident.summary) == ("outage", "open", "core-1 is down")
    assert world.desk.events() == ["opened"]
    assert world.states()["core-1"] == "down"


def test_the_incident_of_an_outage_resolves_and_the_desk_hears_of_it(world: World) -> None:
    world.add("core-1", **URGENT)
    world.run(20)
    world.fail("core-1")
    world.run(30)
    world.mend("core-1")
    world.run(30)

    assert world.one().phase == "resolved"
    assert world.one().self_recovered
    assert world.desk.events() == ["opened", "resolved"]
    assert world.desk.told[1].ticket == "DESK-1"
    assert world.states()["core-1"] == "up"


def test_a_restart_that_no_look_saw_is_an_incident_that_is_over(world: World) -> None:
    world.add("core-1", kind="switch", snmp="v2c", **URGENT)
    world.restart("core-1")
    world.run(60)
    world.restart("core-1")
    world.run(30)

    incident = world.one()
    assert (incident.kind, incident.phase) == ("outage", "resolved")
    assert world.states()["core-1"] == "up"


def test_a_silent_management_path_is_degraded_and_one_incident(world: World) -> None:
    world.add("core-1", kind="switch", snmp="v2c", **URGENT)
    world.run(20)
    world.fail("core-1", "snmp")
    world.run(60)

    incident = world.one()
    assert incident.kind == "degraded"
    assert incident.summary == "core-1: the management path (snmp) does not answer"
    assert world.states()["core-1"] == "degraded"
    assert world.desk.events() == ["opened"]


def test_a_dying_host_opens_an_outage_alone_though_another_check_fails_first(world: World) -> None:
    world.add("core-1", kind="switch", snmp="v2c", **URGENT)
    world.run(20)
    world.fail("core-1", "snmp")
    world.run(2)
    world.fail("core-1")
    world.run(60)
    world.mend("core-1")
    world.run(60)

    assert [incident.kind for incident in world.all()] == ["outage"]
    assert world.desk.events() == ["opened", "resolved"]


def test_a_port_that_fails_opens_its_incident_without_waiting_for_the_next_ping(world: World) -> None:
    looked_at = (CheckSpec("ping"), CheckSpec("snmp"), CheckSpec("interface", part="Te1/1/1"))
    world.add("core-1", kind="switch", checks=looked_at, settings={"interval": "5m", "retry_interval": "1s"})
    world.run(20)
    world.fail("core-1", "interface")
    world.run(5 * 60)

    assert [incident.summary for incident in world.all()] == ["core-1: interface[Te1/1/1] fails"]
    assert world.states()["core-1"] == "degraded"


def test_a_pending_target_opens_nothing(world: World) -> None:
    world.fail("typo")
    key = world.add("typo", **URGENT)
    world.run(120)

    assert world.state(key) == "pending"
    assert world.all() == []


def test_a_pending_target_enters_service_with_its_first_good_answer(world: World) -> None:
    world.fail("slow")
    key = world.add("slow", **URGENT)
    world.run(60)
    world.mend("slow")
    at = world.now
    world.run(20)

    assert world.state(key) == "up"
    with world.rooms.state.read() as tx:
        began = targets.get(tx, key).in_service_from
    assert began is not None
    assert at <= began <= at + 6000


def test_a_short_fault_of_a_general_target_is_an_incident_without_a_ticket(world: World) -> None:
    world.add("shelf")
    world.run(120)
    world.fail("shelf")
    world.run(100)
    world.mend("shelf")
    world.run(120)

    assert world.one().phase == "resolved"
    assert world.desk.events() == []
    assert world.queued() == {"cancelled": 1}


def test_a_long_fault_of_a_general_target_gets_its_ticket_after_five_minutes(world: World) -> None:
    world.add("shelf")
    world.run(120)
    world.fail("shelf")
    began = world.now
    world.run(7 * 60)

    assert world.desk.events() == ["opened"]
    told = world.desk.told[0].facts["incident"]
    assert abs(told["since_ms"] - began) <= MINUTE


def test_a_silent_agent_is_one_incident_and_its_host_is_unknown_not_down(world: World) -> None:
    second = world.join("a2", "a1")
    world.add("core-1", **URGENT)
    world.run(90)
    second.alive = False
    world.run(150)

    incident = world.one()
    assert (incident.kind, incident.summary) == ("agent_lost", "The agent a2 is silent")
    assert world.states() == {"a1": "up", "a2": "unknown", "core-1": "up"}
    assert world.desk.events() == ["opened"]


def test_an_agent_that_comes_back_resolves_its_incident(world: World) -> None:
    second = world.join("a2", "a1")
    world.add("core-1", **URGENT)
    world.run(90)
    second.alive = False
    world.run(150)
    second.alive = True
    world.run(90)

    assert world.one().phase == "resolved"
    assert world.desk.events() == ["opened", "resolved"]
    assert world.states()["a2"] == "up"


def test_all_agents_silent_at_once_is_one_incident_about_the_collector(world: World) -> None:
    world.join("a2", "a1")
    world.join("a3", "a1")
    world.add("core-1", **URGENT)
    world.run(90)
    world.connected = False
    world.run(300)

    assert [incident.kind for incident in world.all()] == ["collector"]
    assert set(world.states().values()) == {"unknown"}


def test_no_agent_is_silent_right_after_the_start(world: World) -> None:
    world.join("a2", "a1")
    world.run(30)
    world.contacts.clear()
    world.incidents.prepare()
    world.connected = False
    world.run(80)

    assert world.all() == []


def test_a_fault_that_comes_back_opens_the_same_incident_again(world: World) -> None:
    world.add("core-1", **URGENT)
    world.run(20)
    for _ in range(2):
        world.fail("core-1")
        world.run(30)
        world.mend("core-1")
        world.run(30)

    assert world.one().phase == "resolved"
    assert world.desk.events() == ["opened", "resolved", "reopened", "resolved"]


def test_an_old_fault_is_not_recorded_again_when_a_younger_one_has_an_incident_of_its_own(tmp_path: Path) -> None:
    with open_world(tmp_path, reopen_window="10s") as world:
        world.join("a1")
        world.add("core-1", **URGENT)
        world.run(20)
        for _ in range(3):
            world.fail("core-1")
            world.run(30)
            world.mend("core-1")
            world.run(30)

        assert [incident.phase for incident in world.all()] == ["resolved"] * 3
        assert world.desk.events() == ["opened", "resolved"] * 3


def test_an_outage_that_came_and_went_while_nothing_was_decided_has_its_incident(world: World) -> None:
    world.add("core-1", **URGENT)
    world.run(20)
    world.deciding = False
    world.fail("core-1")
    world.run(30)
    world.mend("core-1")
    world.run(30)
    world.decide()

    assert world.one().phase == "resolved"
    assert world.desk.events() == ["opened", "resolved"]


def test_an_outage_inside_maintenance_opens_nothing_until_the_window_ends(world: World) -> None:
    world.add("core-1", **URGENT)
    world.run(20)
    world.rooms.registry.overlays.announce(MaintenanceSpec(("core-1",), "new fan", duration="60s"), ADMIN)
    world.run(1)
    world.fail("core-1")
    world.run(40)
    assert world.all() == []
    assert world.states()["core-1"] == "maintenance"
    world.run(30)

    assert world.one().kind == "outage"


def test_an_incident_that_maintenance_ended_is_not_told_of_as_solved(world: World) -> None:
    world.add("core-1", **URGENT)
    world.run(20)
    world.fail("core-1")
    world.run(20)
    world.rooms.registry.overlays.announce(MaintenanceSpec(("core-1",), "new fan", duration="10m"), ADMIN)
    world.run(3)

    told = world.desk.told[-1]
    assert (told.event, told.facts["incident"]["state"], told.facts["incident"]["solved"]) == (
        "resolved",
        "resolved",
        False,
    )
    assert told.title.endswith("Set aside: core-1 is down")
    assert "feedback" not in told.facts


def test_an_incident_whose_fault_ended_is_told_of_as_solved(world: World) -> None:
    world.add("core-1", **URGENT)
    world.run(20)
    world.fail("core-1")
    world.run(20)
    world.mend("core-1")
    world.run(20)

    told = world.desk.told[-1]
    assert (told.event, told.facts["incident"]["solved"]) == ("resolved", True)
    assert "/feedback/" in told.facts["feedback"]


def test_a_child_behind_a_dead_parent_opens_nothing(world: World) -> None:
    world.add("core-1", **URGENT)
    world.add("shop", "192.0.2.2", parents=("core-1",), **URGENT)
    world.run(20)
    world.fail("shop")
    world.run(1)
    world.fail("core-1")
    world.run(60)

    assert [incident.summary for incident in world.all()] == ["core-1 is down"]
    assert world.states()["shop"] == "unreachable"


def test_a_child_that_stays_down_when_its_parent_is_back_gets_its_incident(world: World) -> None:
    world.add("core-1", **URGENT)
    world.add("shop", "192.0.2.2", parents=("core-1",), **URGENT)
    world.run(20)
    world.fail("core-1")
    world.fail("shop")
    world.run(60)
    world.mend("core-1")
    world.run(60)

    assert [incident.summary for incident in world.all()] == ["core-1 is down", "shop is down"]


def test_removing_a_target_ends_its_incident(world: World) -> None:
    world.add("core-1", **URGENT)
    world.run(20)
    world.fail("core-1")
    world.run(20)
    world.rooms.registry.remove_target("core-1", ADMIN)
    world.run(3)

    assert world.one().phase == "resolved"


def test_an_unknown_target_keeps_its_incident(world: World) -> None:
    """Not being able to look is no recovery."""
    world.join("a2")
    world.add("core-1", **URGENT)
    world.run(70)
    world.fail("core-1")
    world.run(20)
    world.watchers["a1"].alive = False
    world.run(100)

    assert {incident.kind: incident.phase.value for incident in world.all()} == {"outage": "open", "agent_lost": "open"}
