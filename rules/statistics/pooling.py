"""Many objects: are they alike, which of them are worse than chance, and in which order to look at them."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.statistics import guard
from rules.statistics.discovery import benjamini_hochberg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

    Column = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Homogeneity:
    """Whether one rate explains all objects. ``p`` below 5 %: they differ, and a pooled MTBF describes none of them.

    ``least_expected`` is the smallest expected number of failures; where it is below 1 the probability is rough.
    """

    rate: float
    statistic: float
    freedom: int
    p: float
    least_expected: float


@dataclass(frozen=True, slots=True)
class Offenders:
    """Per object, how likely so many failures or more are by chance.

    ``poisson``: at the pooled rate; ``binomial``: of all failures seen, this object's share of the exposure given;
    ``adjusted``: the latter after Benjamini and Hochberg, so that 5 % there bounds the share of false names.
    """

    poisson: "Column"
    binomial: "Column"
    adjusted: "Column"


@dataclass(frozen=True, slots=True)
class Shrunken:
    """Empirical-Bayes rates (a + r)/(b + T): an object seen briefly is drawn to the mean of all."""

    a: float
    b: float
    rates: "Column"


def homogeneity(failures: "ArrayLike", exposures: "ArrayLike") -> Homogeneity | None:
    """X² = Σ(r - λ̂T)²/(λ̂T) against χ²(m - 1), λ̂ = Σr/ΣT (Cox and Lewis 1966, §9.3).

    Objects without exposure are left out. None with fewer than two others, or without a failure.
    """
    import numpy as np
    from scipy.special import chdtrc

    counts, times = _columns(failures, exposures)
    counts, times = counts[times > 0], times[times > 0]
    if len(times) < 2 or not counts.sum():
        return None
    rate = float(counts.sum() / times.sum())
    expected = rate * times
    statistic = float((np.square(counts - expected) / expected).sum())
    freedom = len(times) - 1
    return Homogeneity(rate, statistic, freedom, float(chdtrc(freedom, statistic)), float(expected.min()))


def offenders(failures: "ArrayLike", exposures: "ArrayLike") -> Offenders | None:
    """Tails P(X ≥ r) for each object. None where nothing was observed.

    Poisson with mean λ̂T, and binomial of Σr trials with chance T/ΣT, which is exact whatever the rate (Przyborowski
    and Wilenski 1940).
    """
    import numpy as np
    from scipy.special import betainc, gammainc

    counts, times = _columns(failures, exposures)
    whole, total = float(times.sum()), float(counts.sum())
    if whole == 0 or total == 0:
        return None
    hit = counts > 0
    # Tails of the counts as incomplete gamma and beta functions; both are 1 where nothing failed.
    poisson, binomial = np.ones_like(times), np.ones_like(times)
    poisson[hit] = gammainc(counts[hit], total / whole * times[hit])
    binomial[hit] = betainc(counts[hit], total - counts[hit] + 1, times[hit] / whole)
    return Offenders(poisson, binomial, benjamini_hochberg(binomial))


def empirical_bayes(failures: "ArrayLike", exposures: "ArrayLike") -> Shrunken | None:
    """Rates for a ranking, by moments: λ̂ = a/b, τ² = max(0, Σw(λᵢ - λ̂)²/Σw - mλ̂/Σw) with w = T, b = λ̂/τ².

    The gamma-Poisson model of Marshall 1991. None where the rates differ by no more than chance: then there is nothing
    to rank. Objects without exposure do not count and get the mean.
    """
    import numpy as np

    counts, times = _columns(failures, exposures)
    seen = times > 0
    whole = float(times.sum())
    if not whole or not counts[seen].sum():
        return None
    rate = float(counts[seen].sum() / whole)
    own = counts[seen] / times[seen]
    between = float((times[seen] * np.square(own - rate)).sum()) / whole - int(seen.sum()) * rate / whole
    if between <= 0:
        return None
    b = rate / between
    a = rate * b
    return Shrunken(a, b, (a + np.where(seen, counts, 0.0)) / (b + times))


def _columns(failures: "ArrayLike", exposures: "ArrayLike") -> "tuple[Column, Column]":
    import numpy as np

    counts, times = np.asarray(failures, dtype=np.float64), np.asarray(exposures, dtype=np.float64)
    guard.same_length(len(counts), len(times), "objects")
    guard.amounts(counts, "failures")
    guard.amounts(times, "exposures")
    return counts, times
