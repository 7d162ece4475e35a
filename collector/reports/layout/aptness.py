"""Whether targets suit, what was left out of account, how much is watched, and targets to come."""

from collector.reports import words
from collector.reports.layout.blocks import BLANK, Block, Cell, Paragraph, Unit
from collector.reports.layout.pen import Head, Pen

_SUITS = {"lax": "Too lax?", "tight": "Too tight?", "fits": "Fits", "unclear": "Too little is known"}


def suitability(pen: Pen) -> list[Block]:
    """Each target with how much of it was used, and how often it was missed."""
    rows = [
        (
            pen.named(words.MEASURES, row["measure"]),
            Cell(row["target"], words.target(dict(row), pen.say)),
            pen.measured(row, "actual"),
            pen.share(row["used"], 1, 1.0, up=True),
            pen.count(row["judged"]),
            pen.count(len(row["missed"])),
            pen.named(_SUITS, row["suits"]),
        )
        for row in pen.report["review"]["suitability"]
    ]
    heads: tuple[Head, ...] = (
        "Measure", "Goal", "Actual", ("Used of what it allows", Unit.SHARE), ("Months with a verdict", Unit.COUNT),
        ("Months missed", Unit.COUNT), "Suits",
    )  # fmt: skip
    note = pen.say(
        "Too lax is a target that every month reached with half of what it allows left or more; too tight one that "
        "every month missed. At least two months with a verdict are needed. What follows is for people to decide."
    )
    return [
        pen.table("suitability", "Targets and the room they leave", pen.columns(*heads), rows),
        Paragraph(note, "note"),
        *exclusions(pen),
    ]


def exclusions(pen: Pen) -> list[Block]:
    """Time left out of account, whose it was, and what corrections did to verdicts."""
    found, say = pen.report["review"]["exclusions"], pen.say
    turned = ", ".join(words.named(words.MEASURES, measure, say) for measure in found["flipped"])
    said = say(
        "Left out of account: {excluded} h excluded and {maintenance} h of maintenance beside {agreed} h agreed. "
        "Corrections: {corrections}, approved {approved}.",
        excluded=words.hours(found["excluded_ms"]),
        maintenance=words.hours(found["maintenance_ms"]),
        agreed=words.hours(found["agreed_ms"]),
        corrections=found["corrections"],
        approved=found["approved"],
    )
    blocks: list[Block] = [Paragraph(said)]
    if turned:
        blocks.append(Paragraph(say("Corrections turned the verdict on: {measures}.", measures=turned), "warning"))
    rows = [
        (pen.text(row["name"]), pen.length(row["excluded_ms"]), pen.length(row["maintenance_ms"]))
        for row in found["objects"]
    ]
    heads = pen.columns("Target", ("Excluded", Unit.LENGTH, True), ("Maintenance", Unit.LENGTH, True))
    return [*blocks, pen.table("left_out", "Time left out of account", heads, rows, empty="Nothing was left out.")]


def capacity(pen: Pen) -> list[Block]:
    """How much is watched, and what came over a threshold."""
    found = pen.report["review"]["capacity"]
    months = [
        (
            pen.text(row["name"]),
            pen.count(row["objects"]),
            Cell(row["agreed_ms"] / 3_600_000, words.hours(row["agreed_ms"]), Unit.HOURS),
            pen.count(row["thresholds"]),
        )
        for row in found["months"]
    ]
    heads: tuple[Head, ...] = (
        "Calendar month", ("Targets", Unit.COUNT), ("Agreed hours", Unit.HOURS), ("Thresholds crossed", Unit.COUNT),
    )  # fmt: skip
    over = [(pen.text(row["target"]), pen.count(row["incidents"])) for row in found["thresholds"]]
    return [
        pen.table("capacity", "What was watched", pen.columns(*heads), months),
        pen.table(
            "thresholds",
            "Targets whose thresholds were crossed",
            pen.columns("Target", ("Incidents", Unit.COUNT, True)),
            over,
            empty="No threshold was crossed; thresholds on disks, load and lines would show here what fills up.",
        ),
    ]


def next_targets(pen: Pen) -> list[Block]:
    """The targets of the next year as a draft: what held, what came out, and room for what shall be."""
    rows = [
        (
            pen.named(words.MEASURES, row["measure"]),
            Cell(row["target"], words.target(dict(row), pen.say)),
            pen.measured(row, "actual"),
            pen.verdict(row["verdict"]),
            pen.count(len(row["missed"])),
            pen.named(_SUITS, row["suits"]),
            BLANK,
        )
        for row in pen.report["review"]["suitability"]
    ]
    heads: tuple[Head, ...] = (
        "Measure", "Goal of this year", "Actual", "Verdict", ("Months missed", Unit.COUNT), "Suits",
        "Goal of next year",
    )  # fmt: skip
    said = pen.say("A draft: the last column is to be filled in and approved by the management.")
    return [Paragraph(said, "note"), pen.table("next_targets", "Targets of the next year", pen.columns(*heads), rows)]
