"""The share of objects with an outage, with its intervals."""

from typing import Any

from rules.analysis.confidence import INTERVAL
from rules.lives import Lives
from rules.statistics.proportion import clopper_pearson, wilson


def affected(found: Lives) -> dict[str, Any]:
    """Objects with agreed time that an outage touched, of all objects with agreed time."""
    import numpy as np

    agreed = found.agreed > 0
    hit = np.zeros(len(found.names), dtype=np.bool_)
    hit[found.owner] = True
    count, whole = int((hit & agreed).sum()), int(agreed.sum())
    exact, score = clopper_pearson(count, whole, INTERVAL), wilson(count, whole, INTERVAL)
    return {
        "affected": count,
        "objects": whole,
        "share": count / whole if whole else None,
        "confidence": INTERVAL,
        "clopper_pearson": list(exact) if exact else None,
        "wilson": list(score) if score else None,
    }
