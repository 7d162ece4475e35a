"""Instants and lengths of time printed exactly, to the millisecond where it matters, so that a reader can add them up.

Rounded figures (percentages, hours with decimals) are in `collector.printed`.
"""

from collector.printed import NO_FIGURE, instant

HOUR = 3_600_000


def moment(at: int | None, tz: str) -> str:
    """An instant (ms UTC) on the wall clock of the zone ``tz``; thousandths are told where there are any."""
    if at is None:
        return NO_FIGURE
    return instant(at, tz) + _thousandths(at % 1000)


def length(span: int | None) -> str:
    """A length of time (ms) as ``h:mm:ss``; thousandths are told where there are any."""
    if span is None:
        return NO_FIGURE
    seconds, thousandths = divmod(abs(span), 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{'-' if span < 0 else ''}{hour}:{minute:02d}:{second:02d}{_thousandths(thousandths)}"


def _thousandths(count: int) -> str:
    return f".{count:03d}".rstrip("0") if count else ""
