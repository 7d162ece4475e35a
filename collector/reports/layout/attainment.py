"""Chapter 3: what was promised, agreement by agreement, and how it was kept; on which days; how the budget was used."""

from itertools import pairwise
from typing import Any

from collector import printed
from collector.reports import words
from collector.reports.chapters.days import MOST_ROWS
from collector.reports.layout.blocks import Block, Cell, Chapter, Chart, Paragraph, Unit
from collector.reports.layout.pen import Pen, Row


def attainment(pen: Pen) -> Chapter:
    """Agreements, heat map, budget."""
    report, say = pen.report, pen.say
    rows = [
        (
            Cell(one["agreement"]["name"], _name(one)),
            pen.text(one["customer"]),
            pen.named(words.MEASURES, objective["name"]),
            Cell(objective.get("target", objective.get("target_h")), _target(pen, objective)),
            pen.measured(_as_headline(objective), "actual"),
            Cell(None, words.exposure(_as_headline(objective), pen.say)),
            pen.verdict(objective["verdict"]),
        )
        for one in report["attainment"]
        for objective in (*one["objectives"], *one["requests"])
    ]
    table = pen.table(
        "agreements",
        "Agreements",
        pen.columns("Agreement", "Customer", "Measure", "Goal", "Actual", "Measured over", "Verdict"),
        rows,
        empty="No agreement was in force.",
    )
    return Chapter("3", say("Attainment and error budget"), [table, *spent(pen), *heat(pen), _budgets(pen)])


def spent(pen: Pen) -> list[Block]:
    """How the error budget of the period was used up."""
    say, budget = pen.say, pen.report["budget"]
    blocks: list[Block] = [
        Paragraph(
            say(
                "The target allows {allowed} h of faults in this period. Used by own faults: {used}; as delivered, "
                "with unreachable time: {delivered}.",
                allowed=words.hours(budget["allowed_ms"]),
                used=printed.percent(budget["used"], 2, 1.0, up=True),
                delivered=printed.percent(budget["used_delivered"], 2, 1.0, up=True),
            )
        )
    ]
    if budget["days"] and budget["allowed_ms"]:
        blocks.append(
            Chart(
                "budget",
                "budget",
                say("How the error budget was used up"),
                {
                    **budget,
                    "ticks": _ticks(pen),
                    "own": say("Own faults"),
                    "delivered": say("As delivered"),
                    "limit": say("Budget"),
                },
                say(
                    "The line climbs to {used} of the budget by the end.",
                    used=printed.percent(budget["used"], 2, 1.0, up=True),
                ),
            )
        )
    return blocks


def heat(pen: Pen) -> list[Block]:
    """On which days time was lost."""
    say, found = pen.say, dict(pen.report["heat"])
    if pen.report["kind"] == "special":
        found |= {"rows": [row for row in found["rows"] if any(row["lost_ms"])], "left_out": 0}
    found |= {"rows": found["rows"][:MOST_ROWS], "left_out": found["left_out"] + len(found["rows"][MOST_ROWS:])}
    if not found["rows"]:
        return []
    chart = Chart(
        "heat",
        "heat",
        say("Lost time by day"),
        {**found, "ticks": _ticks(pen), "scale": say("Share of the day's agreed time that was lost")},
        _worst_day(pen),
    )
    if not found["left_out"]:
        return [chart]
    more = say("{count} more lost no more than these; they are in the tables.", count=found["left_out"])
    return [chart, Paragraph(more, "note")]


def _ticks(pen: Pen) -> list[tuple[int, str]]:
    """Which days of the period are marked, counted from 0: the first and every fifth of a month or, in longer periods,
    the first of each month by its name."""
    dates = [pen.moment(at).shown[:10] for at in pen.report["heat"]["days"]]
    if len(dates) > _DAYS_APART:
        return [(place, date[:7]) for place, date in enumerate(dates) if date.endswith("-01")]
    days = [(place, int(date[-2:])) for place, date in enumerate(dates)]
    return [(place, str(day)) for place, day in days if day == 1 or day % 5 == 0 or len(days) < _FEW]


_DAYS_APART = 45
_FEW = 10
"""Fewer days than this are all marked."""


def _budgets(pen: Pen) -> Block:
    rows = [
        (
            Cell(one["agreement"]["name"], _name(one)),
            pen.length(one["budget"]["whole_ms"]),
            pen.length(one["budget"]["used_ms"]),
            pen.share(one["budget"]["used"], 2, 1.0, up=True),
            pen.moment(one["budget"]["spent_at"]),
        )
        for one in pen.report["attainment"]
        if one["budget"] is not None
    ]
    heads = pen.columns(
        "Agreement", ("Budget", Unit.LENGTH), ("Used", Unit.LENGTH), ("Share used", Unit.SHARE),
        ("Used up at", Unit.INSTANT),
    )  # fmt: skip
    return pen.table("budgets", "Error budgets", heads, rows)


def _name(one: Row) -> str:
    agreement = one["agreement"]
    version = agreement["version"]
    return str(agreement["name"]) if version is None else f"{agreement['name']} v{version}"


def _target(pen: Pen, objective: Row) -> str:
    row = _as_headline(objective)
    return words.target(row, pen.say)


def _as_headline(objective: Row) -> dict[str, Any]:
    """An objective in the form of a headline row, whose words it shares."""
    return {
        "measure": objective["name"],
        "target": objective.get("target", objective.get("target_h")),
        "actual": objective.get("value", objective.get("value_h")),
        "definition": objective.get("definition"),
        "exposure": {key: objective[key] for key in _EXPOSURES if key in objective},
    }


_EXPOSURES = ("due", "agreed_ms", "operating_ms", "restored")
"""By which of them a measure of an agreement is taken."""


def _worst_day(pen: Pen) -> str:
    """Of the targets alone, all of them: a service loses time with its parts."""
    budget, begins = pen.report["budget"]["days"], pen.report["heat"]["days"]
    lost = [0, *(day["own_ms"] for day in budget)]
    by_day = [(after - before, at) for (before, after), at in zip(pairwise(lost), begins, strict=True)]
    most, at = max(by_day, key=lambda pair: (pair[0], -pair[1]))
    if not most:
        return pen.say("No target lost time to a fault of its own.")
    return pen.say(
        "Faults of their own cost the targets most on {day}: {hours} h.",
        day=pen.moment(at).shown[:10],
        hours=words.hours(most),
    )
