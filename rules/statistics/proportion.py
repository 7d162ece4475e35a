"""Shares of countable, independent things: devices, requests. Never of checks, which hang together in time."""

import math

from rules.statistics import guard


def clopper_pearson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float] | None:
    """The exact interval of a proportion (conservative; the one for verdicts). None without trials.

    Quantiles of the beta distribution (Clopper and Pearson 1934). Raises ValueError unless 0 ≤ successes ≤ trials.
    """
    outside = (1 - guard.level(confidence)) / 2
    if _checked(successes, trials) == 0:
        return None
    return _lower(successes, trials, outside), 1 - _lower(trials - successes, trials, outside)


def wilson(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float] | None:
    """The score interval of a proportion (close to its confidence on average; the one for charts). None without trials.

    Wilson 1927. Raises ValueError as above.
    """
    from scipy.special import ndtri

    z = float(ndtri(1 - (1 - guard.level(confidence)) / 2))
    if _checked(successes, trials) == 0:
        return None
    share = successes / trials
    middle = share + z * z / (2 * trials)
    half = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    whole = 1 + z * z / trials
    # At the ends one bound is the share itself; rounding must not push it out.
    lower = 0.0 if successes == 0 else (middle - half) / whole
    upper = 1.0 if successes == trials else (middle + half) / whole
    return lower, upper


def lower_bound(successes: int, trials: int, confidence: float = 0.95) -> float | None:
    """The exact one-sided lower bound of a proportion; None without trials. Clopper and Pearson 1934."""
    outside = 1 - guard.level(confidence)
    return None if _checked(successes, trials) == 0 else _lower(successes, trials, outside)


def upper_bound(successes: int, trials: int, confidence: float = 0.95) -> float | None:
    """The exact one-sided upper bound; 1 - α^(1/n) when nothing succeeded. None without trials."""
    outside = 1 - guard.level(confidence)
    return None if _checked(successes, trials) == 0 else 1 - _lower(trials - successes, trials, outside)


def fewest(share: float, confidence: float = 0.95, failed: int = 0) -> int:
    """How many trials at least, ``failed`` of them failed, show that a proportion is no less than ``share``.

    The least n for which n - failed successes would have probability 1 - confidence or less if the proportion were
    ``share``. Raises ValueError unless 0 < share < 1.
    """
    from scipy.special import bdtr

    outside = 1 - guard.level(confidence)
    guard.count(failed, "failed")
    if not 0 < share < 1:
        raise ValueError(f"a share to be shown lies between 0 and 1, not at {share!r}")

    def shown(trials: int) -> bool:
        return float(bdtr(float(failed), trials, 1 - share)) <= outside

    under, enough = failed, failed + 1
    while not shown(enough):
        under, enough = enough, 2 * enough
    while enough - under > 1:
        middle = (under + enough) // 2
        if shown(middle):
            enough = middle
        else:
            under = middle
    return enough


def _checked(successes: int, trials: int) -> int:
    if guard.count(successes, "successes") > guard.count(trials, "trials"):
        raise ValueError(f"{successes} of {trials} is no proportion")
    return trials


def _lower(successes: int, trials: int, outside: float) -> float:
    from scipy.special import betaincinv

    return float(betaincinv(successes, trials - successes + 1, outside)) if successes else 0.0
