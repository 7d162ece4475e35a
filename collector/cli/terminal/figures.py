"""Figures (the public document of `rules.availability`) as tables for people."""

from collections.abc import Mapping
from typing import Any

from collector.cli.terminal.table import table
from collector.printed import NO_FIGURE, number, percent
from collector.reports import words as named
from collector.reports.exact import length, moment
from collector.texts import Translator

Figures = Mapping[str, Any]

_HEADS = (
    "Target",
    "Agreement",
    "Availability",
    "Coverage",
    "Fault rate",
    "Verdict",
    "Down",
    "Unknown",
    "Failures",
    "MTBF",
    "MTTR",
)

_MANY = ("R4",)
"""Readings of the fault rate that are no shares."""


def text(figures: Figures, words: Translator) -> str:
    """Period, a line per object, group and for all, what the fault rate means, then the outages. Lengths as h:mm:ss."""
    period = figures["period"]
    tz = period["tz"]
    parts = [f"{moment(period['from'], tz)} – {moment(period['to'], tz)} ({tz})", "", _objects(figures, words)]
    parts += ["", *_readings(figures["fleet"], words)]
    parts += _worst(figures["fleet"], words)
    parts += _corrected(figures, words)
    found = outages(figures, words)
    if found:
        parts += ["", found]
    return "\n".join(parts)


def _objects(figures: Figures, words: Translator) -> str:
    terms = {(one["name"], one["version"]): one["parameters"] for one in figures["agreements"]}
    house = figures["method"]["parameters"]
    rows = [
        _row(entry["name"], entry, terms[entry["agreement"]["name"], entry["agreement"]["version"]], words)
        for entry in figures["objects"]
    ]
    for group in figures.get("groups", ()):
        value = words("without") if group["value"] is None else group["value"]
        rows.append(_row(f"{group['label']}: {value}", group, house, words))
    rows.append(_row(words("All"), figures["fleet"], house, words))
    return table([words(head) for head in _HEADS], rows, right=(2, 3, 4, 6, 7, 8, 9, 10))


def _row(name: str, entry: Figures, parameters: Figures, words: Translator) -> tuple[object, ...]:
    share, least = parameters["targets"]["fault_rate"], parameters["min_coverage"]
    headline = entry["headline"]
    return (
        name,
        _agreement(entry.get("agreement"), words),
        percent(entry["availability"], 4, 1 - share),
        percent(entry["coverage"], 2, least),
        rate(headline["definition"], headline["value"], share),
        named.named(named.VERDICTS, entry["verdicts"]["fault_rate"], words),
        length(entry["down_ms"]),
        length(entry["unknown_ms"]),
        entry["failures"],
        _hours(entry["mtbf_h"], words),
        _hours(entry["mttr_h"], words),
    )


def _agreement(agreement: Figures | None, words: Translator) -> str:
    if agreement is None:
        return ""
    if agreement["version"] is None:
        return str(agreement["name"])
    return words("{name}, version {version}", name=agreement["name"], version=agreement["version"])


def rate(definition: str, value: float | None, goal: float | None = None) -> str:
    """A reading of the fault rate: a share as a percentage, failures per device-month as a number."""
    if definition in _MANY:
        return number(value, 4, goal, up=True)
    return percent(value, 4, goal, up=True)


def _readings(fleet: Figures, words: Translator) -> list[str]:
    """What the fault rate means here, and all the others it could mean, of all targets."""
    said = words(fleet["headline"]["words"])
    others = "  ".join(f"{name} {rate(name, value)}" for name, value in fleet["fault_rates"].items())
    return [
        words("Fault rate means {definition}: {words}.", definition=fleet["headline"]["definition"], words=said),
        words("All readings, of all targets: {readings}", readings=others),
        words(
            "At any hour, maintenance included: {availability}; planned downtime {planned}; unconfirmed {unconfirmed}",
            availability=percent(fleet["availability_operational"], 4),
            planned=length(fleet["planned_down_ms"]),
            unconfirmed=length(fleet["unconfirmed_ms"]),
        ),
    ]


def _worst(fleet: Figures, words: Translator) -> list[str]:
    if not fleet["worst"]:
        return []
    listed = ", ".join(f"{one['name']} {percent(one['fault_rate'], 4, up=True)}" for one in fleet["worst"])
    missing = words(
        "{count} of {all} targets miss the bound by themselves.", count=fleet["objects_missing"], all=fleet["objects"]
    )
    return [missing, words("Most time in fault: {targets}", targets=listed)]


def _corrected(figures: Figures, words: Translator) -> list[str]:
    """What corrections made of the figures of each object they touch, and of all."""
    lines = []
    for entry in [*figures["objects"], figures["fleet"]]:
        before = entry["as_measured"]
        if before is None:
            continue
        name = entry.get("name", words("All"))
        lines.append(
            words(
                "{name} as measured, without corrections: availability {availability}, down {down}",
                name=name,
                availability=percent(before["availability"], 4),
                down=length(before["down_ms"]),
            )
        )
        for measure in entry["flipped"]:
            lines.append(
                words(
                    "{name}: corrections turned the verdict on {measure} from {before} to {after}",
                    name=name,
                    measure=named.named(named.MEASURES, measure, words),
                    before=named.named(named.VERDICTS, before["verdicts"][measure], words),
                    after=named.named(named.VERDICTS, entry["verdicts"][measure], words),
                )
            )
    return ["", *lines] if lines else []


def outages(figures: Figures, words: Translator) -> str:
    """The outages of all objects in order of time; empty when there are none."""
    tz = figures["period"]["tz"]
    found = sorted(
        ((entry["name"], outage) for entry in figures["objects"] for outage in entry["outages"]),
        key=lambda pair: (pair[1]["start"], pair[0]),
    )
    rows = [
        (
            name,
            moment(outage["start"], tz),
            words("Open") if outage["end"] is None else moment(outage["end"], tz),
            NO_FIGURE if outage["end"] is None else length(outage["end"] - outage["start"]),
            moment(outage["detected"], tz),
            named.named(named.CAUSES, outage["cause"], words),
        )
        for name, outage in found
    ]
    heads = ("Target", "Start", "End", "Length", "Detected", "Cause")
    return table([words(head) for head in heads], rows, right=(3,)) if rows else ""


def _hours(value: float | None, words: Translator) -> str:
    return NO_FIGURE if value is None else words("{hours} h", hours=number(value, 2))
