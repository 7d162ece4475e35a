"""Durations as people write them ("5m", "1h30m", "0.5s") and as the house keeps them (integer milliseconds)."""

import re
from decimal import Decimal
from typing import Annotated

from rules.errors import Invalid

DURATION = "duration"

Duration = Annotated[int, DURATION]
"""A length of time in milliseconds. As the type of a settings field it is read from text such as "5m"."""

_UNITS = {"w": 604_800_000, "d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|w|d|h|m|s)")


def parse_duration(text: str) -> int:
    """Milliseconds for a text of numbers with units (w, d, h, m, s, ms), greatest unit first.

    Raises Invalid when the text is no duration, names a unit twice or is not a whole number of milliseconds.
    """
    compact = text.strip()
    total = Decimal(0)
    position = 0
    smallest = _UNITS["w"] + 1
    for part in _PART.finditer(compact):
        unit = _UNITS[part[2]]
        if part.start() != position or unit >= smallest:
            break
        total += Decimal(part[1]) * unit
        position = part.end()
        smallest = unit
    if not compact or position != len(compact):
        raise Invalid(f"{text!r} is not a duration. Write a number with a unit, for example 30s, 5m or 1h30m.")
    if total != int(total):
        raise Invalid(f"{text!r} is finer than a millisecond.")
    return int(total)


def format_duration(milliseconds: int) -> str:
    """A text that :func:`parse_duration` turns back into the same number: "3d", "500h", "1h30m".

    Days are used for whole days only, weeks never.
    """
    if milliseconds < 0:
        return "-" + format_duration(-milliseconds)
    if milliseconds and milliseconds % _UNITS["d"] == 0:
        return f"{milliseconds // _UNITS['d']}d"
    parts = []
    rest = milliseconds
    for name in ("h", "m", "s", "ms"):
        count, rest = divmod(rest, _UNITS[name])
        if count:
            parts.append(f"{count}{name}")
    return "".join(parts) or "0s"
