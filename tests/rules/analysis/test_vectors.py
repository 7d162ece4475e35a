"""Vectors of the statistics through the whole engine: from records to the document that people get."""

import pytest

from tests.rules.analysis.fleets import Stretches, analysed, period

MONTH = 720.0


def hourly(count: int, every: float) -> Stretches:
    """So many outages of an hour, the first after ``every`` hours of operation."""
    return [(n * every + n - 1, n * every + n) for n in range(1, count + 1)]


def test_tv_42_8760_hours_with_twelve_failures_do_not_demonstrate_500_hours() -> None:
    found = analysed({f"d{n}": hourly(1, 600) for n in range(12)}, period(731.0))["mtbf"]

    assert found["point_h"] == 730
    assert found["interval_h"] == pytest.approx([450.557735, 1265.125815], rel=1e-8)
    assert (found["lower_h"]["0.9"], found["lower_h"]["0.95"]) == pytest.approx((492.644479, 450.557735), rel=1e-8)
    assert found["demonstrated"] is False


@pytest.mark.parametrize(
    ("failures", "point", "lower"), [(0, None, 312.692027), (1, 720.0, 185.103290), (2, 360.0, 135.279343)]
)
def test_tv_43_a_month_of_one_device(failures: int, point: float | None, lower: float) -> None:
    found = analysed({"a": hourly(failures, 200)}, period(MONTH + failures))["mtbf"]

    assert found["point_h"] == point
    assert found["lower_h"]["0.9"] == pytest.approx(lower, rel=1e-8)


def test_tv_44_a_fleet_with_forty_failures() -> None:
    # 40 devices fail once and are watched an hour longer for it: 50 times 720 h of operation in all.
    fates = {f"d{n}": hourly(int(n < 40), 100) for n in range(50)}
    served = {f"d{n}": {"in_service": [None, "2026-10-01T00:00:00+08:00"]} for n in range(40, 50)}
    found = analysed(fates, period(MONTH + 1), **served)["mtbf"]

    assert found["point_h"] == 900
    assert found["lower_h"]["0.9"] == pytest.approx(728.890058, rel=1e-8)
    assert found["interval_h"] == pytest.approx([691.385369, 1192.221186], rel=1e-8)


def test_tv_45_repairs_of_which_two_are_still_open() -> None:
    repairs = (0.5, 1.2, 1.2, 2.0, 3.5, 4.0, 6.5, 12.0)
    fates = {f"d{n}": [(100.0, 100 + length)] for n, length in enumerate(repairs)}
    lasting = {f"open-{age}": [(MONTH - age, MONTH + 20)] for age in (3.1, 9.0)}
    found = analysed({**fates, **lasting})["repair"]

    assert found["survival"]["within_target"]["share"] == pytest.approx(0.64)
    assert found["survival"]["within_target"]["error"] == pytest.approx(0.160997, abs=5e-7)
    assert (found["survival"]["median_h"], found["survival"]["restricted_mean_h"]) == pytest.approx((3.5, 5.05))
    assert (found["observed"]["mean_h"], found["exponential"]["mean_h"]) == pytest.approx((3.8625, 5.375))


@pytest.mark.parametrize(
    ("failed", "objects", "exact", "wilson"),
    [
        (0, 200, [0, 0.0182753], [0, 0.0188453]),
        (1, 200, [0.000126581, 0.0275419], [0.000883169, 0.0277737]),
        (3, 50, [0.0125486, 0.1654819], [0.0206150, 0.1621709]),
    ],
)
def test_tv_50_objects_with_a_failure(failed: int, objects: int, exact: list[float], wilson: list[float]) -> None:
    found = analysed({f"d{n}": hourly(int(n < failed), 100) for n in range(objects)})["affected"]

    assert found["clopper_pearson"] == pytest.approx(exact, abs=5e-8)
    assert found["wilson"] == pytest.approx(wilson, abs=5e-8)


def test_tv_54_eight_repairs() -> None:
    repairs = (0.6, 0.9, 1.3, 1.7, 2.2, 2.8, 3.9, 7.5)
    found = analysed({f"d{n}": [(100.0, 100 + length)] for n, length in enumerate(repairs)})["repair"]

    assert found["observed"]["mean_h"] == pytest.approx(2.6125)
    assert found["lognormal"]["mean_h"] == pytest.approx(2.7201301, abs=5e-8)
    assert found["lognormal"]["interval_z_h"] == pytest.approx([1.4061973, 5.2617849], abs=5e-8)
    assert found["lognormal"]["interval_t_h"] == pytest.approx([1.2271160, 6.0296727], abs=1e-7)
    assert (found["lognormal"]["median_h"], found["lognormal"]["p90_h"]) == pytest.approx((1.9568682, 5.5368856))
