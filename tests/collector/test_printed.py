"""Directed rounding: a printed figure never contradicts its verdict and never says more than was measured."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.printed import duration, instant, number, percent
from collector.texts import translator

EN = translator("en")


@pytest.mark.parametrize(
    ("ratio", "decimals", "goal", "up", "printed"),
    [
        (0.0099996, 4, 0.01, True, "0.9999 %"),  # met, so never 1.00 %
        (0.0100001, 4, 0.01, True, "1.0001 %"),
        (0.01, 4, 0.01, True, "1.0000 %"),
        (0.99001, 2, 0.99, False, "99.001 %"),  # met: over 99 %
        (0.99, 2, 0.99, False, "99.00 %"),  # missed: not over 99 %
        (0.98999, 2, 0.99, False, "98.99 %"),
        (0.9999999, 2, None, False, "99.99 %"),
        (1.0, 2, None, False, "100.00 %"),
        (0.0, 2, None, True, "0.00 %"),
        (0.000001, 2, None, True, "0.01 %"),
        (0.000001, 2, None, False, "0.0001 %"),
        (None, 2, 0.99, False, "–"),
    ],
)
def test_a_percentage_keeps_its_side(ratio: float | None, decimals: int, goal: float, up: bool, printed: str) -> None:
    assert percent(ratio, decimals, goal, up=up) == printed


@given(st.floats(0, 1), st.sampled_from([0.9, 0.99, 0.999]))
def test_a_printed_availability_has_the_verdict_of_the_measured_one(ratio: float, goal: float) -> None:
    printed = float(percent(ratio, goal=goal).removesuffix(" %")) / 100

    assert (printed > goal + 1e-12) == (ratio > goal + 1e-12) or abs(ratio - goal) < 1e-9
    assert printed <= ratio + 1e-12


@given(st.floats(0, 1, exclude_max=True))
def test_less_than_everything_is_never_printed_as_everything(ratio: float) -> None:
    assert percent(ratio) != "100.00 %"


@pytest.mark.parametrize(
    ("value", "goal", "up", "printed"),
    [
        (499.99, 500.0, True, "499.9"),
        (0.0139, 500.0, False, "0.01"),
        (0.0, 500.0, False, "0.0"),
        (500.0, 500.0, False, "500.0"),
        (4.0001, 4.0, True, "4.1"),
        (3.99, 4.0, True, "3.9"),
    ],
)
def test_hours_keep_their_side_of_the_goal(value: float, goal: float, up: bool, printed: str) -> None:
    assert number(value, 1, goal, up=up) == printed


@pytest.mark.parametrize(
    ("span", "told"),
    [
        (0, "0 s"),
        (1_540, "1.5 s"),
        (59_999, "59 s"),
        (60_000, "1 min 0 s"),
        (3_599_999, "59 min 59 s"),
        (5_400_000, "1 h 30 min"),
        (90_000_000, "1 d 1 h"),
        (None, "–"),
    ],
)
def test_a_duration_is_cut_and_told_in_two_units(span: int | None, told: str) -> None:
    assert duration(span, EN) == told


def test_an_instant_is_told_on_the_clock_of_its_zone() -> None:
    assert instant(1_790_000_000_123, "Asia/Shanghai") == "2026-09-21 22:13:20"
