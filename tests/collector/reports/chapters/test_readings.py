"""Readings side by side: each with its interval, none where there is nothing to read."""

from typing import Any

from collector.reports.chapters.readings import readings
from tests.collector.reports.stories import HOUR, figures

ANALYSIS = {"affected": {"share": 0.5, "confidence": 0.95, "clopper_pearson": [0.1, 0.9], "wilson": [0.2, 0.8]}}


def rows(fleet: dict[str, Any] | None = None, analysis: dict[str, Any] | None = None) -> dict[str, dict[str, Any]]:
    return {row["reading"]: row for row in readings(fleet or figures()["fleet"], analysis)}


def test_the_worst_case_counts_what_nobody_saw_and_what_nobody_could_reach() -> None:
    fleet = figures()["fleet"]

    lost = fleet["down_ms"] + fleet["unreachable_ms"] + fleet["unknown_ms"]
    assert fleet["unknown_ms"] == 12 * HOUR
    assert rows()["worst_case"]["value"] == lost / fleet["agreed_ms"]


def test_both_intervals_of_the_share_of_targets_stand_side_by_side() -> None:
    found = rows(analysis=ANALYSIS)

    assert (found["affected"]["low"], found["affected"]["high"]) == (0.1, 0.9)
    assert (found["affected_wilson"]["low"], found["affected_wilson"]["high"]) == (0.2, 0.8)
    assert found["affected"]["confidence"] == 0.95


def test_what_nobody_analysed_is_left_out() -> None:
    assert not {"affected", "affected_wilson"} & set(rows())


def test_a_period_without_failures_still_has_a_lower_bound() -> None:
    fleet = figures()["fleet"] | {"mtbf_h": None, "mtbf_interval90_h": None, "mtbf_lower90_h": 312.7}

    found = rows(fleet)

    assert "mtbf" not in found
    assert (found["mtbf_lower"]["value"], found["mtbf_lower"]["low"]) == (None, 312.7)
