"""What a quarter or a year is made of, by hand: months beside each other, courses, redundancy, effects, targets."""

from typing import Any

import pytest

from collector.reports.chapters import beside, course, effects, suitability, volume
from collector.reports.chapters.budgets import budgets
from collector.reports.chapters.together import together
from collector.reports.evidence import Part
from tests.collector.reports.chapters.test_people import DAY, HOUR, START, UNTIL, action, incident

HALF = START + 15 * DAY


def part(name: str, start: int, end: int, **more: Any) -> Part:
    return Part(name, start, end, {"objects": 3, "agreed_ms": end - start}, **more)


PARTS = (part("2026-08", START, HALF), part("2026-09", HALF, UNTIL))


def attained(value: float, verdict: str) -> list[dict[str, Any]]:
    objective = {"name": "mttr", "target_h": 4.0, "value_h": value, "verdict": verdict}
    asked = {"name": "response", "target": 0.95, "value": 1.0, "verdict": "met", "due": 3}
    return [{"agreement": {"name": "acme"}, "customer": "Acme", "objectives": [objective], "requests": [asked]}]


def test_an_agreement_has_its_months_and_names_those_missed() -> None:
    rows = beside.agreements(
        [
            part("2026-08", START, HALF, attainment=attained(5.0, "missed")),
            part("2026-09", HALF, UNTIL, attainment=attained(1.0, "met")),
        ]
    )

    assert [(row["measure"], row["missed"], row["judged"]) for row in rows] == [
        ("mttr", ["2026-08"], 2),
        ("response", [], 2),
    ]
    assert [month["value"] for month in rows[0]["months"]] == [5.0, 1.0]
    assert (rows[0]["target"], rows[0]["asked"], rows[1]["asked"]) == (4.0, False, True)


def seen(name: str, kind: str, **verdicts: str) -> dict[str, Any]:
    return {
        "name": name, "kind": kind, "agreed_ms": 1, "fault_rate": 0.1, "fault_rate_delivered": 0.2,
        "verdicts": {"fault_rate": "met", "mtbf": "met", "mttr": "met", **verdicts},
    }  # fmt: skip


def test_services_are_listed_and_targets_where_they_missed() -> None:
    parts = [
        part(
            "2026-08",
            START,
            HALF,
            objects=[seen("shop", "service"), seen("a", "host", mttr="missed"), seen("b", "host")],
        ),
        part(
            "2026-09",
            HALF,
            UNTIL,
            objects=[seen("shop", "service", fault_rate="missed"), seen("a", "host"), seen("b", "host")],
        ),
    ]
    rows = beside.objects(parts, [seen("a", "host"), seen("b", "host"), seen("shop", "service")])

    assert [(row["name"], row["any_missed"], row["missed"]["fault_rate"], row["missed"]["mttr"]) for row in rows] == [
        ("shop", 1, ["2026-09"], []),
        ("a", 1, [], ["2026-08"]),
    ]
    assert rows[0]["fault_rate"] == 0.2


def month(name: str, hours: int, failures: int) -> dict[str, Any]:
    return {"name": name, "agreed_ms": hours * HOUR, "up_ms": hours * HOUR, "degraded_ms": 0, "episodes": failures}


def test_the_rolling_mtbf_takes_twelve_months() -> None:
    months = [month(f"{number}", 100, 1) for number in range(14)]
    rows = course.rolling(months, 2)

    assert [(row["months"], row["operating_h"], row["failures"], row["mtbf_h"]) for row in rows] == [
        (12, 1200.0, 12, 100.0)
    ] * 2


def test_the_band_is_the_interval_of_so_many_failures() -> None:
    # 2T/χ²(0.95; 4) and 2T/χ²(0.05; 2) of T = 500 h and one failure.
    (row,) = course.rolling([month("a", 500, 1)], 13)

    assert (row["low_h"], row["high_h"]) == (
        pytest.approx(1000 / 9.487729, rel=1e-6),
        pytest.approx(1000 / 0.1025866, rel=1e-6),
    )


def test_a_month_without_a_failure_has_a_lower_end_only() -> None:
    (row,) = course.rolling([month("a", 100, 0)], 13)

    assert (row["mtbf_h"], row["high_h"]) == (None, None)
    assert row["low_h"] == pytest.approx(100 / 2.995732, rel=1e-6)


def outage(target: str, start: int, end: int | None, **more: Any) -> dict[str, Any]:
    repaired = None if end is None else end - start
    return {"target": target, "start": start, "end": end, "restored": end is not None, "repair_ms": repaired, **more}


def test_repairs_count_where_they_ended() -> None:
    found = course.control(
        [
            outage("a", START, START + 2 * HOUR),
            outage("b", START + HOUR, START + 5 * HOUR),
            outage("c", HALF - HOUR, HALF + HOUR),
            outage("d", HALF, None),
            outage("shop", START, START + 9 * HOUR),
        ],
        {"a": "host", "b": "host", "c": "host", "d": "host", "shop": "service"},
        [START, HALF, UNTIL],
    )

    assert [(row["restored"], row["mttr_h"]) for row in found["stretches"]] == [(2, 3.0), (1, 2.0)]
    assert found["limits"] is None


def test_limits_come_from_the_moving_range() -> None:
    hours = [1, 2, 1, 2, 1, 20]
    marks = [START + number * DAY for number in range(7)]
    outages = [outage("a", at, at + length * HOUR) for at, length in zip(marks, hours, strict=False)]
    found = course.control(outages, {"a": "host"}, marks)

    # Mean 27/6 = 4.5, mean range (1+1+1+1+19)/5 = 4.6, reach 2.66 · 4.6.
    assert found["limits"] == {"centre": 4.5, "low": 0.0, "high": pytest.approx(4.5 + 2.66 * 4.6)}
    assert found["outside"] == [marks[5]]


def test_the_promise_is_proven_with_one_confidence_and_not_with_the_other() -> None:
    # 500·χ²(0.90; 2)/2 = 1151.3 h and 500·χ²(0.95; 2)/2 = 1497.9 h without a failure.
    rows = course.demonstration({"up_ms": 1200 * HOUR, "degraded_ms": 0, "episodes": 0}, 500.0)

    assert [(row["confidence"], row["demonstrated"]) for row in rows] == [(0.90, True), (0.95, False)]
    assert [row["needed_h"] for row in rows] == [pytest.approx(1151.29, abs=0.01), pytest.approx(1497.87, abs=0.01)]


SPARE = {"service": "shop", "least": 1, "parts": ["a", "b"]}


def test_two_parts_down_at_one_time_are_told() -> None:
    outages = [
        outage("a", START, START + 3 * HOUR),
        outage("b", START + HOUR, START + 2 * HOUR),
        outage("c", START, UNTIL),
    ]
    (row,) = together([SPARE], outages, START, UNTIL)

    assert (row["times"], row["ms"], row["longest_ms"], row["at"]) == (1, HOUR, HOUR, START + HOUR)
    assert (row["parts_down"], row["broken"]) == (["a", "b"], 1)


def test_parts_that_only_meet_at_an_instant_did_not_fail_together() -> None:
    outages = [outage("a", START, START + HOUR), outage("b", START + HOUR, START + 2 * HOUR)]

    assert together([SPARE], outages, START, UNTIL)[0]["times"] == 0


def test_two_of_three_down_left_enough() -> None:
    spare = {"service": "shop", "least": 1, "parts": ["a", "b", "c"]}
    (row,) = together([spare], [outage("a", START, None), outage("b", UNTIL - HOUR, None)], START, UNTIL)

    assert (row["times"], row["ms"], row["broken"]) == (1, HOUR, 0)


def test_speed_and_solution_of_a_stretch() -> None:
    rows = [
        incident(started_at=START + HOUR, restored_at=START + 2 * HOUR),
        incident(
            started_at=START + HOUR, restored_at=START + 4 * HOUR, call_backs=[{"reached": True, "solved": False}]
        ),
        incident(state="void"),
        incident(opened_at=HALF, resolved_at=None, restored_at=None),
    ]
    found = volume.volume(rows, START, HALF)

    assert (found["opened"], found["resolved"], found["worked"], found["backlog"]) == (2, 2, 2, 0)
    assert found["speed_ms"] == HOUR
    assert (found["solved"], found["solution"], found["answers"], found["success"]) == (1, 0.5, 1, 0.0)


def test_a_later_call_back_counts_and_one_that_reached_nobody_does_not() -> None:
    calls = [{"reached": True, "solved": False}, {"reached": True, "solved": True}, {"reached": False, "solved": None}]
    found = volume.volume([incident(call_backs=calls)], START, HALF)

    assert (found["solution"], found["success"]) == (1.0, 1.0)


def test_satisfaction_by_month() -> None:
    told = {"score": 5, "solved": None, "text": "", "at": HALF, "actor": "", "source": "link"}
    rows = volume.satisfaction(PARTS, [incident(satisfaction=told)], 0.9)

    assert [(row["name"], row["answers"], row["share"]) for row in rows] == [("2026-08", 0, None), ("2026-09", 1, 1.0)]


def test_thresholds_are_counted_by_month_and_target() -> None:
    rows = [
        incident(kind="threshold"),
        incident(kind="threshold", opened_at=HALF),
        incident(kind="threshold", target="b"),
    ]
    found = volume.capacity(PARTS, rows)

    assert [row["thresholds"] for row in found["months"]] == [2, 1]
    assert found["thresholds"] == [{"target": "core-1", "incidents": 2}, {"target": "b", "incidents": 1}]


def measure(**more: Any) -> dict[str, Any]:
    return {"incident": "INC-1", "what": "new fan", "target": "core-1", "done": START, "window_ms": DAY, **more}


def side(failures: int, hours: float) -> dict[str, Any]:
    return {"failures": failures, "operating_h": hours, "down_ms": 0}


def test_five_faults_before_and_none_after_are_an_effect() -> None:
    (row,) = effects.effects([measure(around=[side(5, 1000.0), side(0, 1000.0)])])

    assert (row["effect"], row["p"]) == ("fewer", pytest.approx(1 / 32))
    assert (row["before"]["per_1000_h"], row["after"]["per_1000_h"]) == (5.0, 0.0)


def test_two_before_and_none_after_may_be_chance() -> None:
    (row,) = effects.effects([measure(around=[side(2, 1000.0), side(0, 1000.0)])])

    assert (row["effect"], row["p"]) == ("unclear", 0.25)


def test_what_cannot_be_counted_has_no_effect() -> None:
    (row,) = effects.effects([measure(around=None)])

    assert (row["effect"], row["before"], row["p"]) == ("too_soon", None, None)


def test_what_became_of_the_measures_of_before() -> None:
    old = {"added": START - DAY}
    rows = effects.earlier(
        [
            action(),
            action(**old, done=START - 1),
            action(**old, done=START + DAY),
            action(**old, due=START + DAY),
            action(**old),
            action(**old, withdrawn=START + DAY),
        ],
        START,
        UNTIL,
    )

    assert [row["state"] for row in rows] == ["done", "overdue", "open", "withdrawn"]


def test_measures_burn_down() -> None:
    actions = [action(due=START + 5 * DAY, done=HALF), action(due=START + 20 * DAY), action(withdrawn=START + 2 * DAY)]
    rows = effects.burn_down(actions, [START + 2 * DAY, START + 10 * DAY, HALF + 1, UNTIL])

    assert [(row["open"], row["overdue"], row["done"]) for row in rows] == [(3, 0, 0), (2, 1, 0), (1, 0, 1), (1, 1, 1)]


def headline(
    measure: str, actual: float | None, target: float, missed: int, judged: int = 3, **more: Any
) -> dict[str, Any]:
    return {
        "measure": measure, "actual": actual, "target": target, "exposure": {}, "judged": judged, "verdict": "met",
        "missed": [f"m{number}" for number in range(missed)], **more,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "used", "suits"),
    [
        (headline("fault_rate", 0.002, 0.01, 0), 0.2, "lax"),
        (headline("fault_rate", 0.006, 0.01, 0), 0.6, "fits"),
        (headline("mttr", 9.0, 4.0, 3), 2.25, "tight"),
        (headline("mttr", 1.0, 4.0, 1), 0.25, "fits"),
        (headline("mtbf", 2000.0, 500.0, 0), 0.25, "lax"),
        (headline("mtbf", None, 500.0, 0), None, "fits"),
        (headline("response", 0.96, 0.95, 0, exposure={"due": 100}), pytest.approx(0.8), "fits"),
        (headline("call_back", 1.0, 1.0, 0, exposure={"due": 100}), None, "fits"),
        (headline("fault_rate", 0.002, 0.01, 0, judged=1), 0.2, "unclear"),
    ],
)
def test_how_much_of_a_target_was_used(row: dict[str, Any], used: float | None, suits: str) -> None:
    (found,) = suitability.suitability([row])

    assert (found["used"], found["suits"]) == (used, suits)


def test_the_budget_of_a_service_is_that_of_its_agreement() -> None:
    service = {
        "name": "shop", "kind": "service", "agreement": {"name": "acme", "version": 2}, "agreed_ms": 1000,
        "down_ms": 4, "unreachable_ms": 1,
    }  # fmt: skip
    terms = [{"name": "acme", "version": 2, "parameters": {"targets": {"fault_rate": 0.02}}}]
    (row,) = budgets({"objects": [service, {**service, "kind": "host"}], "agreements": terms})

    assert (row["allowed_ms"], row["lost_ms"], row["used"]) == (20, 5, 0.25)
