"""Why a target was in a state: the raw results, who saw what, the overlays."""

from typing import Any

import pytest

from collector.cli.terminal.explained import said as explained_reason
from collector.cli.terminal.explained import text
from collector.explain import explain
from collector.pack import pack_closed
from collector.specs import MaintenanceSpec, PolicySpec, ServiceSpec, TargetSpec
from collector.steps import STEPS
from collector.texts import translator
from rules.errors import Invalid, Missing
from rules.result import Outcome
from tests.collector.rooms import ADMIN, START, Rooms
from tests.collector.watched import MINUTE, Watched, an_outage, watched


@pytest.fixture
def found(rooms: Rooms) -> Watched:
    made = watched(rooms)
    an_outage(made)
    return made


def asked(found: Watched, minute: int, target: str = "core-1") -> dict[str, Any]:
    return explain(found.state, found.tracks, found.timelines, target, START + minute * MINUTE, found.now)


def test_a_down_instant_is_explained_by_its_raw_results(found: Watched) -> None:
    said = asked(found, 25)

    assert said["state"] == "down"
    (check,) = said["checks"]
    failed = [look for look in check["results"] if look["outcome"] == "failed"]
    assert len(failed) == 10
    assert all(look["agent"] == "a1" and look["position"] > 0 and look["text"] == "said failed" for look in failed)


def test_the_stretch_is_that_of_the_midpoints(found: Watched) -> None:
    assert asked(found, 25)["stretch"] == [START + 19 * MINUTE + 30_000, START + 29 * MINUTE + 30_000]


def test_what_each_agent_saw_comes_with_its_bracket(found: Watched) -> None:
    (check,) = asked(found, 25)["checks"]

    assert check["agents"] == [
        {
            "agent": "a1",
            "state": "down",
            "since": START + 19 * MINUTE + 30_000,
            "start_bracket": [START + 19 * MINUTE, START + 20 * MINUTE],
            "detected": START + 22 * MINUTE,
            "edge_source": "midpoint",
        }
    ]


def test_an_up_instant_says_so(found: Watched) -> None:
    assert asked(found, 40)["state"] == "up"


def test_time_nobody_saw_is_unknown_and_says_why(found: Watched) -> None:
    found.rooms.clock.at += 60 * MINUTE

    said = asked(found, 100)

    assert said["state"] == "unknown"
    assert any("not known" in sentence for sentence in said["because"])


def test_maintenance_over_the_instant_is_shown(found: Watched) -> None:
    found.rooms.registry.overlays.announce(MaintenanceSpec(("core-1",), "new fan", duration="30m"), ADMIN)
    found.looked((61 + minute, Outcome.OK) for minute in range(10))

    said = asked(found, 65)

    assert said["state"] == "maintenance"
    (overlay,) = said["overlays"]
    assert (overlay["kind"], overlay["reason"], overlay["approved"]) == ("maintenance", "new fan", True)


def test_a_pending_target_is_pending(found: Watched) -> None:
    found.rooms.registry.add_target(TargetSpec("typo", "192.0.2.77"), ADMIN)
    found.rooms.clock.at += MINUTE

    said = explain(found.state, found.tracks, found.timelines, "typo", found.now - 1000, found.now)

    assert said["state"] == "pending"


def test_before_a_target_was_there_nothing_is_explained(found: Watched) -> None:
    with pytest.raises(Missing):
        asked(found, -600)


def test_an_instant_to_come_is_not_explained(found: Watched) -> None:
    with pytest.raises(Invalid, match="not come yet"):
        asked(found, 61)


def test_each_layer_over_the_measured_is_told(found: Watched) -> None:
    found.rooms.registry.overlays.announce(MaintenanceSpec(("core-1",), "new fan", duration="30m"), ADMIN)
    found.looked((61 + minute, Outcome.FAILED) for minute in range(10))

    said = asked(found, 65)

    assert [one["step"] for one in said["steps"]] == list(STEPS)
    assert [one["state"] for one in said["steps"]] == ["down"] * 4 + ["maintenance"] * 2
    assert "planned maintenance: down became maintenance" in said["because"]


def test_rules_come_with_their_layer_as_it_was_then(found: Watched) -> None:
    found.rooms.registry.add_policy(PolicySpec("name=core-*", {"confirm_down": 5}), ADMIN)
    found.looked((61 + minute, Outcome.OK) for minute in range(10))

    def layer(minute: int) -> tuple[object, str]:
        (check,) = asked(found, minute)["checks"]
        (row,) = [row for row in check["rules"] if row["name"] == "confirm_down"]
        return row["value"], row["layer"]

    assert layer(25) == (3, "shipped")
    assert layer(65) == (5, "policy 1")


def test_the_last_change_of_a_check_is_named(found: Watched) -> None:
    (check,) = asked(found, 25)["checks"]

    assert check["changed"]["by"] == "ada"
    assert found.log.entry(check["changed"]["position"]).kind == "config"  # type: ignore[union-attr]


def test_the_vote_says_how_many_are_needed(found: Watched) -> None:
    (check,) = asked(found, 25)["checks"]

    assert check["vote"] == {"assigned": 1, "known": 1, "least": 1, "down": 1, "needed": 1, "state": "down"}


def test_results_are_sealed_by_the_chain(found: Watched) -> None:
    said = asked(found, 25)
    (position,) = {look["position"] for look in said["checks"][0]["results"]}
    entry = found.log.entry(position)

    assert entry is not None
    assert said["sealed"] == [{"first": position, "last": position, "hash": entry.hash.hex()}]


def test_of_a_packed_day_the_same_results_are_told(found: Watched) -> None:
    before = asked(found, 25)
    found.rooms.clock.at += 2 * 86_400_000
    found.rooms.registry.add_target(TargetSpec("other", "192.0.2.9"), ADMIN)  # an entry on a later day ends this one
    assert pack_closed(found.log) != 0

    after = asked(found, 25)

    assert {**after, "sealed": [], "checks": after["checks"]} == {**before, "sealed": [], "checks": before["checks"]}
    (seal,) = after["sealed"]
    assert seal["first"] <= before["sealed"][0]["first"] <= seal["last"]
    last = found.log.entry(seal["last"])
    assert last is not None
    assert seal["hash"] == last.hash.hex()


def test_a_service_is_explained_by_its_parts(found: Watched) -> None:
    found.rooms.clock.at = START
    found.rooms.registry.agreements.set_service(ServiceSpec("shop", {"all_of": ["core-1"]}), ADMIN)
    found.rooms.clock.at = START + 60 * MINUTE + 1000

    said = asked(found, 25, "shop")

    assert (said["kind"], said["state"], said["parts"]) == ("service", "down", {"core-1": "down"})
    assert "core-1 was down" in said["because"]


@pytest.mark.parametrize(
    ("language", "word"), [("en", "vital check ping as a1 saw it: down"), ("zh-CN", "关键检查 ping")]
)
def test_it_reads_as_a_text_for_people(found: Watched, language: str, word: str) -> None:
    said = text(asked(found, 25), "Asia/Shanghai", translator(language))

    assert word in said
    assert "core-1" in said
    assert "shipped" in said


def test_every_reason_can_be_said_in_chinese(found: Watched) -> None:
    found.rooms.registry.overlays.announce(MaintenanceSpec(("core-1",), "new fan", duration="30m"), ADMIN)
    found.looked((61 + minute, Outcome.FAILED) for minute in range(10))
    words, english = translator("zh-CN"), translator("en")

    for minute in (-5, 25, 65):
        try:
            reasons = asked(found, minute)["reasons"]
        except Missing:
            continue
        assert reasons
        assert all(explained_reason(one, words) != explained_reason(one, english) for one in reasons)
