"""Predictions of compositions: TV-01, TV-35, TV-36, against enumeration, the binomial law and a simulation."""

from itertools import product
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom

from rules.statistics.prediction import (
    Behaviour,
    common_cause,
    k_of_n_availability,
    parallel,
    parallel_availability,
    part,
    series,
    series_availability,
)

THREE = [0.999, 0.995, 0.99]
PAIR = [part(1 / 500, 1 / 4), part(1 / 1000, 1 / 2)]


def enumerated(needed: int, availabilities: list[float]) -> float:
    """The chance that so many are up, summed over all ways in which the parts can be up and down."""
    return sum(
        prod(share if up else 1 - share for up, share in zip(ways, availabilities, strict=True))
        for ways in product((True, False), repeat=len(availabilities))
        if sum(ways) >= needed
    )


def test_a_process_that_just_keeps_500_and_4_hours_is_down_just_under_one_percent() -> None:
    """TV-01."""
    one = part(1 / 500, 1 / 4)

    assert 1 - one.availability == pytest.approx(0.00793650794, abs=5e-12)
    assert one.mean_up == pytest.approx(500)
    assert one.mean_down == pytest.approx(4)
    # where 500 hours are from one failure to the next, it is 0.8 %
    assert 1 - part(1 / 496, 1 / 4).availability == pytest.approx(0.008)


def test_that_process_is_down_as_long_in_a_simulation() -> None:
    random = np.random.default_rng(18)
    up, down = random.exponential(500, 200_000).sum(), random.exponential(4, 200_000).sum()

    assert down / (up + down) == pytest.approx(4 / 504, rel=0.01)


def test_three_parts() -> None:
    assert series_availability(THREE) == pytest.approx(0.98406495, abs=5e-9)
    assert parallel_availability(THREE) == pytest.approx(0.99999995, abs=5e-9)
    assert k_of_n_availability(2, THREE) == pytest.approx(0.9999351, abs=5e-8)
    for needed, found in ((3, series_availability(THREE)), (1, parallel_availability(THREE))):
        assert found == pytest.approx(enumerated(needed, THREE)) == pytest.approx(k_of_n_availability(needed, THREE))


@pytest.mark.parametrize(("needed", "parts", "share"), [(1, 2, 0.9999), (2, 3, 0.999702), (3, 4, 0.99940797)])
def test_like_parts(needed: int, parts: int, share: float) -> None:
    assert k_of_n_availability(needed, [0.99] * parts) == pytest.approx(share, abs=5e-10)
    assert k_of_n_availability(needed, [0.99] * parts) == pytest.approx(binom.sf(needed - 1, parts, 0.99))


def test_the_frequency_of_two_parts_that_are_both_needed() -> None:
    found = series(PAIR)

    assert found.availability == pytest.approx(0.990083325, abs=5e-10)
    assert found.frequency == pytest.approx(0.00297024998, abs=5e-12)
    assert found.mean_up == pytest.approx(333.333, abs=5e-4) == pytest.approx(1 / (1 / 500 + 1 / 1000))
    assert found.mean_down == pytest.approx(3.338667, abs=5e-7)


def test_the_frequency_of_two_parts_of_which_one_suffices() -> None:
    found = parallel(PAIR)

    assert 1 - found.availability == pytest.approx(1.584133e-5, abs=5e-12)
    assert found.frequency == pytest.approx(1.1881e-5, abs=5e-10)
    assert found.mean_down == pytest.approx(1.333333, abs=5e-7) == pytest.approx(1 / (1 / 4 + 1 / 2))
    assert found.mean_up == pytest.approx(84_166.667, abs=5e-4)


def test_what_never_fails_has_no_mean_time() -> None:
    assert part(0.0, 1.0) == Behaviour(1.0, 0.0)
    assert (part(0.0, 1.0).mean_up, part(0.0, 1.0).mean_down) == (None, None)
    assert series([]) == Behaviour(1.0, 0.0)


def test_a_common_cause_shows_in_the_ratio_of_measured_to_predicted() -> None:
    assert common_cause(1e-3, 1e-5) == pytest.approx(100)
    assert common_cause(1e-3, 0.0) is None


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="availability"):
        series_availability([1.1])
    with pytest.raises(ValueError, match="repair rate"):
        part(1.0, 0.0)
    with pytest.raises(ValueError, match="needed"):
        k_of_n_availability(-1, THREE)


@settings(deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_needing_more_is_no_better(availabilities: list[float]) -> None:
    shares = [k_of_n_availability(needed, availabilities) for needed in range(len(availabilities) + 2)]

    assert shares[0] == pytest.approx(1)
    assert shares[-1] == 0
    assert shares == sorted(shares, reverse=True)
    assert shares[1:-1] == pytest.approx([enumerated(k, availabilities) for k in range(1, len(availabilities) + 1)])
