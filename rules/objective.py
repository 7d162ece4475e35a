"""Objectives: what was promised, compared with what was reached. Always with unrounded, exact values."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache


class Verdict(StrEnum):
    """What can be said about a promise."""

    MET = "met"
    MISSED = "missed"
    INSUFFICIENT_DATA = "insufficient_data"
    NOT_APPLICABLE = "not_applicable"


class Comparator(StrEnum):
    """How a value must stand to its target. Whether the bound is included follows the wording of the promise."""

    BELOW = "<"
    AT_MOST = "<="
    AT_LEAST = ">="


Number = int | float | Fraction


def exact(value: Number) -> Fraction:
    """The number as people wrote it: 0.01 is one hundredth, not the binary fraction next to it."""
    if isinstance(value, Fraction):
        return value
    return _written(value) if isinstance(value, float) else Fraction(value)


@lru_cache(maxsize=1024)
def _written(value: float) -> Fraction:
    return Fraction(Decimal(str(value)))


@dataclass(frozen=True, slots=True)
class Objective:
    """A promise about one figure."""

    comparator: Comparator
    target: Number

    def satisfied(self, value: Number) -> bool:
        """Whether the value keeps the promise."""
        return self._holds(exact(value), exact(self.target))

    def satisfied_by(self, part: int, whole: int) -> bool:
        """Whether part ÷ whole does, without a fraction being made; ``whole`` is above 0."""
        target = exact(self.target)
        return self._holds(part * target.denominator, whole * target.numerator)

    def _holds(self, left: Fraction | int, right: Fraction | int) -> bool:
        if self.comparator is Comparator.BELOW:
            return left < right
        if self.comparator is Comparator.AT_MOST:
            return left <= right
        return left >= right

    def verdict(self, value: Number) -> Verdict:
        """Met or missed."""
        return Verdict.MET if self.satisfied(value) else Verdict.MISSED

    def verdict_by(self, part: int, whole: int) -> Verdict:
        """Met or missed by part ÷ whole; ``whole`` is above 0."""
        return Verdict.MET if self.satisfied_by(part, whole) else Verdict.MISSED


def share_verdict(objective: Objective, bad: int, known: int, unknown: int, min_coverage: float) -> Verdict:
    """Verdict on the share of ``bad`` in ``known`` time with ``unknown`` time beside it; any unit.

    Met if it would be met with all unknown time bad, missed if it would be missed with none of it bad; in between
    by the known time, when that covers enough.
    """
    whole = known + unknown
    if whole == 0:
        return Verdict.NOT_APPLICABLE
    if objective.satisfied_by(bad + unknown, whole):
        return Verdict.MET
    if not objective.satisfied_by(bad, whole):
        return Verdict.MISSED
    if Fraction(known, whole) < exact(min_coverage):
        return Verdict.INSUFFICIENT_DATA
    return objective.verdict_by(bad, known)


def mtbf_verdict(objective: Objective, operating: int, failures: int, lower: float | None) -> Verdict:
    """Verdict on the mean time between failures; ``lower`` is its 90 % lower bound in the target's unit.

    Met only where demonstrated. A point value under the target is missed; between the two there is too little data.
    """
    if lower is not None and objective.satisfied(lower):
        return Verdict.MET
    if failures and not objective.satisfied_by(operating, failures):
        return Verdict.MISSED
    return Verdict.INSUFFICIENT_DATA


def mean_verdict(objective: Objective, total: int, count: int, pending: int) -> Verdict:
    """Verdict on a mean of ``count`` finished cases with ``pending`` unfinished ones beside them."""
    if count:
        return objective.verdict_by(total, count)
    return Verdict.INSUFFICIENT_DATA if pending else Verdict.NOT_APPLICABLE
