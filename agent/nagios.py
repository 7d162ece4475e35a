"""What a monitoring plugin says: exit codes, text and performance data, by the Monitoring Plugins guidelines."""

import math
import re
from dataclasses import dataclass
from enum import IntEnum

MOST_OUTPUT = 65536
"""Bytes of output that are read; the rest is thrown away."""


class Status(IntEnum):
    """The four answers a plugin can give by its exit code."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class Range:
    """A threshold range: an alert outside ``start`` … ``end``, both included; ``inside`` turns it round."""

    start: float
    end: float
    inside: bool = False

    def alerts(self, value: float) -> bool:
        return (self.start <= value <= self.end) == self.inside


@dataclass(frozen=True, slots=True)
class Datum:
    """One token of performance data. ``value`` is None for "U", undetermined; ``unit`` as the plugin wrote it."""

    label: str
    value: float | None
    unit: str = ""
    warn: Range | None = None
    critical: Range | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """What a plugin printed: its first line, the lines after it, its data."""

    text: str
    long_text: str = ""
    data: tuple[Datum, ...] = ()


def status(code: int) -> Status:
    """The status of an exit code; anything but 0 to 3 (a signal, 126, 127) says that the plugin did not look."""
    return Status(code) if 0 <= code <= 3 else Status.UNKNOWN


_TOKEN = re.compile(
    r"('(?:[^']|'')*'|[^=\s']+)=(U|[-+0-9.,eE]+)([^\s;]*)"
    r"(?:;([^\s;]*))?(?:;([^\s;]*))?(?:;([^\s;]*))?(?:;([^\s;]*))?"
)


def parse_output(octets: bytes) -> Output:
    """Text and data of what a plugin wrote to its standard output, of which 64 KiB are read.

    Data stand behind the first "|" of the first line, and behind the first "|" of the later lines and on all lines
    after that one.
    """
    lines = octets[:MOST_OUTPUT].decode("utf-8", "replace").splitlines()
    first, _, data = (lines[0] if lines else "").partition("|")
    rest, _, more = "\n".join(lines[1:]).partition("|")
    return Output(first.strip(), rest.strip(), tuple(perfdata(f"{data} {more}")))


def perfdata(text: str) -> list[Datum]:
    """The tokens of performance data; what is none is passed over."""
    found = []
    for token in _TOKEN.finditer(text):
        label, number, unit, warn, critical, low, high = token.groups()
        if label.startswith("'"):
            label = label[1:-1].replace("''", "'")
        value = None if number == "U" else _number(number)
        if value is None and number != "U":
            continue
        found.append(Datum(label, value, unit, parse_range(warn), parse_range(critical), _number(low), _number(high)))
    return found


def parse_range(text: str | None) -> Range | None:
    """``[@]start:end`` as a Range, or None when there is none or it cannot be read.

    ``10`` is 0 to 10, ``10:`` has no end, ``~`` is minus infinity.
    """
    if not text:
        return None
    inside, text = text.startswith("@"), text.removeprefix("@")
    before, colon, after = text.rpartition(":")
    start = -math.inf if before == "~" else _number(before) if before else 0.0
    end = _number(after) if after else math.inf
    if start is None or end is None or (not colon and not after):
        return None
    return Range(start, end, inside)


_SCALES = {
    "s": ("s", 1.0),
    "ms": ("s", 1e-3),
    "us": ("s", 1e-6),
    "ns": ("s", 1e-9),
    "%": ("ratio", 0.01),
    "B": ("bytes", 1.0),
} | {
    f"{letter}{infix}B": ("bytes", float(base**power))
    for power, letter in enumerate("KMGTPE", start=1)
    for infix, base in (("", 1000), ("i", 1024))
}


def metric(datum: Datum) -> tuple[str, float] | None:
    """Name and value of a datum in base units (seconds, bytes, ratios); None when it is undetermined.

    The label becomes the name as far as names go; counters ("c") and unknown units keep their number.
    """
    if datum.value is None:
        return None
    name = re.sub(r"[^\w./:+-]+", "_", datum.label).strip("_") or "value"
    unit, factor = _SCALES.get(datum.unit, ("", 1.0))
    return (f"{name}_{unit}" if unit else name, float(f"{datum.value * factor:.12g}"))


def _number(text: str | None) -> float | None:
    if not text:
        return None
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None
