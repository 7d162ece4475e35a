"""Response and handling: the steps of each repair, what was late, and the backlog."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from rules.parameters import DAY
from rules.request import percentile

Row = Mapping[str, Any]

STEPS = ("detection", "response", "waiting", "repair", "returning")
_AGES = (("under a day", DAY), ("under a week", 7 * DAY), ("under a month", 30 * DAY))


def handling(rules: Sequence[Row], incidents: Sequence[Row], period_start: int, until: int) -> dict[str, Any]:
    """``rules`` are what was attained of each rule on requests, ``incidents`` those alive in the period.

    ``until`` (ms UTC) is the end of what the report covers.
    """
    opened = [row for row in incidents if row["opened_at"] >= period_start]
    return {
        "rules": [dict(rule) for rule in rules],
        "by_priority": _by_priority(opened, until),
        "steps": _steps(incidents, period_start, until),
        "late": [{"rule": rule["name"], "incident": name} for rule in rules for name in rule["late"]],
        "backlog": _backlog(incidents, until),
    }


def _by_priority(opened: Sequence[Row], until: int) -> list[dict[str, Any]]:
    """For each priority how many were opened, answered, solved, ended by themselves, and how long answers took.

    What was done after ``until`` (ms UTC) is done in another period.
    """
    rows = []
    for priority in ("urgent", "important", "general"):
        found = [row for row in opened if row["priority"] == priority]
        answers = sorted(
            row["acknowledged_at"] - row["opened_at"]
            for row in found
            if row["acknowledged_at"] is not None and row["acknowledged_at"] < until
        )
        solved = [row for row in found if row["resolved_at"] is not None and row["resolved_at"] < until]
        rows.append(
            {
                "priority": priority,
                "opened": len(found),
                "answered": len(answers),
                "solved": len(solved),
                "self_recovered": sum(row["self_recovered"] for row in solved),
                "answer_median_ms": percentile(answers, Fraction(1, 2)),
                "answer_p90_ms": percentile(answers, Fraction(9, 10)),
            }
        )
    return rows


def _steps(incidents: Sequence[Row], start: int, until: int) -> dict[str, Any]:
    """The mean of each step over the repairs that ended in the period and of which every step is known."""
    known = [
        row["parts"]
        for row in incidents
        if row["parts"] is not None and row["restored_at"] is not None and start <= row["restored_at"] < until
    ]
    return {
        "repairs": len(known),
        **{f"{step}_ms": round(sum(one[step] for one in known) / len(known)) if known else None for step in STEPS},
    }


def _backlog(incidents: Sequence[Row], until: int) -> dict[str, Any]:
    """What was still open at the end, by age."""
    ages = [
        until - row["opened_at"]
        for row in incidents
        if row["opened_at"] < until and (row["resolved_at"] is None or row["resolved_at"] >= until)
        and row["state"] not in ("merged", "void")
    ]  # fmt: skip
    bands = []
    least = 0
    for name, limit in _AGES:
        bands.append({"age": name, "incidents": sum(least <= age < limit for age in ages)})
        least = limit
    bands.append({"age": "older", "incidents": sum(age >= least for age in ages)})
    return {"open": len(ages), "oldest_ms": max(ages, default=None), "bands": bands}
