"""Holidays in an iCalendar file (RFC 5545), as public calendars offer them for subscription.

Only what such calendars use is read: VEVENT with whole days, or, for a day on which people work, with its hours. Which
days are worked is told by their marks: Apple's property, or words such as 班 and 休 in the summary. Where a file marks
any, what it does not mark (feast days on which everybody works) is passed over; where it marks none, all are closed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from collector.holidays.day import Day, Holidays, Kind, each, gathered
from rules.errors import Invalid

_MARK = "X-APPLE-SPECIAL-DAY"
_MARKS = {"WORK-HOLIDAY": Kind.CLOSED, "ALTERNATE-WORKDAY": Kind.OPEN}
_OPEN_WORDS = re.compile(r"班|工作日|\bwork(ing)?[ -]?day\b", re.IGNORECASE)
_CLOSED_WORDS = re.compile(r"休|放假|假期|\bday off\b|\bholiday\b", re.IGNORECASE)
_LINE = re.compile(r"([A-Za-z0-9-]+)((?:;[^:\"]*(?:\"[^\"]*\"[^:\"]*)*)*):(.*)", re.DOTALL)
_DAYS = re.compile(r"P(?:(\d+)W)?(?:(\d+)D)?")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True)
class _Event:
    """The properties of one event, each with its parameters and value."""

    line: int
    properties: dict[str, tuple[str, str]]

    def value(self, name: str) -> str:
        return self.properties.get(name, ("", ""))[1]


def read(text: str) -> Holidays:
    """The days of a calendar file. Raises Invalid with the line of each event that cannot be understood."""
    if "BEGIN:VCALENDAR" not in text.upper():
        raise Invalid("This is no iCalendar file: it has no BEGIN:VCALENDAR.")
    mistakes: list[str] = []
    found: list[tuple[str, Kind | None, list[date], tuple[str, ...]]] = []
    for event in _events(text):
        if event.value("STATUS").upper() == "CANCELLED":
            continue
        name = _plain(event.value("SUMMARY"))
        try:
            found.append((name, _marked(event, name), *_when(event)))
        except Invalid as wrong:
            mistakes.append(f"line {event.line}: {name}: {wrong.message}")
    if mistakes:
        raise Invalid("The calendar file cannot be used.", tuple(mistakes))
    marks = any(kind is not None for _, kind, _, _ in found)
    days: list[Day] = []
    passed_over = []
    for name, kind, dates, hours in found:
        if (kind is None and marks) or (kind is not Kind.OPEN and hours):
            passed_over.append(name)
            continue
        days += [Day(one, kind or Kind.CLOSED, name, hours) for one in dates]
    return gathered(days, (), passed_over)


def _events(text: str) -> Iterator[_Event]:
    inside: _Event | None = None
    nested = 0
    for number, line in _unfolded(text):
        found = _LINE.fullmatch(line)
        if not found:
            continue
        name, value = found[1].upper(), found[3]
        match name, value.strip().upper():
            case "BEGIN", "VEVENT":
                inside, nested = _Event(number, {}), 0
            case "END", "VEVENT":
                if inside is not None:
                    yield inside
                inside = None
            case "BEGIN", _:
                nested += 1
            case "END", _:
                nested -= 1
            case _:
                if inside is not None and not nested:  # an alarm inside an event has times of its own
                    inside.properties.setdefault(name, (found[2].upper(), value))


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """The content lines with the number at which each begins: one that begins with a space goes on with the last."""
    current, begun = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        if line[:1] in (" ", "\t"):
            current += line[1:]
            continue
        if current:
            yield begun, current
        current, begun = line, number
    if current:
        yield begun, current


def _marked(event: _Event, name: str) -> Kind | None:
    if _MARK in event.properties:
        return _MARKS.get(event.value(_MARK).strip().upper())
    if _OPEN_WORDS.search(name):
        return Kind.OPEN
    return Kind.CLOSED if _CLOSED_WORDS.search(name) else None


def _when(event: _Event) -> tuple[list[date], tuple[str, ...]]:
    """The dates of an event, and its hours where it has some."""
    if "RRULE" in event.properties:
        raise Invalid("repeats itself by a rule; write out each date")
    start = _moment(event.value("DTSTART"))
    if not isinstance(start, datetime):
        return each(start, _last(event, start)), ()
    end = _moment(event.value("DTEND")) if event.value("DTEND") else start
    if not isinstance(end, datetime) or end <= start:
        raise Invalid("has a time of day, but no end after its beginning")
    if (start.hour, start.minute, end.hour, end.minute) == (0, 0, 0, 0):
        return each(start.date(), (end - timedelta(days=1)).date()), ()
    if start.date() != end.date():
        raise Invalid("runs over midnight")
    return [start.date()], (f"{start:%H:%M}-{end:%H:%M}",)


def _last(event: _Event, start: date) -> date:
    """The last day: the end is the day after it; without one the event is a day, or as long as its duration."""
    if event.value("DTEND"):
        end = _moment(event.value("DTEND"))
        if isinstance(end, datetime):
            raise Invalid("begins with a date and ends with a time of day")
        return end - timedelta(days=1) if end > start else start
    duration = event.value("DURATION").strip()
    if not duration:
        return start
    found = _DAYS.fullmatch(duration)
    if not found or not (found[1] or found[2]):
        raise Invalid(f"lasts {duration}, which are no whole days")
    return start + timedelta(weeks=int(found[1] or 0), days=int(found[2] or 0) - 1)


def _moment(text: str) -> date | datetime:
    """A date, or a time on the wall clock of wherever the calendar is for."""
    text = text.strip()
    try:
        if len(text) == 8:
            return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
        return datetime.strptime(text, "%Y%m%dT%H%M%S")  # noqa: DTZ007 - local
    except ValueError:
        raise Invalid(f"{text!r} is neither a date such as 20261001 nor a local time") from None


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: " " if found[1] in "nN" else found[1], text).strip()
