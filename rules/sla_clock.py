"""SLA clocks: how much agreed time has passed, when an allowance of it is used up, and which deadline comes first.

    elapsed(a, b) = the length of [a, b) ∩ service hours − pauses
    due(a, d)     = the earliest instant t with elapsed(a, t) = d

A deadline that falls on closing time is that closing time and not the next opening. It is kept by t ≤ due.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from rules.intervals import Interval, clip, subtract, total, union
from rules.parameters import DAY

Pause = tuple[int, int | None]
"""[from, to) in ms UTC in which a clock stands; None while that lasts."""

WARNED_AT = (Fraction(1, 2), Fraction(3, 4), Fraction(9, 10))
"""The shares of an allowance at whose use people are warned."""

_WEEK = 7 * DAY
_LONGEST_LOOK = 400 * DAY
_FOREVER = 1 << 62
_END_OF_DATES = 253_000_000_000_000
"""Shortly before the last year that has dates: what is not due by then never is."""


class Hours(Protocol):
    """When a clock runs: a calendar, or calendars that were in force one after the other."""

    def hours(self, start: int, end: int) -> list[Interval]:
        """The open intervals inside [start, end), ms UTC."""

    def over(self) -> int | None:
        """The instant from which it never opens again; None where that never comes."""


def elapsed(start: int, end: int, hours: Hours | None = None, pauses: Iterable[Pause] = ()) -> int:
    """Agreed time (ms) in [start, end) without the pauses; ``hours`` None: the clock runs day and night."""
    return total(_running(start, end, hours, _closed(pauses)))


def due(start: int, allowance: int, hours: Hours | None = None, pauses: Iterable[Pause] = ()) -> int | None:
    """The earliest instant (ms UTC) at which the allowance (ms) is used up.

    None where that instant is not known or never comes: a pause lasts, or the hours never open again.
    """
    if allowance <= 0:
        return start
    closed = _closed(pauses)
    over = None if hours is None else hours.over()
    endings = [_END_OF_DATES, *([] if over is None else [over])]
    endings += [begin for begin, end in closed if end == _FOREVER]
    last = min(endings)
    left, position, step = allowance, start, max(_WEEK, 2 * allowance if hours is None else _WEEK)
    while position < last:
        following = min(last, position + step)
        for begin, end in _running(position, following, hours, closed):
            if end - begin >= left:
                return begin + left
            left -= end - begin
        position, step = following, min(2 * step, _LONGEST_LOOK)
    return None


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is allowed from an instant on (ms UTC): so much (ms) of these hours. A new priority makes a new one."""

    since: int
    length: int
    hours: Hours | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when something must have happened; instants in ms UTC.

    ``due`` is None while a pause lasts, or where the hours never open again. ``warnings`` are the instants at which
    shares of the allowance are used. ``broken_by_reclassification``: a new priority came when its deadline, which
    counts from the opening, had gone by already; it was broken the moment it came.
    """

    rule: str
    opened: int
    allowance: Allowance
    due: int | None
    warnings: tuple[tuple[Fraction, int | None], ...]
    broken_by_reclassification: bool = False
    pauses: tuple[Pause, ...] = ()

    def used(self, at: int) -> int:
        """How much of the allowance (ms) was used at an instant."""
        return elapsed(self.opened, at, self.allowance.hours, self.pauses)

    def kept(self, at: int) -> bool:
        """Whether what happened at this instant was in time."""
        return self.due is None or at <= self.due


def deadline(rule: str, opened: int, allowances: Sequence[Allowance], pauses: Sequence[Pause] = ()) -> Deadline:
    """The deadline by the last of the allowances, which are in order; each counts from the opening."""
    current = allowances[-1]
    ends = due(opened, current.length, current.hours, pauses)
    broken = False
    if len(allowances) > 1 and ends is not None and ends < current.since:
        before = allowances[-2]
        earlier = due(opened, before.length, before.hours, pauses)
        broken = earlier is None or earlier >= current.since
    warnings = tuple((share, due(opened, int(share * current.length), current.hours, pauses)) for share in WARNED_AT)
    return Deadline(rule, opened, current, ends, warnings, broken, tuple(pauses))


def earliest(deadlines: Iterable[Deadline]) -> Deadline | None:
    """The one that comes first, for the countdown; None where none is known."""
    known = [(one.due, one.rule, one) for one in deadlines if one.due is not None]
    return min(known, key=lambda entry: entry[:2])[2] if known else None


def _closed(pauses: Iterable[Pause]) -> list[Interval]:
    return union((begin, _FOREVER if end is None else end) for begin, end in pauses)


def _running(start: int, end: int, hours: Hours | None, closed: Sequence[Interval]) -> list[Interval]:
    if start >= end:
        return []
    return subtract([(start, end)] if hours is None else hours.hours(start, end), clip(closed, start, end))
