"""Figures as people read them. A printed figure never contradicts its verdict and never says more than was measured.

Rounding is directed: availability and coverage are rounded down, fault rates up, and whatever is compared with a goal
keeps its side of it, with more decimals or rounded the other way where the usual ones would hide which side it is on.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from collector.texts import Translator
from rules.period import local

NO_FIGURE = "–"
"""What stands where a figure does not exist: never 0, never 100 %."""

_MOST_DECIMALS = 8
"""A month has 2.7·10⁹ ms, so eight decimals of a percentage tell any two of its shares apart."""

_SECOND = 1000
_MINUTE = 60 * _SECOND
_HOUR = 60 * _MINUTE
_DAY = 24 * _HOUR


def number(value: float | None, decimals: int = 1, goal: float | None = None, *, up: bool = False) -> str:
    """``value`` rounded down (``up``: up) to ``decimals``, on the same side of ``goal`` as the unrounded value.

    0 is printed for exactly 0 only.

    >>> number(499.99, 1, goal=500.0, up=True), number(500.0, 1, goal=500.0)
    ('499.9', '500.0')
    """
    if value is None:
        return NO_FIGURE
    fences = [Decimal(0)] + ([] if goal is None else [Decimal(repr(goal))])
    return f"{_directed(Decimal(repr(value)), decimals, fences, up):f}"


def percent(ratio: float | None, decimals: int = 2, goal: float | None = None, *, up: bool = False) -> str:
    """A share of 1 as a percentage, rounded as ``number``; ``goal`` is a share of 1 too.

    100 % and 0 % are printed for exactly 1 and 0 only.

    >>> percent(0.0099996, 4, goal=0.01, up=True), percent(0.999999), percent(0.99001, goal=0.99), percent(None)
    ('0.9999 %', '99.99 %', '99.001 %', '–')
    """
    if ratio is None:
        return NO_FIGURE
    exact = Decimal(repr(ratio)) * 100
    fences = [Decimal(0), Decimal(100)] + ([] if goal is None else [Decimal(repr(goal)) * 100])
    return f"{_directed(exact, decimals, fences, up):f} %"


def instant(at: int | None, tz: str, *, seconds: bool = True) -> str:
    """An instant (ms UTC) on the wall clock of the zone ``tz``: ``2026-10-03 14:05:07``. Name the zone beside it."""
    if at is None:
        return NO_FIGURE
    return local(at, tz).strftime("%Y-%m-%d %H:%M:%S" if seconds else "%Y-%m-%d %H:%M")


def duration(span: int | None, words: Translator) -> str:
    """A span of time (ms) in its two greatest units; below a minute in seconds, with tenths below ten of them.

    Cut, never rounded up: 59.99 s is 59 s. Not for figures that must be exact; those are printed in seconds.
    """
    if span is None:
        return NO_FIGURE
    if span < 10 * _SECOND:
        return words("{seconds} s", seconds=f"{span // 100 / 10:g}")
    if span < _MINUTE:
        return words("{seconds} s", seconds=span // _SECOND)
    if span < _HOUR:
        return words("{minutes} min {seconds} s", minutes=span // _MINUTE, seconds=span % _MINUTE // _SECOND)
    if span < _DAY:
        return words("{hours} h {minutes} min", hours=span // _HOUR, minutes=span % _HOUR // _MINUTE)
    return words("{days} d {hours} h", days=span // _DAY, hours=span % _DAY // _HOUR)


def _directed(exact: Decimal, decimals: int, fences: list[Decimal], up: bool) -> Decimal:
    # Down is allowed where up was asked for (0.99996 % → 0.9999 %); the reverse would say more than was measured.
    roundings = (ROUND_CEILING, ROUND_FLOOR) if up else (ROUND_FLOOR,)
    for places in range(decimals, max(decimals, _MOST_DECIMALS) + 1):
        for rounding in roundings:
            printed = exact.quantize(Decimal(1).scaleb(-places), rounding)
            if all(printed.compare(fence) == exact.compare(fence) for fence in fences):
                return printed
    return exact
