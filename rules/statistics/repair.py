"""Repair times: their mean with its uncertainty, and what stands beside a mean so that it cannot mislead."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.statistics import guard
from rules.statistics.mtbf import half_chi_square

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

Bounds = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Observed:
    """Finished repairs as they were; percentiles by nearest rank, so that each is a repair that happened."""

    count: int
    mean: float
    median: float
    p90: float
    longest: float


@dataclass(frozen=True, slots=True)
class Lognormal:
    """A lognormal law fitted to repair times; two intervals of its mean, by the normal and by Student's quantile."""

    count: int
    mean: float
    by_z: Bounds
    by_t: Bounds
    median: float
    p90: float


def observed(times: "ArrayLike") -> Observed | None:
    """Mean, median, 90th percentile and maximum of finished repairs. None without one."""
    import numpy as np

    column = np.sort(_column(times))
    count = len(column)
    if count == 0:
        return None
    return Observed(
        count,
        float(column.mean()),
        float(column[nearest_rank(count, 50)]),
        float(column[nearest_rank(count, 90)]),
        float(column[-1]),
    )


def nearest_rank(count: int, percent: int) -> int:
    """Where the percentile lies among ``count`` sorted values, counted from 0: the ⌈p·n⌉-th of them."""
    return max(0, -(-count * percent // 100) - 1)


def exponential_interval(total: float, repairs: int, confidence: float = 0.95) -> Bounds | None:
    """Interval of the mean repair time where repairs are exponential; ``total`` is the time spent on all of them.

    [2T/χ²(1 - α/2; 2r), 2T/χ²(α/2; 2r)] (Epstein and Sobel 1953). Open repairs add their time to ``total`` and nothing
    to ``repairs``. None without a finished repair.
    """
    outside = (1 - guard.level(confidence)) / 2
    guard.amount(total, "total")
    if guard.count(repairs, "repairs") == 0:
        return None
    under = half_chi_square(outside, repairs)
    return (total / half_chi_square(1 - outside, repairs), total / under) if under > 0 else None


def lognormal(times: "ArrayLike", confidence: float = 0.95) -> Lognormal | None:
    """The lognormal law of repair times, the usual shape. None with fewer than two above 0.

    On y = ln t: mean exp(ȳ + s²/2), interval exp(ȳ + s²/2 ± q·√(s²/n + s⁴/(2(n - 1)))) (Cox, in Land 1972); q is the
    normal quantile, or Student's with n - 1 degrees of freedom for few repairs. Times of 0 have no logarithm and are
    left out. Raises ValueError for negative times.
    """
    import numpy as np
    from scipy.special import ndtri, stdtrit

    outside = (1 - guard.level(confidence)) / 2
    column = _column(times)
    logs = np.log(column[column > 0])
    count = len(logs)
    if count < 2:
        return None
    middle, square = float(logs.mean()), float(logs.var(ddof=1))
    centre = middle + square / 2
    error = math.sqrt(square / count + square**2 / (2 * (count - 1)))

    def bounds(quantile: float) -> Bounds:
        return _exp(centre - quantile * error), _exp(centre + quantile * error)

    return Lognormal(
        count,
        _exp(centre),
        bounds(float(ndtri(1 - outside))),
        bounds(float(stdtrit(count - 1, 1 - outside))),
        _exp(middle),
        _exp(middle + float(ndtri(0.9)) * math.sqrt(square)),
    )


def mean_to_claim(target: float, repairs: int, confidence: float = 0.90) -> float | None:
    """The greatest observed mean that shows, with this confidence, a true mean of no more than ``target``.

    target·χ²(α; 2n)/(2n): the one-sided upper bound for exponential repairs, solved for the mean. None without one.
    """
    outside = 1 - guard.level(confidence)
    guard.positive(target, "target")
    if guard.count(repairs, "repairs") == 0:
        return None
    return target * half_chi_square(outside, repairs) / repairs


def _exp(value: float) -> float:
    # A law fitted to two wildly different times can have a mean beyond any number.
    return math.exp(min(value, 700.0))


def _column(times: "ArrayLike") -> "NDArray[np.float64]":
    import numpy as np

    column = np.asarray(times, dtype=np.float64)
    guard.amounts(column, "repair times")
    return column
