"""Complaints in the data of a report."""

from typing import Any

from collector.reports.chapters.complaints import complaints

HOUR = 3_600_000
RULE = {"name": "complaint_reply", "due": 4, "in_time": 3, "value": 0.75, "allowed_ms": HOUR}


def row(received: int, closed: int | None = None, area: str = "") -> dict[str, Any]:
    return {"received_at": received, "closed_at": closed, "area": area}


def test_only_those_received_in_the_period_are_counted_as_its_own() -> None:
    found = complaints([row(5), row(10), row(20)], (), 10, 30)

    assert (found["number"], found["open"], found["closed"]) == (2, 3, 0)


def test_the_cycle_is_from_receipt_to_the_end() -> None:
    closed = [row(0, 10 * HOUR), row(0, 2 * HOUR), row(0, 4 * HOUR), row(0)]

    found = complaints(closed, (), 0, 20 * HOUR)

    assert (found["cycle_median_ms"], found["cycle_p90_ms"]) == (4 * HOUR, 10 * HOUR)
    assert complaints([row(0)], (), 0, HOUR)["cycle_median_ms"] is None


def test_causes_are_counted_of_those_closed() -> None:
    found = complaints([row(0, 1, "tool"), row(0, 2, "tool"), row(0, 3, "process"), row(0)], (), 0, 9)

    assert {one["area"]: one["count"] for one in found["areas"]} == {
        "process": 1, "people": 0, "technology": 0, "tool": 2,
    }  # fmt: skip


def test_answers_in_time_are_those_of_the_rule() -> None:
    found = complaints([], [RULE], 0, 9)

    assert (found["due"], found["in_time"], found["share"], found["target_ms"]) == (4, 3, 0.75, HOUR)
