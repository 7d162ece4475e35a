"""Kaplan-Meier: TV-45, against scipy's own estimate, and the laws of a survival."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, ecdf

from rules.statistics.survival import kaplan_meier

HOURS = [0.5, 1.2, 1.2, 2.0, 3.1, 3.5, 4.0, 6.5, 9.0, 12.0]
ENDED = [True, True, True, True, False, True, True, True, False, True]

LIVES = st.lists(st.tuples(st.integers(0, 40).map(float), st.booleans()), min_size=1, max_size=60)


def test_ten_repairs_two_of_them_open() -> None:
    curve = kaplan_meier(HOURS, ENDED)

    assert curve is not None
    assert curve.times.tolist() == [0.5, 1.2, 2.0, 3.5, 4.0, 6.5, 12.0]
    assert curve.shares.tolist() == pytest.approx([0.9, 0.7, 0.6, 0.48, 0.36, 0.24, 0.0])
    assert curve.error(4) == pytest.approx(0.160997, abs=5e-7)
    assert 1 - curve.at(4) == pytest.approx(0.64)
    assert curve.quantile(0.5) == 3.5
    assert curve.restricted_mean(12) == pytest.approx(5.05)
    assert (curve.ended, curve.censored, curve.longest) == (8, 2, 12.0)


def test_the_mean_of_finished_repairs_alone_flatters() -> None:
    curve = kaplan_meier(HOURS, ENDED)
    finished = [hours for hours, ended in zip(HOURS, ENDED, strict=True) if ended]

    assert curve is not None
    assert np.mean(finished) == pytest.approx(3.8625)
    assert np.mean(finished) < (curve.restricted_mean(12) or 0)


def test_what_is_censored_at_the_time_of_an_end_was_at_risk() -> None:
    curve = kaplan_meier([2.0, 2.0, 5.0], [True, False, True])

    assert curve is not None
    assert curve.shares.tolist() == pytest.approx([2 / 3, 0.0])


def test_beyond_what_was_seen_the_share_is_only_bounded() -> None:
    curve = kaplan_meier([1.0, 2.0, 3.0], [True, True, False])

    assert curve is not None
    assert (curve.known(3), curve.known(3.5)) == (True, False)
    assert curve.at(100) == pytest.approx(1 / 3)
    assert curve.restricted_mean(3.5) is None
    assert curve.quantile(0.9) is None


def test_when_all_have_ended_the_share_is_known_for_ever_and_its_error_is_not() -> None:
    curve = kaplan_meier([1.0, 2.0], [True, True])

    assert curve is not None
    assert (curve.known(1e9), curve.at(1e9), curve.error(1e9)) == (True, 0.0, None)
    assert curve.restricted_mean(10) == pytest.approx(1.5)


def test_half_is_reached_where_arithmetic_rounds() -> None:
    curve = kaplan_meier([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [True] * 6)

    assert curve is not None
    assert curve.quantile(0.5) == 3.0


@pytest.mark.parametrize(("times", "ended"), [([], []), ([1.0, 2.0], [False, False])])
def test_where_nothing_ended_there_is_no_curve(times: list[float], ended: list[bool]) -> None:
    assert kaplan_meier(times, ended) is None


@pytest.mark.parametrize(("times", "ended"), [([-1.0], [True]), ([math.nan], [True]), ([1.0, 2.0], [True])])
def test_nonsense_is_refused(times: list[float], ended: list[bool]) -> None:
    with pytest.raises(ValueError, match="lives"):
        kaplan_meier(times, ended)


@settings(deadline=None)
@given(LIVES)
def test_it_is_the_estimate_of_scipy(lives: list[tuple[float, bool]]) -> None:
    times, ended = np.array([time for time, _ in lives]), np.array([over for _, over in lives])
    curve = kaplan_meier(times, ended)

    if curve is None:
        assert not ended.any()
        return
    other = ecdf(CensoredData(uncensored=times[ended], right=times[~ended])).sf
    assert [curve.at(time) for time in other.quantiles] == pytest.approx(list(other.probabilities), abs=1e-12)


@settings(deadline=None)
@given(LIVES, st.floats(0, 50))
def test_shares_fall_from_one_and_stay_in_range(lives: list[tuple[float, bool]], horizon: float) -> None:
    curve = kaplan_meier([time for time, _ in lives], [over for _, over in lives])

    if curve is None:
        return
    shares = [1.0, *curve.shares.tolist()]
    assert all(0 <= after <= before for before, after in pairwise(shares))
    mean = curve.restricted_mean(horizon)
    assert mean is None or -1e-9 <= mean <= horizon + 1e-9
    error = curve.error(horizon)
    assert error is None or 0 <= error <= 1


@settings(deadline=None)
@given(LIVES)
def test_without_censoring_the_restricted_mean_is_the_mean(lives: list[tuple[float, bool]]) -> None:
    times = [time for time, _ in lives]
    curve = kaplan_meier(times, [True] * len(times))

    assert curve is not None
    assert curve.restricted_mean(max(times)) == pytest.approx(np.mean(times))
