"""Chapters 10 to 12: changes and mutes, what the period bodes, and what is planned for the next."""

from collections.abc import Sequence

from collector.reports import words
from collector.reports.layout.blocks import Block, Cell, Chapter, Paragraph, Unit
from collector.reports.layout.pen import Head, Pen, Row

_WINDOW: tuple[Head, ...] = (
    ("Number", Unit.COUNT), "Targets", ("Start", Unit.INSTANT), ("End", Unit.INSTANT), "Reason", "Proposed by",
    "Approved by",
)  # fmt: skip


def changes(pen: Pen) -> Chapter:
    """Maintenance and what failed soon after; mutes."""
    report, say = pen.report, pen.say
    found = report["changes"]
    after = [
        (pen.count(row["number"]), pen.text(row["target"]), pen.moment(row["window_end"]), pen.moment(row["start"]))
        for row in found["faults_after"]
    ]
    mutes = [
        (pen.text(row["what"]), pen.moment(row["from"]), pen.moment(row["to"]), pen.text(row["reason"]),
         pen.text(row["by"]))
        for row in report["mutes"]
    ]  # fmt: skip
    blocks: list[Block] = [
        Paragraph(
            say(
                "{windows} maintenance windows took {hours} h of the targets' time.",
                windows=found["windows"],
                hours=words.hours(found["planned_ms"]),
            )
        ),
        pen.table(
            "maintenance",
            "Maintenance",
            pen.columns(*_WINDOW),
            _windows(pen, report["maintenance"]),
            empty="No maintenance window in this period.",
        ),
        pen.table(
            "after_changes",
            "Faults within a day after maintenance",
            pen.columns(("Number", Unit.COUNT), "Target", ("Maintenance ended", Unit.INSTANT), ("Fault", Unit.INSTANT)),
            after,
        ),
        pen.table(
            "mutes",
            "Mutes: they hold tickets and notices back and change no figure",
            pen.columns("What", ("Start", Unit.INSTANT), ("End", Unit.INSTANT), "Reason", "By"),
            mutes,
            empty="Nothing was muted.",
        ),
    ]
    return Chapter("10", say("Changes, maintenance and mutes"), blocks)


def risks(pen: Pen) -> Chapter:
    """Budgets that run out, redundancy lost for long."""
    found = pen.report["risks"]
    budgets = [
        (pen.text(row["agreement"]), pen.share(row["used"], 2, 1.0, up=True), pen.moment(row["runs_out"]))
        for row in found["budgets"]
    ]
    degraded = [
        (pen.text(row["incident"]), pen.text(row["target"]), pen.text(row["summary"]), pen.moment(row["since"]))
        for row in found["degraded_long"]
    ]
    blocks = [
        pen.table(
            "forecasts",
            "Error budgets, if things go on as in the last seven days",
            pen.columns("Agreement", ("Used", Unit.SHARE), ("Runs out", Unit.INSTANT)),
            budgets,
        ),
        pen.table(
            "degraded",
            "Degraded for more than a week",
            pen.columns("Incident", "Target", "Fault", ("Since", Unit.INSTANT)),
            degraded,
        ),
    ]
    return Chapter("11", pen.say("Risks and warnings"), blocks)


def plan(pen: Pen) -> Chapter:
    """Maintenance ahead, actions that fall due."""
    found = pen.report["plan"]
    actions = [
        (pen.text(row["incident"]), pen.text(row["what"]), pen.text(row["owner"]), pen.moment(row["due"]))
        for row in found["actions_due"]
    ]
    blocks = [
        pen.table(
            "ahead", "Maintenance planned", pen.columns(*_WINDOW), _windows(pen, found["maintenance"]),
            empty="No maintenance is planned.",
        ),
        pen.table(
            "due", "Measures that fall due",
            pen.columns("Incident", "Improvement measure", "Owner", ("Due", Unit.INSTANT)), actions,
        ),
    ]  # fmt: skip
    return Chapter("12", pen.say("Plan for the next period"), blocks)


def _windows(pen: Pen, rows: Sequence[Row]) -> list[tuple[Cell, ...]]:
    return [
        (
            pen.count(row["number"]),
            pen.text(", ".join(row["targets"])),
            pen.moment(row["from"]),
            pen.moment(row["to"]),
            pen.text(row["reason"]),
            pen.text(row["proposed_by"]),
            pen.approval(row),
        )
        for row in rows
    ]
