"""Has a promised MTBF been demonstrated? How much operating time is needed for it, and how good a test of it is."""

from collections.abc import Iterable
from dataclasses import dataclass

from rules.statistics import guard
from rules.statistics.mtbf import half_chi_square, mtbf_lower_bound


@dataclass(frozen=True, slots=True)
class Plan:
    """Operating time that demonstrates an MTBF if no more than ``failures`` happen in it, by confidence."""

    failures: int
    needed: dict[float, float]


def needed(target: float, failures: int, confidence: float = 0.90) -> float:
    """Operating time, in the unit of ``target``, that demonstrates it with this number of failures in it.

    T ≥ target·χ²(c; 2r + 2)/2: the lower bound for an observation ended by time, solved for T. Raises ValueError for
    a target that is not above 0.
    """
    guard.positive(target, "target")
    return target * half_chi_square(guard.level(confidence), guard.count(failures, "failures") + 1)


def demonstrated(operating: float, failures: int, target: float, confidence: float = 0.90) -> bool | None:
    """Whether the lower bound reaches the target. None when nothing was observed."""
    guard.positive(target, "target")
    bound = mtbf_lower_bound(operating, failures, confidence)
    return None if bound is None else bound >= target


def plans(target: float, failures: Iterable[int], confidences: Iterable[float] = (0.80, 0.90, 0.95)) -> list[Plan]:
    """The table of needed operating times, a row per number of failures."""
    levels = tuple(confidences)
    return [Plan(number, {level: needed(target, number, level) for level in levels}) for number in failures]


def allowed(operating: float, target: float, confidence: float = 0.90) -> int | None:
    """The greatest number of failures with which this operating time demonstrates the target; None if none does."""
    guard.amount(operating, "operating time")
    if operating < needed(target, 0, confidence):
        return None
    least, over = 0, 1
    while needed(target, over, confidence) <= operating:
        least, over = over, 2 * over
    while over - least > 1:
        middle = (least + over) // 2
        if needed(target, middle, confidence) <= operating:
            least = middle
        else:
            over = middle
    return least


def passing(true: float, target: float, failures: int, confidence: float = 0.90) -> float:
    """How likely an object of that ``true`` MTBF passes the plan that allows so many failures (the test's power).

    P(X ≤ r) for X Poisson with mean T/true, T the plan's operating time.
    """
    from scipy.special import pdtr

    return float(pdtr(failures, needed(target, failures, confidence) / guard.positive(true, "true MTBF")))
