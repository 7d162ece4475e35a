"""The trend: a month is judged by those before it, and by how much of it was watched."""

from typing import Any

import pytest

from collector.reports.chapters.trend import MONTHS, trend

HOUR = 3_600_000
LEAST = 0.95


def figures(name: str, down_h: float = 1.0, faults: int = 1, known_h: float = 1000.0, **given: Any) -> dict[str, Any]:
    rate = down_h / known_h if known_h else None
    plain: dict[str, Any] = {
        "name": name, "from": 0, "agreed_ms": known_h * HOUR, "coverage": 1.0, "availability": 0.99,
        "failures": faults, "episodes": faults, "fault_rates": {"R1": rate, "R2": 0.25}, "mtbf_h": 100.0,
        "mttr_h": 2.0, "up_ms": (known_h - down_h) * HOUR, "degraded_ms": 0, "down_ms": down_h * HOUR,
    }  # fmt: skip
    return {**plain, **given}


def limits(*months: dict[str, Any]) -> dict[str, float] | None:
    found: dict[str, float] | None = trend(months, LEAST)["limits"]["fault_rate"]
    return found


def past(count: int, **given: Any) -> list[dict[str, Any]]:
    return [figures(str(number), **given) for number in range(count)]


def test_a_usual_fault_after_quiet_months_is_no_news() -> None:
    """One fault of an hour in six months: the next one, of an hour too, lies inside."""
    found = limits(*past(5, down_h=0, faults=0), figures("one"), figures("now"))

    assert found is not None
    assert found["centre"] == pytest.approx(1 / 6000)
    assert found["low"] == 0 < 1 / 1000 < found["high"]


def test_months_in_which_nothing_was_lost_have_no_limits() -> None:
    assert limits(*past(8, down_h=0, faults=0), figures("now")) is None


def test_an_unseen_month_moves_no_limit() -> None:
    unseen = figures("install week", down_h=200.0, faults=1, coverage=0.01)

    assert limits(unseen, *past(8), figures("now")) == limits(*past(8), figures("now"))


def test_a_short_month_has_wider_limits() -> None:
    whole, short = (limits(*past(8), figures("now", known_h=known)) for known in (1000.0, 100.0))

    assert whole is not None
    assert short is not None
    assert short["high"] > whole["high"]
    assert short["centre"] == whole["centre"] == pytest.approx(0.001)


def test_the_limits_come_from_the_months_before() -> None:
    assert limits(*past(8), figures("now", down_h=500.0)) == limits(*past(8), figures("now"))


def test_few_months_have_no_limits() -> None:
    assert limits(*past(6)) is None


def test_another_reading_of_the_fault_rate_is_told_without_limits() -> None:
    found = trend([*past(8), figures("now")], LEAST, "R2")

    assert (found["months"][-1]["fault_rate"], found["limits"]["fault_rate"]) == (0.25, None)


def test_a_month_without_measurement_has_no_figure() -> None:
    row = trend([figures("2026-01", known_h=0)], LEAST)["months"][0]

    assert (row["fault_rate"], row["availability"], row["failures"]) == (None, None, None)


def test_there_are_thirteen_months_at_most() -> None:
    assert len(trend(past(20), LEAST)["months"]) == MONTHS
