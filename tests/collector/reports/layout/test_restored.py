"""How many outages were restored by when: an estimate is called one, and the curve has the steps that were."""

from typing import Any

import pytest

from collector.reports.charts.survival import at, staircase
from collector.reports.layout.blocks import Chart
from collector.reports.layout.lay import lay
from tests.collector.reports.told import document_of, target

REPAIR = 3 + 50 / 60
"""Hours from 09:55 to 13:45: each edge lies between two looks."""
OPEN = 3 + 5 / 60
"""Hours from 20:55 to the end of the month."""


def chart(*ends: tuple[str, str]) -> Chart:
    lines = [line for number, span in enumerate(ends) for line in target(f"c{number}", "switch", [span])]
    laid = lay(document_of(lines), "en")
    blocks: list[Any] = [block for chapter in laid.chapters for block in chapter.blocks]
    return next(block for block in blocks if isinstance(block, Chart) and block.kind == "survival")


RESTORED = ("09-03T10:00", "09-03T13:50"), ("09-05T10:00", "09-05T13:50")
UNRESTORED = ("09-30T21:00", "10-02T00:00"), ("09-30T21:00", "10-02T00:00")


def test_with_open_ones_it_is_an_estimate() -> None:
    said = "2 were restored, 2 still open; estimated with these, 0.0 % are restored within 2 h."
    assert chart(*RESTORED, *UNRESTORED).said == said


def test_without_open_ones_it_is_a_count() -> None:
    assert chart(*RESTORED).said == "Within 24 h 100.0 % were restored."


def test_the_curve_has_its_own_steps_and_marks_what_is_open() -> None:
    data = chart(*RESTORED, *UNRESTORED).data

    assert data["points"] == [[pytest.approx(REPAIR), 1.0]]
    assert data["open"] == [pytest.approx(OPEN), pytest.approx(OPEN)]


def test_nothing_is_restored_between_two_restorations() -> None:
    assert staircase([[1.0, 0.5], [4.0, 1.0]]) == [(0.0, 0.0), (1.0, 0.0), (1.0, 0.5), (4.0, 0.5), (4.0, 1.0)]
    assert [at([[1.0, 0.5], [4.0, 1.0]], hours) for hours in (0.5, 1.0, 3.9)] == [0.0, 0.5, 0.5]
