"""Windows that come again keep to the wall clock."""

import pytest

from rules.period import local, parse_instant
from rules.recurrence import Every, recurring

TZ = "Asia/Shanghai"
HOUR = 3_600_000


def begins(first: str, every: Every, until: str, tz: str = TZ) -> list[str]:
    start = parse_instant(first, tz)
    found = recurring(start, start + HOUR, every, parse_instant(until, tz), tz)
    return [f"{local(begin, tz):%m-%d %H:%M}" for begin, _ in found]


@pytest.mark.parametrize(
    ("every", "first", "until", "expected"),
    [
        (Every.DAY, "2026-02-27T02:00", "2026-03-02", ["02-27 02:00", "02-28 02:00", "03-01 02:00"]),
        (Every.WEEK, "2026-10-03T22:00", "2026-10-18", ["10-03 22:00", "10-10 22:00", "10-17 22:00"]),
        (Every.MONTH, "2026-11-15T01:00", "2027-01-16", ["11-15 01:00", "12-15 01:00", "01-15 01:00"]),
    ],
)
def test_each_is_at_the_wall_clock_of_the_first(every: Every, first: str, until: str, expected: list[str]) -> None:
    assert begins(first, every, until) == expected


def test_a_month_without_the_date_has_none() -> None:
    assert begins("2026-01-31T01:00", Every.MONTH, "2026-06-01") == ["01-31 01:00", "03-31 01:00", "05-31 01:00"]


def test_none_begins_at_the_end_of_the_series() -> None:
    assert begins("2026-10-03T22:00", Every.WEEK, "2026-10-10T22:00") == ["10-03 22:00"]


def test_the_wall_clock_holds_over_a_change_of_clocks_and_so_does_the_length() -> None:
    tz = "Europe/Berlin"
    start = parse_instant("2026-03-22T02:30", tz)

    found = list(recurring(start, start + HOUR, Every.WEEK, parse_instant("2026-04-06", tz), tz))

    # On 29 March the clocks go from 02:00 to 03:00, so that there is no 02:30.
    assert [f"{local(begin, tz):%m-%d %H:%M}" for begin, _ in found] == ["03-22 02:30", "03-29 03:30", "04-05 02:30"]
    assert {end - begin for begin, end in found} == {HOUR}
