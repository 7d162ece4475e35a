"""Uncertainty of the share of time in fault: TV-49, coverage by simulation, and what cannot happen."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import f, t

from rules.statistics import cycles

UPS = [312.4, 705.1, 88.6, 1260.0, 455.2, 540.7]
DOWNS = [3.2, 0.8, 2.4, 1.5, 6.0, 4.1]
RATIO = sum(DOWNS) / sum(UPS)

TIMES = st.lists(
    st.tuples(st.floats(0, 1e6), st.floats(0, 1e4)).map(lambda pair: (round(pair[0], 3), round(pair[1], 3))),
    max_size=30,
)


def spread() -> float:
    found = cycles.spread(UPS, DOWNS)
    assert found is not None
    return found


def test_the_spread_of_six_cycles() -> None:
    up, down = np.array(UPS), np.array(DOWNS)
    covariance = np.cov(up, down)
    three_terms = (
        covariance[0, 0] / up.mean() ** 2
        + covariance[1, 1] / down.mean() ** 2
        - 2 * covariance[0, 1] / (up.mean() * down.mean())
    ) / 6

    assert spread() == pytest.approx(0.4576872, abs=5e-8)
    assert spread() == pytest.approx(math.sqrt(three_terms))


def test_leaving_out_one_cycle_at_a_time_tells_nearly_the_same_spread() -> None:
    ratios = np.log([(sum(DOWNS) - down) / (sum(UPS) - up) for up, down in zip(UPS, DOWNS, strict=True)])
    jackknife = math.sqrt(5 / 6 * float(np.square(ratios - ratios.mean()).sum()))

    assert jackknife == pytest.approx(0.4832, abs=5e-5)
    assert spread() == pytest.approx(jackknife, rel=0.06)


def test_the_interval_by_the_scatter_of_cycles() -> None:
    found = cycles.log_ratio_interval(RATIO, spread(), 6)
    factor = math.exp(t.ppf(0.975, 5) * spread())

    assert cycles.share(RATIO) == pytest.approx(0.005325444, abs=5e-10)
    assert found == pytest.approx((0.001648167, 0.017066950), abs=5e-10)
    assert found == pytest.approx((RATIO / factor / (1 + RATIO / factor), RATIO * factor / (1 + RATIO * factor)))


def test_the_interval_of_exponential_times() -> None:
    found = cycles.f_interval(RATIO, 6)
    factor = f.ppf(0.975, 12, 12)

    assert factor == pytest.approx(3.2772771, abs=5e-8)
    assert found == pytest.approx((0.001630995, 0.017243830), abs=5e-10)
    assert found == pytest.approx((cycles.share(RATIO / factor), cycles.share(RATIO * factor)))


def test_the_interval_of_exponential_times_holds_the_truth_as_often_as_it_says() -> None:
    random = np.random.default_rng(7)
    held = 0
    for _ in range(2000):
        ratio = random.exponential(4, 3).sum() / random.exponential(500, 3).sum()
        found = cycles.f_interval(ratio, 3)
        assert found is not None
        held += found[0] <= 4 / 504 <= found[1]

    assert held / 2000 == pytest.approx(0.95, abs=0.015)


def test_the_interval_by_scatter_holds_the_truth_nearly_as_often_as_it_says() -> None:
    random = np.random.default_rng(8)
    held = 0
    for _ in range(2000):
        ups, downs = random.exponential(500, 12), random.lognormal(math.log(4) - 0.5, 1, 12)
        found_spread = cycles.spread(ups.tolist(), downs.tolist())
        assert found_spread is not None
        found = cycles.log_ratio_interval(downs.sum() / ups.sum(), found_spread, 12)
        assert found is not None
        held += found[0] <= 4 / 504 <= found[1]

    assert held / 2000 == pytest.approx(0.918, abs=0.02)


def test_without_an_outage_the_bound_is_that_of_the_intensity_times_the_repair() -> None:
    intensity = -math.log(0.05) / 720

    assert cycles.no_outage_bound(720, 4) == pytest.approx(intensity * 4 / (1 + intensity * 4))


def test_the_long_run_error_is_that_of_a_simulated_year() -> None:
    random = np.random.default_rng(9)
    ups, downs = random.exponential(100, 40_000), random.lognormal(1, 0.7, 40_000)
    found = cycles.standard_error(ups.tolist(), downs.tolist(), 8760)

    shares = []
    for _ in range(1500):
        up, down = random.exponential(100, 160), random.lognormal(1, 0.7, 160)
        ends = np.cumsum(up + down)
        last = int(np.searchsorted(ends, 8760))
        # the year ends in a cycle: first its up time, then its down time
        begun = ends[last - 1] if last else 0.0
        shares.append((up[:last].sum() + min(up[last], 8760 - begun)) / 8760)

    assert found == pytest.approx(np.std(shares), rel=0.08)


def test_devices_drawn_again_give_the_same_interval_every_time() -> None:
    ups, downs = [700.0] * 19 + [500.0], [0.0] * 15 + [1.0, 2.0, 3.0, 20.0, 220.0]
    first, second = cycles.bootstrap(ups, downs), cycles.bootstrap(ups, downs)

    assert first == second
    assert first is not None
    assert first[0] < sum(downs) / sum(ups + downs) < first[1]


def test_the_bootstrap_agrees_with_that_of_scipy() -> None:
    from scipy.stats import bootstrap

    random = np.random.default_rng(10)
    ups, downs = random.uniform(600, 720, 60), random.exponential(3, 60)
    found = cycles.bootstrap(ups.tolist(), downs.tolist())
    other = bootstrap(
        (ups, downs),
        lambda up, down, axis: down.sum(axis) / (up + down).sum(axis),
        paired=True,
        n_resamples=5000,
        method="percentile",
        rng=np.random.default_rng(11),
        vectorized=True,
    ).confidence_interval

    assert found == pytest.approx((other.low, other.high), rel=0.02)


@pytest.mark.parametrize(
    ("ups", "downs"), [([], []), ([1.0], [1.0]), ([0.0, 0.0], [1.0, 1.0]), ([1.0, 1.0], [0.0, 0.0])]
)
def test_a_spread_needs_two_cycles_with_up_and_down_time(ups: list[float], downs: list[float]) -> None:
    assert cycles.spread(ups, downs) is None


def test_what_nothing_was_seen_of_has_no_figure() -> None:
    assert cycles.no_outage_bound(0, 4) is None
    assert cycles.f_interval(0.01, 0) is None
    assert cycles.log_ratio_interval(0.01, 0.5, 1) is None
    assert cycles.standard_error([1.0], [1.0], 720) is None
    assert cycles.bootstrap([1.0], [1.0]) is None
    assert cycles.bootstrap([0.0, 0.0], [0.0, 0.0]) is None


@pytest.mark.parametrize(("ups", "downs"), [([1.0], []), ([-1.0], [1.0]), ([math.nan], [1.0]), ([1.0], [math.inf])])
def test_nonsense_is_refused(ups: list[float], downs: list[float]) -> None:
    with pytest.raises(ValueError, match=r"cycles|times"):
        cycles.spread(ups, downs)


@settings(deadline=None)
@given(TIMES, st.floats(0.5, 0.999))
def test_intervals_are_finite_ordered_and_inside(times: list[tuple[float, float]], confidence: float) -> None:
    ups, downs = [up for up, _ in times], [down for _, down in times]
    found_spread = cycles.spread(ups, downs)
    if found_spread is None:
        return
    ratio = sum(downs) / sum(ups)
    for found in (
        cycles.log_ratio_interval(ratio, found_spread, len(times), confidence),
        cycles.f_interval(ratio, len(times), confidence),
    ):
        assert found is not None
        assert 0 <= found[0] <= cycles.share(ratio) * (1 + 1e-9)
        assert cycles.share(ratio) * (1 - 1e-9) <= found[1] <= 1


@settings(deadline=None)
@given(TIMES, st.floats(0.01, 100))
def test_the_unit_of_time_does_not_matter(times: list[tuple[float, float]], factor: float) -> None:
    ups, downs = [up for up, _ in times], [down for _, down in times]
    one = cycles.spread(ups, downs)
    other = cycles.spread([up * factor for up in ups], [down * factor for down in downs])

    assert other == (None if one is None else pytest.approx(one, rel=1e-6, abs=1e-9))
