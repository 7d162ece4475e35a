"""Many objects: TV-48, tails against scipy's laws, and a ranking that brief observation does not lead."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, chi2, chisquare, poisson

from rules.statistics.pooling import empirical_bayes, homogeneity, offenders

FAILURES = [0, 1, 2, 1, 9, 2]
HOURS = [8000.0, 8000, 8000, 4000, 8000, 4000]

FLEETS = st.lists(st.tuples(st.integers(0, 30), st.floats(0, 1e4)), max_size=20)


def test_six_objects_are_not_alike() -> None:
    found = homogeneity(FAILURES, HOURS)
    expected = np.array(HOURS) * sum(FAILURES) / sum(HOURS)
    other = chisquare(FAILURES, expected)

    assert found is not None
    assert found.rate == pytest.approx(3.75e-4)
    assert 1 / found.rate == pytest.approx(2666.667, abs=5e-4)
    assert found.statistic == pytest.approx(17.0) == pytest.approx(other.statistic)
    assert found.freedom == 5
    assert found.p == pytest.approx(0.00449980, abs=5e-9) == pytest.approx(other.pvalue)
    assert found.statistic > chi2.ppf(0.95, 5)
    assert found.least_expected == pytest.approx(1.5)


def test_the_worst_of_six_is_worse_than_chance() -> None:
    found = offenders(FAILURES, HOURS)

    assert found is not None
    assert found.poisson[4] == pytest.approx(0.00380299, abs=5e-9)
    assert found.binomial[4] == pytest.approx(7.849854e-4, abs=5e-11)
    assert found.poisson == pytest.approx(poisson.sf(np.array(FAILURES) - 1, np.array(HOURS) * 3.75e-4))
    assert found.binomial == pytest.approx(binom.sf(np.array(FAILURES) - 1, 15, np.array(HOURS) / 40_000))
    assert (found.adjusted <= 0.05).tolist() == [False, False, False, False, True, False]


def test_the_ranking_draws_to_the_mean() -> None:
    found = empirical_bayes(FAILURES, HOURS)

    assert found is not None
    assert found.a == pytest.approx(1.363636, abs=5e-7)
    assert found.b == pytest.approx(3636.364, abs=5e-4)
    assert found.rates[0] == pytest.approx(1.171875e-4)
    assert found.rates[4] == pytest.approx(8.90625e-4)
    assert (found.rates.min(), found.rates.max()) == (found.rates[0], found.rates[4])


def test_an_object_seen_for_300_hours_without_a_failure_does_not_lead() -> None:
    found = empirical_bayes([*FAILURES, 0], [*HOURS, 300.0])

    assert found is not None
    assert found.rates[0] < found.rates[6] < found.rates[4]
    assert found.rates[6] == pytest.approx(found.a / found.b, rel=0.1)


def test_rates_drawn_from_a_law_are_found_again() -> None:
    random = np.random.default_rng(14)
    rates, hours = random.gamma(2.0, 1 / 4000, 3000), random.uniform(2000, 9000, 3000)
    counts = random.poisson(rates * hours)
    found = empirical_bayes(counts, hours)

    assert found is not None
    assert (found.a, found.b) == pytest.approx((2.0, 4000.0), rel=0.1)
    raw = np.square(counts / hours - rates).mean()
    assert np.square(found.rates - rates).mean() < 0.6 * raw


def test_alike_objects_are_told_alike_as_often_as_the_test_says() -> None:
    random = np.random.default_rng(15)
    hours = np.linspace(500, 720, 40)
    different = 0
    for _ in range(2000):
        found = homogeneity(random.poisson(hours / 200), hours)
        assert found is not None
        different += found.p < 0.05

    assert different / 2000 == pytest.approx(0.05, abs=0.015)


def test_objects_that_differ_by_no_more_than_chance_have_no_ranking() -> None:
    assert empirical_bayes([2, 2, 2], [1000.0, 1000.0, 1000.0]) is None


@pytest.mark.parametrize(
    ("failures", "hours"), [([], []), ([3], [100.0]), ([0, 0], [1.0, 1.0]), ([0, 0], [0.0, 0.0]), ([1, 0], [1.0, 0.0])]
)
def test_without_failures_or_others_nothing_is_told(failures: list[int], hours: list[float]) -> None:
    assert homogeneity(failures, hours) is None


@pytest.mark.parametrize(("failures", "hours"), [([1], []), ([-1], [1.0]), ([1], [float("nan")]), ([1], [-1.0])])
def test_nonsense_is_refused(failures: list[int], hours: list[float]) -> None:
    for test in (homogeneity, offenders, empirical_bayes):
        with pytest.raises(ValueError, match=r"objects|failures|exposures"):
            test(failures, hours)


@settings(deadline=None)
@given(FLEETS)
def test_probabilities_and_rates_are_numbers_in_their_range(fleet: list[tuple[int, float]]) -> None:
    failures, hours = [count for count, _ in fleet], [round(time, 3) for _, time in fleet]
    tails, ranking, test = offenders(failures, hours), empirical_bayes(failures, hours), homogeneity(failures, hours)

    if tails is not None:
        for column in (tails.poisson, tails.binomial, tails.adjusted):
            assert ((column >= 0) & (column <= 1)).all()
    if ranking is not None:
        assert np.isfinite(ranking.rates).all()
        assert (ranking.rates > 0).all()
    if test is not None:
        assert 0 <= test.p <= 1
        assert test.statistic >= 0


@settings(deadline=None)
@given(FLEETS, st.floats(0.01, 100))
def test_the_unit_of_time_does_not_matter(fleet: list[tuple[int, float]], factor: float) -> None:
    failures, hours = [count for count, _ in fleet], [round(time, 3) for _, time in fleet]
    one, other = homogeneity(failures, hours), homogeneity(failures, [time * factor for time in hours])

    if one is not None and other is not None:
        assert other.statistic == pytest.approx(one.statistic, rel=1e-6, abs=1e-6)
