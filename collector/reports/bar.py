"""The timeline of one target as an SVG bar, and the days written below it. Looks are left to the page's style sheet."""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any

from markupsafe import Markup

from rules.period import instant, local

WIDTH = 1000
HEIGHT = 18
_LEAST = 1.5
"""The least width of a stretch of trouble: seconds in a month would be thinner than any line."""

_TROUBLE = ("down", "unreachable", "degraded")

_BAR = Markup('<svg class="bar" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img"><title>{}</title>{}</svg>')
_STRETCH = Markup('<rect class="{}" x="{}" width="{}" height="{}"/>')
_DAYS = Markup('<svg class="days" viewBox="0 0 {} 20" aria-hidden="true">{}</svg>')
_MARK = Markup('<line x1="{0}" x2="{0}" y1="0" y2="{1}"/>')
_DAY = Markup('<text x="{}" y="18">{}</text>')


def bar(partition: Iterable[Sequence[Any]], start: int, end: int, title: str) -> Markup:
    """The partition ``[[from, to, state], …]`` (ms UTC) over [start, end); trouble is drawn last, so that it shows."""
    calm: list[Markup] = []
    loud: list[Markup] = []
    for begin, until, state in partition:
        left = WIDTH * (begin - start) / (end - start)
        width = WIDTH * (until - begin) / (end - start)
        if state in _TROUBLE:
            width = max(width, _LEAST)
            left = min(left, WIDTH - width)
        (loud if state in _TROUBLE else calm).append(_STRETCH.format(state, f"{left:.2f}", f"{width:.2f}", HEIGHT))
    return _BAR.format(WIDTH, HEIGHT, title, Markup("").join(calm + loud))


def days(start: int, end: int, tz: str) -> Markup:
    """The scale below bars: a mark at every local midnight, with the day's number on the first and every fifth."""
    marks: list[Markup] = []
    day = local(start, tz).replace(hour=0, minute=0, second=0, microsecond=0)
    while (at := instant(day)) < end:
        if at >= start:
            x = f"{WIDTH * (at - start) / (end - start):.2f}"
            numbered = day.day == 1 or day.day % 5 == 0
            marks.append(_MARK.format(x, 7 if numbered else 4))
            if numbered:
                marks.append(_DAY.format(x, day.day))
        # Added on the wall clock, because a local day may be 23 or 25 hours long.
        day += timedelta(days=1)
    return _DAYS.format(WIDTH, Markup("").join(marks))
