"""The kinds of reports: what stretch of time each is about, which one comes before it, and when it is frozen."""

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from collector.store import incidents
from rules.errors import Invalid
from rules.parameters import FreezeAt
from rules.period import Period, local, midnight, month, quarter, year


class Kind(StrEnum):
    """Calendar periods; ``special`` is about one incident and the days that it touches."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    SPECIAL = "special"


_CALENDAR = {Kind.MONTH: month, Kind.QUARTER: quarter, Kind.YEAR: year}
CALENDAR = tuple(_CALENDAR)
"""The kinds whose reports the calendar itself asks for."""

_MONTHS_LOOKED_BACK = 13


def kind_of(text: str) -> Kind:
    """The kind of that name. Raises Invalid."""
    if text not in set(Kind):
        raise Invalid(f"There is no report of the kind {text!r}. There are: {', '.join(Kind)}.")
    return Kind(text)


def canonical(tx: sqlite3.Connection, kind: Kind, name: str) -> str:
    """The one form of a name by which reports of a period are kept: 2026-Q3, INC-2026-000001.

    Raises Missing for an incident that there is not; what is no name of the kind is refused by :func:`periods`.
    """
    return incidents.get(tx, name).name if kind is Kind.SPECIAL else name.upper()


def periods(tx: sqlite3.Connection, kind: Kind, name: str, tz: str, now: int) -> tuple[Period, Period]:
    """The period of a report, and the one before it; a special report's ends with the day of the end, or of ``now``.

    Raises Invalid for a name that is none of the kind, Missing for an incident that there is not.
    """
    if kind is Kind.SPECIAL:
        found = incidents.episodes(tx, incidents.get(tx, name).id)
        ended = max((now if episode.ended is None else episode.ended for episode in found), default=now)
        period = Period(_day(found[0].since, tz), _day(max(ended, found[0].since + 1) - 1, tz, 1), tz)
        return period, Period(period.start - period.length, period.start, tz)
    period = _CALENDAR[kind](name, tz)
    return period, _CALENDAR[kind](_name(kind, local(period.start - 1, tz)), tz)


def ended(tz: str, now: int) -> list[tuple[Kind, str, Period]]:
    """The calendar periods that ended with one of the last 13 months, by their names; the oldest first, months first
    where several end at once."""
    found = [
        (kind, name, period) for kind in CALENDAR for name, period in _backwards(kind, tz, now, _MONTHS_LOOKED_BACK)
    ]
    oldest = min(period.end for kind, _, period in found if kind is Kind.MONTH)
    return sorted((one for one in found if one[2].end >= oldest), key=lambda one: (one[2].end, -one[2].start))


def _backwards(kind: Kind, tz: str, now: int, count: int) -> Iterator[tuple[str, Period]]:
    """The last ``count`` periods of a kind that are over, the newest first."""
    start = _CALENDAR[kind](_name(kind, local(now, tz)), tz).start
    for _ in range(count):
        name = _name(kind, local(start - 1, tz))
        period = _CALENDAR[kind](name, tz)
        yield name, period
        start = period.start


def _name(kind: Kind, moment: datetime) -> str:
    """How people write the calendar period of a local moment."""
    match kind:
        case Kind.MONTH:
            return f"{moment.year:04}-{moment.month:02}"
        case Kind.QUARTER:
            return f"{moment.year:04}-Q{(moment.month + 2) // 3}"
    return f"{moment.year:04}"


def following(period: Period) -> Period:
    """The period that follows, whose plans a report tells: as many calendar months, or a stretch of the same length."""
    first, last = local(period.start, period.tz), local(period.end, period.tz)
    if any((one.day, one.hour, one.minute, one.second) != (1, 0, 0, 0) for one in (first, last)):
        return Period(period.end, period.end + period.length, period.tz)
    count = 2 * (last.year * 12 + last.month) - (first.year * 12 + first.month) - 1
    return Period(period.end, midnight(count // 12, count % 12 + 1, 1, period.tz), period.tz)


def frozen_at(kind: Kind, period: Period, freeze_at: FreezeAt) -> int:
    """When (ms UTC) the figures of a period are final and whatever changes them makes a revision."""
    return period.end if kind is Kind.SPECIAL else freeze_at.after(period)


def _day(at: int, tz: str, more: int = 0) -> int:
    moment = local(at, tz)
    start = midnight(moment.year, moment.month, moment.day, tz)
    if not more:
        return start
    # The next midnight: 36 hours later it is the next day for sure, and not yet the one after, whatever clocks do.
    following = local(start + 36 * 3_600_000, tz)
    return midnight(following.year, following.month, following.day, tz)
