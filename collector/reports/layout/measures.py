"""Improvement measures over a longer period: what became of them, how they were worked off, whether they helped."""

from collections.abc import Iterator

from collector import printed
from collector.reports import words
from collector.reports.layout.blocks import BLANK, Block, Cell, Chart, Paragraph, Unit
from collector.reports.layout.pen import Head, Pen, Row
from rules.parameters import DAY

_STATES = {"done": "Done", "withdrawn": "Withdrawn", "overdue": "Overdue", "open": "Not done yet"}
_EFFECTS = {"fewer": "Fewer failures", "unclear": "No more than chance", "too_soon": "Not countable"}
_LOOK_AT = {
    "lax": "Target to look at, for it is too lax: {name}",
    "tight": "Target to look at, for it is too tight: {name}",
}
_LINES = 5
"""Empty lines at the end of the table of decisions."""


def earlier(pen: Pen) -> Block:
    """What became of the measures that were open when the period began."""
    rows = [
        (
            pen.text(row["incident"]),
            pen.text(row["what"]),
            pen.text(row["owner"]),
            pen.moment(row["due"]),
            pen.moment(row["done"]),
            pen.named(_STATES, row["state"]),
        )
        for row in pen.report["review"]["earlier"]
    ]
    heads = pen.columns(
        "Incident", "Improvement measure", "Owner", ("Due", Unit.INSTANT), ("Done", Unit.INSTANT), "State"
    )
    return pen.table(
        "earlier",
        "Measures that were open when the period began",
        heads,
        rows,
        empty="No measure was open when the period began.",
    )


def burn_down(pen: Pen) -> list[Block]:
    """How measures were worked off."""
    rows, say = pen.report["review"]["burn_down"], pen.say
    if not any(row["open"] or row["done"] for row in rows):
        return [Paragraph(say("No measure was open or done in this period."), "note")]
    weeks = pen.report["review"]["stretch"] == "week"
    days = [pen.moment(row["at"] - 1).shown[:10] for row in rows]
    shown = [{**row, "name": day[5:] if weeks else day[:7]} for row, day in zip(rows, days, strict=True)]
    last = rows[-1]
    return [
        Chart(
            "burn_down",
            "burndown",
            say("Improvement measures worked off"),
            {"rows": shown, "open": say("Open, in time"), "overdue": say("Open, overdue"), "done": say("Done so far")},
            say(
                "At the end {open} were open, {overdue} of them overdue; {done} were done.",
                open=last["open"],
                overdue=last["overdue"],
                done=last["done"],
            ),
        )
    ]


def effects(pen: Pen) -> list[Block]:
    """Faults before and after each measure that was done."""
    rows = [
        (
            pen.text(row["incident"]),
            pen.text(row["what"]),
            pen.text(row["target"]),
            pen.moment(row["done"]),
            pen.number(row["window_ms"] / DAY, 1),
            *_side(pen, row["before"]),
            *_side(pen, row["after"]),
            pen.number(row["p"], 4, up=True),
            pen.named(_EFFECTS, row["effect"]),
        )
        for row in pen.report["review"]["effects"]
    ]
    heads: tuple[Head, ...] = (
        "Incident", "Improvement measure", "Target", ("Done", Unit.INSTANT), ("Days on each side", Unit.COUNT),
        ("Failures before", Unit.COUNT), ("In 1,000 h before", Unit.COUNT), ("Failures after", Unit.COUNT),
        ("In 1,000 h after", Unit.COUNT), ("By chance alone", Unit.COUNT), "Effect",
    )  # fmt: skip
    table = pen.table(
        "effects",
        "Before and after",
        pen.columns(*heads),
        rows,
        empty="No measure was done whose effect could be counted.",
    )
    if not rows:
        return [table]
    note = pen.say(
        "Failures of the target in windows of one length before and after the measure was done, 90 days at most; the "
        "probability is that of so many before if nothing had changed (conditional binomial test). The fault that led "
        "to a measure is among those before: what would have ended anyway looks like success."
    )
    return [table, Paragraph(note, "note")]


def decisions(pen: Pen) -> list[Block]:
    """What is to be decided, and empty lines for the rest."""
    rows = [(pen.count(number), *row) for number, row in enumerate(_subjects(pen), start=1)]
    rows += [(pen.count(len(rows) + number), BLANK, BLANK, BLANK, BLANK) for number in range(1, _LINES + 1)]
    heads = pen.columns(("Number", Unit.COUNT), "Subject", "Decision", "Owner", "By when")
    said = pen.say("Decisions are not recorded by the product: this table is to be filled in at the review.")
    return [Paragraph(said, "note"), pen.table("decisions", "", heads, rows)]


def _subjects(pen: Pen) -> Iterator[tuple[Cell, ...]]:
    """Measures that are open, targets without a measure, and targets that do not suit."""
    say = pen.say
    for row in pen.report["improvements"]["rows"]:
        if row["done"] is None:
            owner = BLANK if pen.edition else pen.text(row["owner"])
            due = Cell(None, pen.moment(row["due"]).shown[:10])
            yield pen.text(f"{row['incident']}: {row['what']}"), BLANK, owner, due
    for measure in pen.report["improvements"]["wanting"]:
        name = words.named(words.MEASURES, measure, say)
        yield pen.text(say("Missed, and no measure names it: {measures}.", measures=name)), BLANK, BLANK, BLANK
    for row in pen.report["review"]["suitability"]:
        if row["suits"] in ("lax", "tight"):
            name = words.named(words.MEASURES, row["measure"], say)
            yield pen.text(say(_LOOK_AT[row["suits"]], name=name)), BLANK, BLANK, BLANK


def _side(pen: Pen, side: Row | None) -> tuple[Cell, Cell]:
    if side is None:
        return Cell(None, printed.NO_FIGURE, Unit.COUNT), Cell(None, printed.NO_FIGURE, Unit.COUNT)
    return pen.count(side["failures"]), pen.number(side["per_1000_h"], 2, up=True)
