"""What agents pass on of devices' own words: kept once, shown with names, and a reason to look."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from collector.rebuild import rebuild
from collector.specs import JoinSpec, JoinTokenSpec, TargetSpec
from tests.collector.api.asking import SETTLER, Door

ADDRESS = "192.0.2.7"


@dataclass
class Listener:
    """An agent that hears traps, and the switch it looks at."""

    door: Door
    id: str
    token: str
    target: str

    def post(self, *heard: dict[str, Any], boot: str = "b1", token: str | None = None) -> Any:
        token = self.token if token is None else token
        return self.door.ask_as(token, "POST", "traps", {"boot": boot, "traps": list(heard)})

    def listed(self, query: str = "") -> list[dict[str, Any]]:
        house = self.door.house
        assert house.fold.wait_for(house.log.head()[0])
        return list(self.door.ok("GET", f"traps{query}")["items"])


def trap(seq: int, **more: Any) -> dict[str, Any]:
    told = {
        "seq": seq,
        "age_ms": 1500,
        "source": ADDRESS,
        "version": "v2c",
        "oid": "1.3.6.1.6.3.1.1.5.3",
        "name": "IF-MIB::linkDown",
        "bindings": [["ifIndex", "3"]],
    }
    return told | more


@pytest.fixture
def listener(door: Door) -> Listener:
    registry = door.house.registry
    _, right = registry.agents.new_join_token(JoinTokenSpec(), SETTLER)
    joined = registry.agents.join(JoinSpec(right, name="probe-1", machine_id="m", machine_boot="k"), "127.0.0.1")
    target = registry.add_target(TargetSpec("core-1", ADDRESS, agents="probe-1"), SETTLER)
    return Listener(door, joined.agent.id, joined.token, target.id)


def test_a_trap_is_dated_by_its_age_and_shown_with_its_target_and_names(listener: Listener) -> None:
    assert listener.post(trap(1)).json() == {"taken": 1}
    (shown,) = listener.listed()
    assert (shown["at"], shown["target"], shown["agent"], shown["name"], shown["bindings"]) == (
        listener.door.clock.at - 1500,
        "core-1",
        "probe-1",
        "IF-MIB::linkDown",
        [["ifIndex", "3"]],
    )


def test_what_is_passed_on_twice_is_kept_once(listener: Listener) -> None:
    listener.post(trap(1), trap(2))
    listener.listed()
    assert listener.post(trap(2), trap(3), trap(3)).json() == {"taken": 1}
    assert len(listener.listed()) == 3


def test_the_same_number_of_another_process_is_another_trap(listener: Listener) -> None:
    listener.post(trap(1))
    assert listener.post(trap(1), boot="b2").json() == {"taken": 1}


def test_a_trap_has_the_checks_that_decide_looked_at_now(listener: Listener) -> None:
    plans = listener.door.house.plans
    plans.plan(listener.id)  # a new check is looked at once anyhow
    listener.door.clock.at += 60_000
    listener.post(trap(1))
    table = json.loads(plans.plan(listener.id).body)
    assert table["look_now"] == [check["id"] for check in table["checks"] if check["target"] == "core-1"]


def test_a_trap_changes_no_state(listener: Listener) -> None:
    house = listener.door.house
    listener.post(trap(1))
    listener.listed()
    assert house.timelines.current(listener.target, listener.door.clock.at).state == "pending"


def test_a_trap_of_an_unknown_address_is_kept_without_a_target(listener: Listener) -> None:
    listener.post(trap(1, source="198.51.100.9"))
    assert [one["source"] for one in listener.listed("?target=")] == ["198.51.100.9"]
    assert listener.listed("?target=core-1") == []


def test_an_agent_is_not_believed_about_targets_it_does_not_look_at(listener: Listener) -> None:
    other = listener.door.house.registry.add_target(TargetSpec("elsewhere", "192.0.2.99", agents="nobody"), SETTLER)
    listener.post(trap(1, target=other.id))
    assert [one["target"] for one in listener.listed()] == ["core-1"]


def test_the_list_goes_page_by_page_the_newest_first(listener: Listener) -> None:
    listener.post(*(trap(seq, age_ms=10_000 - seq) for seq in range(1, 6)))
    listener.listed()
    first = listener.door.ok("GET", "traps?limit=3")
    rest = listener.door.ok("GET", f"traps?limit=3&cursor={first['next']}")
    ages = [listener.door.clock.at - one["at"] for one in (*first["items"], *rest["items"])]
    assert (ages, rest["next"]) == ([9995, 9996, 9997, 9998, 9999], None)


def test_people_see_the_traps_of_the_targets_in_their_scope_only(listener: Listener) -> None:
    listener.post(trap(1), trap(2, source="198.51.100.9"))
    listener.listed()
    answer = listener.door.ask_as(listener.door.token("viewer", site="elsewhere"), "GET", "traps")
    assert answer.json()["items"] == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"source": "core-1"}, "source"),
        ({"oid": "linkDown"}, "oid"),
        ({"version": "v4"}, "version"),
        ({"age_ms": -1}, "age_ms"),
        ({"uptime": 1 << 32}, "uptime"),
        ({"bindings": [["only a name"]]}, "bindings"),
        ({"name": "two\nlines"}, "name"),
        ({"seq": 0}, "seq"),
        ({"seq": 1 << 63}, "seq"),
        ({"unkept": 1 << 63}, "unkept"),
        ({"source": "fe80::1%two\nlines"}, "source"),
    ],
)
def test_a_wrong_trap_is_refused_with_its_place_and_nothing_is_kept(
    listener: Listener, wrong: dict[str, Any], said: str
) -> None:
    answer = listener.post(trap(1), trap(2) | wrong)
    assert answer.status_code == 400
    assert f"traps[1].{said}" in answer.text
    assert listener.listed() == []


def test_the_longest_name_that_a_notification_may_have_is_taken(listener: Listener) -> None:
    longest = ".".join(["4294967295"] * 128)
    listener.post(trap(1, oid=longest))
    assert [one["oid"] for one in listener.listed()] == [longest]


def test_a_process_is_named_by_what_can_be_printed(listener: Listener) -> None:
    assert listener.post(trap(1), boot="two\nlines").status_code == 400


def test_only_agents_pass_traps_on(listener: Listener) -> None:
    assert listener.post(trap(1), token=listener.door.token("operator")).status_code == 403


def test_traps_are_folded_from_the_log_alike(listener: Listener) -> None:
    listener.post(trap(1), trap(2, uptime=4711, unkept=7, inform=True))
    listener.listed()
    assert rebuild(listener.door.house, listener.door.clock.at)["differences"] == []
