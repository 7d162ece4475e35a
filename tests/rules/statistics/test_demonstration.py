"""Demonstrating an MTBF: the whole table of needed hours, what a pool may fail, and how good the test is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from rules.statistics.demonstration import allowed, demonstrated, needed, passing, plans

TABLE = {
    0: (804.72, 1151.29, 1497.87),
    1: (1497.15, 1944.86, 2371.93),
    2: (2139.51, 2661.16, 3147.90),
    3: (2757.52, 3340.39, 3876.83),
    4: (3360.49, 3996.79, 4576.76),
    5: (3953.00, 4637.34, 5256.52),
    6: (4537.69, 5266.04, 5921.20),
    8: (5689.89, 6497.36, 7217.32),
    10: (6825.36, 7703.32, 8481.11),
}


@pytest.mark.parametrize("failures", TABLE)
def test_the_hours_needed_for_500_hours(failures: int) -> None:
    (plan,) = plans(500, [failures])

    assert tuple(plan.needed.values()) == pytest.approx(TABLE[failures], abs=5e-3)
    assert list(plan.needed.values()) == pytest.approx(
        [500 * chi2.ppf(level, 2 * failures + 2) / 2 for level in plan.needed]
    )


def test_a_table_has_a_row_for_each_number_of_failures() -> None:
    assert [plan.failures for plan in plans(500, [0, 1, 4])] == [0, 1, 4]


def test_demonstrated_is_exactly_where_the_lower_bound_reaches_the_target() -> None:
    enough = needed(500, 2)

    assert demonstrated(enough * 1.000001, 2, 500) is True
    assert demonstrated(enough * 0.999999, 2, 500) is False


def test_a_year_with_twelve_failures_does_not_demonstrate_500_hours() -> None:
    assert demonstrated(8760, 12, 500) is False
    assert needed(500, 12) == pytest.approx(8760 * 500 / 492.644479)


def test_a_pool_of_fifty_devices_may_fail_sixty_times_in_a_month() -> None:
    assert allowed(36_000, 500) == 60
    assert demonstrated(36_000, 60, 500)
    assert not demonstrated(36_000, 61, 500)


@pytest.mark.parametrize(
    ("failures", "true", "chance"),
    [(0, 1000, 0.316), (0, 2000, 0.562), (3, 1000, 0.571), (3, 2000, 0.911), (6, 1000, 0.722), (6, 2000, 0.982)],
)
def test_how_likely_a_good_device_passes(failures: int, true: float, chance: float) -> None:
    counts = np.random.default_rng(1).poisson(needed(500, failures) / true, 200_000)

    assert passing(true, 500, failures) == pytest.approx(chance, abs=5e-4)
    assert (counts <= failures).mean() == pytest.approx(chance, abs=5e-3)


def test_too_little_time_demonstrates_nothing_whatever_happens() -> None:
    assert allowed(1151, 500) is None
    assert demonstrated(0, 0, 500) is None


@pytest.mark.parametrize("target", [0.0, -500.0, float("nan")])
def test_a_target_lies_above_zero(target: float) -> None:
    with pytest.raises(ValueError, match="target"):
        needed(target, 0)


@settings(deadline=None)
@given(st.floats(1, 1e6), st.floats(1, 1e4))
def test_what_is_allowed_is_the_most_that_demonstrates(operating: float, target: float) -> None:
    most = allowed(operating, target)

    if most is None:
        assert needed(target, 0) > operating
    else:
        assert needed(target, most) <= operating < needed(target, most + 1)
