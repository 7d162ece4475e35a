"""A day on which other hours hold than its weekday's, and the words by which people say which."""

import contextlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from rules.errors import Invalid

LONGEST = 100
"""The days of one entry at most: a longer one is a slip of the pen."""


class Kind(StrEnum):
    """Whether nobody works on a day that would be worked on, or the reverse."""

    CLOSED = "closed"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Day:
    """One day. ``hours`` of an open one are empty where the file gives none."""

    date: date
    kind: Kind
    name: str = ""
    hours: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Holidays:
    """What a file says, by date; the years of which it says all; and the names of what it holds besides."""

    days: tuple[Day, ...]
    years: tuple[int, ...]
    passed_over: tuple[str, ...] = ()


_KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("closed", "holiday", "off", "rest", "true"), Kind.CLOSED),
    **dict.fromkeys(("休", "休息", "放假", "休假", "假期", "假日", "节假日", "法定节假日"), Kind.CLOSED),
    **dict.fromkeys(("open", "work", "workday", "working", "false"), Kind.OPEN),
    **dict.fromkeys(("班", "上班", "补班", "工作日", "调休上班", "调休补班", "补班日"), Kind.OPEN),
}  # fmt: skip
_DATE = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})[-/.月](\d{1,2})日?|(\d{2})(\d{2}))")
_HOURS = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\s*[-–~至]\s*([01]?\d|2[0-4]):([0-5]\d)")
_BETWEEN = re.compile(r"[;,，；、\s]*")


def kind(text: object) -> Kind:
    """The kind that a word says. Raises Invalid, also for 调休 alone, which people say of both."""
    said = str(text).strip().lower()
    if said in _KINDS:
        return _KINDS[said]
    if said == "调休":
        raise Invalid("调休 may mean either: write 休 for a day off, 班 for a day on which people work")
    raise Invalid(f"expected closed or open (休 or 班), found {text!r}")


def day(text: object) -> date:
    """The date of 2026-10-01, 20261001, 2026/10/1 or 2026年10月1日. Raises Invalid."""
    if isinstance(text, date):
        return text
    found = _DATE.fullmatch(str(text).strip())
    if found:
        with contextlib.suppress(ValueError):
            return date(int(found[1]), int(found[2] or found[4]), int(found[3] or found[5]))
    raise Invalid(f"{text!r} is not a date such as 2026-10-01")


def hours(text: str) -> tuple[str, ...]:
    """The hours in "09:00-12:00 13:30-18:00", as calendars keep them. Raises Invalid."""
    found = [f"{int(one[1]):02}:{one[2]}-{int(one[3]):02}:{one[4]}" for one in _HOURS.finditer(text)]
    if not found or not _BETWEEN.fullmatch(_HOURS.sub("", text)):
        raise Invalid(f"{text!r} are no hours such as 09:00-18:00")
    return tuple(found)


def each(first: date, last: date) -> list[date]:
    """Every date from the first to the last, both included. Raises Invalid."""
    count = (last - first).days + 1
    if not 1 <= count <= LONGEST:
        raise Invalid(f"{first} to {last} is no stretch of 1 to {LONGEST} days")
    return [first + timedelta(days=number) for number in range(count)]


def gathered(days: Iterable[Day], years: Iterable[int], passed_over: Iterable[str] = ()) -> Holidays:
    """The days in order; without ``years`` those of the days themselves. A date told twice alike is told once.

    Raises Invalid where a file contradicts itself.
    """
    known: dict[date, Day] = {}
    mistakes = []
    for one in days:
        before = known.setdefault(one.date, one)
        if (before.kind, before.hours) != (one.kind, one.hours):
            mistakes.append(f"{one.date}: stands twice, as {before.kind} and as {one.kind}")
    if mistakes:
        raise Invalid("The file contradicts itself.", tuple(mistakes))
    covered = set(years) or {one.year for one in known}
    ordered = tuple(known[one] for one in sorted(known))
    return Holidays(ordered, tuple(sorted(covered)), tuple(dict.fromkeys(passed_over)))
