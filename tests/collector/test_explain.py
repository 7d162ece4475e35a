"""Why a target was in a state: the raw results, who saw what, the overlays."""

from typing import Any

import pytest

from collector.explain import explain
from collector.specs import MaintenanceSpec, TargetSpec
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
