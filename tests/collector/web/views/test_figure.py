"""Headline figures: their goals, their verdicts, and what stands where there is nothing."""

from typing import Any

from collector.texts import translator
from collector.web.views.figure import Goals, availability, goals, headlines, parts

EN = translator("en")
HOUR = 3_600_000


def entry(**changes: Any) -> dict[str, Any]:
    return {
        "up_ms": 990 * HOUR,
        "degraded_ms": 0,
        "down_ms": 10 * HOUR,
        "unreachable_ms": 0,
        "unknown_ms": 0,
        "maintenance_ms": 0,
        "excluded_ms": 0,
        "out_of_service_ms": 0,
        "coverage": 1.0,
        "availability": 0.99,
        "mtbf_h": 499.96,
        "mttr_h": 4.0,
        "restored": 1,
        "failures": 1,
        "down_ms_min": 9 * HOUR,
        "down_ms_max": 11 * HOUR,
        "verdicts": {"fault_rate": "missed", "mtbf": "missed", "mttr": "met"},
        **changes,
    }


def test_figures_at_their_goal_are_printed_on_the_side_of_their_verdict() -> None:
    told = {one.name: (one.value, one.verdict) for one in headlines(entry(), Goals(), EN)}

    assert told["Availability"] == ("99.00 %", "missed")
    assert told["MTBF"] == ("499.9 h", "missed")
    assert told["MTTR"] == ("4.0 h", "met")


def test_goals_come_from_the_method() -> None:
    figures = {"method": {"parameters": {"targets": {"fault_rate": 0.001, "mtbf": "1000h", "mttr": 7_200_000}}}}

    assert goals(figures) == Goals(0.001, 1000.0, 2.0)
    assert goals(figures).availability == 0.999


def test_without_known_time_there_is_no_availability_and_no_verdict() -> None:
    nothing = availability(entry(availability=None, coverage=0.0), Goals(), EN)

    assert (nothing.value, nothing.verdict, nothing.coverage, nothing.low_coverage) == ("–", "", "0.00 %", True)


def test_a_target_without_figures_has_none() -> None:
    nothing = availability(None, Goals(), EN)

    assert (nothing.value, nothing.coverage) == ("–", "–")


def test_the_eight_parts_are_listed_with_their_shares() -> None:
    told = [(part.state, part.share, part.none) for part in parts(entry(), EN)]

    assert len(told) == 8
    assert told[0] == ("up", "99.00 %", False)
    assert told[-1] == ("out_of_service", "0.00 %", True)


def test_downtime_names_its_bounds() -> None:
    downtime = headlines(entry(), Goals(), EN)[3]

    assert (downtime.value, downtime.basis) == ("10 h 0 min", "certainly 9 h 0 min, at most 11 h 0 min")
