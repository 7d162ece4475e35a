"""Thresholds with a time to hold and hysteresis."""

import pytest

from rules.errors import Invalid
from rules.result import Outcome, Reading
from rules.threshold import Memory, Threshold, judge

USED = Threshold("used_ratio", warn=0.9, critical=0.98, for_ms=60_000, clear=0.8)


def walk(threshold: Threshold, *values: float, step: int = 30_000) -> list[str]:
    """The outcomes of values that follow each other."""
    memory: Memory = {}
    outcomes = []
    for index, value in enumerate(values):
        reading, memory = judge([threshold], Reading(Outcome.OK, {"used_ratio": value}), index * step, memory)
        outcomes.append(reading.outcome.value)
    return outcomes


def test_a_limit_counts_only_after_it_held() -> None:
    assert walk(USED, 0.95, 0.95, 0.95) == ["ok", "ok", "degraded"]


def test_a_value_that_goes_back_begins_anew() -> None:
    assert walk(USED, 0.95, 0.85, 0.95, 0.95) == ["ok"] * 4


def test_a_breach_ends_at_the_value_of_clear() -> None:
    assert walk(USED, 0.95, 0.95, 0.95, 0.85, 0.81, 0.8) == ["ok", "ok", *["degraded"] * 3, "ok"]


def test_without_clear_a_breach_ends_behind_the_limit() -> None:
    assert walk(Threshold("used_ratio", warn=0.9), 0.9, 0.89) == ["degraded", "ok"]


def test_below_turns_the_direction() -> None:
    free = Threshold("used_ratio", warn=0.1, clear=0.2, below=True)

    assert walk(free, 0.11, 0.1, 0.15, 0.2) == ["ok", "degraded", "degraded", "ok"]


def test_each_part_is_judged_by_itself_and_named() -> None:
    threshold = Threshold("used_ratio", warn=0.9, critical=0.98)
    values = {"used_ratio[/]": 0.5, "used_ratio[/var]": 0.99, "used_ratio_other": 1.0}

    reading, _ = judge([threshold], Reading(Outcome.OK, values, "2 mounts"), 0, {})

    assert (reading.outcome, reading.text) == (Outcome.DEGRADED, "2 mounts; used_ratio[/var] 0.99, critical at 0.98")


@pytest.mark.parametrize("outcome", [Outcome.FAILED, Outcome.ERROR])
def test_a_look_that_brought_no_values_leaves_all_as_it_was(outcome: Outcome) -> None:
    _, memory = judge([USED], Reading(Outcome.OK, {"used_ratio": 0.95}), 0, {})

    assert judge([USED], Reading(outcome), 30_000, memory) == (Reading(outcome), memory)


@pytest.mark.parametrize(
    ("table", "below"),
    [
        ({"warn": 0.9, "critical": 0.98}, False),
        ({"warn": 0.1, "critical": 0.02}, True),
        ({"warn": 0.1, "clear": 0.2}, True),
        ({"warn": 0.9, "clear": 0.8}, False),
        ({"critical": 5}, False),
        ({"critical": 5, "below": True}, True),
    ],
)
def test_the_direction_follows_from_the_limits(table: dict[str, object], below: bool) -> None:
    assert Threshold.from_plan({"metric": "m", **table}).below is below


def test_all_mistakes_in_a_plan_are_told() -> None:
    with pytest.raises(Invalid) as caught:
        Threshold.from_plan({"metirc": "m", "for_ms": "5m"})

    assert [mistake.split(":")[0] for mistake in caught.value.mistakes] == ["metirc", "for_ms", "metric", "warn"]
