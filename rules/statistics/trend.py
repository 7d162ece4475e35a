"""Trend of one repaired object: do its failures come faster or slower as it goes on? Ask before quoting any MTBF."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.statistics import guard
from rules.statistics.ending import Ending
from rules.statistics.mtbf import half_chi_square

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LEAST = 4
"""Failures without which no test of trend says anything."""

SIGNIFICANCE = 0.05
"""One-sided, to either side: a test rejects when chance alone goes so far this way less often."""


@dataclass(frozen=True, slots=True)
class Laplace:
    """The centroid test. ``statistic`` is standard normal without a trend; above 0 failures come late: it gets worse.

    ``p`` is two-sided, ``worse`` and ``better`` say whether the test rejects to that side.
    """

    statistic: float
    p: float
    worse: bool
    better: bool


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """The power law of intensity λβt^(β - 1) (Crow-AMSAA); ``shape`` β above 1: it gets worse, below 1: better.

    ``intensity`` is failures per unit of time now, ``mtbf`` its inverse, ``mtbf_unbiased`` the same by the unbiased
    shape (None where that does not exist). ``statistic`` is χ² with ``freedom`` degrees of freedom when β = 1;
    ``lower`` is the probability of one so small (worse) and ``upper`` of one so large (better). ``misfit`` is the
    Cramér-von Mises statistic; about 0.17 or more says that this is no power law (10 %, five failures and more).
    """

    failures: int
    shape: float
    shape_unbiased: float | None
    shape_interval: tuple[float, float]
    scale: float
    intensity: float
    mtbf: float
    mtbf_unbiased: float | None
    statistic: float
    freedom: int
    lower: float
    upper: float
    misfit: float | None

    @property
    def worse(self) -> bool:
        """Whether the test of β = 1 rejects because failures come faster."""
        return self.lower < SIGNIFICANCE

    @property
    def better(self) -> bool:
        """Whether the test of β = 1 rejects because failures come slower."""
        return self.upper < SIGNIFICANCE


def laplace(times: Sequence[float], end: float, ending: Ending = Ending.TIME) -> Laplace | None:
    """The test for failures at operating ``times`` in (0, end].

    L = (Σt/n - T/2)/(T·√(1/(12n))) (Cox and Lewis 1966); where the last failure ended the observation it is left out
    and T is its time. None with fewer than four failures. Raises ValueError for times outside.
    """
    column = _column(times, end)
    if len(column) < LEAST:
        return None
    if ending is Ending.FAILURE:
        column = column[:-1]
    count = len(column)
    return judged((float(column.mean()) / end - 0.5) * math.sqrt(12 * count))


def judged(statistic: float) -> Laplace:
    """A centroid statistic with its verdicts."""
    from scipy.special import ndtr, ndtri

    limit = float(ndtri(1 - SIGNIFICANCE))
    return Laplace(statistic, 2 * float(ndtr(-abs(statistic))), statistic > limit, statistic < -limit)


def power_law(
    times: Sequence[float], end: float, ending: Ending = Ending.TIME, confidence: float = 0.90
) -> PowerLaw | None:
    """The law of greatest likelihood for failures at operating ``times`` in (0, end].

    β̂ = n/Σ ln(T/t), λ̂ = n/T^β̂, unbiased (n - 1)/n of it, or (n - 2)/n where the last failure ended the observation
    (Crow 1974; MIL-HDBK-189C). None with fewer than two failures, or where all of them came at the very end.
    """
    outside = (1 - guard.level(confidence)) / 2
    column = _column(times, end)
    count = len(column)
    free = count - (ending is Ending.FAILURE)
    if count < 2 or free < 1:
        return None
    import numpy as np

    total = float(np.log(end / column[:free]).sum())
    if total <= 0:
        return None
    shape = count / total
    factor = (free - 1) / count
    unbiased = shape * factor if factor > 0 else None
    lower, upper = tails(2 * total, 2 * free)
    return PowerLaw(
        failures=count,
        shape=shape,
        shape_unbiased=unbiased,
        shape_interval=shape_bounds(shape, count, free, outside),
        scale=count * math.exp(-shape * math.log(end)),
        intensity=count * shape / end,
        mtbf=end / (count * shape),
        mtbf_unbiased=end / (count * unbiased) if unbiased else None,
        statistic=2 * total,
        freedom=2 * free,
        lower=lower,
        upper=upper,
        misfit=misfit(column[:free] / end, unbiased),
    )


def tails(statistic: float, freedom: int) -> tuple[float, float]:
    """Probabilities of a χ² so small, and so large."""
    from scipy.special import chdtr, chdtrc

    return float(chdtr(freedom, statistic)), float(chdtrc(freedom, statistic))


def shape_bounds(shape: float, count: int, free: int, outside: float) -> tuple[float, float]:
    """The interval of the shape: β̂·χ²(p; 2·free)/(2n) at both ends."""
    return (
        shape * half_chi_square(outside, free) / count,
        shape * half_chi_square(1 - outside, free) / count,
    )


def misfit(fractions: "NDArray[np.float64]", shape: float | None) -> float | None:
    """Cramér-von Mises: 1/(12n) + Σ(x^β - (2i - 1)/(2n))² for failures at ``fractions`` of the time observed."""
    import numpy as np

    count = len(fractions)
    if shape is None or count == 0:
        return None
    ranks = (2 * np.arange(1, count + 1) - 1) / (2 * count)
    return float(1 / (12 * count) + np.square(np.sort(fractions) ** shape - ranks).sum())


def _column(times: Sequence[float], end: float) -> "NDArray[np.float64]":
    import numpy as np

    guard.amount(end, "end")
    column = np.sort(np.asarray(times, dtype=np.float64))
    if len(column) and not (np.isfinite(column).all() and column[0] > 0 and column[-1] <= end):
        raise ValueError("failures must lie after 0 and no later than the end")
    return column
