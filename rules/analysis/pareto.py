"""The few causes and objects that make most of the downtime, and most of the failures."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from rules.analysis.shown import MOST
from rules.lives import Lives
from rules.statistics.pareto import pareto as bars

SHARE = 0.80


def pareto(found: Lives) -> dict[str, Any]:
    """Four lists: by cause and by object, each by downtime (ms in the period) and by failures begun in it."""
    import numpy as np

    size = len(found.names)
    downtime: Counter[str] = Counter()
    failures: Counter[str] = Counter()
    for cause, length, begins in zip(found.cause, found.downtime.tolist(), found.begins.tolist(), strict=True):
        downtime[cause] += length
        failures[cause] += begins
    own = np.bincount(found.owner, weights=found.downtime, minlength=size).astype(np.int64).tolist()
    count = np.bincount(found.owner[found.begins], minlength=size).tolist()
    return {
        "share": SHARE,
        "causes_by_downtime": _list(downtime.items()),
        "causes_by_failures": _list(failures.items()),
        "objects_by_downtime": _list(zip(found.names, own, strict=True)),
        "objects_by_failures": _list(zip(found.names, count, strict=True)),
    }


def _list(amounts: Iterable[tuple[str, int]]) -> dict[str, Any]:
    found = bars([pair for pair in amounts if pair[1]], SHARE)
    return {
        "all": len(found),
        "vital": sum(bar.vital for bar in found),
        "bars": [
            {"name": bar.name, "amount": bar.amount, "cumulative": bar.cumulative, "vital": bar.vital}
            for bar in found[:MOST]
        ],
    }
