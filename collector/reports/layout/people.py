"""Chapters 6 to 8: what those said who asked, the major incidents with their causes, and what is done about them."""

from collector import printed
from collector.incident_words import AREAS
from collector.reports import words
from collector.reports.layout.blocks import Block, Cell, Chapter, Paragraph, Unit
from collector.reports.layout.complaints import complaints
from collector.reports.layout.handling import PRIORITIES
from collector.reports.layout.pen import Pen

ACTIONS = {"corrective": "Corrective", "preventive": "Preventive"}


def contentment(pen: Pen) -> Chapter:
    """Satisfaction, call-backs and complaints."""
    found, say = pen.report["satisfaction"], pen.say
    blocks: list[Block] = []
    if found["answers"]:
        low, high = found["interval"]
        blocks.append(
            Paragraph(
                say(
                    "{content} of {answers} who answered were content: {share} (95 % interval {low} to {high}); the "
                    "goal is {target}. Mean score {mean} of 5.",
                    content=found["content"],
                    answers=found["answers"],
                    share=printed.percent(found["share"], 2, found["target"]),
                    low=printed.percent(low, 1),
                    high=printed.percent(high, 1, up=True),
                    target=printed.percent(found["target"]),
                    mean=printed.number(found["mean"], 2),
                )
            )
        )
        rows = [(pen.count(score), pen.count(number)) for score, number in enumerate(found["scores"], start=1)]
        heads = pen.columns(("Score", Unit.COUNT), ("Answers", Unit.COUNT, True))
        blocks.append(pen.table("scores", "Scores", heads, rows))
        low_rows = [
            (pen.text(row["incident"]), pen.text(row["target"]), pen.count(row["score"]), pen.text(row["text"]))
            for row in found["low"]
        ]
        heads = pen.columns("Incident", "Target", ("Score", Unit.COUNT), "Remark")
        blocks.append(pen.table("low_scores", "Low scores", heads, low_rows))
    else:
        blocks.append(Paragraph(say("Nobody was asked, or nobody answered, in this period."), "note"))
    blocks.append(
        Paragraph(
            say("Call-backs: {tries} tries, {reached} incidents in which somebody was reached.", **_calls(found)),
            "note",
        )
    )
    if found.get("heard"):
        said = say(
            "With the answers that came without a call, those who asked were heard about {count} incidents.",
            count=found["heard"],
        )
        blocks.append(Paragraph(said, "note"))
    return Chapter("6", say("Satisfaction and complaints"), [*blocks, *complaints(pen)])


def _calls(found: dict[str, int]) -> dict[str, int]:
    return {key: found[key] for key in ("tries", "reached")}


def major(pen: Pen) -> Chapter:
    """Major incidents and their causes."""
    rows = [
        (
            pen.text(row["number"]),
            pen.text(row["target"]),
            pen.named(PRIORITIES, row["priority"]),
            pen.moment(row["opened_at"]),
            pen.length(row["lasted_ms"]),
            pen.length(row.get("in_period_ms")),
            pen.share(row["of_budget"], 1, up=True),
            pen.count(row["dependents"]),
            pen.named(AREAS, row["root_cause"]["area"]) if row["root_cause"] else pen.text(None),
            pen.text(row["root_cause"]["text"] if row["root_cause"] else pen.say("Not analysed yet")),
        )
        for row in pen.report["major"]
    ]
    heads = pen.columns(
        "Incident", "Target", "Priority", ("Opened", Unit.INSTANT), ("Lasted", Unit.LENGTH),
        ("In the period", Unit.LENGTH), ("Share of the month's budget", Unit.SHARE), ("Dependents", Unit.COUNT), "Area",
        "Root cause",
    )  # fmt: skip
    table = pen.table("major", "", heads, rows, empty="There was no major incident.")
    return Chapter("7", pen.say("Major incidents and root causes"), [table])


def improvements(pen: Pen) -> Chapter:
    """Corrective and preventive actions."""
    found, say = pen.report["improvements"], pen.say
    rows = [
        (
            pen.text(row["incident"]),
            pen.named(ACTIONS, row["kind"]),
            pen.text(row["what"]),
            pen.named(words.MEASURES, row.get("measure") or ""),
            pen.text(row["owner"]),
            pen.moment(row["due"]),
            pen.moment(row["done"]),
            pen.length(row["overdue_ms"] or None),
            Cell(row["effective"], say(_JUDGED[row["effective"]])),
        )
        for row in found["rows"]
    ]
    heads = pen.columns(
        "Incident", "Kind", "Improvement measure", "To mend", "Owner", ("Due", Unit.INSTANT), ("Done", Unit.INSTANT),
        ("Overdue", Unit.LENGTH), "Effect",
    )  # fmt: skip
    blocks: list[Block] = [
        Paragraph(
            say(
                "Open {open}, new {new}, done {done}, overdue {overdue}; of {judged} judged, effective: {effective}.",
                **{key: found[key] for key in ("open", "new", "done", "overdue", "judged", "effective")},
            )
        ),
        pen.table("actions", "", heads, rows, empty="No measure is open."),
    ]
    if found["wanting"]:
        missed = ", ".join(words.named(words.MEASURES, key, say) for key in found["wanting"])
        blocks.append(Paragraph(say("Missed, and no measure names it: {measures}.", measures=missed), "warning"))
    return Chapter("8", say("Improvement measures"), blocks)


_JUDGED = {None: "Not judged yet", True: "Effective", False: "Not effective"}
