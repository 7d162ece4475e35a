"""Control limits of single values."""

import math

import pytest
from scipy.stats import skellam

from rules.statistics.control import individuals, of_lost_time


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


def test_no_range_reaches_across_a_hole() -> None:
    """Mean 6; ranges 1, 1 and 1, 1, 2. Over the hole it would be 7 as well."""
    found = individuals([2, 3, 2, None, 9, 10, 9, 7, None])

    assert found is not None
    assert found.high == pytest.approx(6 + 2.66 * (1 + 1 + 1 + 1 + 2) / 5)


def test_what_was_always_zero_has_no_limits() -> None:
    assert individuals([0.0] * 6) is None


@pytest.mark.parametrize(("faults", "exposure"), [(10, 100.0), (3, 50.0), (4000, 1000.0)])
def test_the_limits_of_lost_time_leave_out_what_three_deviations_do(faults: int, exposure: float) -> None:
    """The number of faults exceeds a Poisson count of as many mean lengths as were lost (Skellam's difference)."""
    lost, watched = 20.0, 1000.0
    found = of_lost_time(lost, faults, watched, exposure)
    assert found is not None
    lengths = [limit * exposure / (lost / faults) for limit in (found.low, found.high)]
    expected = faults * exposure / watched

    assert skellam.sf(0, expected, lengths[1]) == pytest.approx(0.00135, rel=1e-4)
    assert skellam.sf(0, expected, lengths[0] or 1e-12) == pytest.approx(
        min(1 - 0.00135, 1 - math.exp(-expected)), rel=1e-4
    )


def test_of_nothing_lost_nothing_is_known() -> None:
    assert of_lost_time(0.0, 0, 1000.0, 100.0) is None
