"""Months in a zone, and instants as text. Month lengths are TV-22."""

import pytest

from rules.errors import Invalid
from rules.period import Period, month, months, parse_instant, quarter, year

HOUR = 3_600_000


@pytest.mark.parametrize(
    ("tz", "text", "hours"),
    [
        ("Asia/Shanghai", "2026-01", 744),
        ("Asia/Shanghai", "2028-02", 696),
        ("Europe/Berlin", "2026-03", 743),
        ("Europe/Berlin", "2026-10", 745),
        ("America/New_York", "2026-11", 721),
        ("Asia/Shanghai", "1991-04", 719),
        ("Asia/Shanghai", "2026-12", 744),
    ],
)
def test_a_month_has_the_hours_of_its_zone(tz: str, text: str, hours: int) -> None:
    assert month(text, tz).length == hours * HOUR


def test_quarters_and_years_are_their_months() -> None:
    tz = "Europe/Berlin"

    assert quarter("2026-Q4", tz) == Period(month("2026-10", tz).start, month("2026-12", tz).end, tz)
    assert year("2026", tz) == Period(month("2026-01", tz).start, month("2026-12", tz).end, tz)


def test_months_are_those_that_have_a_part() -> None:
    tz = "Asia/Shanghai"
    start, end = month("2026-11", tz).start + 1, month("2027-01", tz).start + 1

    assert list(months(start, end, tz)) == [month(text, tz) for text in ("2026-11", "2026-12", "2027-01")]


@pytest.mark.parametrize(
    "text", ["2026", "2026-13", "2026-00", "26-01", "2026-1", "0000-01", "0001-01", "9999-12", "２０２６-10"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        month(text, "Asia/Shanghai")


@pytest.mark.parametrize(
    "text",
    [
        1790784000000,
        "1790784000000",
        "2026-10-01",
        "2026-10-01T00:00",
        "2026-09-30T16:00:00Z",
        "2026-10-01 00:00:00+08:00",
    ],
)
def test_instants_are_read_in_every_form(text: str | int) -> None:
    assert parse_instant(text, "Asia/Shanghai") == 1_790_784_000_000


@pytest.mark.parametrize("text", ["", "yesterday", "2026-10-01+08:00", "2026-13-01", "10:00", "20261001", True])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        parse_instant(text, "Asia/Shanghai")


def test_an_unknown_zone_is_refused_with_an_example() -> None:
    with pytest.raises(Invalid, match="Asia/Shanghai"):
        month("2026-10", "Beijing/China")


def test_a_period_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(Invalid):
        Period(10, 10, "UTC")


def test_a_period_in_progress_ends_now() -> None:
    assert Period(0, 100, "UTC").until(40) == Period(0, 40, "UTC")
