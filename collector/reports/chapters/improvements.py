"""Major incidents with their causes, what is done so that they do not come again, and whether that helped."""

from collections.abc import Mapping, Sequence
from typing import Any

from rules.parameters import HOUR

Row = Mapping[str, Any]

MAJOR_AFTER = 4 * HOUR
"""An urgent outage that lasts longer (ms) is a major incident."""
MAJOR_SHARE = 0.25
"""So is one that uses this share of the period's error budget."""


def major(incidents: Sequence[Row], allowed: int, until: int) -> list[dict[str, Any]]:
    """The major incidents, the longest first. ``allowed`` is the error budget of the period (ms)."""
    found = []
    for row in incidents:
        if row["kind"] not in ("outage", "site"):
            continue
        length = sum((until if ended is None else min(ended, until)) - since for since, ended in row["episodes"])
        heavy = allowed > 0 and length >= MAJOR_SHARE * allowed
        if (row["priority"] == "urgent" and length > MAJOR_AFTER) or heavy:
            keys = ("number", "target", "summary", "priority", "opened_at", "resolved_at", "root_cause", "actions")
            found.append(
                {
                    **{key: row[key] for key in keys},
                    "lasted_ms": length,
                    "of_budget": length / allowed if allowed else None,
                    "dependents": row["dependents"],
                }
            )
    return sorted(found, key=lambda one: (-one["lasted_ms"], one["number"]))


def measures(actions: Sequence[Row], start: int, until: int) -> dict[str, Any]:
    """The corrective and preventive actions as they stood at ``until`` (ms UTC): open, done, overdue, judged."""
    known = [row for row in actions if row["added"] < until and row["withdrawn"] is None]
    still = [row for row in known if row["done"] is None or row["done"] >= until]
    return {
        "open": len(still),
        "new": sum(row["added"] >= start for row in known),
        "done": sum(row["done"] is not None and start <= row["done"] < until for row in known),
        "overdue": sum(row["due"] < until for row in still),
        "judged": sum(row["effective"] is not None for row in known),
        "effective": sum(row["effective"] is True for row in known),
        "rows": [
            {**row, "overdue_ms": max(0, until - row["due"]) if row in still else None}
            for row in known
            if row in still or (row["done"] is not None and row["done"] >= start)
        ],
    }


def wanting(headline: Sequence[Row], actions: Sequence[Row]) -> list[str]:
    """The measures that were missed and have no action that names them: each miss needs one."""
    named = " ".join(str(row["what"]) for row in actions)
    return [row["measure"] for row in headline if row["verdict"] == "missed" and row["measure"] not in named]
