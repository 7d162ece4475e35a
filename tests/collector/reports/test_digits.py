"""Ten digits in every figure of a report, and a comparison that no boundary of rounding upsets."""

import json
import math
from typing import Any

import pytest

from collector.printed import percent
from collector.reports.digits import agree, rounded
from tests.collector.reports.test_revisions import FROZEN, MONTH, TZ
from tests.collector.rooms import ADMIN, Rooms
from tests.collector.watched import an_outage, watched


def floats(value: Any) -> list[float]:
    if isinstance(value, float):
        return [value]
    entries = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [found for entry in entries for found in floats(entry)]


def test_every_figure_of_a_report_has_ten_digits_at_most(rooms: Rooms) -> None:
    from collector.reports.archive import Archive

    found = watched(rooms)
    an_outage(found)
    rooms.clock.at = FROZEN
    archive = Archive(found, found.log, found.fold, found.intake, found.clock, found.settings)
    issued = archive.issue("month", MONTH, TZ, ADMIN)
    figures = floats(json.loads(archive.file(issued.id, "json", "en")[0])["report"])

    assert len(figures) > 50
    assert [figure for figure in figures if figure != float(f"{figure:.10g}")] == []


@pytest.mark.parametrize("digits", [6, 10])
def test_two_figures_beside_a_boundary_agree_though_they_round_apart(digits: int) -> None:
    one = 0.12345650000000001 if digits == 6 else 0.12345678905
    other = math.nextafter(one, 0)
    other = math.nextafter(other, 0)

    assert rounded(one, digits) != rounded(other, digits)
    assert agree(one, other)


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ({"a": [1.0, None]}, {"a": [1.0000001, None]}, True),
        ({"a": [1.0]}, {"a": [1.00001]}, False),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {"b": 1}, False),
        ([1.0], [1.0, 2.0], False),
        ([0.0], [1e-15], True),
        ([1], [1.0], True),
        ([True], [1], False),
        ([True], [1.0], False),
        ("met", "missed", False),
        (None, 0.0, False),
    ],
)
def test_only_floats_may_lie_apart(one: Any, other: Any, alike: bool) -> None:
    assert agree(one, other) is alike


@pytest.mark.parametrize("value", [0.00999999999996, 0.0100000000004, 1 - 2e-11, 499.99999999999])
def test_a_figure_beside_its_goal_does_not_come_to_stand_on_it(value: float) -> None:
    assert rounded(value) == value
    assert rounded(rounded(value)) == rounded(value)


def test_the_last_bit_of_a_round_figure_is_cut() -> None:
    assert (rounded(0.1 + 0.2), rounded(1 - 1e-16), rounded(2 / 3)) == (0.3, 1.0, 0.6666666667)


def test_a_rate_just_below_its_goal_is_printed_below_it() -> None:
    assert percent(rounded(0.00999999999996), 4, 0.01, up=True) == "0.9999 %"
