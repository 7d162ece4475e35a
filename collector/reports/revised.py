"""How a revision's listing of differences is put in words. English wordings are the keys of the catalogue."""

from collections.abc import Mapping
from typing import Any

from collector.printed import NO_FIGURE, number, percent
from collector.reports.exact import length, moment
from collector.reports.words import MEASURES, STATES, VERDICTS, exposure, measured, named, target
from collector.texts import Translator

PARTS = {
    "fleet": "All",
    "object": "Target",
    "outage": "Outage",
    "maintenance": "Maintenance",
    "corrections": "Correction",
    "mutes": "Mute",
    "headline": "Headline figures",
    "handling": "Response and handling",
    "satisfaction": "Satisfaction",
    "complaints": "Complaints",
    "attainment": "Agreements",
    "major": "Major incidents and root causes",
    "budget": "Error budgets",
    "heat": "Lost time by day",
    "classes": "By kind of device",
    "causes": "Downtime by cause",
    "worst": "Worst ten",
    "glitches": "Glitches",
    "unreachable": "Unreachable",
    "readings": "Readings",
    "statistics": "Statistics",
    "agreement": "Agreement",
    "method": "Method",
    "period": "Period",
}

REASONS = {
    "late_results": "Late results",
    "incident": "Incident",
    "call_back": "Call-back",
    "satisfaction": "Satisfaction",
    "correction": "Correction",
    "maintenance": "Maintenance",
    "agreement": "Agreement",
    "calendar": "Service calendar",
    "check": "Check",
    "policy": "Policy",
    "service": "Service",
    "target": "Target",
    "elsewhere": "Something outside of this edition",
}

_FIGURES = {
    **{f"{state}_ms": word for state, word in STATES.items()},
    "agreed_ms": "Agreed hours",
    "coverage": "Coverage",
    "availability": "Availability",
    "fault_rate": "Fault rate",
    "fault_rate_delivered": "Fault rate as delivered",
    "failures": "Failures",
    "episodes": "Episodes",
    "glitches": "Glitches",
    "restored": "Restored",
    "open": "Open",
    "mtbf_h": "MTBF",
    "mttr_h": "MTTR",
    "measured": "Measured",
    "partition": "Course of states",
    "actual": "Actual",
    "target": "Goal",
    "bound": "Proven with 90 %",
    "before": "Period before",
    "year": "Year so far",
    "verdict": "Verdict",
    "definition": "Definition",
    "exposure": "Measured over",
    "before_exposure": "Period before: measured over",
    "year_exposure": "Year so far: measured over",
    "changed": "changed",
}

_VERDICT = "verdict on "


def figure(key: str, words: Translator) -> str:
    """What a figure is called; empty where the part says it all."""
    if key.startswith(_VERDICT):
        measure = key.removeprefix(_VERDICT)
        return f"{words('Verdict')}: {words(MEASURES.get(measure, measure))}"
    return words(_FIGURES[key]) if key in _FIGURES else key


def name(row: Mapping[str, Any], words: Translator) -> str:
    """What a difference is about, in words where it is a measure."""
    return named(MEASURES, row["name"], words) if row["part"] == "headline" and row["name"] else str(row["name"])


def value(
    row: Mapping[str, Any], side: str, tz: str, words: Translator, headline: Mapping[str, Mapping[str, Any]]
) -> str:
    """One side (``before`` or ``after``) of a difference; what was not there is a dash.

    ``headline`` are the rows of the headline by measure: a figure is rounded to the side of its target as it is there.
    """
    found, key = row[side], row["key"]
    if found is None:
        return NO_FIGURE
    if row["part"] == "outage":
        start, end = found
        return f"{moment(start, tz)} – {words('Open') if end is None else moment(end, tz)}"
    if row["part"] == "headline" and row["name"] in headline:
        told = {**headline[row["name"]], key: found}
        if key in ("actual", "bound", "before", "year"):
            return measured(told, key, words)
        if key == "target":
            return target(told, words)
        if key.endswith("exposure"):
            return exposure({**told, "exposure": found}, words)
    if key == "verdict" or key.startswith(_VERDICT):
        return words(VERDICTS.get(found, found))
    if isinstance(found, bool):
        return words("Yes") if found else words("No")
    if key.endswith("_ms"):
        return length(found)
    if key.endswith("_h"):
        goal = headline.get(key.removesuffix("_h"), {}).get("target")
        return words("{hours} h", hours=number(found, 2, goal, up=key == "mttr_h"))
    if isinstance(found, float):
        return _share(key, found, headline)
    if isinstance(found, int):
        return str(found)
    if isinstance(found, dict) and "from" in found and "to" in found:
        return f"{moment(found['from'], tz)} – {moment(found['to'], tz)}"
    return words("changed")


def _share(key: str, found: float, headline: Mapping[str, Mapping[str, Any]]) -> str:
    """A share to its own side of the goal: availability and coverage down, fault rates up."""
    goal = headline.get("fault_rate", {}).get("target")
    if key.startswith("fault_rate"):
        return percent(found, 4, goal, up=True)
    return percent(found, 4, 1 - goal if goal is not None and key == "availability" else None)
