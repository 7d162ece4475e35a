"""Operating times between failures, the last one of each object still going on."""

from typing import TYPE_CHECKING, Any

from rules.lives import Lives
from rules.parameters import HOUR
from rules.statistics.survival import kaplan_meier
from rules.statistics.trend import LEAST
from rules.statistics.weibull import weibull

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def up_times(found: Lives, *, trend: bool) -> dict[str, Any]:
    """Hours of operating time from the period's start or a failure to the next failure or the period's end.

    ``weibull`` describes such times only where there is no ``trend``; it is None where there is one, and
    with too few failures to tell.
    """
    times, ended = _times(found)
    curve = kaplan_meier(times, ended)
    law = None if trend or ended.sum() < LEAST else weibull(times[times > 0], ended[times > 0])
    return {
        "failed": int(ended.sum()),
        "going_on": int(len(ended) - ended.sum()),
        "median_h": curve.quantile(0.5) if curve else None,
        "share_beyond_h": [
            {"hours": hours, "share": curve.at(hours), "error": curve.error(hours)}
            for hours in (24.0, 168.0, 500.0, 720.0)
            if curve.known(hours)
        ]
        if curve
        else [],
        "restricted_mean_h": curve.restricted_mean(curve.longest) if curve else None,
        "horizon_h": curve.longest if curve else None,
        "weibull": None
        if law is None
        else {
            "shape": law.shape,
            "scale_h": law.scale,
            "mean_h": law.mean,
            "b10_h": law.quantile(0.10),
            "median_h": law.quantile(0.50),
            "statistic": law.statistic,
            "p": law.p,
        },
    }


def _times(found: Lives) -> "tuple[NDArray[np.float64], NDArray[np.bool_]]":
    import numpy as np

    owner, age = found.owner[found.begins], found.age[found.begins]
    before = np.concatenate(([-1], owner[:-1])) != owner if len(owner) else np.zeros(0, dtype=np.bool_)
    between = np.where(before, age, np.diff(age, prepend=0))
    last = np.zeros(len(found.names), dtype=np.int64)
    np.maximum.at(last, owner, age)
    operated = found.up > 0
    rest = (found.up - last)[operated]
    return (
        np.concatenate((between, rest)) / HOUR,
        np.concatenate((np.ones(len(between), dtype=np.bool_), np.zeros(len(rest), dtype=np.bool_))),
    )
