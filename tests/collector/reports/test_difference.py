"""What a revision lists: everything that differs, each occurrence of a window, in figures that fit the headline."""

import copy
from typing import Any

import pytest

from collector.reports import revised
from collector.reports.difference import differences
from collector.texts import translator
from tests.collector.reports.stories import DAY, MONTH, TZ, document


def pair() -> tuple[dict[str, Any], dict[str, Any]]:
    first = document()["report"]
    return copy.deepcopy(first), copy.deepcopy(first)


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [(row["part"], row["name"], row["key"]) for row in differences(before, after)]


def test_the_same_report_has_no_difference() -> None:
    assert differences(*pair()) == []


def test_each_occurrence_of_a_window_is_compared() -> None:
    before, after = pair()
    window = before["maintenance"][0]
    before["maintenance"] = [{**window, "from": 1, "to": 2}, {**window, "from": 3, "to": 4}]
    after["maintenance"] = [{**window, "from": 1, "to": 99}, {**window, "from": 3, "to": 4}]

    assert told(before, after) == [("maintenance", "1", "")]


def test_of_two_mutes_of_one_target_the_one_that_went_is_told() -> None:
    before, after = pair()
    mute = before["mutes"][0]
    before["mutes"] = [{**mute, "from": 1}, {**mute, "from": 2}]
    after["mutes"] = [{**mute, "from": 2}]

    assert told(before, after) == [("mutes", mute["what"], "")]


def test_what_ended_after_the_period_changes_nothing_in_it() -> None:
    before, after = pair()
    before["mutes"][0]["to"], after["mutes"][0]["to"] = MONTH.end + 60 * DAY, MONTH.end + 2 * DAY

    assert differences(before, after) == []


@pytest.mark.parametrize("part", ["handling", "satisfaction", "complaints", "major", "attainment"])
def test_what_people_did_is_compared(part: str) -> None:
    before, after = pair()
    after[part] = [{"number": 1}] if part == "major" else {"other": 1}

    assert told(before, after) == [(part, "", "changed")]


@pytest.mark.parametrize("part", ["statistics", "budget", "causes"])
def test_what_follows_from_figures_is_told_where_nothing_else_is(part: str) -> None:
    before, after = pair()
    after[part] = {"other": 1}

    assert told(before, after) == [(part, "", "changed")]


def test_the_headline_is_told_figure_by_figure() -> None:
    before, after = pair()
    after["headline"][0]["before"], after["headline"][1]["year"] = 0.5, 12.0

    assert told(before, after) == [("headline", "fault_rate", "before"), ("headline", "mtbf", "year")]


@pytest.mark.parametrize("part", ["incidents", "pending", "looks", "trend", "plan", "risks"])
def test_what_lives_on_is_not_compared(part: str) -> None:
    before, after = pair()
    after[part] = {"other": 1}

    assert differences(before, after) == []


GOAL: dict[str, dict[str, Any]] = {
    "fault_rate": {"measure": "fault_rate", "target": 0.01, "exposure": {}},
    "mttr": {"target": 4.0},
}


def said(key: str, found: Any, part: str = "fleet", name: str = "") -> str:
    row = {"part": part, "name": name, "key": key, "before": found, "after": None}
    return revised.value(row, "before", TZ, translator("en"), GOAL)


def test_a_figure_is_rounded_as_in_the_headline() -> None:
    """Up for a fault rate, and never over its goal; MTTR up, availability down."""
    assert said("fault_rate", 0.000302001) == "0.0303 %"
    assert said("fault_rate", 0.0099999999) == "0.9999 %"
    assert said("actual", 0.000302001, "headline", "fault_rate") == "0.0303 %"
    assert said("mttr_h", 3.501) == "3.51 h"
    assert said("availability", 0.99999999) == "99.9999 %"


def test_a_window_is_told_by_its_edges() -> None:
    window = {"from": MONTH.start, "to": MONTH.start + DAY}

    assert said("", window, "maintenance", "1") == "2026-09-01 00:00:00 – 2026-09-02 00:00:00"
