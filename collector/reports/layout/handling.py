"""Chapter 5: who answered when, how long repairs took, what was late and what is still open."""

from collections.abc import Sequence

from collector.reports import words
from collector.reports.chapters.handling import STEPS
from collector.reports.layout.blocks import Block, Cell, Chapter, Chart, Paragraph, Unit
from collector.reports.layout.pen import Pen

PRIORITIES = {"urgent": "Urgent", "important": "Important", "general": "General"}
_STEPS = {
    "detection": "Noticing",
    "response": "Answering",
    "waiting": "Waiting for work",
    "repair": "Working",
    "returning": "Coming back",
}
_AGES = {
    "under a day": "Under a day",
    "under a week": "Under a week",
    "under a month": "Under a month",
    "older": "Older",
}


def handling(pen: Pen) -> Chapter:
    """Rules, priorities, steps, breaches, backlog, and every incident."""
    blocks: list[Block] = [*answered(pen), incidents(pen)]
    return Chapter("5", pen.say("Response and handling"), blocks)


def answered(pen: Pen) -> list[Block]:
    """Rules, priorities, steps, breaches and backlog."""
    return [_rules(pen), _priorities(pen), *_steps(pen), _late(pen), _backlog(pen)]


def _rules(pen: Pen) -> Block:
    rows = [
        (
            pen.named(words.MEASURES, rule["name"]),
            pen.share(rule["value"], 2, rule["target"]),
            Cell(rule["target"], f"≥ {pen.share(rule['target']).shown}", Unit.SHARE),
            pen.count(rule["due"]),
            pen.count(rule["in_time"]),
            pen.count(rule["pending"]),
            pen.count(rule["self_recovered"]),
            pen.length(rule["median_ms"]),
            pen.length(rule["p90_ms"]),
            pen.verdict(rule["verdict"]),
        )
        for rule in pen.report["handling"]["rules"]
    ]
    heads = pen.columns(
        "Rule", ("In time", Unit.SHARE), ("Goal", Unit.SHARE), ("Fell due", Unit.COUNT), ("Kept", Unit.COUNT),
        ("Not yet due", Unit.COUNT), ("Ended by itself", Unit.COUNT), ("Median", Unit.LENGTH),
        ("90 % within", Unit.LENGTH), "Verdict",
    )  # fmt: skip
    return pen.table("rules", "Answered, begun and solved in time", heads, rows, empty="Nothing was due.")


def _priorities(pen: Pen) -> Block:
    rows = [
        (
            pen.named(PRIORITIES, row["priority"]),
            pen.count(row["opened"]),
            pen.count(row["answered"]),
            pen.count(row["solved"]),
            pen.count(row["self_recovered"]),
            pen.length(row["answer_median_ms"]),
            pen.length(row["answer_p90_ms"]),
        )
        for row in pen.report["handling"]["by_priority"]
    ]
    heads = pen.columns(
        "Priority", ("Opened", Unit.COUNT, True), ("Answered", Unit.COUNT, True), ("Solved", Unit.COUNT, True),
        ("Ended by itself", Unit.COUNT, True), ("Median answer", Unit.LENGTH), ("90 % answered within", Unit.LENGTH),
    )  # fmt: skip
    return pen.table("priorities", "By priority", heads, rows)


def _steps(pen: Pen) -> Sequence[Block]:
    steps = pen.report["handling"]["steps"]
    if not steps["repairs"]:
        return [
            Paragraph(pen.say("Where the time of repairs went is not known: of none is every step recorded."), "note")
        ]
    rows = [(pen.say(_STEPS[step]), steps[f"{step}_ms"]) for step in STEPS]
    longest = max(rows, key=lambda row: row[1])
    table = pen.table(
        "steps",
        "Where the time of a repair went, on average",
        pen.columns("Step", ("Time", Unit.LENGTH, True)),
        [(pen.text(name), pen.length(span)) for name, span in rows],
    )
    chart = Chart(
        "steps",
        "steps",
        table.title,
        {"steps": [[name, span] for name, span in rows], "hours": pen.say("Hours taken")},
        pen.say("The longest step is: {step}.", step=longest[0]),
    )
    return [table, chart]


def _late(pen: Pen) -> Block:
    about = {row["number"]: row for row in pen.report["incidents"]}
    rows = [
        (
            pen.text(row["incident"]),
            pen.text(about.get(row["incident"], {}).get("target")),
            pen.named(words.MEASURES, row["rule"]),
            pen.text(about.get(row["incident"], {}).get("cause")),
        )
        for row in pen.report["handling"]["late"]
    ]
    heads = pen.columns("Incident", "Target", "Rule", "Cause")
    return pen.table("late", "What was late", heads, rows, empty="Nothing was late.")


def _backlog(pen: Pen) -> Block:
    rows = [
        (pen.named(_AGES, band["age"]), pen.count(band["incidents"]))
        for band in pen.report["handling"]["backlog"]["bands"]
    ]
    heads = pen.columns("Age", ("Incidents", Unit.COUNT, True))
    return pen.table("backlog", "Still open at the end", heads, rows)


def incidents(pen: Pen) -> Block:
    """Every incident of the period."""
    rows = [
        (
            pen.text(row["number"]),
            pen.text(row["target"]),
            pen.named(words.KINDS, row["kind"]),
            pen.named(PRIORITIES, row["priority"]),
            pen.named(words.INCIDENT_STATES, row["state"]),
            *(pen.moment(row[key]) for key in ("opened_at", "acknowledged_at", "started_at", "resolved_at")),
            pen.text(row["cause"]),
            pen.text(", ".join(f"{one['system']} {one['ticket']}".strip() for one in row["tickets"])),
        )
        for row in pen.report["incidents"]
    ]
    heads = pen.columns(
        "Incident", "Target", "Kind", "Priority", "State", ("Opened", Unit.INSTANT), ("Acknowledged", Unit.INSTANT),
        ("Started", Unit.INSTANT), ("Resolved", Unit.INSTANT), "Cause", "Tickets",
    )  # fmt: skip
    return pen.table("incidents", "Incidents", heads, rows, empty="No incident was open in this period.")
