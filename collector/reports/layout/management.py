"""The seven inputs of the management review, and where in the year's report each of them stands."""

from collections.abc import Sequence

from collector.reports.layout.blocks import BLANK, Block, Cell, Chapter, Paragraph
from collector.reports.layout.pen import Pen

_INPUTS = (
    (
        "Carrying out of the yearly capacity plan",
        (4,),
        "No capacity plan is recorded; the volume of work stands there.",
    ),
    ("Attainment of every indicator", (1, 2, 3), ""),
    ("Report on the survey of customers", (5,), "No yearly survey is recorded; answers after incidents stand there."),
    ("Reports of the departments on their work", (4,), "To be added by the departments; figures of work stand there."),
    ("Report of the internal audit", (), "Nothing is recorded of audits; their report is to be added."),
    ("Report on complaints", (6,), ""),
    ("State of continual improvement", (7, 8, 13), ""),
)
"""Each input, the chapters of the year's report that give it, and what is lacking."""


def management(pen: Pen) -> list[Block]:
    """The table of inputs, the attendance sheet and the table of decisions, the last two to be filled in."""
    say = pen.say
    rows = [
        (
            Cell(str(number), "①②③④⑤⑥⑦"[number - 1]),
            pen.text(say(name)),
            pen.text(", ".join(str(chapter) for chapter in chapters)),
            pen.text(say(lacking) if lacking else say("Complete, as far as it was recorded")),
        )
        for number, (name, chapters, lacking) in enumerate(_INPUTS, start=1)
    ]
    heads = pen.columns("Number", "Input", "Chapters of this report", "State")
    present = [(BLANK,) * 4 for _ in range(_LINES)]
    return [
        pen.table("inputs", "The seven inputs", heads, rows),
        Paragraph(say("Who was present is to be filled in at the review."), "note"),
        pen.table(
            "attendance", "Attendance", pen.columns("Participant", "Department", "Function", "Signature"), present
        ),
    ]


_LINES = 6


def chapter(pen: Pen, decisions: Sequence[Block]) -> Chapter:
    """The annex, with the decisions to be taken at its end."""
    return Chapter("", pen.say("Inputs of the management review"), [*management(pen), *decisions])
