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


def text(figures: Figures, words: Translator) -> str:
    """Period, a line per object and one for the fleet, then the outages. Lengths as h:mm:ss."""
    period = figures["period"]
    tz = period["tz"]
    parts = [f"{moment(period['from'], tz)} – {moment(period['to'], tz)} ({tz})", "", _objects(figures, words)]
    found = outages(figures, words)
    if found:
        parts += ["", found]
    return "\n".join(parts)


def _objects(figures: Figures, words: Translator) -> str:
    parameters = figures["method"]["parameters"]
    share, least = parameters["targets"]["fault_rate"], parameters["min_coverage"]
    rows = [
        (
            entry.get("name", words("All")),
            percent(entry["availability"], 4, 1 - share),
            percent(entry["coverage"], 2, least),
            percent(entry["fault_rate"], 4, share, up=True),
            named.named(named.VERDICTS, entry["verdicts"]["fault_rate"], words),
            length(entry["down_ms"]),
            length(entry["unknown_ms"]),
            entry["failures"],
            _hours(entry["mtbf_h"], words),
            _hours(entry["mttr_h"], words),
        )
        for entry in [*figures["objects"], figures["fleet"]]
    ]
    return table([words(head) for head in _HEADS], rows, right=(1, 2, 3, 5, 6, 7, 8, 9))


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
