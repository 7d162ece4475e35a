"""Predictions for planning: what a composition should reach if its parts fail independently of each other.

Measured composition is in ``rules/service.py``; where it is much worse than predicted, the parts have a common cause.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rules.statistics import guard


@dataclass(frozen=True, slots=True)
class Behaviour:
    """In the long run: ``availability``, and failures per unit of time, ``frequency``."""

    availability: float
    frequency: float

    @property
    def mean_up(self) -> float | None:
        """Mean up time A/ν; None where it never fails."""
        return self.availability / self.frequency if self.frequency else None

    @property
    def mean_down(self) -> float | None:
        """Mean down time (1 - A)/ν; None where it never fails."""
        return (1 - self.availability) / self.frequency if self.frequency else None


def part(failure_rate: float, repair_rate: float) -> Behaviour:
    """One part with constant rates: A = μ/(λ + μ), ν = A·λ (IEC 61703)."""
    guard.amount(failure_rate, "failure rate")
    guard.positive(repair_rate, "repair rate")
    availability = repair_rate / (failure_rate + repair_rate)
    return Behaviour(availability, availability * failure_rate)


def series(parts: Iterable[Behaviour]) -> Behaviour:
    """All are needed: A = ΠA, ν = Σν·Π(A of the others) (Singh and Billinton 1977, frequency and duration)."""
    together = Behaviour(1.0, 0.0)
    for one in parts:
        together = Behaviour(
            together.availability * one.availability,
            together.frequency * one.availability + one.frequency * together.availability,
        )
    return together


def parallel(parts: Iterable[Behaviour]) -> Behaviour:
    """One suffices: U = ΠU, ν = Σν·Π(U of the others); the same source."""
    down, frequency = 1.0, 0.0
    for one in parts:
        own = 1 - one.availability
        down, frequency = down * own, frequency * own + one.frequency * down
    return Behaviour(1 - down, frequency)


def series_availability(availabilities: Iterable[float]) -> float:
    """All are needed."""
    return math.prod(_shares(availabilities))


def parallel_availability(availabilities: Iterable[float]) -> float:
    """One suffices."""
    return 1 - math.prod(1 - share for share in _shares(availabilities))


def k_of_n_availability(needed: int, availabilities: Iterable[float]) -> float:
    """At least ``needed`` of the parts, which may differ: the upper tail of how many are up, built part by part."""
    guard.count(needed, "needed")
    chances = [1.0]
    for share in _shares(availabilities):
        chances = [
            stay * (1 - share) + come * share for stay, come in zip([*chances, 0.0], [0.0, *chances], strict=True)
        ]
    return min(1.0, math.fsum(chances[needed:]))


def common_cause(measured: float, predicted: float) -> float | None:
    """Measured over predicted unavailability; far above 1 the parts fail together. None where none was predicted."""
    guard.amount(measured, "measured unavailability")
    return measured / predicted if guard.amount(predicted, "predicted unavailability") else None


def _shares(availabilities: Iterable[float]) -> Sequence[float]:
    shares = list(availabilities)
    if any(not 0 <= share <= 1 for share in shares):
        raise ValueError("an availability lies between 0 and 1")
    return shares
