"""What a scenario gives is what the replay of the record gives in which the same was altered."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.pack import pack_closed
from collector.specs import JoinTokenSpec
from collector.whatif.answer import SHOWN, what_if
from collector.whatif.scenario import Scenario, read_scenario
from rules.errors import Invalid, Missing
from rules.period import Period
from rules.record import read_record
from rules.replay import replay
from tests.collector.rooms import ADMIN, rooms
from tests.scenarios.test_live_equals_replay import BEGIN, BOUNDARY, END, HOUR, TZ, Fleet, fleet, take_in

PERIOD = Period(BEGIN - HOUR, END + HOUR, TZ)
NOW = END + 24 * HOUR

Line = dict[str, Any]


@pytest.fixture(scope="module", params=[False, True], ids=["loose", "packed"])
def one(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with rooms(tmp_path_factory.mktemp("fleet")) as found:
        made = fleet(found, 11, 2)
        take_in(made)
        if request.param:
            found.clock.at = NOW + 24 * HOUR
            found.registry.agents.new_join_token(JoinTokenSpec(), ADMIN)  # an entry on a later day ends this one
            assert pack_closed(found.log) != 0
        yield made


def asked(one: Fleet, period: Period = PERIOD, **table: Any) -> dict[str, Any]:
    return what_if(one.rooms, read_scenario(table), None, period, NOW)


def replayed(one: Fleet, alter: Callable[[Line], Line], settings: dict[str, Any]) -> dict[str, Any]:
    one.rooms.clock.at = NOW
    lines = [json.dumps(alter(line)) for line in one._lines()]
    found = replay(read_record(lines), PERIOD, one.rooms.settings.calculation.with_settings(settings))
    return {entry["name"]: {key: entry[key] for key in SHOWN} for entry in found["objects"]}


def after(one: Fleet, **table: Any) -> dict[str, Any]:
    """The figures of every object in the scenario."""
    found = asked(one, **table)
    was = one.figures(PERIOD)
    would = {entry["name"]: {key: entry[key] for key in SHOWN} for entry in was["objects"]}
    for entry in found["objects"]:
        assert entry["was"] == would[entry["name"]]
        would[entry["name"]] = entry["would_be"]
    return would


def same(line: Line) -> Line:
    return line


def confirmed(**changes: Any) -> Callable[[Line], Line]:
    return lambda line: {"check": {**line["check"], **changes}} if "check" in line else line


def of_ping(line: Line) -> Line:
    return {"check": {**line["check"], "confirm_down": 1}} if line.get("check", {}).get("kind") == "ping" else line


def without_parents(line: Line) -> Line:
    return {"target": {**line["target"], "parents": []}} if "target" in line else line


def below_far(line: Line) -> Line:
    if line.get("target", {}).get("name") == "shop":
        return {"target": {**line["target"], "parents": ["far", "core"]}}
    return line


def test_a_scenario_that_changes_nothing_shows_no_difference(one: Fleet) -> None:
    found = asked(one)

    assert (found["outages"], found["objects"], found["redundant"]) == ([], [], [])
    assert found["fleet"]["was"] == found["fleet"]["would_be"]
    assert (found["tickets"]["gained"], found["tickets"]["lost"]) == ([], [])


def test_settings_written_as_they_are_change_nothing(one: Fleet) -> None:
    checks = [{"select": "name=leaf", "settings": {"confirm_down": 3, "confirm_up": 2, "vital": True}}]

    assert asked(one, check=checks, parameters={"merge_gap": "300s"})["objects"] == []


@pytest.mark.parametrize(
    ("table", "alter", "settings"),
    [
        pytest.param({"parameters": {"confirm_down": 1}}, confirmed(confirm_down=1), {}, id="confirm_down 1"),
        pytest.param({"parameters": {"confirm_down": 6}}, confirmed(confirm_down=6), {}, id="confirm_down 6"),
        pytest.param({"parameters": {"confirm_up": 5}}, confirmed(confirm_up=5), {}, id="confirm_up"),
        pytest.param({"parameters": {"max_gap": "20m"}}, confirmed(max_gap="20m"), {}, id="max_gap"),
        pytest.param({"parameters": {"vital": False}}, confirmed(vital=False), {}, id="vital"),
        pytest.param({"parameters": {"ping.confirm_down": 1}}, of_ping, {}, id="one kind of check"),
        pytest.param({"parameters": {"quorum": 1}}, same, {"quorum": 1}, id="quorum"),
        pytest.param({"parameters": {"min_vantages": 2}}, same, {"min_vantages": 2}, id="vantages"),
        pytest.param({"parameters": {"merge_gap": "1h"}}, same, {"merge_gap": "1h"}, id="merge_gap"),
        pytest.param({"parameters": {"min_failure": "10m"}}, same, {"min_failure": "10m"}, id="min_failure"),
        pytest.param(
            {"parameters": {"edge_policy": "first_bad"}}, same, {"edge_policy": "first_bad"}, id="edge policy"
        ),
        pytest.param(
            {"parameters": {"edge_policy": "last_good", "confirm_down": 2}},
            confirmed(confirm_down=2),
            {"edge_policy": "last_good"},
            id="edge policy and confirmation",
        ),
        pytest.param({"parents": {"leaf": []}}, without_parents, {}, id="no parent"),
        pytest.param({"parents": {"shop": ["far", "core"]}}, below_far, {}, id="parents"),
    ],
)
def test_a_scenario_gives_what_the_altered_record_gives(
    one: Fleet, table: dict[str, Any], alter: Callable[[Line], Line], settings: dict[str, Any]
) -> None:
    assert after(one, **table) == replayed(one, alter, settings)


def test_most_of_these_scenarios_make_a_difference(one: Fleet) -> None:
    tables: list[dict[str, Any]] = [
        {"parameters": {"confirm_down": 6}},
        {"parameters": {"quorum": 1}},
        {"parents": {"leaf": []}},
        {"parameters": {"merge_gap": "1h"}},
    ]

    assert all(asked(one, **table)["objects"] for table in tables)


def test_a_window_that_was_not_announced_gives_what_the_record_with_it_gives(one: Fleet) -> None:
    start, end = BOUNDARY - 2 * HOUR, BOUNDARY + 2 * HOUR
    window = {"targets": ["core", "far"], "from": start, "to": end, "approved_at": start - 1}
    one.rooms.clock.at = NOW
    lines = [json.dumps(line) for line in (*one._lines(), {"maintenance": window})]
    found = replay(read_record(lines), PERIOD, one.rooms.settings.calculation)
    planned = {"targets": ["core", "far"], "from": str(start), "to": str(end)}

    assert after(one, maintenance=[planned]) == {
        entry["name"]: {key: entry[key] for key in SHOWN} for entry in found["objects"]
    }


def test_the_store_is_not_touched(one: Fleet) -> None:
    before = one.rooms.log.head()
    figures = one.figures(PERIOD)

    asked(one, parameters={"confirm_down": 1, "quorum": 1})

    assert one.rooms.log.head() == before
    assert one.figures(PERIOD) == figures


def test_outages_are_told_as_gained_lost_or_moved(one: Fleet) -> None:
    fewer, more = asked(one, parameters={"confirm_down": 6}), asked(one, parameters={"confirm_down": 1})

    assert "lost" in {row["what"] for row in fewer["outages"]}
    assert "gained" not in {row["what"] for row in fewer["outages"] if row["target"] == "shop"}
    assert "gained" in {row["what"] for row in more["outages"]}


def test_a_shorter_patience_opens_more_tickets(one: Fleet) -> None:
    found = asked(one, parameters={"ticket_after": "0s"})

    assert found["tickets"]["would_be"] > found["tickets"]["was"]
    assert len(found["tickets"]["gained"]) >= found["tickets"]["would_be"] - found["tickets"]["was"]
    assert found["objects"] == []


def test_quicker_repair_shortens_each_outage_that_ended(one: Fleet) -> None:
    half, whole = after(one, repair_factor=0.5), after(one)

    assert sum(entry["down_ms"] for entry in half.values()) < 0.75 * sum(entry["down_ms"] for entry in whole.values())


def test_what_stands_in_for_each_other_is_seldom_down_together(one: Fleet) -> None:
    (found,) = asked(one, redundant=[["far", "shop"]])["redundant"]
    was = {entry["name"]: entry for entry in one.figures(PERIOD)["objects"]}

    assert found["of"] == ["far", "shop"]
    assert found["would_be"]["down_ms"] <= min(was["far"]["down_ms"], was["shop"]["down_ms"])


@pytest.mark.parametrize(
    ("table", "error"),
    [
        ({"parents": {"nobody": []}}, Missing),
        ({"without_maintenance": [99]}, Missing),
        ({"parents": {"core": ["leaf"]}}, Invalid),
        ({"parameters": {"interval": "10s"}}, Invalid),
        ({"parameters": {"nonsense": 1}}, Invalid),
        ({"repair_factor": 2}, Invalid),
        ({"redundant": [["core"]]}, Invalid),
        ({"maintenance": [{"targets": ["core"], "from": "2", "to": "1"}]}, Invalid),
    ],
)
def test_a_scenario_that_cannot_be_is_refused(one: Fleet, table: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        asked(one, **table)


def test_an_empty_scenario_is_one(tmp_path: Path) -> None:
    assert read_scenario({}) == Scenario()
