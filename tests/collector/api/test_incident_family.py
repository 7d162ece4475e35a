"""What a fault takes along, and who may read which of it."""

from typing import Any

import pytest

from collector.drafts import Drafts
from collector.store import families, incidents
from tests.collector.api.asking import Door
from tests.collector.api.test_incidents import opened

ONE = "incidents/INC-2026-000001"


@pytest.fixture
def family(door: Door) -> Door:
    """An outage at hz that takes along a target there and one at sh, and tells of an incident at each."""
    made = {
        name: door.ok("POST", "targets", {"name": name, "address": address, "labels": {"site": site}})["id"]
        for name, address, site in (
            ("core-1", "192.0.2.1", "hz"),
            ("leaf-1", "192.0.2.2", "hz"),
            ("leaf-2", "192.0.2.3", "sh"),
        )
    }
    radius = {"dependents": 2, "names": ["leaf-1", "leaf-2"], "services": ["payroll of sh"]}
    opened(door, made["core-1"], dependents=[made["leaf-1"], made["leaf-2"]], brief={"radius": radius})
    for name in ("leaf-1", "leaf-2"):
        opened(door, made[name], key=f"i_{name}", summary=f"{name} is down")
    for number in (2, 3):
        door.ok("POST", f"incidents/INC-2026-00000{number}/merge", {"into": "INC-2026-000001"})
    return door


def read(door: Door, token: str) -> Any:
    answer = door.ask_as(token, "GET", ONE)
    assert answer.is_success, answer.text
    return answer.json()


def test_who_sees_everything_sees_all_of_it(family: Door) -> None:
    found = read(family, family.token("viewer"))

    assert [one["target"] for one in found["dependents"]] == ["leaf-1", "leaf-2"]
    assert [one["title"] for one in found["members"]] == ["leaf-1 is down", "leaf-2 is down"]
    assert found["brief"]["radius"]["services"] == ["payroll of sh"]


def test_a_scope_names_what_lies_in_it_and_counts_the_rest(family: Door) -> None:
    found = read(family, family.token("viewer", site="hz"))

    assert [one["target"] for one in found["dependents"]] == ["leaf-1"]
    assert [one["title"] for one in found["members"]] == ["leaf-1 is down"]
    assert (found["dependents_count"], found["members_count"]) == (2, 2)


def test_the_brief_names_nothing_outside_the_scope(family: Door) -> None:
    found = read(family, family.token("viewer", site="hz"))

    assert found["brief"]["radius"] == {"dependents": 2, "names": ["leaf-1"], "services": []}


def test_a_step_answers_with_no_more_than_may_be_read(family: Door) -> None:
    answer = family.ask_as(family.token("operator", site="hz"), "POST", f"{ONE}/ack")

    assert answer.is_success
    assert "leaf-1" in answer.text
    assert "leaf-2" not in answer.text


@pytest.mark.parametrize(
    ("role", "given"),
    [("viewer", False), ("customer", False), ("auditor", False)]
    + [(role, True) for role in ("operator", "service_desk", "quality", "ticketing")],
)
def test_only_who_may_say_what_follows_gets_the_link_of_those_who_asked(door: Door, role: str, given: bool) -> None:
    opened(door)
    door.ok("POST", f"{ONE}/start")
    door.ok("POST", f"{ONE}/resolve", {"text": "changed a fan"})

    assert bool(read(door, door.token(role))["follow_up"]["feedback_link"]) is given


@pytest.mark.parametrize(
    ("scope", "told"),
    [({}, "2 targets are cut off: leaf-1, leaf-2"), ({"site": "hz"}, "2 targets are cut off: leaf-1, and 1 more")],
)
def test_the_story_names_of_those_cut_off_what_the_reader_may_see(
    family: Door, scope: dict[str, str], told: str
) -> None:
    house = family.house
    with house.state.read() as tx:
        keys = {one.target: family.clock.at for one in families.dependents(tx, incidents.get(tx, "INC-2026-000001").id)}
        draft = Drafts(house.settings).attached(tx, "i_one", keys)
    assert house.fold.wait_for(house.intake.record("incident", draft).result(10))
    events = read(family, family.token("viewer", **scope))["events"]

    assert [event["text"] for event in events if event["kind"] == "attached"] == [told]
