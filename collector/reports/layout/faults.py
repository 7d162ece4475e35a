"""Chapter 4: availability and faults, object by object and outage by outage, with what the statistics say of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from collector import printed
from collector.incident_words import CODES
from collector.reports import words
from collector.reports.layout.blocks import Block, Cell, Chapter, Chart, Lines, Paragraph, Unit
from collector.reports.layout.pen import Head, Pen
from collector.reports.layout.readings import readings
from collector.reports.layout.statistics import statistics
from rules.parameters import FaultRate


def faults(pen: Pen) -> Chapter:
    """Timelines, tables, charts."""
    blocks: list[Block] = lines(pen)
    blocks += [classes(pen), objects(pen), outages(pen), bracket(pen), readings(pen)]
    blocks += [worst(pen), glitches(pen), unreachable(pen)]
    blocks += [*paretos(pen), *months(pen)]
    blocks += statistics(pen)
    return Chapter("4", pen.say("Availability and faults"), blocks)


def lines(pen: Pen) -> list[Block]:
    """A line of time for each object."""
    report = pen.report
    rows = [(entry["name"], entry["partition"]) for entry in _told(pen)]
    if not rows:
        return []
    legend = {state: pen.say(name) for state, name in words.STATES.items()}
    return [Lines(rows, report["period"]["from"], report["period"]["to"], pen.tz, legend)]


def _told(pen: Pen) -> list[Any]:
    """The objects that are listed: all, but of a special report only what the fault touched."""
    entries: list[Any] = pen.report["objects"]
    if pen.report["kind"] != "special":
        return entries
    return [entry for entry in entries if any(entry[f"{state}_ms"] for state in ("down", "unreachable", "degraded"))]


_TIMES: tuple[Head, ...] = tuple((name, Unit.LENGTH, True) for name in words.STATES.values())


def _figures(pen: Pen, entry: Mapping[str, Any]) -> tuple[Cell, ...]:
    return (
        pen.share(entry["availability"], 4, 1 - pen.targets["fault_rate"]),
        pen.share(entry["fault_rate"], 4, pen.targets["fault_rate"], up=True),
        pen.share(entry["coverage"], 2, pen.parameters["min_coverage"]),
        *(pen.length(entry[f"{state}_ms"]) for state in words.STATES),
        pen.count(entry["failures"]),
        pen.count(entry["glitches"]),
        pen.hours(entry["mtbf_h"]),
        pen.hours(entry["mttr_h"], up=True),
    )


_FIGURES: tuple[Head, ...] = (
    ("Availability", Unit.SHARE), ("Fault rate", Unit.SHARE), ("Coverage", Unit.SHARE), *_TIMES,
    ("Failures", Unit.COUNT, True), ("Glitches", Unit.COUNT, True), ("MTBF [h]", Unit.HOURS), ("MTTR [h]", Unit.HOURS),
)  # fmt: skip


def objects(pen: Pen) -> Block:
    """Every figure of every object, and of all targets together."""
    report = pen.report
    entries = _told(pen)
    targets = [entry for entry in entries if entry["kind"] != "service"]
    services = [entry for entry in entries if entry["kind"] == "service"]
    rows = [(pen.text(entry["name"]), *_figures(pen, entry)) for entry in (*services, *targets)]
    whole = targets and len(entries) == len(report["objects"])
    total = (pen.text(pen.say("All targets")), *_figures(pen, report["fleet"])) if whole else ()
    columns = pen.columns("Target", *_FIGURES)
    return pen.table("objects", "Per target", columns, rows, total=total, apart=len(services))


def classes(pen: Pen) -> Block:
    """By kind of device."""
    heads: tuple[Head, ...] = (
        "Kind", ("Targets", Unit.COUNT, True), ("Operating hours", Unit.HOURS, True), ("Down", Unit.LENGTH, True),
        ("Unreachable", Unit.LENGTH, True), ("Unknown", Unit.LENGTH, True), ("Maintenance", Unit.LENGTH, True),
        ("Failures", Unit.COUNT, True), ("Fault rate", Unit.SHARE), ("MTBF [h]", Unit.HOURS),
        ("Proven with 90 % [h]", Unit.HOURS), ("MTTR [h]", Unit.HOURS),
    )  # fmt: skip
    rows = [
        (
            pen.named(words.DEVICES, row["kind"]),
            pen.count(row["objects"]),
            pen.hours((row["up_ms"] + row["degraded_ms"]) / 3_600_000),
            *(pen.length(row[f"{state}_ms"]) for state in ("down", "unreachable", "unknown", "maintenance")),
            pen.count(row["failures"]),
            pen.share(row["fault_rate"], 4, pen.targets["fault_rate"], up=True),
            pen.hours(row["mtbf_h"]),
            pen.hours(row["mtbf_lower90_h"]),
            pen.hours(row["mttr_h"], up=True),
        )
        for row in pen.report["classes"]
    ]
    return pen.table("classes", "By kind of device", pen.columns(*heads), rows)


def outages(pen: Pen) -> Block:
    """All outages with their brackets."""
    heads: tuple[Head, ...] = (
        "Target", ("Start", Unit.INSTANT), ("End", Unit.INSTANT), ("Length", Unit.LENGTH),
        ("Start not before", Unit.INSTANT), ("Start not after", Unit.INSTANT), ("End not before", Unit.INSTANT),
        ("End not after", Unit.INSTANT), ("Detected", Unit.INSTANT), "Cause", "Incident",
    )  # fmt: skip
    told = {row["number"]: row["cause"] for row in pen.report["incidents"]}
    rows = []
    for row in pen.report["outages"]:
        ended = row["end_bracket"] or (None, None)
        rows.append(
            (
                pen.text(row["target"]),
                pen.moment(row["start"]),
                Cell(None, pen.say("Open"), Unit.INSTANT) if row["end"] is None else pen.moment(row["end"]),
                pen.length((pen.report["period"]["until"] if row["end"] is None else row["end"]) - row["start"]),
                *(pen.moment(at) for at in (*row["start_bracket"], *ended, row["detected"])),
                pen.named(words.CAUSES, row["cause"]) if row["cause"] else pen.text(told.get(row["incident"])),
                pen.text(row["incident"]),
            )
        )
    return pen.table("outages", "All outages", pen.columns(*heads), rows)


def bracket(pen: Pen) -> Block:
    """Between what the brackets leave the time down."""
    fleet = pen.report["fleet"]
    text = pen.say(
        "By the brackets, the time down lies between {least} and {most}.",
        least=pen.length(fleet["down_ms_min"]).shown,
        most=pen.length(fleet["down_ms_max"]).shown,
    )
    return Paragraph(text, "note")


def worst(pen: Pen) -> Block:
    """The ten that lost most."""
    rows = [
        (
            pen.text(row["name"]),
            pen.named(words.DEVICES, row["kind"]),
            pen.length(row["down_ms"]),
            pen.share(row["fault_rate"], 4, pen.targets["fault_rate"], up=True),
            pen.count(row["failures"]),
        )
        for row in pen.report["worst"]
    ]
    heads: tuple[Head, ...] = (
        "Target", "Kind", ("Down", Unit.LENGTH), ("Fault rate", Unit.SHARE), ("Failures", Unit.COUNT),
    )  # fmt: skip
    return pen.table("worst", "Worst ten", pen.columns(*heads), rows, empty="No target had a fault.")


def glitches(pen: Pen) -> Block:
    """Failures too short to be confirmed."""
    rows = [(pen.text(row["name"]), pen.count(row["glitches"])) for row in pen.report["glitches"]]
    heads = pen.columns("Target", ("Glitches", Unit.COUNT, True))
    return pen.table(
        "glitches", "Glitches: failures too short to be confirmed", heads, rows, empty="There was no glitch."
    )


def unreachable(pen: Pen) -> Block:
    """What could not be reached behind another's fault."""
    rows = [(pen.text(row["name"]), pen.length(row["unreachable_ms"])) for row in pen.report["unreachable"]]
    heads = pen.columns("Target", ("Unreachable", Unit.LENGTH, True))
    return pen.table(
        "unreachable", "Unreachable behind another's fault", heads, rows, empty="Everything could be reached."
    )


def paretos(pen: Pen) -> Sequence[Block]:
    """Downtime by cause and by target, as charts."""
    say, report = pen.say, pen.report
    found: list[Block] = []
    objects = ((report["statistics"] or {}).get("pareto") or {}).get("objects_by_downtime") or {}
    for name, title, bars in (
        ("pareto_causes", "Downtime by cause", report["causes"]),
        ("pareto_objects", "Downtime by target", objects.get("bars") or []),
    ):
        if bars:
            shown = [{**bar, "name": _cause(pen, bar["name"]) if "causes" in name else bar["name"]} for bar in bars]
            found.append(
                Chart(
                    name,
                    "pareto",
                    say(title),
                    {"bars": shown, "hours": say("Hours lost"), "cumulative": say("Cumulative share")},
                    say(
                        "First comes {name} with {share} of all.",
                        name=shown[0]["name"],
                        share=printed.percent(bars[0]["cumulative"], 1),
                    ),
                )
            )
    return found


def months(pen: Pen) -> Sequence[Block]:
    """The fault rate month by month, as a chart where there is more than one."""
    trend, say = pen.report["trend"], pen.say
    if pen.parameters["fault_rate_definition"] == FaultRate.R4:
        return []  # a number of failures has no place on an axis of shares
    if sum(row["fault_rate"] is not None for row in trend["months"]) < 2:
        return []
    told = {**trend, "target": pen.targets["fault_rate"], "goal": say("Goal"), "limits_said": say("Control limits")}
    return [Chart("trend", "trend", say("Fault rate month by month"), told, _trend_said(pen))]


def _cause(pen: Pen, name: str) -> str:
    if not name:
        return pen.say("Unknown cause")
    return words.named(words.CAUSES, name, pen.say) if name in words.CAUSES else words.named(CODES, name, pen.say)


def _trend_said(pen: Pen) -> str:
    limits, now = pen.report["trend"]["limits"]["fault_rate"], pen.report["trend"]["months"][-1]["fault_rate"]
    if limits is None or now is None:
        return pen.say("There are too few months or faults for control limits.")
    if now > limits["high"]:
        return pen.say("This month lies above the limits: it is worse than chance explains.")
    if now < limits["low"]:
        return pen.say("This month lies below the limits: it is better than chance explains.")
    return pen.say("This month lies inside the limits.")
