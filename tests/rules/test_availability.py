"""Figures: what is pooled, what is null, which definition judges."""

import json
from typing import Any

import pytest

from rules.parameters import Parameters
from rules.period import Period
from rules.record import read_record
from rules.replay import replay
from tests.rules.stories import line, results, seconds, target

UP = "U@30..1170/60"
DOWN_MIDDLE = "U@30..270/60 D@330..870/60 U@930..1170/60"

FLEET = [
    *target("a", kind="switch"),
    *target("b"),
    *target("c"),
    *results(UP, check="a/ping"),
    *results(DOWN_MIDDLE, check="b/ping"),
    line("service", name="s", needs={"all_of": ["a", "b"]}),
]


def figures(lines: list[str], start: float = 0, end: float = 1200, **settings: Any) -> dict[str, Any]:
    parameters = Parameters().with_settings({"confirm_down": 1, "confirm_up": 1, **settings})
    return replay(read_record(lines), Period(seconds(start), seconds(end), "Asia/Shanghai"), parameters)


def test_the_fleet_pools_targets_and_no_services() -> None:
    fleet = figures(FLEET)["fleet"]

    assert (fleet["objects"], fleet["agreed_ms"], fleet["down_ms"]) == (3, 3_600_000, 600_000)
    assert fleet["fault_rate"] == 600 / 2400
    assert fleet["objects_affected"] == 1


def test_figures_are_plain_json_and_name_their_method() -> None:
    found = figures(FLEET)

    assert json.loads(json.dumps(found)) == found
    assert found["period"] == {"from": seconds(0), "to": seconds(1200), "tz": "Asia/Shanghai"}
    assert Parameters().with_settings(found["method"]["parameters"]).confirm_down == 1
    assert [(entry["name"], entry["kind"]) for entry in found["objects"]] == [
        ("a", "switch"),
        ("b", ""),
        ("c", ""),
        ("s", "service"),
    ]


def test_a_figure_that_does_not_exist_is_null() -> None:
    unseen = figures(FLEET)["objects"][2]

    for key in ("availability", "fault_rate", "mtbf_h", "mtbf_lower90_h", "mtbsi_h", "mttr_h"):
        assert unseen[key] is None
    assert unseen["coverage"] == 0
    assert unseen["verdicts"] == {
        "fault_rate": "insufficient_data",
        "mtbf": "insufficient_data",
        "mttr": "not_applicable",
    }


def test_an_object_without_agreed_time_has_no_verdict() -> None:
    lines = target("a", in_service=[seconds(5000), None])

    found = figures(lines)

    assert set(found["objects"][0]["verdicts"].values()) == {"not_applicable"}
    assert (found["fleet"]["objects"], found["fleet"]["objects_affected_interval"]) == (0, None)


@pytest.mark.parametrize(
    ("definition", "bound", "verdict"),
    [
        ("R1", 0.3, "met"),
        ("R1", 0.2, "missed"),
        ("R2", 0.4, "met"),
        ("R2", 0.3, "missed"),
        ("R4", 1081.0, "met"),
        ("R4", 1080.0, "missed"),
    ],
)
def test_the_verdict_follows_the_definition_in_force(definition: str, bound: float, verdict: str) -> None:
    found = figures(FLEET, fault_rate_definition=definition, min_coverage=0.5, targets={"fault_rate": bound})

    assert found["fleet"]["verdicts"]["fault_rate"] == verdict


def test_as_delivered_counts_unreachable_time_as_down() -> None:
    lines = [*target("p"), *target("a", parents=["p"])]
    lines += [*results(DOWN_MIDDLE, check="p/ping"), *results(DOWN_MIDDLE, check="a/ping")]

    by_own = figures(lines)["objects"][0]
    delivered = figures(lines, fault_rate_definition="R1'")["objects"][0]

    assert (by_own["fault_rate"], by_own["fault_rate_delivered"]) == (0.0, 0.5)
    assert (by_own["verdicts"]["fault_rate"], delivered["verdicts"]["fault_rate"]) == ("met", "missed")


def test_an_outage_that_runs_through_is_down_in_both_periods_and_one_failure() -> None:
    first, second = (figures(FLEET, *bounds)["objects"][1] for bounds in ((0, 600), (600, 1200)))

    assert (first["failures"], first["restored"], first["open"]) == (1, 0, 1)
    assert (second["failures"], second["restored"], second["open"]) == (0, 1, 0)
    assert first["outages"] == second["outages"]


def test_brackets_and_errors_count_in_the_period_in_which_their_edge_lies() -> None:
    first, second = (figures(FLEET, *bounds)["objects"][1] for bounds in ((0, 600), (600, 1200)))

    assert (first["down_ms_min"], first["down_ms_max"]) == (270_000, 330_000)
    assert first["down_ms_se"] == second["down_ms_se"] == pytest.approx(60_000 / 12**0.5)


def test_conflicting_results_are_counted() -> None:
    again = line("result", check="a/ping", agent="a1", boot="b1", seq=1, t=seconds(31), outcome="ok")

    assert figures([*FLEET, again])["record"] == {"conflicts": 1}
