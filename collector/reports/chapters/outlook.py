"""Changes of the period, what it bodes, and what is planned: maintenance, risks, the month ahead."""

from collections.abc import Mapping, Sequence
from typing import Any

from rules.parameters import DAY

Row = Mapping[str, Any]

AFTER = DAY
"""A fault that begins so soon (ms) after a change is looked at beside it."""
LONG_DEGRADED = 7 * DAY
"""Redundancy that has been lost for so long (ms) is a risk."""


def changes(maintenance: Sequence[Row], outages: Sequence[Row], fleet: Row) -> dict[str, Any]:
    """The maintenance of the period, and the outages that began within a day after it on what it was about.

    Windows that nobody approved are none.
    """
    approved = [window for window in maintenance if window["approved_at"] is not None]
    after = [
        {"number": window["number"], "target": outage["target"], "start": outage["start"], "window_end": window["to"]}
        for window in approved
        for outage in outages
        if outage["target"] in window["targets"] and 0 <= outage["start"] - window["to"] < AFTER
    ]
    return {"windows": len(approved), "planned_ms": fleet["maintenance_ms"], "faults_after": after}


def risks(attainment: Sequence[Row], incidents: Sequence[Row], until: int) -> dict[str, Any]:
    """Budgets that will not last, and what has been degraded for more than a week."""
    budgets = [
        {
            "agreement": one["agreement"]["name"],
            "used": one["budget"]["used"],
            "runs_out": None if one["forecast"] is None else one["forecast"]["runs_out"],
            "days_left": None if one["forecast"] is None else one["forecast"]["days_left"],
        }
        for one in attainment
        if one["budget"] is not None
    ]
    degraded = [
        {"incident": row["number"], "target": row["target"], "summary": row["summary"], "since": row["episodes"][-1][0]}
        for row in incidents
        if row["kind"] in ("degraded", "threshold")
        and row["episodes"][-1][1] is None
        and until - row["episodes"][-1][0] > LONG_DEGRADED
    ]
    return {"budgets": budgets, "degraded_long": degraded}


def plan(windows: Sequence[Row], actions: Sequence[Row], until: int, horizon: int) -> dict[str, Any]:
    """What is known of the next period, which ends at ``horizon`` (ms UTC): maintenance, and actions that fall due."""
    return {
        "maintenance": [dict(row) for row in windows if row["to"] > until and row["from"] < horizon],
        "actions_due": [
            dict(row) for row in actions if row["done"] is None and row["withdrawn"] is None and row["due"] < horizon
        ],
    }
