"""The trend: thirteen months side by side, with the limits between which a month is no news."""

from collections.abc import Mapping, Sequence
from typing import Any

from rules.statistics.control import individuals

MONTHS = 13
MEASURES = ("fault_rate", "mtbf_h", "mttr_h")


def trend(months: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """``months`` are the figures of all together, the oldest first, the report's own last, each with its ``name``.

    A month in which nothing was measured has no figures. The limits come from the months before the report's own, so
    that it is judged by what it had no part in.
    """
    rows = [_row(month) for month in months[-MONTHS:]]
    limits = {}
    for measure in MEASURES:
        before = [row[measure] for row in rows[:-1] if row[measure] is not None]
        found = individuals(before)
        limits[measure] = None if found is None else {"centre": found.centre, "low": found.low, "high": found.high}
    return {"months": rows, "limits": limits}


def _row(month: Mapping[str, Any]) -> dict[str, Any]:
    measured = bool(month["agreed_ms"])
    return {
        "name": month["name"],
        "from": month["from"],
        "agreed_ms": month["agreed_ms"],
        "coverage": month["coverage"],
        "availability": month["availability"] if measured else None,
        "failures": month["failures"] if measured else None,
        **{measure: month[measure] if measured else None for measure in MEASURES},
    }
