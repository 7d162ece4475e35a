"""How much was asked, how fast it was handled, and how content people were, month by month."""

from collections.abc import Sequence

from collector import printed
from collector.reports.layout.blocks import Block, Cell, Chart, Paragraph, Unit
from collector.reports.layout.pen import Head, Pen, Row


def volume(pen: Pen) -> list[Block]:
    """Incidents opened and resolved, speed and solution rate, with what earlier periods had."""
    review, say = pen.report["review"], pen.say
    rows = [_volume(pen, row["name"], row) for row in review["volume"]]
    compared: tuple[tuple[str, str], ...]
    compared = (("Period", "volume_whole"), ("Period before", "volume_before"), ("A year before", "volume_year_ago"))
    if pen.report["kind"] == "year":
        compared = (("Whole year", "volume_whole"), ("Year before", "volume_before"))
    whole = [_volume(pen, say(name), review[key]) for name, key in compared if review[key] is not None]
    heads: tuple[Head, ...] = (
        "Calendar month", ("Opened", Unit.COUNT), ("Resolved", Unit.COUNT), ("Ended by itself", Unit.COUNT),
        ("Median from work to service", Unit.LENGTH), ("Worked on", Unit.COUNT), ("Solution rate", Unit.SHARE),
        ("Confirmed by those who asked", Unit.SHARE), ("Answers", Unit.COUNT), ("Open at the end", Unit.COUNT),
    )  # fmt: skip
    blocks: list[Block] = [
        pen.table("volume", "Incidents and how they were handled, month by month", pen.columns(*heads), [*rows, *whole])
    ]
    if any(row["opened"] for row in review["volume"]):
        blocks.append(
            Chart(
                "volume",
                "volume",
                say("Incidents by month"),
                {
                    "rows": review["volume"],
                    "opened": say("Opened"),
                    "resolved": say("Resolved"),
                    "backlog": say("Open at the end"),
                },
                say(
                    "{opened} were opened and {resolved} resolved in all.",
                    opened=review["volume_whole"]["opened"],
                    resolved=review["volume_whole"]["resolved"],
                ),
            )
        )
    return [*blocks, *_gained(pen)]


def _gained(pen: Pen) -> list[Block]:
    """How handling became faster or slower than in the period before; what is not recorded."""
    review, say = pen.report["review"], pen.say
    now, before = review["volume_whole"]["speed_ms"], (review["volume_before"] or {}).get("speed_ms")
    blocks: list[Block] = []
    if now is not None and before:
        change = (before - now) / before
        said = (
            "From the beginning of work to service restored it took {share} less than in the period before."
            if change >= 0
            else "From the beginning of work to service restored it took {share} more than in the period before."
        )
        blocks.append(Paragraph(say(said, share=printed.percent(abs(change), 1))))
    blocks.append(
        Paragraph(
            say(
                "First-time fix and the gain against a baseline are not shown: who was assigned first, hours of work, "
                "and figures from before the start of operation are not recorded."
            ),
            "note",
        )
    )
    return blocks


def satisfaction(pen: Pen) -> list[Block]:
    """The share of the content by month with its goal."""
    review, say, found = pen.report["review"], pen.say, pen.report["satisfaction"]
    rows = review["satisfaction"]
    told = [
        (
            pen.text(row["name"]),
            pen.count(row["answers"]),
            pen.count(row["content"]),
            pen.share(row["share"], 2, found["target"]),
            pen.share(None if row["interval"] is None else row["interval"][0], 1),
            pen.share(None if row["interval"] is None else row["interval"][1], 1, up=True),
            Cell(found["target"], f"≥ {printed.percent(found['target'], 0)}", Unit.SHARE),
            pen.number(row["mean"], 2),
        )
        for row in rows
    ]
    heads: tuple[Head, ...] = (
        "Calendar month", ("Answers", Unit.COUNT, True), ("Satisfied", Unit.COUNT, True),
        ("Share of the content", Unit.SHARE), ("Not below", Unit.SHARE), ("Not above", Unit.SHARE),
        ("Goal", Unit.SHARE), ("Mean score", Unit.COUNT),
    )  # fmt: skip
    blocks: list[Block] = [pen.table("satisfaction", "Satisfaction by month", pen.columns(*heads), told)]
    if any(row["share"] is not None for row in rows):
        blocks.append(
            Chart(
                "satisfaction",
                "content",
                say("Satisfaction by month"),
                {
                    "rows": rows,
                    "target": found["target"],
                    "alarm": found["alarm"],
                    "share": say("Share of the content"),
                    "goal": say("Goal"),
                    "alarm_said": say("Line of alarm"),
                    "answers": say("Answers"),
                },
                _reached(pen, rows, found["target"]),
            )
        )
    return blocks


def _reached(pen: Pen, rows: Sequence[Row], target: float) -> str:
    asked = [row for row in rows if row["share"] is not None]
    return pen.say(
        "{reached} of {months} months with answers reached the goal.",
        reached=sum(row["share"] >= target for row in asked),
        months=len(asked),
    )


def _volume(pen: Pen, name: str, row: Row) -> tuple[Cell, ...]:
    return (
        pen.text(name),
        pen.count(row["opened"]),
        pen.count(row["resolved"]),
        pen.count(row["self_recovered"]),
        pen.length(row["speed_ms"]),
        pen.count(row["worked"]),
        pen.share(row["solution"], 1),
        pen.share(row["success"], 1),
        pen.count(row["answers"]),
        pen.count(row["backlog"]),
    )
