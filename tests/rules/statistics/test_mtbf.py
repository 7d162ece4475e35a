"""Bounds of the MTBF: TV-42, TV-43, TV-44, each also against the equation that defines it."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.statistics import mtbf_interval, mtbf_lower_bound
from rules.statistics.ending import Ending
from rules.statistics.mtbf import failures_interval

HOURS = st.floats(1e-3, 1e9)
FAILURES = st.integers(0, 2000)
CONFIDENCES = st.floats(0.01, 0.999)


def no_more_than(failures: int, expected: float) -> float:
    """P(X ≤ failures) of a Poisson number, term by term."""
    return math.fsum(math.exp(-expected + k * math.log(expected) - math.lgamma(k + 1)) for k in range(failures + 1))


@pytest.mark.parametrize(
    ("hours", "failures", "confidence", "bound"),
    [
        (8760, 12, 0.90, 492.644479),
        (8760, 12, 0.95, 450.557735),
        (720, 0, 0.90, 312.692027),
        (720, 1, 0.90, 185.103290),
        (720, 2, 0.90, 135.279343),
        (36_000, 40, 0.90, 728.890058),
    ],
)
def test_the_lower_bound_of_an_observation_ended_by_time(
    hours: float, failures: int, confidence: float, bound: float
) -> None:
    found = mtbf_lower_bound(hours, failures, confidence)

    assert found is not None
    assert found == pytest.approx(bound, abs=5e-7)
    # at the bound, so few failures have probability 1 - confidence: this also tells swapped tails
    assert no_more_than(failures, hours / found) == pytest.approx(1 - confidence, rel=1e-9)


@pytest.mark.parametrize(
    ("hours", "failures", "interval", "digits"),
    [
        (8760, 12, (450.557735, 1265.125815), 5e-7),
        (36_000, 40, (691.385369, 1192.221186), 5e-7),
        (35_949.5, 5, (3419.517, 18247.092), 5e-4),
    ],
)
def test_the_interval_of_an_observation_ended_by_time(
    hours: float, failures: int, interval: tuple[float, float], digits: float
) -> None:
    found = mtbf_interval(hours, failures)

    assert found is not None
    assert found == pytest.approx(interval, abs=digits)
    lower, upper = found
    assert upper is not None
    assert no_more_than(failures, hours / lower) == pytest.approx(0.05, rel=1e-9)
    assert 1 - no_more_than(failures - 1, hours / upper) == pytest.approx(0.05, rel=1e-9)


def test_an_observation_ended_by_a_failure() -> None:
    from scipy.stats import gamma

    interval = mtbf_interval(2400, 5, ending=Ending.FAILURE)
    lower = mtbf_lower_bound(2400, 5, ending=Ending.FAILURE)

    assert interval == pytest.approx((262.194244, 1218.181624), abs=5e-7)
    assert lower == pytest.approx(300.240583, abs=5e-7)
    # the operating time to the fifth failure is a sum of five exponential times
    assert interval is not None
    assert gamma.sf(2400, 5, scale=interval[0]) == pytest.approx(0.05, rel=1e-9)
    assert interval[1] is not None
    assert gamma.cdf(2400, 5, scale=interval[1]) == pytest.approx(0.05, rel=1e-9)


def test_an_observation_cannot_end_by_a_failure_that_never_came() -> None:
    assert mtbf_lower_bound(2400, 0, ending=Ending.FAILURE) is None
    assert mtbf_interval(2400, 0, ending=Ending.FAILURE) is None


def test_a_promise_reached_by_the_point_value_is_not_thereby_demonstrated() -> None:
    lower = mtbf_lower_bound(8760, 12)

    assert lower is not None
    assert lower < 500 < 8760 / 12


def test_a_month_without_a_failure_shows_far_less_than_a_month() -> None:
    assert mtbf_lower_bound(720, 0) == pytest.approx(720 / math.log(10))


def test_without_a_failure_the_mtbf_has_no_upper_bound() -> None:
    interval = mtbf_interval(720, 0)

    assert interval is not None
    assert interval[0] == pytest.approx(720 / math.log(20))
    assert interval[1] is None


def test_the_mtbf_that_leaves_one_device_in_a_hundred_with_a_failure_in_a_month() -> None:
    """TV-02."""
    assert mtbf_lower_bound(720, 0, 0.01) == pytest.approx(71_639.397, abs=5e-4)


def test_without_operating_time_there_is_no_bound() -> None:
    assert (mtbf_lower_bound(0, 0), mtbf_interval(0, 0), mtbf_lower_bound(0, 3)) == (None, None, None)


def test_the_interval_of_the_number_of_failures() -> None:
    lower, upper = failures_interval(12)

    assert no_more_than(12, upper) == pytest.approx(0.05, rel=1e-9)
    assert 1 - no_more_than(11, lower) == pytest.approx(0.05, rel=1e-9)
    assert failures_interval(0) == pytest.approx((0.0, math.log(20)))


@pytest.mark.parametrize(
    ("hours", "failures", "confidence"),
    [(-1.0, 0, 0.9), (math.nan, 0, 0.9), (math.inf, 0, 0.9), (1.0, -1, 0.9), (1.0, 0, 0.0), (1.0, 0, 1.0)],
)
def test_nonsense_is_refused(hours: float, failures: int, confidence: float) -> None:
    with pytest.raises(ValueError, match=r"must|confidence"):
        mtbf_lower_bound(hours, failures, confidence)


@settings(deadline=None)
@given(HOURS, FAILURES, CONFIDENCES)
def test_the_bounds_lie_around_the_point(hours: float, failures: int, confidence: float) -> None:
    interval = mtbf_interval(hours, failures, confidence)

    assert interval is not None
    lower, upper = interval
    assert math.isfinite(lower)
    assert lower > 0
    if failures:
        assert upper is not None
        assert math.isfinite(upper)
        assert lower < upper
    if confidence >= 0.5 and failures:
        assert lower < hours / failures < (upper or math.inf)


@settings(deadline=None)
@given(HOURS, FAILURES, st.tuples(CONFIDENCES, CONFIDENCES))
def test_more_confidence_is_a_lower_bound(hours: float, failures: int, levels: tuple[float, float]) -> None:
    less, more = sorted(levels)
    high, low = mtbf_lower_bound(hours, failures, less), mtbf_lower_bound(hours, failures, more)

    assert high is not None
    assert low is not None
    assert low <= high * (1 + 1e-9)


@settings(deadline=None)
@given(HOURS, FAILURES)
def test_another_failure_is_a_lower_bound(hours: float, failures: int) -> None:
    before, after = mtbf_lower_bound(hours, failures), mtbf_lower_bound(hours, failures + 1)

    assert before is not None
    assert after is not None
    assert after < before


@settings(deadline=None)
@given(HOURS, FAILURES, st.floats(1e-3, 1e3))
def test_the_unit_of_time_does_not_matter(hours: float, failures: int, factor: float) -> None:
    one, other = mtbf_lower_bound(hours, failures), mtbf_lower_bound(hours * factor, failures)

    assert one is not None
    assert other == pytest.approx(one * factor)
