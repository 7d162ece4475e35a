"""Periods and instants: local calendar months as UTC instants, and instants as people write them.

Local times are turned to UTC before anything is subtracted: two aware datetimes of one zone differ by the wall
clock, which is wrong by an hour over a change to or from summer time.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from rules.errors import Invalid

_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Period:
    """[start, end) in ms UTC, and the name of the zone in which its days and months are told."""

    start: int
    end: int
    tz: str = "Asia/Shanghai"

    def __post_init__(self) -> None:
        if self.start >= self.end:
            raise Invalid("A period must end after it starts.")

    @property
    def length(self) -> int:
        """Milliseconds."""
        return self.end - self.start

    def until(self, now: int) -> "Period":
        """The part of the period that has passed at ``now``; raises Invalid when none has."""
        return self if now >= self.end else Period(self.start, now, self.tz)


def zone(name: str) -> ZoneInfo:
    """The time zone of that name; raises Invalid when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise Invalid(f"There is no time zone {name!r}. Use a name such as Asia/Shanghai.") from error


def instant(moment: datetime) -> int:
    """Milliseconds UTC of an aware datetime, rounded down."""
    return (moment - _EPOCH) // _MILLISECOND


def local(at: int, tz: str) -> datetime:
    """The aware datetime in the zone for an instant in ms UTC."""
    return (_EPOCH + timedelta(milliseconds=at)).astimezone(zone(tz))


def midnight(year: int, month: int, day: int, tz: str) -> int:
    """The instant at which that local day begins, ms UTC."""
    return instant(datetime(year, month, day, tzinfo=zone(tz)))


def _months(year: int, first: int, count: int, tz: str) -> Period:
    following = first - 1 + count
    return Period(
        midnight(year, first, 1, tz),
        midnight(year + following // 12, following % 12 + 1, 1, tz),
        tz,
    )


YEARS = range(1970, 9000)
"""The years of which there are periods: what is told of one looks at those around it, and instants know no others."""


def month(text: str, tz: str) -> Period:
    """The calendar month "2026-10" of the zone."""
    found = re.fullmatch(r"(\d{4})-(\d{2})", text, re.ASCII)
    if not found or not 1 <= int(found[2]) <= 12 or int(found[1]) not in YEARS:
        raise Invalid(f"{text!r} is not a month. Write it as 2026-10.")
    return _months(int(found[1]), int(found[2]), 1, tz)


def quarter(text: str, tz: str) -> Period:
    """The calendar quarter "2026-Q4" of the zone."""
    found = re.fullmatch(r"(\d{4})-[Qq]([1-4])", text, re.ASCII)
    if not found or int(found[1]) not in YEARS:
        raise Invalid(f"{text!r} is not a quarter. Write it as 2026-Q4.")
    return _months(int(found[1]), 3 * int(found[2]) - 2, 3, tz)


def year(text: str, tz: str) -> Period:
    """The calendar year "2026" of the zone."""
    if not re.fullmatch(r"\d{4}", text, re.ASCII) or int(text) not in YEARS:
        raise Invalid(f"{text!r} is not a year. Write it as 2026.")
    return _months(int(text), 1, 12, tz)


def read_period(start: str | int, end: str | int | None, tz: str) -> Period:
    """The stretch from one instant to another, or, without ``end``, the calendar period that ``start`` names.

    Instants as :func:`parse_instant` reads them; periods are "2026-10", "2026-Q4" and "2026". Raises Invalid.
    """
    if end is not None:
        return Period(parse_instant(start, tz), parse_instant(end, tz), tz)
    named = str(start).strip()
    for read in (month, quarter, year):
        try:
            return read(named, tz)
        except Invalid:
            continue
    raise Invalid(f"{start!r} has no end. Give one, or name a month, quarter or year: 2026-10, 2026-Q4, 2026.")


def months(start: int, end: int, tz: str) -> Iterator[Period]:
    """The calendar months of the zone that have a part in [start, end), whole."""
    while start < end:
        moment = local(start, tz)
        found = _months(moment.year, moment.month, 1, tz)
        yield found
        start = found.end


def parse_instant(text: str | int, tz: str) -> int:
    """Milliseconds UTC of an RFC 3339 text, a date, or a number of milliseconds.

    A text without an offset is local in ``tz``; a date alone is that day's beginning. Raises Invalid otherwise.
    """
    if isinstance(text, int) and not isinstance(text, bool):
        return text
    if isinstance(text, str):
        if re.fullmatch(r"\d{12,15}", text):
            return int(text)
        moment = read_moment(text)
        if moment is not None:
            return instant(moment if moment.tzinfo else moment.replace(tzinfo=zone(tz)))
    raise Invalid(f"{text!r} is not a time. Write it as 2026-10-01T08:00:00+08:00, or as milliseconds UTC.")


_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([Tt ]\d{2}:\d{2}.*)?", re.ASCII)


def read_moment(text: str) -> datetime | None:
    """The datetime of an RFC 3339 text, without a zone where the text has no offset; None when it is no such text."""
    stripped = text.strip()
    # the library's parser takes any character between date and time, also the sign of an offset
    if not _MOMENT.fullmatch(stripped):
        return None
    try:
        return datetime.fromisoformat(stripped.upper())
    except ValueError:
        return None
