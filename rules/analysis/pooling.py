"""Whether the objects are alike, which of them fail more than chance explains, and in which order to look at them."""

from typing import Any

from rules.analysis.confidence import SIGNIFICANCE
from rules.analysis.shown import MOST
from rules.lives import Lives
from rules.parameters import HOUR
from rules.statistics.pooling import empirical_bayes, homogeneity, offenders


def pooling(found: Lives) -> dict[str, Any]:
    """Rates per hour of operating time. ``worst`` lists those significant after Benjamini and Hochberg.

    ``ranking`` orders all objects by the rate shrunk to the mean, so that one seen briefly does not lead; None where
    the objects differ by no more than chance.
    """
    import numpy as np

    operated = np.flatnonzero(found.up > 0)
    counts = np.bincount(found.owner[found.begins], minlength=len(found.names))[operated]
    hours = found.up[operated] / HOUR
    test = homogeneity(counts, hours)
    tails = offenders(counts, hours)
    shrunken = empirical_bayes(counts, hours)
    total, whole = int(counts.sum()), float(hours.sum())

    def named(row: int) -> dict[str, Any]:
        return {
            "name": found.names[int(operated[row])],
            "failures": int(counts[row]),
            "operating_h": float(hours[row]),
        }

    worst = []
    significant = 0
    if tails is not None:
        significant = int((tails.adjusted <= SIGNIFICANCE).sum())
        for row in np.lexsort((operated, tails.binomial))[: min(MOST, significant)]:
            others = total - int(counts[row])
            worst.append(
                {
                    **named(row),
                    "expected": total / whole * float(hours[row]),
                    "poisson_p": float(tails.poisson[row]),
                    "binomial_p": float(tails.binomial[row]),
                    "adjusted_p": float(tails.adjusted[row]),
                    "mtbf_of_others_h": (whole - float(hours[row])) / others if others else None,
                }
            )
    return {
        "objects": len(operated),
        "failures": total,
        "operating_h": whole,
        "homogeneous": None if test is None else test.p >= SIGNIFICANCE,
        "test": None
        if test is None
        else {
            "rate_per_h": test.rate,
            "statistic": test.statistic,
            "freedom": test.freedom,
            "p": test.p,
            "least_expected": test.least_expected,
        },
        "significant": significant,
        "worst": worst,
        "prior": None if shrunken is None else {"a": shrunken.a, "b_h": shrunken.b},
        "ranking": None
        if shrunken is None
        else [
            {**named(row), "rate_per_h": float(shrunken.rates[row]), "mtbf_h": 1 / float(shrunken.rates[row])}
            for row in np.lexsort((operated, -shrunken.rates))[:MOST]
        ],
    }
