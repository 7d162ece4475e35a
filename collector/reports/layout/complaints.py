"""Of chapter 6: the complaints of the period, their answers, causes and ends."""

from collector import printed
from collector.incident_words import AREAS
from collector.reports import exact
from collector.reports.layout.blocks import Block, Paragraph, Unit
from collector.reports.layout.pen import Pen

STATES = {"open": "Not answered", "replied": "Replied", "closed": "Closed"}
_IN_TIME = {None: "Not due yet", True: "In time", False: "Late"}


def complaints(pen: Pen) -> list[Block]:
    """What is told of complaints; nothing in reports that were issued before there was a record of them."""
    found, say = pen.report.get("complaints"), pen.say
    if found is None:
        return []
    if not found["rows"]:
        return [Paragraph(say("Nobody complained in this period."), "note")]
    blocks: list[Block] = [
        Paragraph(
            say(
                "Complaints: {number}; answered in time {in_time} of {due} due ({share}); closed {closed}, not closed "
                "at the end {open}.",
                share=printed.percent(found["share"], 2, 1.0),
                **{key: found[key] for key in ("number", "in_time", "due", "closed", "open")},
            )
        )
    ]
    if found["closed"]:
        areas = ", ".join(f"{say(AREAS[row['area']])} {row['count']}" for row in found["areas"] if row["count"])
        cycle = say(
            "From receipt to the end: median {median}, 90 % within {p90}. Causes: {areas}.",
            median=exact.length(found["cycle_median_ms"]),
            p90=exact.length(found["cycle_p90_ms"]),
            areas=areas,
        )
        blocks.append(Paragraph(cycle))
    rows = [
        (
            pen.text(row["number"]),
            pen.moment(row["received_at"]),
            pen.text(row["about"]),
            pen.text(row["incident"]),
            pen.text(row["by"]),
            pen.text(row["text"]),
            pen.moment(row["replied_at"]),
            pen.named(_IN_TIME, row["in_time"]),
            pen.named(AREAS, row["area"]) if row["area"] else pen.text(None),
            pen.moment(row["closed_at"]),
            pen.text(row["outcome"]),
            pen.named(STATES, row["state"]),
        )
        for row in found["rows"]
    ]
    heads = pen.columns(
        "Number", ("Received", Unit.INSTANT), "About", "Incident", "Complainant", "Complaint",
        ("Replied at", Unit.INSTANT), "On time", "Cause", ("Closed at", Unit.INSTANT), "How it ended", "State",
    )  # fmt: skip
    return [*blocks, pen.table("complaints", "Complaints", heads, rows)]
