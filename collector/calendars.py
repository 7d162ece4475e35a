"""Service calendars as they were in force: by name or id, from revision to revision."""

import sqlite3

from collector.store import agreements
from rules.calendar import Calendar, ServiceHours, read_calendar
from rules.dated import Dated
from rules.errors import Missing


def in_force(tx: sqlite3.Connection, key: str) -> ServiceHours | None:
    """The hours of a calendar (name or id), each revision from its instant on; None for no calendar: owed always.

    What the calendar says first is taken to have held before, too: a promise is older than its writing down.
    """
    if not key:
        return None
    try:
        stored = agreements.resolve_calendar(tx, key)
    except Missing:
        return None
    (_, first), *later = agreements.calendar_history(tx, stored.id)
    return ServiceHours(Dated.of([(None, read(first)), *((since, read(one)) for since, one in later)]))


def read(stored: agreements.Calendar) -> Calendar:
    """A stored calendar as the rules take it."""
    return read_calendar(
        {
            "name": stored.name,
            "tz": stored.tz,
            "weekly": {day: list(hours) for day, hours in stored.weekly.items()},
            "closed": list(stored.closed),
            "open": {day: list(hours) for day, hours in stored.open.items()},
            "years": list(stored.years),
        }
    )
