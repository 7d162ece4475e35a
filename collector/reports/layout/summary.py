"""Chapter 1: the headline and what it comes to in sentences. Chapter 2: what was measured, and how it is counted."""

from collector import printed
from collector.reports import exact, revised, words
from collector.reports.layout.blocks import Block, Cell, Chapter, Paragraph, Unit
from collector.reports.layout.pen import Pen, Row
from rules.parameters import FaultRate


def summary(pen: Pen) -> Chapter:
    """The one-page answer."""
    report, say = pen.report, pen.say
    heads = (
        "Measure", ("Goal", Unit.TEXT), ("Actual", Unit.TEXT), ("Proven with 90 %", Unit.TEXT),
        ("Period before", Unit.TEXT), ("Year so far", Unit.TEXT), "Measured over", "Verdict",
    )  # fmt: skip
    rows = [
        (
            pen.named(words.MEASURES, row["measure"]),
            Cell(row["target"], words.target(row, say)),
            *(pen.measured(row, key) for key in ("actual", "bound", "before", "year")),
            Cell(None, words.exposures(row, say)),
            pen.verdict(row["verdict"]),
        )
        for row in report["headline"]
    ]
    rows[1:1] = [_availability(pen)]
    rows += [_content(pen)]
    blocks: list[Block] = [pen.table("headline", "", pen.columns(*heads), rows), *_begun(pen), *_statement(pen)]
    if pen.edition and report["edition"]["services"]:
        blocks.append(_services(pen))
    blocks += [Paragraph(text) for text in _sentences(pen)] if report["objects"] else [_nothing(pen)]
    if report["revision"]["differences"]:
        blocks += _differences(pen)
    return Chapter("1", say("Summary and verdict"), blocks)


def _availability(pen: Pen) -> tuple[Cell, ...]:
    """The other side of the fault rate's first reading: no measure of its own, so it has no verdict."""
    fleet, none = pen.report["fleet"], pen.share(None)
    shown = pen.share(fleet["availability"], 4, 1 - pen.targets["fault_rate"])
    known = words.hours(sum(fleet[f"{state}_ms"] for state in ("up", "degraded", "down")))
    over = Cell(None, pen.say("{hours} h known", hours=known))
    return (pen.text(pen.say("Availability")), pen.text(None), shown, none, none, none, over, pen.text(None))


def _content(pen: Pen) -> tuple[Cell, ...]:
    """How many of those who answered were content."""
    found, none = pen.report["satisfaction"], pen.share(None)
    verdict = "not_applicable"
    if found["share"] is not None:
        verdict = "met" if found["share"] >= found["target"] else "missed"
    return (
        pen.text(pen.say("Share of the content")),
        Cell(found["target"], f"≥ {printed.percent(found['target'])}"),
        pen.share(found["share"], 2, found["target"]),
        none,
        none,
        none,
        Cell(None, pen.say.number("{count} answer", "{count} answers", found["answers"])),
        pen.verdict(verdict),
    )


def _begun(pen: Pen) -> list[Block]:
    """That the records began in the period: what is told of it is told of the rest."""
    since = pen.report.get("since")
    if since is None or since <= pen.report["period"]["from"]:
        return []
    said = "The records began on {instant}. What is said of this period is said of the time from then on."
    return [Paragraph(pen.say(said, instant=pen.moment(since).shown), "warning")]


def _statement(pen: Pen) -> list[Block]:
    """What the manager says of the whole, paragraph by paragraph; who said it where persons are named."""
    said = pen.report.get("statement")
    if said is None:
        return []
    by = pen.say("Remark of {by}, {at}", by=said["by"], at=pen.moment(said["at"]).shown)
    blocks: list[Block] = [Paragraph(text) for text in said["text"].splitlines() if text.strip()]
    return [*blocks, Paragraph(by, "note")] if said["by"] else blocks


def _services(pen: Pen) -> Block:
    """How the services of an edition were delivered: what was unreachable of them counts too."""
    rows = [
        (
            pen.text(entry["name"]),
            pen.share(entry["availability"], 4, 1 - pen.targets["fault_rate"]),
            pen.share(entry["fault_rate_delivered"], 4, pen.targets["fault_rate"], up=True),
            pen.length(entry["down_ms"]),
            pen.length(entry["unreachable_ms"]),
            pen.count(entry["failures"]),
            pen.verdict(entry["verdicts"]["fault_rate"]),
        )
        for entry in pen.report["objects"]
        if entry["kind"] == "service"
    ]
    heads = pen.columns(
        "Service", ("Availability", Unit.SHARE), ("Fault rate as delivered", Unit.SHARE), ("Down", Unit.LENGTH),
        ("Unreachable", Unit.LENGTH), ("Failures", Unit.COUNT), "Verdict",
    )  # fmt: skip
    return pen.table("delivered", "Services as they were delivered", heads, rows)


def scope(pen: Pen) -> Chapter:
    """What was measured, and by which rules."""
    report, say = pen.report, pen.say
    definition = words.named(words.FAULT_RATES, pen.parameters["fault_rate_definition"], say)
    heads = ("Target", "Kind", "Address", "Priority", ("Agreed hours", Unit.HOURS, True), "Remark")
    rows = [
        (
            pen.text(entry["name"]),
            pen.named(words.DEVICES, entry["kind"]),
            pen.text(entry["about"]["address"]),
            pen.text(say((entry["about"]["priority"] or "").capitalize()) if entry["about"]["priority"] else None),
            Cell(entry["agreed_ms"] / exact.HOUR, words.hours(entry["agreed_ms"]), Unit.HOURS),
            Cell(
                None,
                say("No outside witness: only its own agent sees this target.")
                if entry["about"]["no_outside_witness"]
                else "",
            ),
        )
        for entry in report["objects"]
    ]
    pending = [
        (pen.text(row["name"]), pen.named(words.DEVICES, row["kind"]), pen.text(row["address"]),
         pen.moment(row["since"]), pen.text(row["error"]))
        for row in report["pending"]
    ]  # fmt: skip
    blocks: list[Block] = [
        Paragraph(say("Fault rate means: {definition}.", definition=definition)),
        *(() if pen.parameters["fault_rate_definition"] == FaultRate.R1 else (_per_target(pen),)),
        Paragraph(
            say(
                "Every second of every target is in exactly one of eight classes. Up, degraded, down, unreachable and "
                "unknown together are the agreed time; maintenance, excluded and out of service lie outside of it. "
                "Unknown time is never counted as up."
            )
        ),
        Paragraph(
            say(
                "An outage begins and ends between two looks; both brackets are listed, and the edge is dated by the "
                "rule {rule}.",
                rule=words.named(words.EDGES, pen.parameters["edge_policy"], say),
            )
        ),
        Paragraph(
            say("MTBF is operating time divided by failures; MTTR is the mean time from failure to restored service.")
        ),
        pen.table("scope", "What was measured", pen.columns(*heads), rows),
        pen.table(
            "pending",
            "Pending targets",
            pen.columns("Target", "Kind", "Address", ("Added", Unit.INSTANT), "Last error"),
            pending,
            empty="Every target has answered well at least once.",
        ),
    ]
    return Chapter("2", say("Scope and definitions"), blocks)


def _per_target(pen: Pen) -> Paragraph:
    own = words.named(words.FAULT_RATES, FaultRate.R1, pen.say)
    return Paragraph(pen.say("In the tables of single targets the fault rate is {definition}.", definition=own), "note")


def _nothing(pen: Pen) -> Paragraph:
    return Paragraph(pen.say("Nothing was measured in this period."), "note")


def _sentences(pen: Pen) -> list[str]:
    report, say, fleet = pen.report, pen.say, pen.report["fleet"]
    hours = words.hours
    least = pen.parameters["min_coverage"]
    found = [
        say(
            "Of {agreed} h of agreed time of {targets} targets, {down} h were down by own fault, {unreachable} h "
            "unreachable behind another fault, {unknown} h unknown.",
            agreed=hours(fleet["agreed_ms"]),
            targets=sum(entry["kind"] != "service" for entry in report["objects"]),
            down=hours(fleet["down_ms"]),
            unreachable=hours(fleet["unreachable_ms"]),
            unknown=hours(fleet["unknown_ms"]),
        ),
        say(
            "Availability over known time: {availability}; with all unknown time counted as down {low}, as up {high}.",
            availability=printed.percent(fleet["availability"], 4),
            low=printed.percent(fleet["availability_low"], 4),
            high=printed.percent(fleet["availability_high"], 4),
        ),
        say("Data coverage: {coverage}.", coverage=printed.percent(fleet["coverage"], 4, least)),
    ]
    if fleet["verdicts"]["fault_rate"] == "insufficient_data" and (fleet["coverage"] or 0) < least:
        said = "Coverage is below {least}: no verdict is given on the fault rate."
        found.append(say(said, least=printed.percent(least)))
    lower = printed.number(fleet["mtbf_lower90_h"], 2)
    if fleet["failures"]:
        found.append(
            say(
                "Failures: {failures}, in {episodes} episodes; {restored} restored in the period, {open} open at its "
                "end.",
                failures=fleet["failures"],
                episodes=fleet["episodes"],
                restored=fleet["restored"],
                open=fleet["open"],
            )
        )
        found.append(
            say(
                "MTBF, operating time per failure: {mtbf} h; with 90 % confidence at least {lower} h.",
                mtbf=printed.number(fleet["mtbf_h"], 2),
                lower=lower,
            )
        )
    else:
        found.append(
            say(
                "No failure began in this period, so there is no point value of MTBF; with 90 % confidence it is at "
                "least {lower} h.",
                lower=lower,
            )
        )
    return found


def _event(pen: Pen, row: Row) -> Cell:
    """What happened to an entry; of late results how many batches came."""
    what = str(row["what"])
    count, _, rest = what.partition(" ")
    if rest == "batches":
        return Cell(what, pen.say.number("{count} batch", "{count} batches", int(count)))
    return pen.named(words.CHANGES, what)


def _differences(pen: Pen) -> list[Block]:
    say, revision = pen.say, pen.report["revision"]
    headline = {row["measure"]: row for row in pen.report["headline"]}
    rows = [
        (
            Cell(row["part"], f"{words.named(revised.PARTS, row['part'], say)} {revised.name(row, say)}".rstrip()),
            Cell(row["key"], revised.figure(row["key"], say)),
            Cell(row["before"], revised.value(row, "before", pen.tz, say, headline)),
            Cell(row["after"], revised.value(row, "after", pen.tz, say, headline)),
        )
        for row in revision["differences"]
    ]
    reasons = [
        (pen.named(revised.REASONS, row["kind"]), pen.text(row["name"]), _event(pen, row), pen.text(row["by"]),
         pen.moment(row["at"]))
        for row in revision["reasons"]
    ]  # fmt: skip
    return [
        pen.table(
            "differences",
            "What differs from the report before",
            pen.columns("Of what", "Figure", "Before", "Now"),
            rows,
        ),
        pen.table(
            "reasons",
            "What came into the records since",
            pen.columns("Kind of entry", "Name", "Event", "By", ("Time", Unit.INSTANT)),
            reasons,
        ),
    ]
