"""Repair times: TV-54, the exponential interval of TV-45, and what may be claimed of a mean."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2, lognorm, norm, t

from rules.statistics.repair import exponential_interval, lognormal, mean_to_claim, observed

REPAIRS = [0.6, 0.9, 1.3, 1.7, 2.2, 2.8, 3.9, 7.5]


def test_the_lognormal_law_of_eight_repairs() -> None:
    law = lognormal(REPAIRS)
    logs = np.log(REPAIRS)
    fitted = lognorm(s=logs.std(ddof=1), scale=math.exp(logs.mean()))

    assert law is not None
    assert law.mean == pytest.approx(2.7201301, abs=5e-8)
    assert law.by_z == pytest.approx((1.4061973, 5.2617849), abs=5e-8)
    assert law.by_t == pytest.approx((1.2271160, 6.0296727), abs=1e-7)
    assert law.median == pytest.approx(1.9568682, abs=5e-8)
    assert law.p90 == pytest.approx(5.5368856, abs=5e-8)
    assert (law.mean, law.median, law.p90) == pytest.approx((fitted.mean(), fitted.median(), fitted.ppf(0.9)))


def test_coxs_interval_lies_around_the_mean_of_the_logarithms() -> None:
    law = lognormal(REPAIRS)
    logs = np.log(REPAIRS)
    square = logs.var(ddof=1)
    error = math.sqrt(square / 8 + square**2 / 14)

    assert law is not None
    assert np.log(law.by_z) == pytest.approx(np.log(law.mean) + error * norm.ppf([0.025, 0.975]))
    assert np.log(law.by_t) == pytest.approx(np.log(law.mean) + error * t.ppf([0.025, 0.975], 7))


def test_beside_the_mean_stand_median_p90_and_the_longest() -> None:
    seen = observed([0.3] * 9 + [40.0])

    assert seen is not None
    assert seen.count == 10
    assert seen.mean == pytest.approx(4.27)
    assert (seen.median, seen.p90, seen.longest) == (0.3, 0.3, 40.0)


def test_percentiles_are_repairs_that_happened() -> None:
    seen = observed(REPAIRS)

    assert seen is not None
    assert seen.mean == pytest.approx(2.6125)
    assert (seen.median, seen.p90) == (1.7, 7.5)


def test_the_exponential_interval_counts_the_time_of_open_repairs() -> None:
    found = exponential_interval(43, 8, 0.90)

    assert found == pytest.approx((3.270431, 10.801787), abs=5e-7)
    assert found == pytest.approx((86 / chi2.ppf(0.95, 16), 86 / chi2.ppf(0.05, 16)))


def test_the_exponential_interval_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(3)
    totals = random.exponential(4, (4000, 5)).sum(axis=1)
    found = [exponential_interval(float(total), 5, 0.90) for total in totals]

    assert np.mean([one is not None and one[0] <= 4 <= one[1] for one in found]) == pytest.approx(0.90, abs=0.015)


@pytest.mark.parametrize(("repairs", "mean"), [(5, 1.95), (10, 2.49), (20, 2.91), (30, 3.10)])
def test_the_observed_mean_that_shows_four_hours(repairs: int, mean: float) -> None:
    found = mean_to_claim(4, repairs)

    assert found is not None
    assert found == pytest.approx(mean, abs=5e-3)
    # with that mean observed, the upper bound of the true one is the target
    assert 2 * repairs * found / chi2.ppf(0.10, 2 * repairs) == pytest.approx(4)


def test_without_a_repair_there_is_no_figure() -> None:
    assert observed([]) is None
    assert exponential_interval(12.0, 0) is None
    assert mean_to_claim(4, 0) is None


@pytest.mark.parametrize("times", [[], [2.0], [0.0, 0.0, 3.0]])
def test_a_law_needs_two_repairs_that_took_time(times: list[float]) -> None:
    assert lognormal(times) is None


def test_repairs_that_took_the_same_time_have_no_scatter() -> None:
    law = lognormal([2.0, 2.0, 2.0])

    assert law is not None
    assert (law.mean, *law.by_t, law.p90) == pytest.approx((2.0,) * 4)


@pytest.mark.parametrize("times", [[-1.0, 2.0], [math.nan, 1.0], [math.inf, 1.0]])
def test_nonsense_is_refused(times: list[float]) -> None:
    for found in (observed, lognormal):
        with pytest.raises(ValueError, match="repair times"):
            found(times)


@settings(deadline=None)
@given(st.lists(st.floats(1e-4, 1e5), min_size=2, max_size=40), st.floats(0.01, 100))
def test_the_unit_of_time_does_not_matter(times: list[float], factor: float) -> None:
    one, other = lognormal(times), lognormal([time * factor for time in times])

    assert one is not None
    assert other is not None
    assert all(math.isfinite(bound) for bound in (*one.by_z, *one.by_t))
    assert one.by_z[0] <= one.mean <= one.by_z[1]
    if one.by_t[1] < 1e250:
        assert math.log(other.by_t[1]) == pytest.approx(math.log(one.by_t[1]) + math.log(factor), abs=1e-6)
