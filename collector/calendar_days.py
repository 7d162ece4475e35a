"""A calendar's single days: what becomes of it when it is told which are holidays and which are worked on."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from collector.specs import DaySpec, DaysSpec
from collector.store.agreements import Calendar
from rules.calendar import read_calendar
from rules.errors import Invalid

CLOSED, OPEN = "closed", "open"

_HOURS = re.compile(r"([01]\d|2[0-4]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class DaysSet:
    """What was done, or would be: the dates that are new, other than before, taken away, and as they were."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    unchanged: tuple[str, ...]
    years: tuple[int, ...]


def with_days(calendar: Calendar, spec: DaysSpec) -> tuple[dict[str, Any] | None, DaysSet]:
    """The calendar's fields that change (None: none does), and what that is. Raises Invalid with all mistakes."""
    mistakes = [mistake for number, day in enumerate(spec.days) for mistake in _mistakes(day, f"days[{number}]")]
    mistakes += hour_mistakes(spec.hours, "hours")
    twice = [day for day, count in Counter(day.date for day in spec.days).items() if count > 1]
    mistakes += [f"days: {day} stands twice" for day in twice]
    usual = spec.hours or usual_hours(calendar.weekly)
    if not usual:
        bare = next((day.date for day in spec.days if day.kind == OPEN and not day.hours), None)
        mistakes += [f"hours: the calendar has none for {bare}; say them"] if bare else []
    if mistakes:
        raise Invalid("These days cannot be taken over.", tuple(mistakes))
    before = _told(calendar)
    named = {day.date: (day.hours or usual if day.kind == OPEN else None, day.name) for day in spec.days}
    kept = {day: told for day, told in before.items() if not (spec.replace and int(day[:4]) in spec.years)}
    after = {**kept, **named}
    years = tuple(sorted({*calendar.years, *spec.years}))
    done = DaysSet(
        added=tuple(sorted(set(named) - set(before))),
        changed=tuple(sorted(day for day in named if day in before and before[day] != named[day])),
        removed=tuple(sorted(set(before) - set(after))),
        unchanged=tuple(sorted(day for day in named if before.get(day) == named[day])),
        years=years,
    )
    if after == before and years == calendar.years:
        return None, done
    fields = {
        "closed": tuple(sorted(day for day, (hours, _) in after.items() if hours is None)),
        "open": {day: hours for day, (hours, _) in sorted(after.items()) if hours is not None},
        "names": {day: name for day, (_, name) in sorted(after.items()) if name},
        "years": years,
    }
    return fields, done


def usual_hours(weekly: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The hours that most of the days of a week have; of several such the earliest in the week. Empty where none has.

    A day on which people make up for a holiday is taken for such a day.
    """
    week = read_calendar({"name": "week", "tz": "UTC", "weekly": {day: list(hours) for day, hours in weekly.items()}})
    worked = Counter(week.weekly[day] for day in sorted(week.weekly) if week.weekly[day])
    if not worked:
        return ()
    ((most, _),) = worked.most_common(1)
    return tuple(f"{begin // 60:02}:{begin % 60:02}-{end // 60:02}:{end % 60:02}" for begin, end in most)


def read_date(text: str) -> date:
    """The date of 2026-10-01. Raises Invalid."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"expected a date such as 2026-10-01, found {text!r}") from None


def hour_mistakes(hours: tuple[str, ...], where: str) -> list[str]:
    """What is wrong with hours such as 09:00-18:00, at the place they stand in."""
    wrong = []
    for number, text in enumerate(hours):
        found = _HOURS.fullmatch(text)
        start, end = text.split("-", 1) if found else ("", "")
        if not found or not start < end <= "24:00":
            wrong.append(f"{where}[{number}]: expected hours such as 09:00-18:00, found {text!r}")
    return wrong


def _mistakes(day: DaySpec, where: str) -> list[str]:
    wrong = hour_mistakes(day.hours, f"{where}.hours")
    try:
        read_date(day.date)
    except Invalid as trouble:
        wrong.append(f"{where}.date: {trouble.message}")
    if day.kind not in (CLOSED, OPEN):
        wrong.append(f"{where}.kind: expected closed or open, found {day.kind!r}")
    elif day.kind == CLOSED and day.hours:
        wrong.append(f"{where}.hours: a closed day has none")
    return wrong


def _told(calendar: Calendar) -> dict[str, tuple[tuple[str, ...] | None, str]]:
    """What the calendar says of single dates: hours (None: closed), and the name. Open wins over closed."""
    closed = {day: (None, calendar.names.get(day, "")) for day in calendar.closed}
    worked = {day: (tuple(hours), calendar.names.get(day, "")) for day, hours in calendar.open.items()}
    return {**closed, **worked}
