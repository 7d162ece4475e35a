"""What the parts of the document say in plain cases."""

import math
import random

import numpy as np
import pytest

from rules.statistics import cycles
from tests.rules.analysis.fleets import analysed, at, period
from tests.rules.stories import line

Fates = dict[str, list[tuple[float, float]]]

FASTER = [(720 * share, 720 * share + 0.5) for share in (0.3, 0.6, 0.8, 0.88, 0.92, 0.95, 0.97, 0.99)]
EVEN = [(hour, hour + 1.0) for hour in (60.0, 160, 240, 370, 420, 530, 600, 690)]


def test_a_quiet_month_has_bounds_and_no_point() -> None:
    found = analysed({"a": []})["mtbf"]

    assert found["point_h"] is None
    assert found["lower_h"]["0.9"] == pytest.approx(312.692027)
    assert found["interval_h"] == [pytest.approx(720 / math.log(20)), None]
    assert found["demonstrated"] is False
    assert found["missing_h"] == pytest.approx(1151.29 - 720, abs=5e-3)
    assert found["missing_device_months"] == pytest.approx(1.599 - 1, abs=5e-4)
    assert found["to_print"] == "bounds"


def test_what_is_missing_is_at_the_present_number_of_failures() -> None:
    found = analysed({"a": [(100, 101)], "b": [(200, 201)]})["mtbf"]

    assert found["needed_h"] == pytest.approx(2661.16, abs=5e-3)
    assert found["missing_h"] == pytest.approx(found["needed_h"] - 1438)


def test_twice_the_pool_is_demonstrated_as_the_targets_say() -> None:
    found = analysed({f"d{number}": [] for number in range(2)}, settings={"targets": {"mtbf": "600h"}})["mtbf"]

    assert (found["target_h"], found["demonstrated"], found["allowed_failures"]) == (600, True, 0)


def test_with_a_trend_the_mtbf_of_today_is_to_be_printed_and_the_bounds_stay() -> None:
    found = analysed({"a": FASTER})

    assert (found["trend"]["rejects"], found["trend"]["direction"]) == (True, "worse")
    assert found["mtbf"]["to_print"] == "instantaneous"
    assert found["mtbf"]["instantaneous_h"] < found["mtbf"]["point_h"] / 2
    assert found["mtbf"]["lower_h"]["0.9"] is not None
    assert found["up_times"]["weibull"] is None


def test_without_a_trend_the_bounds_are_to_be_printed() -> None:
    found = analysed({"a": EVEN})

    assert (found["trend"]["rejects"], found["trend"]["direction"], found["mtbf"]["to_print"]) == (
        False,
        "none",
        "bounds",
    )
    assert found["up_times"]["weibull"] is not None


def test_how_many_objects_show_a_share_below_the_promise() -> None:
    found = analysed({name: [] for name in "abc"})["affected"]

    assert (found["target"], found["needed"]) == (0.01, 299)
    assert found["upper"] == pytest.approx(1 - 0.05 ** (1 / 3))


@pytest.mark.parametrize("target", [0.0, 1.0])
def test_no_number_of_objects_shows_certainty(target: float) -> None:
    assert analysed({"a": []}, settings={"targets": {"fault_rate": target}})["affected"]["needed"] is None


def test_a_short_plan_fails_good_objects() -> None:
    plans = {plan["failures"]: plan["passes"] for plan in analysed({"a": []})["mtbf"]["plans"]}

    assert plans[0] == {"2": pytest.approx(0.316, abs=5e-4), "4": pytest.approx(0.562, abs=5e-4)}
    assert plans[6]["4"] == pytest.approx(0.982, abs=5e-4)


def test_objects_with_four_failures_have_a_trend_of_their_own() -> None:
    found = analysed({"a": FASTER, "b": EVEN, "c": EVEN[:3]})["trend"]

    assert (found["tested"], found["significant"]) == (2, 1)
    assert [(row["name"], row["direction"]) for row in found["objects"]] == [("a", "worse"), ("b", "none")]


def test_a_failure_before_any_operation_has_no_place_on_the_line() -> None:
    found = analysed({"a": EVEN}, whole=period(start=60.0))["trend"]

    assert (found["failures"], found["left_out"]) == (7, 1)


@pytest.mark.parametrize(
    ("fates", "method", "count"),
    [
        ({"a": EVEN}, "log_ratio", 8),
        ({"a": EVEN[:5]}, "f", 5),
        ({"a": EVEN[:1]}, "f", 1),
        ({"a": []}, "no_outage", 0),
        ({"a": [(-5, 3)]}, None, 0),
        ({"a": [*EVEN[:5], (715, 730)]}, "f", 5),
        ({"a": EVEN[:3], "b": EVEN[3:6]}, "log_ratio", 6),
    ],
)
def test_the_interval_of_the_fault_rate_is_chosen_by_the_number_of_cycles(
    fates: Fates, method: str | None, count: int
) -> None:
    found = analysed(fates)["fault_rate"]

    assert (found["method"], found["cycles"]) == (method, count)
    assert (found["interval"] is None) is (method is None)
    if found["interval"]:
        assert found["interval"][0] <= found["value"] <= found["interval"][1]


def test_the_cycles_of_one_object_are_its_own() -> None:
    found = analysed({"a": EVEN})["fault_rate"]
    ups = np.diff([0.0, *(start for start, _ in EVEN)]) - [0.0, *[1.0] * 7]

    assert found["spread"] == pytest.approx(cycles.spread(ups.tolist(), [1.0] * 8))


def test_without_an_outage_a_repair_is_assumed_as_promised() -> None:
    found = analysed({"a": []}, settings={"targets": {"mttr": "2h"}})["fault_rate"]

    assert found["assumed_repair_h"] == 2
    assert found["interval"] == [0.0, pytest.approx(cycles.no_outage_bound(720, 2))]


def test_uneven_fleets_have_an_interval_by_their_objects() -> None:
    uneven: Fates = {f"d{number}": [(100.0, 101.0 + number)] if number < 8 else [] for number in range(20)}
    found = analysed(uneven)["fault_rate"]

    assert found["by_devices"]["method"] == "bootstrap"
    assert (found["by_devices"]["resamples"], found["by_devices"]["seed"]) == (cycles.RESAMPLES, cycles.SEED)
    lower, upper = found["by_devices"]["interval"]
    assert lower < found["value"] < upper


def test_two_objects_down_of_many_have_no_interval_by_their_objects() -> None:
    fates: Fates = {f"d{number}": [(100.0, 101.0)] if number < 2 else [] for number in range(20)}

    assert analysed(fates)["fault_rate"]["by_devices"] is None


def test_open_repairs_count_for_what_they_are() -> None:
    fates: Fates = {f"d{number}": [(100.0, 101.0)] for number in range(6)}
    fates["late"] = [(700.0, 900.0)]
    found = analysed(fates)["repair"]

    assert found["observed"]["mean_h"] == 1.0
    assert found["survival"]["within_target"] == {
        "hours": 4.0,
        "share": pytest.approx(6 / 7),
        "error": pytest.approx(math.sqrt(6 / 7 / 7 / 7)),
        "at_least": False,
    }
    assert found["exponential"]["mean_h"] == pytest.approx((6 + 20) / 6)


def test_a_share_beyond_what_was_followed_is_at_least() -> None:
    found = analysed({"a": [(100, 101)], "b": [(718, 730)]})["repair"]

    assert found["survival"]["within_target"]["at_least"] is True


@pytest.mark.parametrize(("length", "claimed"), [(1.9, True), (2.0, False)])
def test_a_mean_of_four_hours_is_claimed_by_five_repairs_of_less_than_two(length: float, claimed: bool) -> None:
    """The greatest observed mean that shows it is 1.946 h."""
    found = analysed({f"d{number}": [(100.0, 100.0 + length)] for number in range(5)})["repair"]

    assert found["mean_to_claim_h"] == pytest.approx(1.95, abs=5e-3)
    assert found["claimed"] is claimed


def test_up_times_end_by_a_failure_or_go_on() -> None:
    found = analysed({"a": [(100, 110)], "b": []})["up_times"]

    assert (found["failed"], found["going_on"]) == (1, 2)
    assert [(entry["hours"], entry["share"]) for entry in found["share_beyond_h"]] == [
        (24.0, 1.0),
        (168.0, pytest.approx(2 / 3)),
        (500.0, pytest.approx(2 / 3)),
        (720.0, pytest.approx(2 / 3)),
    ]


def test_an_object_worse_than_chance_is_named() -> None:
    fates: Fates = {f"d{number}": [(50.0 * number, 50.0 * number + 1)] for number in range(1, 10)}
    fates["bad"] = [(hour, hour + 1.0) for hour in range(20, 700, 50)]
    found = analysed(fates)["pooling"]

    assert found["homogeneous"] is False
    assert [row["name"] for row in found["worst"]] == ["bad"]
    assert found["worst"][0]["mtbf_of_others_h"] == pytest.approx((9 * 720 - 9) / 9)
    assert found["ranking"][0]["name"] == "bad"
    assert found["ranking"][0]["mtbf_h"] > (720 - 14) / 14


def test_alike_objects_have_no_ranking() -> None:
    found = analysed({name: [(100, 101), (300, 301)] for name in "abcd"})["pooling"]

    assert (found["homogeneous"], found["worst"], found["ranking"]) == (True, [], None)


def test_the_few_that_make_most_of_the_downtime() -> None:
    """TV-57, by object."""
    hours = {"power": 18.5, "switch": 12, "link": 9.5, "config": 6, "disk": 2.5, "other": 1.5}
    fates: Fates = {name: [(100.0, 100.0 + length)] for name, length in hours.items()}
    found = analysed({**fates, "quiet": []})["pareto"]["objects_by_downtime"]

    assert [bar["cumulative"] for bar in found["bars"]] == pytest.approx([0.37, 0.61, 0.80, 0.92, 0.97, 1.0])
    assert (found["vital"], found["all"]) == (3, 6)


def test_causes_are_told_by_downtime_and_by_failures() -> None:
    window = line("maintenance", targets=["a"], from_=at(90), to=at(101), approved_at=at(0))
    found = analysed({"a": [(100, 105)], "b": [(200, 201), (300, 301)]}, extra=[window])["pareto"]

    assert [(bar["name"], bar["amount"]) for bar in found["causes_by_failures"]["bars"]] == [
        ("", 2),
        ("maintenance_overrun", 1),
    ]
    assert [bar["name"] for bar in found["causes_by_downtime"]["bars"]] == ["maintenance_overrun", ""]


def test_the_same_fault_within_thirty_days_of_its_end_is_a_repeat() -> None:
    found = analysed({"a": [(10, 11), (700, 701)], "b": [(-20, 1), (719, 719.5)]})["repeats"]

    assert (found["returns"], found["failures"], found["rate"]) == (2, 3, pytest.approx(2 / 3))
    assert [row["name"] for row in found["objects"]] == ["a", "b"]


def test_after_thirty_days_it_is_a_fault_of_its_own() -> None:
    found = analysed({"a": [(10, 11), (731.5, 732)]}, whole=period(900.0))["repeats"]

    assert found["returns"] == 0


@pytest.mark.parametrize(("last", "often"), [(2160.0, 1), (2161.0, 0)])
def test_three_faults_within_ninety_days_are_often(last: float, often: int) -> None:
    fates: Fates = {"a": [(1.0, 1.5), (900.0, 901.0), (1.0 + last, 2.0 + last)]}

    assert analysed(fates, whole=period(2400.0))["repeats"]["often"] == often


def test_chance_alone_gives_repeats_as_expected() -> None:
    fates = _by_chance(200, 600.0)
    found = analysed(fates)["repeats"]

    assert found["recent_days"] == 30
    assert found["recent"] == pytest.approx(found["recent_by_chance"], rel=0.35)
    assert found["recent_p"] > 0.05
    assert found["returns"] == pytest.approx(found["returns_by_chance"], rel=0.25)


def test_a_fleet_by_chance_shows_neither_trend_nor_difference() -> None:
    found = analysed(_by_chance(100, 400.0))

    assert (found["trend"]["rejects"], found["pooling"]["homogeneous"], found["pooling"]["worst"]) == (
        False,
        True,
        [],
    )
    assert found["up_times"]["weibull"]["p"] > 0.05
    lower, upper = found["mtbf"]["interval_h"]
    assert lower < 400 < upper


def test_figures_that_agree_are_no_alarm() -> None:
    found = analysed({"a": EVEN})["plausibility"]

    assert found["deviation"] == pytest.approx(0, abs=0.05)
    assert found["alarming"] is False


def test_downtime_that_no_repair_explains_is_an_alarm() -> None:
    fates: Fates = {f"d{number:02}": [(100.0, 100.1)] for number in range(10)}
    fates["retired"] = [(100.0, 600.0)]
    found = analysed(fates, retired={"in_service": [None, at(400)]})["plausibility"]

    assert found["alarming"] is True


def _by_chance(objects: int, mtbf: float) -> Fates:
    """Objects that fail at random, exponential up and down."""
    chance = random.Random(19)
    fates: Fates = {}
    for number in range(objects):
        position, stretches = 0.0, []
        while (position := position + chance.expovariate(1 / mtbf)) < 715:
            stretches.append((position, position := position + 0.2 + chance.expovariate(1 / 2)))
        fates[f"d{number:03}"] = stretches
    return fates
