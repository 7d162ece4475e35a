"""Uncertainty of the share of time in fault, told from cycles of up and down time (an alternating renewal process).

ρ is down time over up time, and the share of time in fault is ρ/(1 + ρ). The unit is the cycle or the device, never
the check.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rules.statistics import guard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SEED = 20_260_401
"""The seed of the bootstrap; printed beside its answer, so that anybody gets the same."""

RESAMPLES = 10_000

Bounds = tuple[float, float]

_LARGEST = 300.0
_FINITE = 1e300
"""Where a factor is larger than any share can tell; keeps exp() finite."""


def share(ratio: float) -> float:
    """The share of time in fault for a ratio of down to up time."""
    return ratio / (1 + ratio)


def spread(ups: Sequence[float], downs: Sequence[float]) -> float | None:
    """The standard error s of ln(Σdown/Σup) over complete cycles or over devices.

    s² = [s_u²/ū² + s_d²/d̄² - 2 s_ud/(ū d̄)]/n, the delta method for a ratio of means (Cochran, Sampling Techniques,
    §6.3). None with fewer than two, or where all up or all down time is 0. Raises ValueError for negative times.
    """
    import numpy as np

    up, down = _columns(ups, downs)
    count = len(up)
    if count < 2 or not up.sum() or not down.sum():
        return None
    # Variance of the relative deviations of down from up: the three terms of s² at once, and never below 0.
    deviations = down / down.mean() - up / up.mean()
    return math.sqrt(float(np.square(deviations).sum()) / (count - 1) / count)


def log_ratio_interval(ratio: float, spread: float, count: int, confidence: float = 0.95) -> Bounds | None:
    """The interval ρ·exp(± t(1 - α/2; n - 1)·s), as shares of time in fault. For six cycles or devices and more.

    Stays inside (0, 1). None with fewer than two.
    """
    from scipy.special import stdtrit

    outside = (1 - guard.level(confidence)) / 2
    guard.amount(ratio, "ratio")
    if guard.count(count, "cycles") < 2:
        return None
    factor = math.exp(min(float(stdtrit(count - 1, 1 - outside)) * guard.amount(spread, "spread"), _LARGEST))
    return share(ratio / factor), share(min(ratio * factor, _FINITE))


def f_interval(ratio: float, count: int, confidence: float = 0.95) -> Bounds | None:
    """The interval [ρ/F, ρ·F] with F(1 - α/2; 2n, 2n), as shares of time in fault. For few cycles.

    Exact where up and down times are exponential: a quotient of two gamma variables. None without a cycle.
    """
    from scipy.special import fdtri

    outside = (1 - guard.level(confidence)) / 2
    guard.amount(ratio, "ratio")
    if guard.count(count, "cycles") < 1:
        return None
    factor = float(fdtri(2 * count, 2 * count, 1 - outside))
    return share(ratio / factor), share(min(ratio * factor, _FINITE))


def no_outage_bound(operating: float, repair: float, confidence: float = 0.95) -> float | None:
    """One-sided upper bound of the share of time in fault after ``operating`` time without an outage.

    λ·m/(1 + λ·m) with λ = -ln α/T, the largest intensity that would leave so long a time empty with probability α, and
    m = ``repair``, the mean time to restore assumed, in the same unit. None when nothing was observed.
    """
    guard.amount(repair, "repair time")
    if guard.amount(operating, "operating time") == 0:
        return None
    return share(-math.log1p(-guard.level(confidence)) / operating * repair)


def standard_error(ups: Sequence[float], downs: Sequence[float], period: float) -> float | None:
    """The long-run standard error of the availability over a period of that length, same unit as the times.

    se² = (s_u² d̄² + s_d² ū²)/((ū + d̄)³ T) (Takács 1957, for alternating renewal). None with fewer than two cycles.
    """
    up, down = _columns(ups, downs)
    guard.positive(period, "period")
    cycle = float(up.mean() + down.mean()) if len(up) else 0.0
    if len(up) < 2 or cycle == 0:
        return None
    square = float(up.var(ddof=1) * down.mean() ** 2 + down.var(ddof=1) * up.mean() ** 2)
    return math.sqrt(square / (cycle**3 * period))


def bootstrap(
    ups: Sequence[float],
    downs: Sequence[float],
    confidence: float = 0.95,
    resamples: int = RESAMPLES,
    seed: int = SEED,
) -> Bounds | None:
    """Percentile interval of the pooled share of time in fault, devices drawn with replacement (Efron 1979).

    For very uneven fleets: it assumes nothing of any device's law, only that devices fail independently. Work and
    memory go with devices times resamples. None with fewer than two devices, or where none has any time.
    """
    import numpy as np

    outside = (1 - guard.level(confidence)) / 2
    up, down = _columns(ups, downs)
    count = len(up)
    if count < 2 or not (up + down).any():
        return None
    random = np.random.default_rng(seed)
    picked = random.integers(0, count, (guard.count(resamples, "resamples"), count), dtype=np.int32)
    fault = down[picked].sum(axis=1)
    whole = fault + up[picked].sum(axis=1)
    shares = fault[whole > 0] / whole[whole > 0]
    lower, upper = np.quantile(shares, (outside, 1 - outside))
    return float(lower), float(upper)


def _columns(ups: Sequence[float], downs: Sequence[float]) -> "tuple[NDArray[np.float64], NDArray[np.float64]]":
    import numpy as np

    up, down = np.asarray(ups, dtype=np.float64), np.asarray(downs, dtype=np.float64)
    guard.same_length(len(up), len(down), "cycles")
    guard.amounts(up, "up times")
    guard.amounts(down, "down times")
    return up, down
