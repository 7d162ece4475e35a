"""Trend of many objects at once: the tests of ``trend.py`` for each of them, and for all together."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.statistics import guard
from rules.statistics.trend import (
    LEAST,
    SIGNIFICANCE,
    Laplace,
    PowerLaw,
    judged,
    misfit,
    shape_bounds,
    tails,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.float64]
    Owners = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Trends:
    """One row per object with four failures and more; ``owner`` is its index. Otherwise as Laplace and PowerLaw.

    ``worse`` and ``better`` say whether either test rejects to that side; ``p`` is the smaller two-sided one of them,
    doubled, since there were two.
    """

    owner: "Owners"
    failures: "Owners"
    laplace: "Column"
    shape: "Column"
    mtbf: "Column"
    worse: "NDArray[np.bool_]"
    better: "NDArray[np.bool_]"
    p: "Column"


def each(owner: "Owners", ages: "Column", ends: "Column") -> Trends:
    """The tests for failures at operating ``ages`` of their owners, each observed for its entry of ``ends``.

    Time ends each observation. Raises ValueError for ages outside (0, end].
    """
    import numpy as np
    from scipy.special import chdtr, chdtrc, ndtr

    _check(owner, ages, ends)
    counts = np.bincount(owner, minlength=len(ends))
    chosen = np.flatnonzero(counts >= LEAST)
    fractions = ages / ends[owner]
    count = counts[chosen]
    centre = np.bincount(owner, weights=fractions, minlength=len(ends))[chosen] / count
    laplace = (centre - 0.5) * np.sqrt(12.0 * count)
    total = np.bincount(owner, weights=-np.log(fractions), minlength=len(ends))[chosen]
    # All failures at the very end have no finite shape; the smallest number above 0 keeps the rest of the row finite.
    shape = count / np.maximum(total, np.finfo(np.float64).tiny * count)
    shape = np.minimum(shape, 1e12)
    lower, upper = chdtr(2 * count, 2 * total), chdtrc(2 * count, 2 * total)
    late, early = ndtr(-laplace), ndtr(laplace)
    return Trends(
        owner=chosen.astype(np.int64),
        failures=count.astype(np.int64),
        laplace=laplace,
        shape=shape,
        mtbf=ends[chosen] / (count * shape),
        worse=(late < SIGNIFICANCE) | (lower < SIGNIFICANCE),
        better=(early < SIGNIFICANCE) | (upper < SIGNIFICANCE),
        p=np.minimum(1.0, 4 * np.minimum(np.minimum(late, early), np.minimum(lower, upper))),
    )


def together(
    owner: "Owners", ages: "Column", ends: "Column", confidence: float = 0.90
) -> tuple[Laplace | None, PowerLaw | None]:
    """The tests for all objects as one: a common trend, whatever the rate of each of them.

    Centroid: (Σt - Σ nᵢTᵢ/2)/√(Σ nᵢTᵢ²/12), given the numbers nᵢ (Cox and Lewis 1966). Power law: β̂ = n/ΣΣ ln(Tᵢ/t),
    a common shape with a scale for each (Crow 1974, several systems). With one common T both are the tests of the
    superposed failures. ``mtbf`` and ``intensity`` are per object: of all operating time together. None with fewer than
    four failures.
    """
    import numpy as np

    _check(owner, ages, ends)
    outside = (1 - guard.level(confidence)) / 2
    count = len(ages)
    if count < LEAST:
        return None, None
    lengths = ends[owner]
    statistic = float((ages - lengths / 2).sum()) / math.sqrt(float(np.square(lengths).sum()) / 12)
    total = float(-np.log(ages / lengths).sum())
    if total <= 0:
        return judged(statistic), None
    shape = count / total
    unbiased = shape * (count - 1) / count
    lower, upper = tails(2 * total, 2 * count)
    exposure, longest = float(ends.sum()), float(ends.max())
    relative = float(((ends / longest) ** shape).sum())
    return judged(statistic), PowerLaw(
        failures=count,
        shape=shape,
        shape_unbiased=unbiased,
        shape_interval=shape_bounds(shape, count, count, outside),
        scale=count / relative * math.exp(-shape * math.log(longest)),
        intensity=count * shape / exposure,
        mtbf=exposure / (count * shape),
        mtbf_unbiased=exposure / (count * unbiased),
        statistic=2 * total,
        freedom=2 * count,
        lower=lower,
        upper=upper,
        misfit=misfit(ages / lengths, unbiased),
    )


def _check(owner: "Owners", ages: "Column", ends: "Column") -> None:
    guard.same_length(len(owner), len(ages), "failures")
    guard.amounts(ages, "ages")
    guard.amounts(ends, "ends")
    if ((ages <= 0) | (ages > ends[owner])).any():
        raise ValueError("failures must lie after 0 and no later than the end")
