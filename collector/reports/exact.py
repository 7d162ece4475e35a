"""Instants and lengths of time printed exactly, to the millisecond where it matters, so that a reader can add them up.

Rounded figures (percentages, hours with decimals) are in `collector.printed`.
"""

from collector.printed import NO_FIGURE, instant
from rules.period import local

HOUR = 3_600_000


def moment(at: int | None, tz: str) -> str:
    """An instant (ms UTC) on the wall clock of the zone ``tz``; thousandths are told where there are any.

    In the hour that comes twice when clocks are set back the offset from UTC is told as well: 02:50:00 +02:00.
    """
    if at is None:
        return NO_FIGURE
    return instant(at, tz) + _thousandths(at % 1000) + (f" {local(at, tz).isoformat()[-6:]}" if twice(at, tz) else "")


def twice(at: int, tz: str) -> bool:
    """Whether the wall clock of a zone shows the time of an instant (ms UTC) twice."""
    shown = local(at, tz)
    return shown.replace(fold=1 - shown.fold).utcoffset() != shown.utcoffset()


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
