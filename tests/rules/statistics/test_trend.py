"""Trend of one object: TV-51, TV-52, how often the tests err, and what has no trend."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import chi2, norm

from rules.statistics.ending import Ending
from rules.statistics.trend import laplace, power_law

TWELVE = [500.0, 1100, 2400, 3600, 4200, 5000, 5700, 6300, 6900, 7500, 7900, 8400]
FIVE = [40.0, 110, 250, 470, 800]

FAILURES = st.lists(st.floats(1e-3, 1.0), min_size=4, max_size=30)


def test_the_centroid_of_twelve_failures_in_a_year() -> None:
    found = laplace(TWELVE, 8760)

    assert found is not None
    assert found.statistic == pytest.approx(0.7922374, abs=5e-8)
    assert found.p == pytest.approx(0.42822, abs=5e-6)
    assert found.p == pytest.approx(2 * norm.sf(0.7922374), abs=5e-8)
    assert (found.worse, found.better) == (False, False)


def test_the_power_law_of_twelve_failures_in_a_year() -> None:
    law = power_law(TWELVE, 8760)

    assert law is not None
    assert law.statistic == pytest.approx(19.4334563, abs=5e-8)
    assert law.freedom == 24
    assert law.lower == pytest.approx(0.271505, abs=5e-7)
    assert law.shape == pytest.approx(1.2349836, abs=5e-8)
    assert law.shape_unbiased == pytest.approx(1.1320683, abs=5e-8)
    assert law.scale == pytest.approx(1.6227562e-4, abs=5e-12)
    assert law.intensity == pytest.approx(1.6917584e-3, abs=5e-11)
    assert law.mtbf == pytest.approx(591.101, abs=5e-4)
    assert law.mtbf_unbiased == pytest.approx(644.837, abs=5e-4)
    assert law.shape_interval == pytest.approx((0.712607, 1.873832), abs=5e-7)
    assert law.misfit == pytest.approx(0.0373771, abs=5e-8)
    assert (law.worse, law.better) == (False, False)


def test_it_is_the_most_likely_of_all_power_laws() -> None:
    law = power_law(TWELVE, 8760)
    times = np.array(TWELVE) / 8760

    def unlikely(logs: "np.ndarray[tuple[int], np.dtype[np.float64]]") -> float:
        scale, shape = np.exp(logs)
        # intensity at each failure, and the failures expected over the whole
        return float(scale - np.log(scale * shape * times ** (shape - 1)).sum())

    assert law is not None
    best = np.exp(minimize(unlikely, np.zeros(2), method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-12}).x)
    assert law.shape == pytest.approx(best[1], rel=1e-5)
    assert law.scale * 8760**law.shape == pytest.approx(best[0], rel=1e-5) == pytest.approx(12)


def test_an_observation_that_ended_with_its_last_failure() -> None:
    found, law = laplace(FIVE, 800, Ending.FAILURE), power_law(FIVE, 800, Ending.FAILURE)

    assert found is not None
    assert law is not None
    assert found.statistic == pytest.approx(-1.5804964, abs=5e-8)
    assert law.statistic == pytest.approx(13.349787, abs=5e-7)
    assert law.freedom == 8
    assert law.upper == pytest.approx(0.100368, abs=5e-7)
    assert law.upper == pytest.approx(chi2.sf(13.349787, 8), rel=1e-6)
    assert law.shape == pytest.approx(0.7490756, abs=5e-8)
    assert law.shape_unbiased == pytest.approx(0.4494454, abs=5e-8)


def test_both_tests_err_as_often_as_they_say() -> None:
    random = np.random.default_rng(5)
    worse = better = early = late = 0
    for _ in range(2000):
        times = random.uniform(0, 720, 10).tolist()
        centroid, law = laplace(times, 720), power_law(times, 720)
        assert centroid is not None
        assert law is not None
        worse, better = worse + centroid.worse, better + centroid.better
        late, early = late + law.worse, early + law.better

    assert [count / 2000 for count in (worse, better, late, early)] == pytest.approx([0.05] * 4, abs=0.015)


@pytest.mark.parametrize(("shape", "worse"), [(3.0, True), (0.3, False)])
def test_a_trend_is_told(shape: float, worse: bool) -> None:
    times = (720 * np.random.default_rng(6).uniform(0, 1, 40) ** (1 / shape)).tolist()
    centroid, law = laplace(times, 720), power_law(times, 720)

    assert centroid is not None
    assert law is not None
    assert (centroid.worse, centroid.better) == (law.worse, law.better) == (worse, not worse)
    assert law.shape == pytest.approx(shape, rel=0.3)


def test_what_is_no_power_law_does_not_fit() -> None:
    bathtub = [1.0, 2, 3, 4, 5, 6, 715, 716, 717, 718, 719, 720]
    law = power_law(bathtub, 720)

    assert law is not None
    assert law.misfit is not None
    assert law.misfit > 0.17


def test_three_failures_tell_no_trend() -> None:
    assert laplace([1.0, 2.0, 3.0], 720) is None


@pytest.mark.parametrize(("times", "end"), [([], 720.0), ([], 0.0), ([5.0], 720.0), ([720.0] * 5, 720.0)])
def test_where_no_law_is_the_most_likely_there_is_none(times: list[float], end: float) -> None:
    assert power_law(times, end) is None


def test_failures_at_one_instant_are_as_many() -> None:
    law = power_law([360.0] * 4, 720)

    assert law is not None
    assert law.shape == pytest.approx(1 / math.log(2))


@pytest.mark.parametrize("times", [[0.0, 1.0, 2.0, 3.0], [-1.0, 1, 2, 3], [1.0, 2, 3, 721], [math.nan, 1, 2, 3]])
def test_failures_lie_inside_the_observation(times: list[float]) -> None:
    for test in (laplace, power_law):
        with pytest.raises(ValueError, match="failures must lie"):
            test(times, 720)


@settings(deadline=None)
@given(FAILURES, st.floats(1e-3, 1e6))
def test_the_unit_of_time_does_not_matter(fractions: list[float], end: float) -> None:
    one, other = laplace(fractions, 1.0), laplace([fraction * end for fraction in fractions], end)
    law, scaled = power_law(fractions, 1.0), power_law([fraction * end for fraction in fractions], end)

    assert one is not None
    assert other is not None
    assert other.statistic == pytest.approx(one.statistic, abs=1e-9)
    if law is not None and law.statistic > 1e-6:
        assert scaled is not None
        assert scaled.shape == pytest.approx(law.shape, rel=1e-6)
        assert math.isfinite(scaled.mtbf)
        assert scaled.mtbf == pytest.approx(law.mtbf * end, rel=1e-6)


@settings(deadline=None)
@given(FAILURES)
def test_looking_backwards_turns_the_trend_round(fractions: list[float]) -> None:
    found, mirrored = laplace(fractions, 1.0), laplace([max(1 - fraction, 1e-12) for fraction in fractions], 1.0)

    assert found is not None
    assert mirrored is not None
    assert mirrored.statistic == pytest.approx(-found.statistic, abs=1e-6)
