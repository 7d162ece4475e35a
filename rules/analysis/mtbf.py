"""The MTBF of the set: point, bounds, and whether the promise is demonstrated."""

from collections.abc import Mapping
from typing import Any

from rules.analysis.confidence import MTBF
from rules.lives import Lives
from rules.parameters import DAY, HOUR, Parameters
from rules.statistics.demonstration import allowed, demonstrated, needed, passing, plans
from rules.statistics.mtbf import failures_interval, mtbf_interval, mtbf_lower_bound

_PLANNED = (0, 1, 2, 3, 4, 5, 6, 8, 10)
_BETTER = (2, 4)
"""How many times better than promised an object is, for which the chance to pass a plan is told."""

_DEVICE_MONTH_H = 30 * DAY / HOUR


def mtbf(found: Lives, parameters: Parameters, trend: Mapping[str, Any]) -> dict[str, Any]:
    """Pooled over the set; hours of operating time. ``missing_h`` is what demonstration lacks at the present count.

    Where the tests of ``trend`` reject, the bounds stay here, and ``to_print`` says that the MTBF of today and the
    trend are to be printed in their stead.
    """
    operating, failures = int(found.up.sum()) / HOUR, int(found.begins.sum())
    target = parameters.targets.mtbf / HOUR
    interval = mtbf_interval(operating, failures, MTBF)
    wanted = needed(target, failures, MTBF)
    missing = max(0.0, wanted - operating)
    return {
        "operating_h": operating,
        "failures": failures,
        "point_h": operating / failures if failures and operating else None,
        "lower_h": {f"{level:g}": mtbf_lower_bound(operating, failures, level) for level in (0.80, 0.90, 0.95)},
        "interval_h": list(interval) if interval else None,
        "failures_interval": list(failures_interval(failures, MTBF)),
        "confidence": MTBF,
        "target_h": target,
        "demonstrated": demonstrated(operating, failures, target, MTBF),
        "needed_h": wanted,
        "missing_h": missing,
        "missing_device_months": missing / _DEVICE_MONTH_H,
        "allowed_failures": allowed(operating, target, MTBF),
        "trend_rejects": trend["rejects"],
        "instantaneous_h": trend["instantaneous_mtbf_h"],
        "to_print": "instantaneous" if trend["rejects"] and trend["instantaneous_mtbf_h"] is not None else "bounds",
        "plans": [
            {
                "failures": plan.failures,
                "needed_h": {f"{level:g}": hours for level, hours in plan.needed.items()},
                "passes": {f"{times}": passing(times * target, target, plan.failures, MTBF) for times in _BETTER},
            }
            for plan in plans(target, _PLANNED)
        ],
    }
