"""Bounds of a constant failure intensity: what so few failures in so much operating time say about the MTBF."""

import math
from functools import lru_cache

from rules.statistics import guard
from rules.statistics.ending import Ending


def mtbf_lower_bound(
    operating: float, failures: int, confidence: float = 0.90, ending: Ending = Ending.TIME
) -> float | None:
    """One-sided lower bound of the MTBF after ``operating`` time with so many failures, in the unit of ``operating``.

    2T/χ²(c; 2r + 2) where time ended the observation: the value at which so few failures would have had probability
    1 - confidence. 2T/χ²(c; 2r) where the r-th failure ended it (Epstein and Sobel 1953; MIL-HDBK-338B §8.3.2.5).
    None when nothing was observed. Raises ValueError for negative numbers and for a confidence outside (0, 1).
    """
    guard.level(confidence)
    failures = guard.count(failures, "failures")
    if guard.amount(operating, "operating time") == 0:
        return None
    if ending is Ending.FAILURE:
        return _quotient(operating, failures, confidence) if failures else None
    if failures == 0:
        return operating / -math.log1p(-confidence)
    return _quotient(operating, failures + 1, confidence)


def mtbf_interval(
    operating: float, failures: int, confidence: float = 0.90, ending: Ending = Ending.TIME
) -> tuple[float, float | None] | None:
    """Two-sided interval of the MTBF, in the unit of ``operating``; the upper end is None without a failure.

    The same source, half of 1 - confidence on either side. None and errors as for the lower bound.
    """
    outside = (1 - guard.level(confidence)) / 2
    lower = mtbf_lower_bound(operating, failures, 1 - outside, ending)
    if lower is None:
        return None
    return lower, _quotient(operating, failures, outside) if failures else None


def failures_interval(failures: int, confidence: float = 0.90) -> tuple[float, float]:
    """Two-sided interval of the expected number of failures, from the number seen.

    [χ²(α/2; 2r)/2, χ²(1 - α/2; 2r + 2)/2] (Garwood 1936). Raises ValueError as above.
    """
    outside = (1 - guard.level(confidence)) / 2
    failures = guard.count(failures, "failures")
    lower = half_chi_square(outside, failures) if failures else 0.0
    return lower, half_chi_square(1 - outside, failures + 1)


@lru_cache(maxsize=4096)
def half_chi_square(probability: float, shape: int) -> float:
    """χ²(p; 2k)/2 for k = ``shape``: it is the quantile of the gamma distribution of that shape."""
    from scipy.special import gammaincinv

    return float(gammaincinv(shape, probability))


def _quotient(operating: float, shape: int, probability: float) -> float | None:
    divisor = half_chi_square(probability, shape)
    return operating / divisor if divisor > 0 else None
