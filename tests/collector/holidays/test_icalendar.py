"""Holidays in iCalendar files, in the forms in which public calendars offer them."""

from datetime import date

import pytest

from collector.holidays.day import Day, Kind
from collector.holidays.icalendar import read
from rules.errors import Invalid

CLOSED, OPEN = Kind.CLOSED, Kind.OPEN


def calendar(*events: str) -> str:
    """A file with these events, with the line ends of RFC 5545."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "X-WR-TIMEZONE:Asia/Shanghai"]
    for event in events:
        lines += ["BEGIN:VEVENT", *event.strip().splitlines(), "END:VEVENT"]
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


MARKED = calendar(
    "UID:1\nSUMMARY:国庆节假期\nDTSTART;VALUE=DATE:20261001\nDTEND;VALUE=DATE:20261004",
    "UID:2\nSUMMARY:上班(补国庆节假期)\nDTSTART;VALUE=DATE:20261010\nDTEND;VALUE=DATE:20261011",
    "UID:3\nSUMMARY:重阳节\nDTSTART;VALUE=DATE:20261018",
)


def test_days_off_and_make_up_days_are_told_by_their_marks() -> None:
    assert read(MARKED).days == (
        Day(date(2026, 10, 1), CLOSED, "国庆节假期"),
        Day(date(2026, 10, 2), CLOSED, "国庆节假期"),
        Day(date(2026, 10, 3), CLOSED, "国庆节假期"),
        Day(date(2026, 10, 10), OPEN, "上班(补国庆节假期)"),
    )


def test_feast_days_on_which_people_work_are_passed_over() -> None:
    assert read(MARKED).passed_over == ("重阳节",)


def test_where_nothing_is_marked_all_days_are_holidays() -> None:
    found = read(calendar("SUMMARY:Neujahr\nDTSTART;VALUE=DATE:20260101", "SUMMARY:Karfreitag\nDTSTART:20260403"))

    assert [(day.date.isoformat(), day.kind) for day in found.days] == [("2026-01-01", CLOSED), ("2026-04-03", CLOSED)]
    assert (found.years, found.passed_over) == ((2026,), ())


def test_apples_own_marks_are_known() -> None:
    found = read(
        calendar(
            "SUMMARY;LANGUAGE=zh_CN:春节\nDTSTART;VALUE=DATE:20260217\nX-APPLE-SPECIAL-DAY:WORK-HOLIDAY",
            "SUMMARY;LANGUAGE=zh_CN:春节\nDTSTART;VALUE=DATE:20260214\nX-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY",
            "SUMMARY;LANGUAGE=zh_CN:元宵节\nDTSTART;VALUE=DATE:20260303",
        )
    )

    assert [(day.date.day, day.kind) for day in found.days] == [(14, OPEN), (17, CLOSED)]
    assert found.passed_over == ("元宵节",)


def test_a_make_up_day_may_have_its_hours() -> None:
    found = read(
        calendar(
            "SUMMARY:春节 补班\nDTSTART;TZID=Asia/Shanghai:20260214T090000\nDTEND;TZID=Asia/Shanghai:20260214T180000"
        )
    )

    assert found.days == (Day(date(2026, 2, 14), OPEN, "春节 补班", ("09:00-18:00",)),)


@pytest.mark.parametrize(
    ("lines", "last"),
    [
        ("DTEND;VALUE=DATE:20261008", 7),
        ("DURATION:P1W", 7),
        ("DURATION:P3D", 3),
        ("", 1),
        ("DTEND;VALUE=DATE:20261001", 1),
    ],
)
def test_an_event_lasts_until_the_day_before_its_end(lines: str, last: int) -> None:
    found = read(calendar(f"SUMMARY:放假\nDTSTART;VALUE=DATE:20261001\n{lines}"))

    assert [day.date.day for day in found.days] == list(range(1, last + 1))


def test_whole_days_may_be_written_with_midnights() -> None:
    found = read(calendar("SUMMARY:放假\nDTSTART:20261001T000000\nDTEND:20261003T000000"))

    assert [day.date.day for day in found.days] == [1, 2]


def test_folded_lines_escapes_and_alarms_are_understood() -> None:
    text = calendar(
        "SUMMARY:劳动节\\, 放\n 假\nDTSTART;VALUE=DATE:20260501\nBEGIN:VALARM\nTRIGGER:-PT1H\nDTSTART:19760401T005545"
        "\nSUMMARY:上班\nEND:VALARM"
    )

    (day,) = read(text).days
    assert (day.name, day.kind) == ("劳动节, 放假", CLOSED)


def test_what_was_cancelled_is_no_holiday() -> None:
    assert read(calendar("SUMMARY:放假\nSTATUS:CANCELLED\nDTSTART;VALUE=DATE:20261001")).days == ()


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("SUMMARY:Neujahr\nDTSTART;VALUE=DATE:20260101\nRRULE:FREQ=YEARLY", "rule"),
        ("SUMMARY:x", "neither a date"),
        ("SUMMARY:x\nDTSTART;VALUE=DATE:20260230", "neither a date"),
        ("SUMMARY:x\nDTSTART:20260101T010000Z\nDTEND:20260101T020000Z", "neither a date"),
        ("SUMMARY:上班\nDTSTART:20260101T220000\nDTEND:20260102T060000", "midnight"),
        ("SUMMARY:上班\nDTSTART:20260101T220000", "no end"),
        ("SUMMARY:x\nDTSTART;VALUE=DATE:20260101\nDURATION:PT5H", "no whole days"),
        ("SUMMARY:x\nDTSTART;VALUE=DATE:20260101\nDTEND;VALUE=DATE:20270101", "no stretch"),
    ],
)
def test_what_cannot_be_understood_is_told_with_its_line(event: str, told: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(calendar("SUMMARY:放假\nDTSTART;VALUE=DATE:20261001", event))

    (mistake,) = refused.value.mistakes
    assert mistake.startswith("line 8: ")
    assert told in mistake


def test_a_text_that_is_no_calendar_is_refused() -> None:
    with pytest.raises(Invalid, match="VCALENDAR"):
        read("date,kind\n")
