"""The counters of an interface, what moved between two readings of them, and many of them kept small. Pure."""

from array import array
from collections.abc import Iterable, Mapping
from sys import intern
from typing import NamedTuple

from agent.counters import moved
from agent.snmp.uptime import elapsed

_WRAPS_SLOWLY_BPS = 100_000_000
"""A 32-bit octet counter wraps in 34 s at 1 Gb/s: above this speed it tells nothing."""

_SHORTEST_S = 0.5
MOST = (1 << 64) - 1
"""Counters stay below it."""

_FEW = 10
"""A share of faulty packets is told only with at least this many: one among three is no finding."""


class Counters(NamedTuple):
    """What one interface has counted. ``None`` is what the device does not say. ``row`` is its ifIndex.

    ``wide`` when the octets are counted in 64 bits. ``packets``, ``errors`` and ``discards`` are sums of both
    directions. ``at_…`` is sysUpTime (1/100 s) of the answers that brought the octets and the rest.
    """

    row: int
    wide: bool = True
    discontinuity: int | None = None
    octets_in: int | None = None
    octets_out: int | None = None
    packets: int | None = None
    errors: int | None = None
    discards: int | None = None
    at_in: int | None = None
    at_out: int | None = None
    at_errors: int | None = None


class Moved(NamedTuple):
    """What went through an interface between two readings; None where that cannot be told: a gap, never a zero."""

    in_bytes_s: float | None = None
    out_bytes_s: float | None = None
    packets: float | None = None
    errors: float | None = None
    discards: float | None = None
    elapsed_s: float | None = None

    def values(self, speed: int | None) -> dict[str, float]:
        """As values of a Reading. ``speed`` in bits per second."""
        values: dict[str, float] = {}
        for way, bytes_s in (("in", self.in_bytes_s), ("out", self.out_bytes_s)):
            if bytes_s is not None:
                values[f"{way}_bytes_s"] = round(bytes_s)
                if speed:
                    values[f"{way}_utilisation_ratio"] = round(min(1.0, bytes_s * 8 / speed), 4)
        for what, number in (("errors", self.errors), ("discards", self.discards)):
            if number is not None and self.elapsed_s:
                values[f"{what}_s"] = round(number / self.elapsed_s, 3)
                if self.packets is not None:
                    values[f"{what}_ratio"] = share(number, self.packets)
        return values


def share(faulty: float, packets: float) -> float:
    """Which part of the packets was faulty; 0 when those were fewer than ten."""
    return round(faulty / (packets + faulty), 6) if faulty >= _FEW else 0.0


def motion(before: Counters, after: Counters, speed: int | None, longest_s: float) -> Moved:
    """What moved between two readings of one uninterrupted run of the device.

    Nothing can be told of an interface that was renumbered, had a discontinuity or has other counters than before, nor
    over less than 0.5 s or more than ``longest_s``; and no traffic that the speed does not allow.
    """
    if (before.row, before.wide, before.discontinuity) != (after.row, after.wide, after.discontinuity):
        return Moved()
    told = after.wide or (speed is not None and speed <= _WRAPS_SLOWLY_BPS)
    octets = [(before.octets_in, after.octets_in, before.at_in, after.at_in)]
    octets.append((before.octets_out, after.octets_out, before.at_out, after.at_out))
    rates: list[float | None] = []
    for old, new, since, now in octets:
        time_s = _time(since, now, longest_s)
        step = moved(old, new, 64 if after.wide else 32) if told and old is not None and new is not None else None
        rate = None if step is None or time_s is None else step / time_s
        rates.append(None if rate is not None and speed and rate * 8 > 1.1 * speed else rate)
    elapsed_s = _time(before.at_errors, after.at_errors, longest_s)
    if elapsed_s is None:
        return Moved(rates[0], rates[1])
    # Sums of several counters: a step back is a reset or a wrap, and which one cannot be told.
    packets, errors, discards = (
        None if old is None or new is None else moved(old, new)
        for old, new in (
            (before.packets, after.packets),
            (before.errors, after.errors),
            (before.discards, after.discards),
        )
    )
    return Moved(rates[0], rates[1], packets, errors, discards, elapsed_s)


def narrow_inside(before: Counters, after: Counters) -> bool:
    """Whether a 64-bit counter went down as one of 32 bits does: some devices put such a one inside."""
    return after.wide and any(
        old is not None and new is not None and new < old < 1 << 32
        for old, new in ((before.octets_in, after.octets_in), (before.octets_out, after.octets_out))
    )


def _time(since: int | None, now: int | None, longest_s: float) -> float | None:
    if since is None or now is None:
        return None
    time_s = elapsed(since, now)
    return time_s if _SHORTEST_S <= time_s <= longest_s else None


class Kept:
    """The counters of many interfaces between two looks, packed: agents hold them for thousands of devices."""

    __slots__ = ("_numbers", "names")

    def __init__(self, counted: Mapping[str, Counters], before: "Kept | None" = None) -> None:
        """``before`` is the last one: it lends its names when they are the same."""
        names = tuple(counted)
        same = before is not None and before.names == names
        # Thousands of devices call their ports by the same few hundred names.
        self.names: tuple[str, ...] = before.names if same and before is not None else tuple(map(intern, names))
        self._numbers = array("Q", [MOST if one is None else one for row in counted.values() for one in row])

    @property
    def size(self) -> int:
        """The bytes of its numbers."""
        return len(self._numbers) * self._numbers.itemsize

    def get(self) -> dict[str, Counters]:
        """All of them by name."""
        width = len(Counters._fields)
        rows: Iterable[list[int | None]] = (
            [None if number == MOST else number for number in self._numbers[at : at + width]]
            for at in range(0, len(self._numbers), width)
        )
        return {name: Counters(row[0] or 0, bool(row[1]), *row[2:]) for name, row in zip(self.names, rows, strict=True)}
