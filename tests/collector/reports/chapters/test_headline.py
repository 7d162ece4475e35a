"""The headline prints the reading of the fault rate that its verdict is on."""

from collections.abc import Iterator
from typing import Any

import pytest

from collector.reports import formats
from collector.reports.layout.blocks import Paragraph
from collector.reports.layout.lay import lay
from rules.parameters import Parameters
from tests.collector.reports.formats.test_html import Reader
from tests.collector.reports.told import document_of, report_of, target

HOURS = 720
"""Of September."""


def lines() -> Iterator[dict[str, Any]]:
    """Four targets, each 720 h: one fails twice, 3.5 and 2 h, and takes another along for the first of them."""
    yield from target("core-1", "switch", [("09-03T10:00", "09-03T13:30"), ("09-18T02:00", "09-18T04:00")])
    yield from target("edge-1", "switch", [("09-03T10:00", "09-03T13:30")], parents=["core-1"])
    yield from target("db", "server", [])
    yield from target("web", "website", [])


def by(definition: str) -> Parameters:
    return Parameters().with_settings({"fault_rate_definition": definition}, "[calculation]")


KNOWN = 4 * HOURS - 3.5
"""Hours: edge-1 is unreachable for 3.5."""

VALUES = {"R1": 5.5 / KNOWN, "R1'": 9 / (4 * HOURS), "R2": 1 / 4, "R4": 2 * 720 / KNOWN}
SHOWN = {
    "R1": ("< 1.00 %", "0.1913 %", "2876.50 h known"),
    "R1'": ("< 1.00 %", "0.3125 %", "2880.00 h known"),
    "R2": ("< 1.00 %", "25.0000 %", "1 of 4 targets"),
    "R4": ("< 0.01", "0.5007", "2876.50 h known"),
}


@pytest.mark.parametrize("definition", VALUES)
def test_the_figure_is_the_one_that_is_judged(definition: str) -> None:
    row = report_of(lines(), by(definition))["headline"][0]

    assert row["actual"] == pytest.approx(VALUES[definition], rel=1e-9)
    assert row["verdict"] == ("missed" if VALUES[definition] >= 0.01 else "met")


@pytest.mark.parametrize("definition", SHOWN)
def test_people_read_it_with_what_it_was_taken_over(definition: str) -> None:
    row = lay(document_of(lines(), by(definition)), "en").tables()[0].rows[0]

    goal, actual, exposure = (row[place].shown for place in (1, 2, -2))
    assert (goal, actual, exposure) == SHOWN[definition]


def test_the_period_before_is_told_by_the_same_reading() -> None:
    earlier = report_of(lines())["fleet"]
    row = report_of(lines(), by("R2"), before=earlier, year=earlier)["headline"][0]

    assert (row["before"], row["year"]) == (0.25, 0.25)


@pytest.mark.parametrize("definition", ["R2", "R4"])
def test_the_page_says_what_the_tables_of_targets_mean(definition: str) -> None:
    page = " ".join(Reader(formats.find("html").render(document_of(lines(), by(definition)), "en")).text)

    assert "In the tables of single targets the fault rate is the share of known agreed time in which a device" in page


def test_what_stands_beside_has_its_exposure() -> None:
    """Before: the same four targets; in the year so far two months like it."""
    earlier = report_of(lines())["fleet"]
    year = {**earlier, **{f"{state}_ms": 2 * earlier[f"{state}_ms"] for state in ("up", "degraded", "down")}}
    row = lay(document_of(lines(), before=earlier, year=year), "en").tables()[0].rows[0]

    assert row[-2].shown == "2876.50 h known; Period before: 2876.50 h known; Year so far: 5753.00 h known"


def test_it_is_said_on_what_coverage_allows_no_verdict() -> None:
    """One of two is unseen for all but 4 days; MTTR is judged by what was repaired."""
    unseen = ("09-04T00:00", "09-30T00:00")
    dark = target("a", "host", [("09-02T10:00", "09-02T11:00")], unseen=unseen)
    chapters = lay(document_of([*dark, *target("b", "host", [])]), "en").chapters
    said = [block.text for chapter in chapters for block in chapter.blocks if isinstance(block, Paragraph)]

    assert "Coverage is below 95.00 %: no verdict is given on the fault rate." in said


def test_a_goal_is_printed_with_all_its_digits() -> None:
    terms = Parameters().with_settings({"targets": {"mtbf": "1234567h"}}, "[calculation]")
    rows = lay(document_of(lines(), terms), "en").tables()[0].rows

    assert "≥ 1234567 h" in [row[1].shown for row in rows]


def test_an_open_outage_tells_how_long_it_has_lasted() -> None:
    """From 20:55, between two looks, to the end of the month."""
    laid = lay(document_of(target("a", "host", [("09-30T21:00", "10-02T00:00")])), "en")
    (row,) = next(table for table in laid.tables() if table.name == "outages").rows

    assert (row[2].shown, row[3].shown) == ("Open", "3:05:00")


@pytest.mark.parametrize(("definition", "drawn"), [("R2", 1), ("R4", 0)])
def test_a_number_of_failures_is_not_drawn_as_a_share(definition: str, drawn: int) -> None:
    fleet = report_of(lines())["fleet"]
    months = [{"name": f"2026-0{number}", "from": 0, **fleet} for number in range(7, 10)]
    laid = lay(document_of(lines(), by(definition), months=months), "en")
    kinds = [getattr(block, "kind", "") for chapter in laid.chapters for block in chapter.blocks]

    assert kinds.count("trend") == drawn
