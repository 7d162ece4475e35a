"""Windows that come again: each at the wall clock of the first one, in its zone, whatever the clocks do in between."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from itertools import count

from rules.intervals import Interval
from rules.parameters import DAY
from rules.period import instant, local


class Every(StrEnum):
    """How often: each day, on the same day of each week, or on the same date of each month that has it."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"

    @property
    def least(self) -> int:
        """The shortest distance (ms) between the beginnings of two: a window must not be longer."""
        # Clocks that go forward make one day of the year an hour shorter.
        return {Every.DAY: DAY, Every.WEEK: 7 * DAY, Every.MONTH: 28 * DAY}[self] - 3_600_000


def recurring(start: int, end: int, every: Every, until: int, tz: str) -> Iterator[Interval]:
    """The windows that begin before ``until``, the first of which is [start, end); in order, all of one length.

    Where clocks skip the hour of a beginning it is as much later as they skip. Instants in ms UTC.
    """
    first = local(start, tz)
    for day in _days(first.date(), every):
        moment = first.replace(year=day.year, month=day.month, day=day.day, fold=first.fold)
        begin = instant(moment)
        if begin >= until:
            return
        yield begin, begin + end - start


def _days(first: date, every: Every) -> Iterator[date]:
    """The days on which they begin, from the first one on."""
    if every is not Every.MONTH:
        step = timedelta(days=1 if every is Every.DAY else 7)
        yield from (first + number * step for number in count())
    for number in count(first.month - 1):
        year, month = first.year + number // 12, number % 12 + 1
        if first.day <= monthrange(year, month)[1]:
            yield date(year, month, first.day)
