"""Times to restore: how long repairs take, with those still open counted for what they are."""

from typing import TYPE_CHECKING, Any

from rules.analysis.confidence import INTERVAL, MTBF
from rules.lives import Lives
from rules.parameters import HOUR, Parameters
from rules.statistics.repair import exponential_interval, lognormal, mean_to_claim, observed
from rules.statistics.survival import Survival, kaplan_meier

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ENOUGH = 6
"""Repairs from which on their own scatter says more of the mean than it confuses."""

_MARKS_H = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 24.0)


def repair(found: Lives, parameters: Parameters) -> dict[str, Any]:
    """Hours. ``observed`` is of repairs finished in the period; ``survival`` counts the open ones as unfinished.

    Its ``steps`` are the whole curve, [[hours, share restored by then], …], its ``open`` how long each open one lasted.
    """
    finished = found.repair[found.restored] / HOUR
    so_far = found.repair[found.open] / HOUR
    target = parameters.targets.mttr / HOUR
    seen = observed(finished)
    return {
        "restored": len(finished),
        "open": len(so_far),
        "target_h": target,
        "confidence": INTERVAL,
        "observed": None
        if seen is None
        else {"mean_h": seen.mean, "median_h": seen.median, "p90_h": seen.p90, "longest_h": seen.longest},
        "exponential": _exponential(finished, so_far),
        "lognormal": _lognormal(finished),
        "survival": _survival(finished, so_far, target),
        "mean_to_claim_h": mean_to_claim(target, len(finished), MTBF),
        "claimed": None if seen is None else seen.mean <= (mean_to_claim(target, len(finished), MTBF) or 0.0),
    }


def _exponential(finished: "NDArray[np.float64]", so_far: "NDArray[np.float64]") -> dict[str, Any] | None:
    """Mean and interval with the time of open repairs counted, which a mean of finished ones leaves out."""
    total = float(finished.sum() + so_far.sum())
    interval = exponential_interval(total, len(finished), INTERVAL)
    return None if interval is None else {"mean_h": total / len(finished), "interval_h": list(interval)}


def _lognormal(finished: "NDArray[np.float64]") -> dict[str, Any] | None:
    law = lognormal(finished, INTERVAL)
    if law is None or law.count < _ENOUGH:
        return None
    return {
        "mean_h": law.mean,
        "interval_z_h": list(law.by_z),
        "interval_t_h": list(law.by_t),
        "median_h": law.median,
        "p90_h": law.p90,
    }


def _survival(finished: "NDArray[np.float64]", so_far: "NDArray[np.float64]", target: float) -> dict[str, Any] | None:
    import numpy as np

    curve = kaplan_meier(
        np.concatenate((finished, so_far)),
        np.concatenate((np.ones(len(finished), dtype=np.bool_), np.zeros(len(so_far), dtype=np.bool_))),
    )
    if curve is None:
        return None
    return {
        "within_target": _within(curve, target),
        "within": [_within(curve, mark) for mark in _MARKS_H],
        "median_h": curve.quantile(0.5),
        "p90_h": curve.quantile(0.9),
        "restricted_mean_h": curve.restricted_mean(curve.longest),
        "horizon_h": curve.longest,
        "steps": [[float(time), 1 - float(share)] for time, share in zip(curve.times, curve.shares, strict=True)],
        "open": sorted(float(hours) for hours in so_far),
    }


def _within(curve: Survival, hours: float) -> dict[str, Any]:
    """The share restored within so many hours; ``at_least`` where no repair was followed so long."""
    return {
        "hours": hours,
        "share": 1 - curve.at(hours),
        "error": curve.error(hours),
        "at_least": not curve.known(hours),
    }
