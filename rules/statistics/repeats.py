"""Repeat faults: the same again. How many there are, and how many luck alone would give."""

from typing import TYPE_CHECKING

from rules.statistics import guard

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def expected_with(rate: float, exposures: "ArrayLike", at_least: int = 3) -> float:
    """How many objects have ``at_least`` failures by chance: Σ P(X ≥ k), X Poisson with mean rate·exposure.

    ``rate`` is failures per unit of the exposures, the same for all objects.
    """
    import numpy as np
    from scipy.special import gammainc

    guard.amount(rate, "rate")
    times = np.asarray(exposures, dtype=np.float64)
    guard.amounts(times, "exposures")
    if guard.count(at_least, "at_least") == 0:
        return float(len(times))
    return float(gammainc(at_least, rate * times).sum())


def at_least_by_chance(seen: int, rate: float, exposures: "ArrayLike", at_least: int = 3) -> float:
    """The probability that chance gives ``seen`` such objects or more.

    The number of them is a sum of unlike coins (Poisson binomial); where each is unlikely it is near a Poisson number
    (Le Cam 1960), which errs on the careful side for small probabilities.
    """
    from scipy.special import gammainc

    if guard.count(seen, "seen") == 0:
        return 1.0
    return float(gammainc(seen, expected_with(rate, exposures, at_least)))


def expected_returns(rate: "ArrayLike", windows: "ArrayLike") -> float:
    """How many failures follow another within their window by chance: Σ(1 - exp(-rate·window)).

    One entry per failure: the rate of failures of its kind on its object, and how far back another one would count.
    """
    import numpy as np

    rates, lengths = np.asarray(rate, dtype=np.float64), np.asarray(windows, dtype=np.float64)
    guard.same_length(len(rates), len(lengths), "failures")
    guard.amounts(rates, "rates")
    guard.amounts(lengths, "windows")
    return float(-np.expm1(-rates * lengths).sum())
