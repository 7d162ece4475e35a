"""Before and after a change: the conditional binomial test by hand and against scipy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from rules.statistics.change import fewer_by_chance


def test_five_before_and_none_after_in_equal_times() -> None:
    assert fewer_by_chance(5, 0, 2000.0, 2000.0) == pytest.approx(1 / 32)


def test_four_before_and_one_after_in_equal_times() -> None:
    assert fewer_by_chance(4, 1, 700.0, 700.0) == pytest.approx(6 / 32)


def test_a_longer_time_before_explains_more_before() -> None:
    assert fewer_by_chance(2, 0, 300.0, 100.0) == pytest.approx(9 / 16)


def test_none_before_is_no_evidence() -> None:
    assert fewer_by_chance(0, 3, 100.0, 100.0) == 1.0


@pytest.mark.parametrize(("before", "after", "times"), [(0, 0, (1.0, 1.0)), (1, 0, (0.0, 1.0)), (1, 0, (1.0, 0.0))])
def test_without_a_failure_or_a_time_nothing_is_said(before: int, after: int, times: tuple[float, float]) -> None:
    assert fewer_by_chance(before, after, *times) is None


def test_negative_numbers_are_errors() -> None:
    with pytest.raises(ValueError, match="before"):
        fewer_by_chance(-1, 0, 1.0, 1.0)


@given(st.integers(0, 40), st.integers(0, 40), st.floats(1, 1e4), st.floats(1, 1e4))
def test_it_is_the_one_sided_binomial_test(before: int, after: int, first: float, second: float) -> None:
    if before + after:
        expected = binomtest(before, before + after, first / (first + second), alternative="greater").pvalue

        assert fewer_by_chance(before, after, first, second) == pytest.approx(expected, rel=1e-6, abs=1e-12)
