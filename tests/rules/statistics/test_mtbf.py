"""Bounds against the vectors TV-42, TV-43, TV-44 and TV-50."""

import pytest

from rules.statistics import clopper_pearson, mtbf_interval, mtbf_lower_bound


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
def test_the_lower_bound_of_the_mtbf(hours: float, failures: int, confidence: float, bound: float) -> None:
    assert mtbf_lower_bound(hours, failures, confidence) == pytest.approx(bound, rel=1e-6)


@pytest.mark.parametrize(
    ("hours", "failures", "interval"),
    [
        (8760, 12, (450.557735, 1265.125815)),
        (36_000, 40, (691.385369, 1192.221186)),
        (35_949.5, 5, (3419.517, 18247.092)),
    ],
)
def test_the_interval_of_the_mtbf(hours: float, failures: int, interval: tuple[float, float]) -> None:
    assert mtbf_interval(hours, failures) == pytest.approx(interval, rel=1e-6)


def test_without_a_failure_the_mtbf_has_no_upper_bound() -> None:
    interval = mtbf_interval(720, 0)

    assert interval is not None
    assert interval[0] == pytest.approx(720 / 2.995732, rel=1e-6)
    assert interval[1] is None


def test_without_operating_time_there_is_no_bound() -> None:
    assert (mtbf_lower_bound(0, 0), mtbf_interval(0, 0)) == (None, None)


@pytest.mark.parametrize(
    ("successes", "trials", "interval"),
    [
        (0, 200, (0.0, 0.0182753)),
        (1, 200, (0.000126581, 0.0275419)),
        (3, 50, (0.0125486, 0.1654819)),
        (190, 200, (0.9099725, 0.9757658)),
    ],
)
def test_the_interval_of_a_proportion(successes: int, trials: int, interval: tuple[float, float]) -> None:
    assert clopper_pearson(successes, trials) == pytest.approx(interval, rel=1e-5)


def test_all_of_all_reaches_one() -> None:
    assert clopper_pearson(5, 5) == pytest.approx((0.025 ** (1 / 5), 1.0))


def test_a_proportion_of_nothing_has_no_interval() -> None:
    assert clopper_pearson(0, 0) is None
