"""Many tests at once: which of them to believe when only a given share of those believed may be false."""

from typing import TYPE_CHECKING

from rules.statistics import guard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray


def benjamini_hochberg(probabilities: "ArrayLike") -> "NDArray[np.float64]":
    """Adjusted probabilities: those no greater than 5 % name a set of which 5 % are expected to be false.

    p·m/rank, made monotone from the largest down (Benjamini and Hochberg 1995). Raises ValueError outside [0, 1].
    """
    import numpy as np

    given = np.asarray(probabilities, dtype=np.float64)
    guard.amounts(given, "probabilities")
    if (given > 1).any():
        raise ValueError("probabilities are no greater than 1")
    order = np.argsort(given)[::-1]
    scaled = given[order] * len(given) / np.arange(len(given), 0, -1)
    adjusted = np.empty_like(given)
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return adjusted
