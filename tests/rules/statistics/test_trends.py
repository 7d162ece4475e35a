"""Many objects at once say what each says alone, and together what superposed failures say."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules.statistics.trend import laplace, power_law
from rules.statistics.trends import each, together
from tests.rules.statistics.test_trend import TWELVE

FLEETS = st.lists(
    st.tuples(st.floats(1.0, 1000.0), st.lists(st.floats(0.001, 1.0), max_size=12)), min_size=1, max_size=8
)


def columns(
    fleet: list[tuple[float, list[float]]],
) -> tuple[
    "np.ndarray[tuple[int], np.dtype[np.int64]]",
    "np.ndarray[tuple[int], np.dtype[np.float64]]",
    "np.ndarray[tuple[int], np.dtype[np.float64]]",
]:
    owner = [index for index, (_, fractions) in enumerate(fleet) for _ in fractions]
    ages = [end * fraction for end, fractions in fleet for fraction in fractions]
    return np.array(owner, dtype=np.int64), np.array(ages, dtype=np.float64), np.array([end for end, _ in fleet])


@settings(deadline=None)
@given(FLEETS)
def test_each_object_is_judged_as_if_alone(fleet: list[tuple[float, list[float]]]) -> None:
    found = each(*columns(fleet))

    assert found.owner.tolist() == [index for index, (_, fractions) in enumerate(fleet) if len(fractions) >= 4]
    for row, index in enumerate(found.owner):
        end, fractions = fleet[index]
        times = [end * fraction for fraction in fractions]
        centroid, law = laplace(times, end), power_law(times, end)
        assert centroid is not None
        assert found.laplace[row] == pytest.approx(centroid.statistic, abs=1e-9)
        if law is not None and law.shape < 1e9:
            assert found.shape[row] == pytest.approx(law.shape)
            assert found.mtbf[row] == pytest.approx(law.mtbf)
            if min(abs(p - 0.05) for p in (law.lower, law.upper, centroid.p / 2)) > 1e-9:
                assert found.worse[row] == (centroid.worse or law.worse)
                assert found.better[row] == (centroid.better or law.better)


def test_one_object_together_is_that_object() -> None:
    centroid, law = together(np.zeros(12, dtype=np.int64), np.array(TWELVE), np.array([8760.0]))

    alone, own = laplace(TWELVE, 8760), power_law(TWELVE, 8760)

    assert centroid is not None
    assert law is not None
    assert alone is not None
    assert own is not None
    assert astuple(centroid) == pytest.approx(astuple(alone))
    assert law.shape_interval == pytest.approx(own.shape_interval)
    assert (law.shape, law.scale, law.mtbf, law.lower, law.misfit) == pytest.approx(
        (own.shape, own.scale, own.mtbf, own.lower, own.misfit)
    )


def test_objects_of_one_length_together_are_their_superposition() -> None:
    owner = np.array([0, 1, 2] * 4)
    centroid, law = together(owner, np.array(TWELVE), np.full(3, 8760.0))
    alone, superposed = laplace(TWELVE, 8760), power_law(TWELVE, 8760)

    assert centroid is not None
    assert law is not None
    assert alone is not None
    assert superposed is not None
    assert centroid.statistic == pytest.approx(alone.statistic)
    assert (law.shape, law.misfit) == pytest.approx((superposed.shape, superposed.misfit))
    # three objects share what one would have: each goes three times as long between failures
    assert law.mtbf == pytest.approx(3 * superposed.mtbf)


def test_objects_of_unlike_rate_and_length_make_no_trend() -> None:
    random = np.random.default_rng(12)
    worse = better = 0
    for _ in range(1000):
        ends = np.array([100.0, 720.0, 720.0, 5.0])
        owner = np.repeat(np.arange(4), [3, 1, 8, 2])
        centroid, law = together(owner, random.uniform(0, 1, 14) * ends[owner], ends)
        assert centroid is not None
        assert law is not None
        worse, better = worse + centroid.worse + law.worse, better + centroid.better + law.better

    assert (worse / 2000, better / 2000) == pytest.approx((0.05, 0.05), abs=0.02)


def test_too_few_failures_say_nothing_together() -> None:
    ends = np.array([720.0, 0.0])

    assert together(np.array([0, 0, 0]), np.array([1.0, 2.0, 3.0]), ends) == (None, None)
    assert len(each(np.array([0, 0, 0]), np.array([1.0, 2.0, 3.0]), ends).owner) == 0


def test_failures_all_at_the_very_end_have_no_power_law() -> None:
    centroid, law = together(np.zeros(4, dtype=np.int64), np.full(4, 720.0), np.array([720.0]))
    rows = each(np.zeros(4, dtype=np.int64), np.full(4, 720.0), np.array([720.0]))

    assert law is None
    assert centroid is not None
    assert centroid.worse
    assert np.isfinite(rows.shape).all()
    assert rows.worse.all()


@pytest.mark.parametrize("age", [0.0, 721.0, float("nan")])
def test_failures_lie_inside_the_observation(age: float) -> None:
    with pytest.raises(ValueError, match=r"failures must lie|ages"):
        each(np.array([0]), np.array([age]), np.array([720.0]))
