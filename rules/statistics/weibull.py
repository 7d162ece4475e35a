"""Weibull: whether lives end early, at random or by wear. For first failures and parts that are not repaired.

Times between the failures of one repaired object need the tests of trend first.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.statistics import guard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

_SHALLOWEST, _STEEPEST = 1e-3, 1e6


@dataclass(frozen=True, slots=True)
class Weibull:
    """The law of greatest likelihood. ``shape`` below 1: infant failures, about 1: random, above 1: wear-out.

    ``statistic`` is the likelihood ratio against the exponential law (shape 1) and ``p`` how often chance alone gives
    such a ratio.
    """

    shape: float
    scale: float
    failed: int
    censored: int
    statistic: float
    p: float

    @property
    def mean(self) -> float | None:
        """η·Γ(1 + 1/k); None where it is beyond any number."""
        try:
            return self.scale * math.gamma(1 + 1 / self.shape)
        except OverflowError:
            return None

    def quantile(self, share: float) -> float:
        """The time by which that share has failed; B10 is the one of 0.10."""
        return self.scale * math.pow(-math.log1p(-guard.level(share)), 1 / self.shape)


def weibull(times: "ArrayLike", failed: "ArrayLike") -> Weibull | None:
    """Fit lives of these lengths, of which those with ``failed`` false were still going on.

    Σx^k ln x/Σx^k - 1/k = (Σ_failed ln x)/r and η = (Σx^k/r)^(1/k), sums over all lives (Cohen 1965); the ratio is
    held against χ²(1) (Wilks 1938). None with fewer than two failures, and where all failed at the longest time, since
    then no law is the most likely. Raises ValueError for lengths that are not above 0.
    """
    import numpy as np
    from scipy.optimize import brentq
    from scipy.special import chdtrc

    lengths, complete = np.asarray(times, dtype=np.float64), np.asarray(failed, dtype=np.bool_)
    guard.same_length(len(lengths), len(complete), "lives")
    guard.amounts(lengths, "lives")
    if (lengths == 0).any():
        raise ValueError("a life of no length has no place in a Weibull law")
    count = int(complete.sum())
    if count < 2:
        return None
    # In units of the longest life, so that no power overflows.
    longest = float(lengths.max())
    logs = np.log(lengths / longest)
    mean_log = float(logs[complete].mean())
    if mean_log > -1e-9:
        return None

    def slope(shape: float) -> float:
        powers = np.exp(shape * logs)
        return float((powers * logs).sum() / powers.sum()) - 1 / shape - mean_log

    if slope(_SHALLOWEST) > 0 or slope(_STEEPEST) < 0:
        return None
    shape = float(brentq(slope, _SHALLOWEST, _STEEPEST, xtol=1e-12, rtol=1e-14))
    statistic = max(0.0, 2 * (_likelihood(logs, count, mean_log, shape) - _likelihood(logs, count, mean_log, 1.0)))
    return Weibull(
        shape=shape,
        scale=longest * (float(np.exp(shape * logs).sum()) / count) ** (1 / shape),
        failed=count,
        censored=len(lengths) - count,
        statistic=statistic,
        p=float(chdtrc(1, statistic)),
    )


def _likelihood(logs: "NDArray[np.float64]", failed: int, mean_log: float, shape: float) -> float:
    """Greatest log-likelihood for a given shape, up to a constant."""
    import numpy as np

    total = float(np.exp(shape * logs).sum())
    per_failure = math.log(shape) - math.log(total / failed) + (shape - 1) * mean_log - 1
    return failed * float(per_failure)
