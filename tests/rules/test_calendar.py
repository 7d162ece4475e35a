"""Service hours with exceptions in both directions."""

import pytest

from rules.calendar import Calendar, ServiceHours, read_calendar
from rules.dated import Dated
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


@pytest.mark.parametrize(
    ("start", "end", "years"),
    [("2026-03-01", "2026-04-01", ()), ("2025-12-31", "2026-01-02", (2025,)), ("2026-12-01", "2028-01-01", (2027,))],
)
def test_a_calendar_tells_the_years_whose_holidays_it_does_not_know(
    start: str, end: str, years: tuple[int, ...]
) -> None:
    known = read_calendar({**OFFICE, "years": [2026]})

    assert known.uncovered(parse_instant(start, TZ), parse_instant(end, TZ)) == years


def test_a_calendar_without_years_makes_no_claim() -> None:
    assert read_calendar(OFFICE).uncovered(0, 10**13) == ()


def test_years_are_told_by_the_calendars_own_zone() -> None:
    known = read_calendar({**OFFICE, "years": [2026]})
    turn = parse_instant("2027-01-01", TZ)

    assert known.uncovered(turn - 1, turn) == ()
    assert known.uncovered(turn, turn + 1) == (2027,)


def test_weeks_go_on_for_ever_and_single_days_do_not() -> None:
    once = read_calendar({"name": "once", "tz": TZ, "open": {"2026-10-10": ["09:00-18:00"], "2026-10-11": []}})

    assert read_calendar(OFFICE).over() is None
    assert once.over() == parse_instant("2026-10-11", TZ)
    assert read_calendar({"name": "never", "tz": TZ}).over() == 0


def test_hours_are_those_of_the_calendar_in_force() -> None:
    noon = parse_instant("2026-09-30T12:00", TZ)
    always = read_calendar({"name": "always", "tz": TZ, "weekly": {"mon-sun": ["00:00-24:00"]}, "years": [2025]})
    changed = ServiceHours(Dated.of([(noon - 6 * HOUR, read_calendar(OFFICE)), (noon, always)]))
    start = parse_instant("2026-09-30", TZ)

    # owed always before the first calendar, then from nine to noon, then always again
    assert changed.hours(start, start + 24 * HOUR) == [(start, start + 6 * HOUR), (start + 9 * HOUR, start + 24 * HOUR)]
    assert changed.uncovered(start, start + 24 * HOUR) == (2026,)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(Invalid) as caught:
        read_calendar(
            {
                "name": "",
                "tz": "Mars",
                "weekly": {"mon-moon": ["09:00-18:00"], "fri-mon": [], "tue": ["9-18"], "wed": ["22:00-06:00"]},
                "closed": ["1 October"],
                "opened": {},
                "years": ["2026"],
            }
        )

    assert [mistake.split(":")[0] for mistake in caught.value.mistakes] == [
        "opened",
        "weekly.mon-moon",
        "weekly.fri-mon",
        "weekly.tue",
        "weekly.wed",
        "closed",
        "years",
        "name",
        "tz",
    ]
