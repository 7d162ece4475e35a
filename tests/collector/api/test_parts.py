"""What a device has, asked at the door, and accepted there."""

from typing import Any

import pytest

from collector.specs import CheckSpec, JoinSpec, JoinTokenSpec, TargetSpec
from collector.store import checks
from tests.collector.api.asking import SETTLER, Door

MINUTE = 60_000


def look(check: str, at: int, **values: float) -> dict[str, Any]:
    return {"check": check, "t": at, "outcome": "ok", "values": values}


@pytest.fixture
def hub(door: Door) -> str:
    """The token of an agent."""
    agents = door.house.registry.agents
    _, right = agents.new_join_token(JoinTokenSpec(), SETTLER)
    return agents.join(JoinSpec(right, name="hub", machine_id="m", machine_boot="k"), "127.0.0.1").token


@pytest.fixture
def switch(door: Door, hub: str) -> Door:
    """A switch whose SNMP check told of its ports two minutes ago, and of its fan twelve minutes ago."""
    registry = door.house.registry
    asked = CheckSpec("snmp", vital=True, agents="hub")
    began = door.clock.at - 60 * MINUTE
    target = registry.add_target(TargetSpec("core-1", "192.0.2.1", checks=(asked,), in_service_from=began), SETTLER)
    with door.house.state.read() as tx:
        (check,) = checks.of_target(tx, target.id)
    told = [
        look(check.id, door.clock.at - 30 * MINUTE, **{"oper_up[Old]": 1}),
        look(check.id, door.clock.at - 12 * MINUTE, **{"state[fan:1]": 2}),
        look(check.id, door.clock.at - 2 * MINUTE, **{"admin_up[Gi1]": 1, "oper_up[Gi1]": 0}),
        look(check.id, door.clock.at - MINUTE, uptime_s=5),
    ]
    assert door.ask_as(hub, "POST", "results", {"results": told}).status_code == 200
    assert door.house.fold.wait_for(door.house.log.head()[0])
    return door


def test_the_parts_of_the_last_quarter_of_an_hour_are_listed(switch: Door) -> None:
    assert switch.ok("GET", "targets/core-1/parts")["items"] == [
        {"kind": "component", "name": "fan:1", "state": "critical", "watched": False},
        {"kind": "interface", "name": "Gi1", "state": "down", "watched": False},
    ]


def test_parts_are_accepted_at_once_and_are_watched_from_then_on(switch: Door) -> None:
    wanted = {"checks": [{"kind": "interface", "part": "Gi1"}, {"kind": "component", "part": "fan:1"}]}
    added = switch.ok("POST", "targets/core-1/checks", wanted)["items"]

    assert [(one["name"], one["options"], one["vital"]) for one in added] == [
        ("interface[Gi1]", {"name": "Gi1"}, False),
        ("component[fan:1]", {"key": "fan:1"}, False),
    ]
    assert all(part["watched"] for part in switch.ok("GET", "targets/core-1/parts")["items"])


def test_a_watched_interface_is_as_its_own_check_saw_it(switch: Door, hub: str) -> None:
    wanted = {"checks": [{"kind": "interface", "part": "Gi1", "agents": "hub"}]}
    (added,) = switch.ok("POST", "targets/core-1/checks", wanted)["items"]
    told = [look(added["id"], switch.clock.at, admin_up=1, oper_up=1)]
    assert switch.ask_as(hub, "POST", "results", {"results": told}).status_code == 200
    assert switch.house.fold.wait_for(switch.house.log.head()[0])

    assert switch.ok("GET", "targets/core-1/parts")["items"][1]["state"] == "up"


def test_of_several_checks_with_one_mistake_none_is_added(switch: Door) -> None:
    wanted = {"checks": [{"kind": "interface", "part": "Gi1"}, {"kind": "interface"}]}
    answer = switch.ask("POST", "targets/core-1/checks", wanted)

    assert answer.status_code == 400
    assert answer.json()["mistakes"] == ["checks[1].options.name: expected the interface to watch"]
    assert len(switch.ok("GET", "checks?target=core-1")["items"]) == 1


def test_a_viewer_sees_parts_and_accepts_none(switch: Door) -> None:
    viewer = switch.token("viewer")

    assert switch.ask_as(viewer, "GET", "targets/core-1/parts").status_code == 200
    answer = switch.ask_as(viewer, "POST", "targets/core-1/checks", {"checks": [{"kind": "interface", "part": "Gi1"}]})
    assert answer.status_code == 403
