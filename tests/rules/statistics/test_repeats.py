"""Repeat faults against chance: TV-02 and TV-04 are of the same kind."""

import math

import numpy as np
import pytest
from scipy.stats import poisson

from rules.statistics.repeats import at_least_by_chance, expected_returns, expected_with


def test_a_device_of_500_hours_hardly_gets_through_a_month() -> None:
    """TV-02: a share of devices with a failure below 1 % would make a promise of 500 hours meaningless."""
    assert expected_with(1 / 500, [720], 1) == pytest.approx(0.763072241, abs=5e-10)
    assert expected_with(1 / 500, [720], 1) == pytest.approx(1 - math.exp(-720 / 500))


@pytest.mark.parametrize(("mtbf", "chance"), [(500, 0.421896), (1000, 0.162786), (2000, 0.051160), (5000, 0.009424)])
def test_two_failures_of_one_device_in_a_month(mtbf: float, chance: float) -> None:
    """TV-04."""
    assert expected_with(1 / mtbf, [720], 2) == pytest.approx(chance, abs=5e-7)
    assert expected_with(1 / mtbf, [720], 2) == pytest.approx(poisson.sf(1, 720 / mtbf))


def test_two_of_two_hundred_good_devices_fail_three_times_in_a_quarter() -> None:
    found = expected_with(1 / 5000, [2160.0] * 200)

    assert found == pytest.approx(1.95, abs=5e-3)
    assert found == pytest.approx(200 * poisson.sf(2, 2160 / 5000))


def test_three_such_devices_are_no_signal_and_fifteen_are() -> None:
    assert at_least_by_chance(3, 1 / 5000, [2160.0] * 200) > 0.25
    assert at_least_by_chance(15, 1 / 5000, [2160.0] * 200) < 1e-7
    assert at_least_by_chance(0, 1 / 5000, [2160.0] * 200) == 1.0


def test_the_chance_of_so_many_devices_is_that_of_a_simulation() -> None:
    counts = np.random.default_rng(16).poisson(2160 / 5000, (5000, 200))
    seen = ((counts >= 3).sum(axis=1) >= 4).mean()

    assert at_least_by_chance(4, 1 / 5000, [2160.0] * 200) == pytest.approx(seen, abs=0.02)


def test_failures_that_come_back_by_chance() -> None:
    random = np.random.default_rng(17)
    gaps = random.exponential(1000, 100_000)

    assert expected_returns([1 / 1000] * 3, [720.0, 360.0, 0.0]) == pytest.approx(
        (gaps <= 720).mean() + (gaps <= 360).mean(), abs=0.01
    )


def test_without_failures_nothing_is_expected() -> None:
    assert expected_with(0.0, [720.0, 720.0]) == 0.0
    assert expected_with(1 / 500, []) == 0.0
    assert expected_with(1 / 500, [720.0, 1.0], 0) == 2.0
    assert expected_returns([], []) == 0.0


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="rate"):
        expected_with(-1.0, [720.0])
    with pytest.raises(ValueError, match="exposures"):
        expected_with(1.0, [float("nan")])
    with pytest.raises(ValueError, match="failures"):
        expected_returns([1.0], [])
