"""Bounds and intervals. scipy is imported when first asked for a number; agents never ask."""

import math


def mtbf_lower_bound(operating: float, failures: int, confidence: float = 0.90) -> float | None:
    """One-sided lower bound of the MTBF after ``operating`` time with so many failures, in the unit of ``operating``.

    For an observation ended by time, as a month is: the value at which so few failures would have had probability
    1 - confidence. None when nothing was observed.
    """
    if operating <= 0:
        return None
    if failures == 0:
        return operating / -math.log1p(-confidence)
    from scipy.special import gammaincinv

    # half the chi-square quantile with 2r + 2 degrees of freedom is the gamma quantile of shape r + 1
    return operating / float(gammaincinv(failures + 1, confidence))


def mtbf_interval(operating: float, failures: int, confidence: float = 0.90) -> tuple[float, float | None] | None:
    """Two-sided interval of the MTBF for an observation ended by time; the upper end is None without a failure."""
    if operating <= 0:
        return None
    lower = mtbf_lower_bound(operating, failures, 1 - (1 - confidence) / 2)
    if lower is None:
        return None
    if failures == 0:
        return lower, None
    from scipy.special import gammaincinv

    return lower, operating / float(gammaincinv(failures, (1 - confidence) / 2))


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float] | None:
    """The exact interval of a proportion (conservative; the one for verdicts). None without trials."""
    if trials == 0:
        return None
    from scipy.special import betaincinv

    alpha = 1 - confidence
    lower = 0.0
    upper = 1.0
    if successes > 0:
        lower = float(betaincinv(successes, trials - successes + 1, alpha / 2))
    if successes < trials:
        upper = float(betaincinv(successes + 1, trials - successes, 1 - alpha / 2))
    return lower, upper
