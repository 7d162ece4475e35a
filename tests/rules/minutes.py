"""SLA clocks counted minute by minute on the wall clock: slow, and sharing nothing with the arithmetic it checks."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = 60_000

Open = Callable[[datetime], bool]
"""Whether the clock runs in the minute that begins at this local time."""


def running(at: int, is_open: Open, tz: str, pauses: list[tuple[int, int | None]]) -> bool:
    """Whether the minute that begins at an instant (ms UTC) counts."""
    local = datetime.fromtimestamp(at / 1000, UTC).astimezone(ZoneInfo(tz))
    return is_open(local) and not any(start <= at and (end is None or at < end) for start, end in pauses)


def elapsed(start: int, end: int, is_open: Open, tz: str, pauses: list[tuple[int, int | None]]) -> int:
    """The minutes that count in [start, end), in ms."""
    return MINUTE * sum(running(at, is_open, tz, pauses) for at in range(start, end, MINUTE))


def due(start: int, allowance: int, is_open: Open, tz: str, pauses: list[tuple[int, int | None]]) -> int | None:
    """The end of the minute in which the allowance is used up; None when that is not within a year."""
    left, at = allowance // MINUTE, start
    while left:
        if at - start > timedelta(days=366) // timedelta(milliseconds=1):
            return None
        left -= running(at, is_open, tz, pauses)
        at += MINUTE
    return at


def weekly(first: int, last: int, *hours: tuple[int, int]) -> Open:
    """Open on the days of the week from ``first`` to ``last`` (Monday is 0), within hours in minutes after midnight."""
    return lambda local: (
        first <= local.weekday() <= last and any(start <= local.hour * 60 + local.minute < end for start, end in hours)
    )
