"""The timeline bar: a partition of time as the rectangles of an inline SVG, in percent of its width."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from collector.printed import duration, instant
from collector.texts import Translator
from collector.web.views.words import STATES, URGENCY, word
from rules.period import Period, local, midnight

_LEAST_WIDTH = 0.25
"""Percent. A minute of a month is 0.002 % of it; an outage that short must still be seen."""

_DAY = 86_400_000
_HOUR = 3_600_000
_TEN_MINUTES = 600_000
_REACHES = (_HOUR, 6 * _HOUR)
_STEPS = ((_HOUR, 10), (6 * _HOUR, 60))


@dataclass(frozen=True, slots=True)
class Segment:
    """One rectangle: ``x`` and ``width`` in percent of the bar, the class it is drawn in, what a pointer is told."""

    x: str
    width: str
    state: str
    title: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the axis under the bar, ``x`` in percent."""

    x: str
    label: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar ready to draw; later segments lie over earlier ones. ``label`` says the whole in words."""

    segments: tuple[Segment, ...]
    ticks: tuple[Tick, ...]
    now: str | None
    label: str


def bar(
    partition: Sequence[Sequence[object]],
    period: Period,
    now: int,
    words: Translator,
    ticks: Iterable[Tick] = (),
) -> Bar:
    """The bar of ``period``. ``partition`` is of interfaces §5: ``[from, to, state]`` by time, ms UTC.

    What lies after ``now`` stays blank. Troubles are drawn over calm times and never narrower than can be seen, so a
    bar shows where trouble was, and figures how much.
    """
    tiles = [(max(int(str(a)), period.start), min(int(str(b)), period.end), str(state)) for a, b, state in partition]
    tiles = [tile for tile in tiles if tile[0] < tile[1]]
    segments: list[Segment] = []
    for state in reversed(URGENCY):
        segments.extend(_segments([tile for tile in tiles if tile[2] == state], state, period, words))
    return Bar(
        tuple(segments),
        tuple(ticks),
        _percent(now - period.start, period.length) if period.start <= now < period.end else None,
        _told(tiles, words),
    )


def month_ticks(period: Period) -> tuple[Tick, ...]:
    """A tick at the beginning of the first day and of every fifth day of the month."""
    first = local(period.start, period.tz)
    days = (1, 5, 10, 15, 20, 25, 30)
    starts = ((day, _midnight(first.year, first.month, day, period.tz)) for day in days)
    return tuple(
        Tick(_percent(start - period.start, period.length), str(day))
        for day, start in starts
        if start is not None and start < period.end
    )


def recent(now: int, since: int | None, tz: str) -> Period:
    """The last day, or as much less of it as something that began at ``since`` (ms UTC) needs to be seen well."""
    lived = _DAY if since is None else now - since
    return Period(now - next((reach for reach in _REACHES if lived <= reach), _DAY), now, tz)


def clock_ticks(period: Period) -> tuple[Tick, ...]:
    """Ticks at round times of the local clock: every third hour of a day, closer in less."""
    step = next((minutes for reach, minutes in _STEPS if period.length <= reach), 180)
    first = -(-period.start // _TEN_MINUTES) * _TEN_MINUTES
    told = ((at, local(at, period.tz)) for at in range(first, period.end, _TEN_MINUTES))
    return tuple(
        Tick(_percent(at - period.start, period.length), f"{clock:%H:%M}")
        for at, clock in told
        if (clock.hour * 60 + clock.minute) % step == 0
    )


def _midnight(year: int, month: int, day: int, tz: str) -> int | None:
    try:
        return midnight(year, month, day, tz)
    except ValueError:  # the 30th of February
        return None


def _segments(tiles: list[tuple[int, int, str]], state: str, period: Period, words: Translator) -> list[Segment]:
    """The tiles of one state; those that would be drawn over each other are drawn as one, so that a bar stays small."""
    drawn: list[tuple[float, float, list[tuple[int, int, str]]]] = []
    for start, end, _ in tiles:
        x = (start - period.start) / period.length * 100
        width = max((end - start) / period.length * 100, _LEAST_WIDTH)
        x = min(x, 100 - width)
        if drawn and x <= drawn[-1][0] + drawn[-1][1]:
            first, _, members = drawn[-1]
            drawn[-1] = (first, x + width - first, [*members, (start, end, state)])
        else:
            drawn.append((x, width, [(start, end, state)]))
    return [
        Segment(_number(x), _number(width), state, _title(members, state, period.tz, words))
        for x, width, members in drawn
    ]


def _title(members: list[tuple[int, int, str]], state: str, tz: str, words: Translator) -> str:
    name = word(STATES, state, words)
    total = duration(sum(end - start for start, end, _ in members), words)
    span = f"{instant(members[0][0], tz)} – {instant(members[-1][1], tz)}"
    if len(members) == 1:
        return words("{state}: {span} ({length})", state=name, span=span, length=total)
    return words(
        "{state}, {count} times: {span} ({length} in all)", state=name, count=len(members), span=span, length=total
    )


def _told(tiles: list[tuple[int, int, str]], words: Translator) -> str:
    sums = {state: sum(end - start for start, end, own in tiles if own == state) for state in URGENCY}
    parts = [f"{word(STATES, state, words)} {duration(length, words)}" for state, length in sums.items() if length]
    return ", ".join(parts) or words("no data")


def _percent(part: int, whole: int) -> str:
    return _number(part / whole * 100)


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")
