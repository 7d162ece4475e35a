"""Weibull: TV-53, against scipy's fit, and where no law is the most likely."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, chi2, weibull_min

from rules.statistics.weibull import weibull

HOURS = [120.0, 340.0, 410.0, 560.0, 720.0, 890.0, 1300.0, 1500.0]
FAILED = [True, True, True, True, False, True, True, False]


def test_eight_lives_two_of_them_going_on() -> None:
    law = weibull(HOURS, FAILED)

    assert law is not None
    assert law.shape == pytest.approx(1.3644707, abs=5e-8)
    assert law.scale == pytest.approx(962.5518, abs=5e-5)
    assert law.mean == pytest.approx(881.0053, abs=5e-5)
    assert law.quantile(0.10) == pytest.approx(184.9948, abs=5e-5)
    assert law.quantile(0.50) == pytest.approx(735.8131, abs=5e-5)
    assert law.statistic == pytest.approx(0.731583, abs=5e-7)
    assert law.p == pytest.approx(chi2.sf(0.731583, 1), rel=1e-5)
    assert (law.failed, law.censored) == (6, 2)


def test_it_is_the_most_likely_law_also_for_scipy() -> None:
    times, failed = np.array(HOURS), np.array(FAILED)
    shape, _, scale = weibull_min.fit(CensoredData(uncensored=times[failed], right=times[~failed]), floc=0)
    law = weibull(times, failed)

    assert law is not None
    assert (law.shape, law.scale) == pytest.approx((shape, scale), rel=1e-4)
    assert law.mean == pytest.approx(weibull_min.mean(law.shape, scale=law.scale))
    assert law.quantile(0.1) == pytest.approx(weibull_min.ppf(0.1, law.shape, scale=law.scale))


def test_the_ratio_is_that_of_the_likelihoods() -> None:
    times, failed = np.array(HOURS), np.array(FAILED)
    law = weibull(times, failed)
    assert law is not None

    def likelihood(shape: float, scale: float) -> float:
        return float(
            weibull_min.logpdf(times[failed], shape, scale=scale).sum()
            + weibull_min.logsf(times[~failed], shape, scale=scale).sum()
        )

    exponential = likelihood(1.0, times.sum() / failed.sum())
    assert law.statistic == pytest.approx(2 * (likelihood(law.shape, law.scale) - exponential))


@pytest.mark.parametrize(("shape", "told"), [(0.5, True), (1.0, False), (3.0, True)])
def test_many_lives_tell_their_law(shape: float, told: bool) -> None:
    times = 1000 * np.random.default_rng(4).weibull(shape, 400)
    law = weibull(np.minimum(times, 2000), times < 2000)

    assert law is not None
    assert law.shape == pytest.approx(shape, rel=0.1)
    assert (law.p < 0.05) is told


@pytest.mark.parametrize(
    ("times", "failed"),
    [
        ([], []),
        ([5.0], [True]),
        ([5.0, 7.0], [True, False]),
        ([5.0, 7.0], [False, False]),
        ([5.0, 5.0, 3.0], [True, True, False]),
    ],
)
def test_where_no_law_is_the_most_likely_there_is_none(times: list[float], failed: list[bool]) -> None:
    assert weibull(times, failed) is None


@pytest.mark.parametrize(("times", "failed"), [([0.0, 1.0], [True, True]), ([-1.0], [True]), ([1.0], [True, True])])
def test_nonsense_is_refused(times: list[float], failed: list[bool]) -> None:
    with pytest.raises(ValueError, match=r"lives|life"):
        weibull(times, failed)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(1e-3, 1e6), st.booleans()), max_size=30), st.floats(0.01, 100))
def test_the_unit_of_time_changes_the_scale_alone(lives: list[tuple[float, bool]], factor: float) -> None:
    times, failed = [time for time, _ in lives], [over for _, over in lives]
    one, other = weibull(times, failed), weibull([time * factor for time in times], failed)

    if one is None or other is None:
        # a law so steep that it is at the edge of having none may fall to either side
        assert one is other or max(law.shape for law in (one, other) if law is not None) > 1e4
        return
    assert math.isfinite(one.scale)
    assert 0 <= one.p <= 1
    assert other.shape == pytest.approx(one.shape, rel=1e-4)
    assert other.scale == pytest.approx(one.scale * factor, rel=1e-4)
