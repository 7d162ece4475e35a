"""Complaints: how many there were, whether they were answered in time, how long they took, where their causes lie."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from rules.request import percentile
from rules.root_cause import CauseArea

Row = Mapping[str, Any]

RULE = "complaint_reply"


def complaints(found: Sequence[Row], rules: Sequence[Row], start: int, until: int) -> dict[str, Any]:
    """``found`` are those that were alive in [start, until) (ms UTC), as they stood at its end; ``rules`` what was
    attained of each rule on requests.

    ``cycle_*`` are from receipt to the end, of those closed in it.
    """
    reply = next((rule for rule in rules if rule["name"] == RULE), None)
    closed = [row for row in found if row["closed_at"] is not None]
    cycles = sorted(row["closed_at"] - row["received_at"] for row in closed)
    return {
        "number": sum(start <= row["received_at"] < until for row in found),
        "due": reply["due"] if reply else 0,
        "in_time": reply["in_time"] if reply else 0,
        "share": reply["value"] if reply else None,
        "target_ms": reply["allowed_ms"] if reply else None,
        "closed": len(closed),
        "open": len(found) - len(closed),
        "cycle_median_ms": percentile(cycles, Fraction(1, 2)),
        "cycle_p90_ms": percentile(cycles, Fraction(9, 10)),
        "areas": [{"area": area.value, "count": sum(row["area"] == area for row in closed)} for area in CauseArea],
        "rows": [dict(row) for row in found],
    }
