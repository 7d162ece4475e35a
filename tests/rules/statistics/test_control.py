"""Control limits of single values."""

import pytest

from rules.statistics.control import individuals


def test_the_limits_by_hand() -> None:
    """Mean 12, moving ranges 2, 4, 2, 4, 2: mean 2.8, times 2.66."""
    found = individuals([11, 13, 9, 11, 15, 13])

    assert found is not None
    assert found.centre == 12
    assert [found.low, found.high] == pytest.approx([12 - 2.66 * 2.8, 12 + 2.66 * 2.8])


def test_no_limit_is_below_nothing() -> None:
    found = individuals([0, 10, 0, 10, 0, 10])

    assert found is not None
    assert found.low == 0


def test_five_values_are_too_few() -> None:
    assert individuals([1, 2, 3, 4, 5]) is None
