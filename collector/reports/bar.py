"""The timeline of one target as an SVG bar, and the days written below it. Looks are left to the page's style sheet."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from rules.parameters import DAY
from rules.period import instant, local

WIDTH = 1000
HEIGHT = 18
_LEAST = 1.5
"""The least width of a stretch of trouble: seconds in a month would be thinner than any line."""

_DAYS_APART = 45
"""Up to so many days each one has a mark."""

_TROUBLE = ("down", "unreachable", "degraded")

_BAR = Markup('<svg class="bar" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"><title>{}</title>{}</svg>')
_STRETCH = Markup('<rect class="{}" x="{}" width="{}" height="{}"/>')
_DAYS = Markup('<svg class="days" viewBox="0 0 {} 20" aria-hidden="true">{}</svg>')
_MARK = Markup('<line x1="{0}" x2="{0}" y1="0" y2="{1}"/>')
_DAY = Markup('<text x="{}" y="18">{}</text>')


@dataclass(frozen=True, slots=True)
class Stretch:
    """A state from ``left`` on, of the whole `WIDTH`."""

    state: str
    left: float
    width: float


@dataclass(frozen=True, slots=True)
class Mark:
    """A local midnight, with what is written below it: the number of its day, or its month where days lie too close."""

    left: float
    label: str


def stretches(partition: Iterable[Sequence[Any]], start: int, end: int) -> list[Stretch]:
    """The partition ``[[from, to, state], …]`` (ms UTC) over [start, end); trouble comes last, so that it shows."""
    calm: list[Stretch] = []
    loud: list[Stretch] = []
    for begin, until, state in partition:
        left = WIDTH * (begin - start) / (end - start)
        width = WIDTH * (until - begin) / (end - start)
        if state in _TROUBLE:
            width = max(width, _LEAST)
            left = min(left, WIDTH - width)
        (loud if state in _TROUBLE else calm).append(Stretch(state, left, width))
    return calm + loud


def marks(start: int, end: int, tz: str) -> Iterator[Mark]:
    """Every local midnight in [start, end), with the day's number on the first and every fifth; in longer periods the
    first of every month, with its name."""
    close = end - start > _DAYS_APART * DAY
    day = local(start, tz).replace(hour=0, minute=0, second=0, microsecond=0)
    while (at := instant(day)) < end:
        if at >= start and (day.day == 1 or not close):
            written = day.day == 1 or day.day % 5 == 0
            label = f"{day:%Y-%m}" if close else str(day.day) if written else ""
            yield Mark(WIDTH * (at - start) / (end - start), label)
        # Added on the wall clock, because a local day may be 23 or 25 hours long.
        day += timedelta(days=1)


def bar(partition: Iterable[Sequence[Any]], start: int, end: int, title: str) -> Markup:
    """The partition ``[[from, to, state], …]`` (ms UTC) over [start, end)."""
    drawn = (
        _STRETCH.format(one.state, f"{one.left:.2f}", f"{one.width:.2f}", HEIGHT)
        for one in stretches(partition, start, end)
    )
    return _BAR.format(WIDTH, HEIGHT, title, Markup("").join(drawn))


def days(start: int, end: int, tz: str) -> Markup:
    """The scale below bars."""
    drawn: list[Markup] = []
    for mark in marks(start, end, tz):
        x = f"{mark.left:.2f}"
        drawn.append(_MARK.format(x, 7 if mark.label else 4))
        if mark.label:
            drawn.append(_DAY.format(x, mark.label))
    return _DAYS.format(WIDTH, Markup("").join(drawn))
