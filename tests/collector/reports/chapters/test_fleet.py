"""What is told of all targets together: services, which are down with their parts, are not counted on top of them."""

from collections.abc import Iterator
from typing import Any

import pytest

from collector.reports.layout.blocks import Chart
from collector.reports.layout.lay import lay
from tests.collector.reports.stories import MONTH
from tests.collector.reports.told import document_of, report_of, service, target, window

HOUR = 3_600_000
OVERRUN = 55 * 60_000
DOWN = 3.5 * HOUR + 2 * HOUR + OVERRUN


def lines() -> Iterator[dict[str, Any]]:
    """core-1 is down for 3.5 and 2 h; two services need it and db.

    db is down up to 06:55, between the looks of 06:50 and 07:00, and until 06:00 in maintenance: 55 min count.
    """
    yield from target("core-1", "switch", [("09-03T10:00", "09-03T13:30"), ("09-18T02:00", "09-18T04:00")])
    yield from target("db", "server", [("09-13T04:00", "09-13T07:00")])
    yield window("db", "09-12T22:00", "09-13T06:00")
    yield service("erp", "core-1", "db")
    yield service("shop", "core-1")


def test_the_budget_is_used_by_what_all_targets_lost() -> None:
    found = report_of(lines())

    assert found["fleet"]["down_ms"] == DOWN
    assert found["budget"]["days"][-1]["own_ms"] == DOWN
    assert found["budget"]["used"] == pytest.approx(DOWN / found["budget"]["allowed_ms"], rel=1e-9)


def test_a_draft_promises_the_budget_of_the_whole_period() -> None:
    """Of two targets ten days have passed, and twenty are to come: 1 % of 60 days."""
    calm = [*target("a", "host", []), *target("b", "host", [])]
    found = report_of(calm, now=MONTH.start + 10 * 24 * HOUR, to_come=40 * 24 * HOUR)

    assert found["budget"]["allowed_ms"] == 14.4 * HOUR


def test_the_causes_come_to_the_time_down() -> None:
    causes = report_of(lines())["causes"]

    assert {bar["name"]: bar["amount"] for bar in causes} == {"": 5.5 * HOUR, "maintenance_overrun": OVERRUN}


def test_neither_maintenance_nor_what_nobody_saw_has_a_cause() -> None:
    unseen = ("09-15T05:00", "09-15T09:00")
    found = report_of(
        [
            *target("db", "server", [("09-13T04:00", "09-13T10:00")]),
            window("db", "09-13T05:00", "09-13T09:00"),
            *target("srv", "server", [("09-15T04:00", "09-15T10:00")], unseen=unseen),
        ]
    )

    assert sum(bar["amount"] for bar in found["causes"]) == found["fleet"]["down_ms"]
    assert found["fleet"]["unknown_ms"] > 0


def test_an_outage_tells_how_much_of_it_is_time_down() -> None:
    down = {(row["target"], row["start"]): row["down_ms"] for row in report_of(lines())["outages"]}

    assert sorted(lost for (name, _), lost in down.items() if name == "core-1") == [2 * HOUR, 3.5 * HOUR]


def test_the_worst_are_targets() -> None:
    assert [row["name"] for row in report_of(lines())["worst"]] == ["core-1", "db"]


def test_the_worst_day_is_that_of_the_targets() -> None:
    """3 September cost the targets 3.5 h; with both services it would be 10.5 h."""
    laid = lay(document_of(lines()), "en")
    (heat,) = [
        block
        for chapter in laid.chapters
        for block in chapter.blocks
        if isinstance(block, Chart) and block.kind == "heat"
    ]

    assert heat.said == "Faults of their own cost the targets most on 2026-09-03: 3.50 h."
