"""Control limits: between which values a figure that comes once a month is no news."""

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


def individuals(values: Sequence[float]) -> Limits | None:
    """The limits of an individuals chart (XmR) from the mean moving range; None with fewer than six values."""
    if len(values) < LEAST:
        return None
    centre = sum(values) / len(values)
    ranges = [abs(after - before) for before, after in pairwise(values)]
    reach = _WIDTH * sum(ranges) / len(ranges)
    return Limits(centre, max(0.0, centre - reach), centre + reach)
