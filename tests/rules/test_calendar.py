"""Service hours with exceptions in both directions."""

import pytest

from rules.calendar import Calendar, read_calendar
from rules.errors import Invalid
from rules.intervals import total
from rules.period import month, parse_instant

HOUR = 3_600_000
TZ = "Asia/Shanghai"

OFFICE = {
    "name": "office",
    "tz": TZ,
    "weekly": {"mon-fri": ["09:00-12:00", "13:00-18:00"]},
    "closed": ["2026-10-01"],
    "open": {"2026-10-10": ["09:00-18:00"]},
}


def hours(day: str, calendar: Calendar) -> list[tuple[str, str]]:
    """The open stretches of a day, as offsets in hours from its beginning."""
    start = parse_instant(day, TZ)
    return [(f"{(a - start) / HOUR:g}", f"{(b - start) / HOUR:g}") for a, b in calendar.hours(start, start + 24 * HOUR)]


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2026-09-30", [("9", "12"), ("13", "18")]),
        ("2026-10-01", []),
        ("2026-10-03", []),
        ("2026-10-10", [("9", "18")]),
    ],
)
def test_a_day_is_open_by_its_weekday_unless_its_date_says_otherwise(day: str, expected: list[tuple[str, str]]) -> None:
    assert hours(day, read_calendar(OFFICE)) == expected


def test_hours_are_clipped_to_what_was_asked() -> None:
    start = parse_instant("2026-09-30T10:00", TZ)

    assert read_calendar(OFFICE).hours(start, start + HOUR) == [(start, start + HOUR)]


def test_a_whole_day_ends_at_the_next_midnight() -> None:
    always = read_calendar({"name": "always", "tz": "Europe/Berlin", "weekly": {"mon-sun": ["00:00-24:00"]}})
    period = month("2026-03", "Europe/Berlin")

    assert always.hours(period.start, period.end) == [(period.start, period.end)]


def test_hours_follow_the_wall_clock_over_a_change_to_summer_time() -> None:
    night = read_calendar({"name": "night", "tz": "Europe/Berlin", "weekly": {"sun": ["01:00-04:00"]}})
    period = month("2026-03", "Europe/Berlin")

    assert total(night.hours(period.start, period.end)) == (4 * 3 + 2) * HOUR


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        read_calendar(
            {
                "name": "",
                "tz": "Mars",
                "weekly": {"mon-moon": ["09:00-18:00"], "fri-mon": [], "tue": ["9-18"], "wed": ["22:00-06:00"]},
                "closed": ["1 October"],
                "opened": {},
            }
        )

    assert [mistake.split(":")[0] for mistake in caught.value.mistakes] == [
        "opened",
        "weekly.mon-moon",
        "weekly.fri-mon",
        "weekly.tue",
        "weekly.wed",
        "closed",
        "name",
        "tz",
    ]
