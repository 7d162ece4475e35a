"""Service calendars: the hours in which a service is owed, with holidays and make-up days, in the customer's zone."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from rules.dated import Dated
from rules.errors import Invalid
from rules.intervals import Interval, clip, union
from rules.period import instant, local, zone
from rules.settings import suggest

Hours = tuple[tuple[int, int], ...]
"""Opening hours of a day: pairs (from, to) in minutes after midnight, to at most 1440."""

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_KEYS = ("name", "tz", "weekly", "closed", "open", "years")


@dataclass(frozen=True, slots=True)
class Calendar:
    """Weekly hours (Monday is 0) with dated exceptions in both directions; the dated ones win.

    ``years`` are those whose exceptions are known. None of them: the calendar makes no claim about exceptions.
    """

    name: str
    tz: str
    weekly: Mapping[int, Hours]
    closed: frozenset[date] = frozenset()
    open: Mapping[date, Hours] = field(default_factory=dict)
    years: frozenset[int] = frozenset()

    def hours(self, start: int, end: int) -> list[Interval]:
        """The open intervals inside [start, end), ms UTC."""
        found: list[Interval] = []
        day = local(start, self.tz).date()
        last = local(end, self.tz).date()
        while day <= last:
            found += [(self._at(day, begin), self._at(day, finish)) for begin, finish in self._day(day)]
            day += timedelta(days=1)
        return clip(union(found), start, end)

    def over(self) -> int | None:
        """The instant (ms UTC) from which it is never open again; None where its weeks go on for ever."""
        if any(self.weekly.values()):
            return None
        last = max((day for day, hours in self.open.items() if hours), default=None)
        return 0 if last is None else self._at(last, 24 * 60)

    def uncovered(self, start: int, end: int) -> tuple[int, ...]:
        """The years in [start, end) whose holidays are not known: what is told of them is by the week alone."""
        if not self.years:
            return ()
        first, last = local(start, self.tz).year, local(max(start, end - 1), self.tz).year
        return tuple(year for year in range(first, last + 1) if year not in self.years)

    def _day(self, day: date) -> Hours:
        if day in self.open:
            return self.open[day]
        return () if day in self.closed else self.weekly.get(day.weekday(), ())

    def _at(self, day: date, minutes: int) -> int:
        midnight = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)  # noqa: DTZ001 - local first
        return instant(midnight.replace(tzinfo=zone(self.tz)))


@dataclass(frozen=True, slots=True)
class ServiceHours:
    """The hours in which a service is owed, by the calendars that were in force one after the other.

    Before the first of them, and where one is None, it is owed always.
    """

    calendars: Dated[Calendar | None]

    def hours(self, start: int, end: int) -> list[Interval]:
        """The open intervals inside [start, end), ms UTC."""
        found: list[Interval] = []
        position = start
        for begin, finish, calendar in self.calendars.stretches(start, end):
            found.append((position, begin))
            found += [(begin, finish)] if calendar is None else calendar.hours(begin, finish)
            position = finish
        return union([*found, (position, end)])

    def over(self) -> int | None:
        """The instant (ms UTC) from which it is never owed again; None where that never comes."""
        last = self.calendars.revisions[-1][1] if self.calendars.revisions else None
        return None if last is None else last.over()

    def uncovered(self, start: int, end: int) -> tuple[int, ...]:
        """The years in [start, end) whose holidays the calendars in force do not know."""
        years: set[int] = set()
        for begin, finish, calendar in self.calendars.stretches(start, end):
            years.update(() if calendar is None else calendar.uncovered(begin, finish))
        return tuple(sorted(years))


def read_calendar(table: Mapping[str, Any]) -> Calendar:
    """A calendar from its public form; raises Invalid with all mistakes at once.

    {"name": …, "tz": …, "weekly": {"mon-fri": ["09:00-12:00", "13:30-18:00"]}, "closed": ["2026-10-01"],
    "open": {"2026-10-10": ["09:00-18:00"]}, "years": [2026]}
    """
    mistakes = [f"{key}: unknown key{suggest(str(key), _KEYS)}" for key in table if key not in _KEYS]
    weekly: dict[int, Hours] = {}
    closed: set[date] = set()
    opened: dict[date, Hours] = {}
    for key, value in _table(table.get("weekly", {}), "weekly", mistakes):
        try:
            for day in _weekdays(key):
                weekly[day] = _hours(value)
        except Invalid as error:
            mistakes.append(f"weekly.{key}: {error.message}")
    for key, value in _table(table.get("open", {}), "open", mistakes):
        try:
            opened[_date(key)] = _hours(value)
        except Invalid as error:
            mistakes.append(f"open.{key}: {error.message}")
    listed = table.get("closed", [])
    for entry in listed if isinstance(listed, list) else [listed]:
        try:
            closed.add(_date(entry))
        except Invalid as error:
            mistakes.append(f"closed: {error.message}")
    years = table.get("years", [])
    if not isinstance(years, list) or not all(type(year) is int and 1 <= year <= 9999 for year in years):
        mistakes.append("years: expected a list of years such as [2026]")
        years = []
    name, tz = table.get("name"), table.get("tz")
    if not isinstance(name, str) or not name:
        mistakes.append("name: expected a text")
    try:
        zone(tz if isinstance(tz, str) else "")
    except Invalid as error:
        mistakes.append(f"tz: {error.message}")
    if mistakes:
        raise Invalid("The calendar cannot be used.", tuple(mistakes))
    return Calendar(str(name), str(tz), weekly, frozenset(closed), opened, frozenset(years))


def _table(value: object, name: str, mistakes: list[str]) -> Iterator[tuple[str, object]]:
    if isinstance(value, Mapping):
        yield from ((str(key), content) for key, content in value.items())
    else:
        mistakes.append(f"{name}: expected a table")


def _weekdays(text: str) -> list[int]:
    """[0, 1, 2, 3, 4, 6] for "mon-fri, sun"."""
    days: list[int] = []
    for part in text.lower().split(","):
        first, _, last = part.strip().partition("-")
        if first not in _DAYS or (last or first) not in _DAYS:
            raise Invalid("expected days such as mon, mon-fri or sat,sun")
        begin, finish = _DAYS.index(first), _DAYS.index(last or first)
        if finish < begin:
            raise Invalid("expected the earlier day of the week first (mon is first, sun is last)")
        days += range(begin, finish + 1)
    return days


def _hours(value: object) -> Hours:
    if not isinstance(value, list):
        raise Invalid('expected a list of hours such as ["09:00-18:00"]')
    hours = []
    for entry in value:
        found = re.fullmatch(r"(\d{2}):(\d{2})-(\d{2}):(\d{2})", entry) if isinstance(entry, str) else None
        if not found:
            raise Invalid(f"{entry!r} is not a stretch of hours such as 09:00-18:00")
        begin = int(found[1]) * 60 + int(found[2])
        finish = int(found[3]) * 60 + int(found[4])
        if int(found[2]) > 59 or int(found[4]) > 59 or finish > 24 * 60 or begin >= finish:
            raise Invalid(f"{entry!r} does not lie within one day (24:00 is its end; split hours that pass midnight)")
        hours.append((begin, finish))
    return tuple(hours)


def _date(value: object) -> date:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise Invalid(f"{value!r} is not a date such as 2026-10-01") from error
