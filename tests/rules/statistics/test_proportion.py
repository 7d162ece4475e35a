"""Shares: TV-50, against scipy's own interval, and the numbers of things that prove a share."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from rules.statistics import clopper_pearson
from rules.statistics.proportion import fewest, lower_bound, upper_bound, wilson

PAIRS = st.integers(1, 5000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))


@pytest.mark.parametrize(
    ("successes", "trials", "interval", "digits"),
    [
        (0, 200, (0.0, 0.0182753), 5e-8),
        (1, 200, (0.000126581, 0.0275419), 5e-8),
        (3, 50, (0.0125486, 0.1654819), 5e-8),
        (190, 200, (0.9099725, 0.9757658), 5e-8),
        (5, 50, (0.03327509, 0.21813537), 5e-9),
    ],
)
def test_the_exact_interval(successes: int, trials: int, interval: tuple[float, float], digits: float) -> None:
    other = binomtest(successes, trials).proportion_ci(0.95, "exact")

    assert clopper_pearson(successes, trials) == pytest.approx(interval, abs=digits)
    assert clopper_pearson(successes, trials) == pytest.approx((other.low, other.high))


@pytest.mark.parametrize(
    ("successes", "trials", "interval", "digits"),
    [
        (0, 200, (0.0, 0.0188453), 5e-8),
        (1, 200, (0.000883169, 0.0277737), 5e-8),
        (3, 50, (0.0206150, 0.1621709), 5e-8),
        (190, 200, (0.9104219, 0.9726174), 5e-8),
        (5, 50, (0.04347577, 0.21360231), 1e-8),
    ],
)
def test_the_score_interval(successes: int, trials: int, interval: tuple[float, float], digits: float) -> None:
    other = binomtest(successes, trials).proportion_ci(0.95, "wilson")

    assert wilson(successes, trials) == pytest.approx(interval, abs=digits)
    assert wilson(successes, trials) == pytest.approx((other.low, other.high))


@pytest.mark.parametrize(("trials", "bound"), [(60, 0.9512971), (59, 0.9504924)])
def test_how_much_all_of_all_proves(trials: int, bound: float) -> None:
    assert lower_bound(trials, trials) == pytest.approx(bound, abs=5e-8)
    assert lower_bound(trials, trials) == pytest.approx(0.05 ** (1 / trials))


def test_none_of_all_has_an_upper_bound_in_closed_form() -> None:
    assert upper_bound(0, 299) == pytest.approx(1 - 0.05 ** (1 / 299))


@pytest.mark.parametrize(("share", "confidence", "trials"), [(0.95, 0.95, 59), (0.99, 0.95, 299), (0.99, 0.90, 230)])
def test_how_many_without_a_failure_prove_a_share(share: float, confidence: float, trials: int) -> None:
    assert fewest(share, confidence) == trials == math.ceil(math.log(1 - confidence) / math.log(share))


def test_with_failures_among_them_it_takes_more() -> None:
    trials = fewest(0.95, 0.95, failed=2)

    assert binom.cdf(2, trials, 0.05) <= 0.05 < binom.cdf(2, trials - 1, 0.05)


def test_a_proportion_of_nothing_has_no_interval() -> None:
    assert [found(0, 0) for found in (clopper_pearson, wilson, lower_bound, upper_bound)] == [None] * 4


@pytest.mark.parametrize(("successes", "trials"), [(3, 2), (-1, 2), (1, -2)])
def test_a_proportion_lies_between_none_and_all(successes: int, trials: int) -> None:
    for found in (clopper_pearson, wilson, lower_bound, upper_bound):
        with pytest.raises(ValueError, match=r"proportion|whole number"):
            found(successes, trials)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_certainty_cannot_be_proved(share: float) -> None:
    with pytest.raises(ValueError, match="share"):
        fewest(share)


@settings(deadline=None)
@given(PAIRS, st.floats(0.5, 0.999))
def test_the_intervals_hold_the_share_and_stay_in_their_range(pair: tuple[int, int], confidence: float) -> None:
    successes, trials = pair
    for found in (clopper_pearson(successes, trials, confidence), wilson(successes, trials, confidence)):
        assert found is not None
        assert 0 <= found[0] <= successes / trials <= found[1] <= 1
        assert found[0] < found[1]


@settings(deadline=None)
@given(PAIRS, st.tuples(st.floats(0.05, 0.999), st.floats(0.05, 0.999)))
def test_more_confidence_is_a_wider_interval(pair: tuple[int, int], levels: tuple[float, float]) -> None:
    narrow, wide = (clopper_pearson(*pair, level) for level in sorted(levels))

    assert narrow is not None
    assert wide is not None
    assert wide[0] <= narrow[0] + 1e-12
    assert narrow[1] <= wide[1] + 1e-12


@settings(deadline=None)
@given(PAIRS)
def test_failures_are_the_other_side_of_successes(pair: tuple[int, int]) -> None:
    successes, trials = pair
    found, other = clopper_pearson(successes, trials), clopper_pearson(trials - successes, trials)

    assert found is not None
    assert other is not None
    assert found == pytest.approx((1 - other[1], 1 - other[0]), abs=1e-9)
