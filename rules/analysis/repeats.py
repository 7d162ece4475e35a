"""Repeat faults, and how many of them luck alone would give at this rate of failures."""

from typing import TYPE_CHECKING, Any

from rules.analysis.shown import MOST
from rules.lives import Lives
from rules.parameters import DAY
from rules.period import Period
from rules.statistics.repeats import at_least_by_chance, expected_returns, expected_with

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RETURN = 30 * DAY
"""A fault of the same kind on the same object this soon after it was restored is a repeat."""

WINDOW = 90 * DAY
OFTEN = 3
"""So many faults of one object within the window are a repeat, whatever their kind."""


def repeats(found: Lives, period: Period) -> dict[str, Any]:
    """``returns``: the same again within 30 days. ``often``: objects with three within 90 days at any time.

    Chance is told for objects that all fail at the pooled rate: of returns over the period, and of objects with three
    failures over the last 90 days of it (``recent``), where the count stands beside it.
    """
    import numpy as np

    failures = int(found.begins.sum())
    again = _returns(found)
    often = _often(found)
    up = int(found.up.sum())
    length = min(period.length, WINDOW)
    late = found.begins & (found.start >= period.end - length)
    recent = int((np.bincount(found.owner[late], minlength=len(found.names)) >= OFTEN).sum())
    exposures = found.up * (length / period.length)
    rate = failures / up if up else 0.0
    listed = sorted(set(found.owner[again].tolist()) | set(often.tolist()), key=lambda index: found.names[index])
    counts = np.bincount(found.owner[found.begins], minlength=len(found.names))
    returned = np.bincount(found.owner[again], minlength=len(found.names))
    listed.sort(key=lambda index: -int(counts[index]))
    return {
        "failures": failures,
        "returns": int(again.sum()),
        "rate": int(again.sum()) / failures if failures else None,
        "returns_by_chance": _by_chance(found, up),
        "often": len(often),
        "recent_days": length / DAY,
        "recent": recent,
        "recent_by_chance": expected_with(rate, exposures, OFTEN),
        "recent_p": at_least_by_chance(recent, rate, exposures, OFTEN),
        "objects": [
            {"name": found.names[index], "failures": int(counts[index]), "returns": int(returned[index])}
            for index in listed[:MOST]
        ],
        "objects_all": len(listed),
    }


def _returns(found: Lives) -> "NDArray[np.bool_]":
    """Which outages are failures that follow one of their owner and kind, within 30 days of its restoration."""
    import numpy as np

    again = np.zeros(len(found.owner), dtype=np.bool_)
    restored: dict[tuple[int, str], int] = {}
    rows = zip(
        found.owner.tolist(),
        found.cause,
        found.start.tolist(),
        found.end.tolist(),
        found.begins.tolist(),
        found.restored.tolist(),
        strict=True,
    )
    for row, (owner, cause, start, end, begins, over) in enumerate(rows):
        before = restored.get((owner, cause))
        again[row] = begins and before is not None and start - before <= RETURN
        if over:
            restored[owner, cause] = end
    return again


def _often(found: Lives) -> "NDArray[np.int64]":
    """The owners of three failures with no more than 90 days from the first to the last."""
    import numpy as np

    owner, start = found.owner[found.begins], found.start[found.begins]
    ahead = OFTEN - 1
    if len(owner) <= ahead:
        return owner[:0]
    close = (owner[ahead:] == owner[:-ahead]) & (start[ahead:] - start[:-ahead] <= WINDOW)
    return np.unique(owner[ahead:][close])


def _by_chance(found: Lives, up: int) -> float:
    """Expected returns, at the pooled rate of each kind, over the operating time before each failure (30 days at most).

    Operating time stands for calendar time, of which it is nearly all.
    """
    import numpy as np

    if not up:
        return 0.0
    kinds, number = np.unique(np.array(list(found.cause), dtype=np.str_)[found.begins], return_inverse=True)
    per_kind = np.bincount(number, minlength=len(kinds)) / up
    return expected_returns(per_kind[number], np.minimum(found.age[found.begins], RETURN).astype(np.float64))
