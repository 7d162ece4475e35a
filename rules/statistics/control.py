"""Control limits: between which values a figure that comes again and again is no news.

Means are judged by how much they move from one to the next (Shewhart's individuals chart). Time lost is judged by what
chance makes of faults that come as in the past: in a month with few faults most months lose nothing, and one fault of
the usual length is no news.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

LEAST = 6
"""How many values there must be: limits of fewer are wider than what they should tell apart."""

_WIDTH = 2.66
"""3 / d2, with d2 = 1.128 the mean range of two normal values (Shewhart 1931)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The mean of the values before, and the natural limits around it; no value measured here is below zero."""

    centre: float
    low: float
    high: float


def individuals(values: Sequence[float | None]) -> Limits | None:
    """The limits of an individuals chart (XmR) from the mean moving range.

    A value that is not there is None: what lies on both sides of it are no neighbours, and have no range. None with
    fewer than six values, without neighbours, and where all values are zero.
    """
    there = [value for value in values if value is not None]
    ranges = [abs(after - before) for before, after in pairwise(values) if before is not None and after is not None]
    if len(there) < LEAST or not ranges or not any(there):
        return None
    centre = sum(there) / len(there)
    reach = _WIDTH * sum(ranges) / len(ranges)
    return Limits(centre, max(0.0, centre - reach), centre + reach)


def of_lost_time(lost: float, faults: int, watched: float, exposure: float) -> Limits | None:
    """The limits of the share of ``exposure`` that is lost, where ``faults`` cost ``lost`` of the time ``watched``.

    Faults come at a constant rate, and their lengths are exponential (a compound Poisson process). Of one thousand
    months no more than 1.35 lie above, and as many below, as beyond three standard deviations of a normal value. None
    where nothing was lost or nothing watched: of that nothing is known.
    """
    if min(lost, watched, exposure) <= 0:
        return None
    count = max(1, faults)
    mean, expected = lost / count, count * exposure / watched
    low, high = (_lost(expected, beyond) * mean / exposure for beyond in (1 - _BEYOND, _BEYOND))
    return Limits(lost / watched, low, min(1.0, high))


_BEYOND = 0.00135


def _lost(expected: float, beyond: float) -> float:
    """What time, in mean lengths of a fault, is exceeded so probably; 0 where any time is exceeded less probably."""
    if _exceeds(expected, 0.0) <= beyond:
        return 0.0
    low, high = 0.0, 1.0
    while _exceeds(expected, high) > beyond:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _exceeds(expected, middle) > beyond else (low, middle)
    return high


def _exceeds(expected: float, time: float) -> float:
    """The probability that faults last longer than ``time`` in all, in mean lengths of one.

    n exponential lengths last longer than t where a Poisson count of mean t is below n: so the number of faults exceeds
    such a count.
    """
    first, faults = _poisson(expected)
    begin, ends = _poisson(time)
    found = 0.0
    running, place = 0.0, 0
    for step, share in enumerate(faults):
        while place < len(ends) and begin + place < first + step:
            running += ends[place]
            place += 1
        found += share * running
    return found


def _poisson(mean: float) -> tuple[int, list[float]]:
    """The probabilities of the counts that are worth adding up, and the first of these counts."""
    reach = 10 * math.sqrt(mean) + 20
    first = max(0, math.floor(mean - reach))
    if mean == 0:
        return 0, [1.0]
    counts = range(first, math.ceil(mean + reach) + 1)
    return first, [math.exp(count * math.log(mean) - mean - math.lgamma(count + 1)) for count in counts]
