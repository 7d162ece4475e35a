"""Whether failures come faster or slower in the course of the period, for the set and for each of its objects."""

from typing import TYPE_CHECKING, Any

from rules.analysis.confidence import SIGNIFICANCE
from rules.analysis.shown import MOST
from rules.lives import Lives
from rules.parameters import HOUR
from rules.statistics.discovery import benjamini_hochberg
from rules.statistics.trend import Laplace, PowerLaw
from rules.statistics.trends import Trends, each, together

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Column = NDArray[np.float64]


def trend(found: Lives) -> dict[str, Any]:
    """The tests for all objects as one, and ``objects``: those with four failures and more, the surest first.

    ``significant`` of these have a trend after Benjamini and Hochberg.

    ``rejects`` says that a test rejects "no trend": then no MTBF with chi-square bounds describes the set, and
    ``instantaneous_mtbf_h`` is the one to print. Failures of objects that had not yet operated in the period have no
    place on the line and are left out.
    """
    placed = found.begins & (found.age > 0)
    owner, ages, ends = found.owner[placed], found.age[placed] / HOUR, found.up / HOUR
    centroid, law = together(owner, ages, ends)
    rows = each(owner, ages, ends)
    adjusted = benjamini_hochberg(rows.p)
    worse, better = _sides(centroid, law)
    return {
        "failures": len(owner),
        "left_out": int(found.begins.sum()) - len(owner),
        "significance": SIGNIFICANCE,
        "direction": _direction(worse, better),
        "rejects": worse or better,
        "laplace": None if centroid is None else {"statistic": centroid.statistic, "p": centroid.p},
        "power_law": None if law is None else _law(law),
        "instantaneous_mtbf_h": law.mtbf if law else None,
        "tested": len(rows.owner),
        "significant": int((adjusted <= SIGNIFICANCE).sum()),
        "objects": _objects(found, rows, adjusted),
    }


def _sides(centroid: Laplace | None, law: PowerLaw | None) -> tuple[bool, bool]:
    return (
        bool((centroid and centroid.worse) or (law and law.worse)),
        bool((centroid and centroid.better) or (law and law.better)),
    )


def _direction(worse: bool, better: bool) -> str:
    """One word; the two tests pointing apart is no direction."""
    return "none" if worse == better else "worse" if worse else "better"


def _law(law: PowerLaw) -> dict[str, Any]:
    return {
        "shape": law.shape,
        "shape_unbiased": law.shape_unbiased,
        "shape_interval": list(law.shape_interval),
        "statistic": law.statistic,
        "freedom": law.freedom,
        "p_worse": law.lower,
        "p_better": law.upper,
        "misfit": law.misfit,
    }


def _objects(found: Lives, rows: Trends, adjusted: "Column") -> list[dict[str, Any]]:
    import numpy as np

    order = np.lexsort((rows.owner, rows.p))[:MOST]
    return [
        {
            "name": found.names[int(rows.owner[row])],
            "failures": int(rows.failures[row]),
            "operating_h": int(found.up[rows.owner[row]]) / HOUR,
            "laplace": float(rows.laplace[row]),
            "shape": float(rows.shape[row]),
            "instantaneous_mtbf_h": float(rows.mtbf[row]),
            "direction": _direction(bool(rows.worse[row]), bool(rows.better[row])),
            "p": float(rows.p[row]),
            "adjusted_p": float(adjusted[row]),
        }
        for row in order
    ]
