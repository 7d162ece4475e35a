"""Major incidents with their causes, what is done so that they do not come again, and whether that helped."""

from collections.abc import Mapping, Sequence
from typing import Any

from collector.reports.chapters.volume import SET_ASIDE
from rules.intervals import clip, total
from rules.parameters import HOUR

Row = Mapping[str, Any]

MAJOR_AFTER = 4 * HOUR
"""An urgent outage that lasts longer (ms) is a major incident."""
MAJOR_SHARE = 0.25
"""So is one that uses this share of the month's error budget."""

Budgets = Sequence[tuple[int, int]]
"""The beginning of each month (ms UTC) with its error budget (ms), the oldest first."""


def budgets(months: Sequence[Row], target: float) -> list[tuple[int, int]]:
    """The error budgets of whole months, those that still run as well, from their figures."""
    return [(row["from"], round(target * (row["agreed_ms"] + row.get("to_come_ms", 0)))) for row in months]


def major(incidents: Sequence[Row], months: Budgets, start: int, until: int) -> list[dict[str, Any]]:
    """The major incidents among those whose fault was there in [start, until), ms UTC, the longest first.

    An episode counts as far as it is known at ``until``: ``lasted_ms`` is the length of those that touch the period,
    ``in_period_ms`` what of it lies in the period. ``of_budget`` is the greatest share that this was of the error
    budget of a month. Merged and void incidents are none.
    """
    found = []
    for row in incidents:
        if row["kind"] not in ("outage", "site") or row["state"] in SET_ASIDE:
            continue
        spans = _episodes(row, start, until)
        length, inside = sum(end - since for since, end in spans), total(clip(spans, start, until))
        share = _share(clip(spans, start, until), months, until)
        heavy = share is not None and share >= MAJOR_SHARE
        if inside and ((row["priority"] == "urgent" and length > MAJOR_AFTER) or heavy):
            keys = ("number", "target", "summary", "priority", "opened_at", "resolved_at", "root_cause", "actions")
            found.append(
                {
                    **{key: row[key] for key in keys},
                    "lasted_ms": length,
                    "in_period_ms": inside,
                    "of_budget": share,
                    "dependents": row["dependents"],
                }
            )
    return sorted(found, key=lambda one: (-one["lasted_ms"], one["number"]))


def _episodes(incident: Row, start: int, until: int) -> list[tuple[int, int]]:
    """The episodes of an incident that touch the period, as they are known at its end."""
    spans = [
        (start if since is None else since, until if ended is None else min(ended, until))
        for since, ended in incident["episodes"]
    ]
    return [(since, end) for since, end in spans if since < until and end > start]


def _share(spans: Sequence[tuple[int, int]], months: Budgets, until: int) -> float | None:
    """Of which month's budget the most was used, and how much; None where no month has a budget."""
    ends = [*(start for start, _ in months[1:]), until]
    shares = [
        total(clip(spans, begin, end)) / whole for (begin, whole), end in zip(months, ends, strict=False) if whole
    ]
    return max(shares, default=None)


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


def wanting(headline: Sequence[Row], actions: Sequence[Row], start: int) -> list[str]:
    """The measures that were missed and have no action that is to mend them: each miss needs one.

    What was withdrawn, or done before ``start`` (ms UTC), mends nothing of the period.
    """
    named = {
        row.get("measure")
        for row in actions
        if row["withdrawn"] is None and (row["done"] is None or row["done"] >= start)
    }
    return [row["measure"] for row in headline if row["verdict"] == "missed" and row["measure"] not in named]
