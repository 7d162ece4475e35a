"""The share of objects with an outage, with its intervals."""

from typing import Any

from rules.analysis.confidence import INTERVAL
from rules.lives import Lives
from rules.parameters import Parameters
from rules.statistics.proportion import clopper_pearson, fewest, upper_bound, wilson


def affected(found: Lives, parameters: Parameters) -> dict[str, Any]:
    """Objects with agreed time that an outage touched, of all objects with agreed time.

    ``needed`` is how many objects, so many of them affected, show a share below the promised fault rate.
    """
    import numpy as np

    agreed = found.agreed > 0
    hit = np.zeros(len(found.names), dtype=np.bool_)
    hit[found.owner] = True
    count, whole = int((hit & agreed).sum()), int(agreed.sum())
    target = parameters.targets.fault_rate
    exact, score = clopper_pearson(count, whole, INTERVAL), wilson(count, whole, INTERVAL)
    return {
        "affected": count,
        "objects": whole,
        "share": count / whole if whole else None,
        "confidence": INTERVAL,
        "clopper_pearson": list(exact) if exact else None,
        "wilson": list(score) if score else None,
        "upper": upper_bound(count, whole, INTERVAL),
        "target": target,
        "needed": fewest(1 - target, INTERVAL, failed=count) if 0 < target < 1 else None,
    }
