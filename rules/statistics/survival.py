"""How long things last when some have not ended yet (Kaplan and Meier 1958)."""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rules.statistics import guard

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Survival:
    """A step function. ``times``: where something ended, ascending; ``shares``: what lasts longer than each of them.

    ``hazards`` is the sum in Greenwood's formula up to each time, None from the time on at which the last one at risk
    ended. ``ended`` and ``censored`` count the lives; ``longest`` is the greatest time seen, ended or not.
    """

    times: "NDArray[np.float64]"
    shares: "NDArray[np.float64]"
    hazards: tuple[float | None, ...]
    ended: int
    censored: int
    longest: float

    def at(self, time: float) -> float:
        """The share that lasts longer than ``time``; where nothing was seen so long, the last share known."""
        index = self._index(time)
        return 1.0 if index < 0 else float(self.shares[index])

    def known(self, time: float) -> bool:
        """Whether anything tells the share at ``time``: something lasted so long, or all have ended."""
        return time <= self.longest or self.shares[-1] == 0

    def error(self, time: float) -> float | None:
        """Standard error of the share, S·√Σ d/(n(n - d)) (Greenwood 1926); None where the share is 0."""
        index = self._index(time)
        if index < 0:
            return 0.0
        hazard = self.hazards[index]
        return None if hazard is None else float(self.shares[index]) * math.sqrt(hazard)

    def quantile(self, ended: float) -> float | None:
        """The first time by which the share ``ended`` (0 to 1) has ended; None where so many have not."""
        import numpy as np

        # Shares are products of fractions: one that is a half by arithmetic may be off by the last bit.
        reached = np.flatnonzero(self.shares <= 1 - guard.level(ended) + 1e-12)
        return float(self.times[reached[0]]) if len(reached) else None

    def restricted_mean(self, horizon: float) -> float | None:
        """The mean of min(life, horizon): the area under the steps. None where nothing tells the share so far out."""
        import numpy as np

        guard.amount(horizon, "horizon")
        if not self.known(horizon):
            return None
        edges = np.concatenate(([0.0], self.times[self.times < horizon], [horizon]))
        heights = np.concatenate(([1.0], self.shares[: len(edges) - 2]))
        return float((np.diff(edges) * heights).sum())

    def _index(self, time: float) -> int:
        import numpy as np

        return int(np.searchsorted(self.times, time, side="right")) - 1


def kaplan_meier(times: "ArrayLike", ended: "ArrayLike") -> Survival | None:
    """The survival of lives of these lengths, of which those with ``ended`` false were still going on.

    Where some ended and some were censored at the same time, the censored ones were at risk. None where none ended.
    Raises ValueError for negative lengths and columns of different length.
    """
    import numpy as np

    lengths, complete = np.asarray(times, dtype=np.float64), np.asarray(ended, dtype=np.bool_)
    guard.same_length(len(lengths), len(complete), "lives")
    guard.amounts(lengths, "lives")
    if not complete.any():
        return None
    points, deaths = np.unique(lengths[complete], return_counts=True)
    risk = len(lengths) - np.searchsorted(np.sort(lengths), points, side="left")
    left = risk - deaths
    shares = np.cumprod(left / risk, dtype=np.float64)
    terms = deaths / (risk * np.maximum(left, 1).astype(np.float64))
    hazards: list[float | None] = list(np.cumsum(terms).tolist())
    if left[-1] == 0:
        hazards[-1] = None
    return Survival(
        points,
        shares,
        tuple(hazards),
        ended=int(complete.sum()),
        censored=int(len(lengths) - complete.sum()),
        longest=float(lengths.max()),
    )
