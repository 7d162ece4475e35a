"""How a revision's listing of differences is put in words. English wordings are the keys of the catalogue."""

from collections.abc import Mapping
from typing import Any

from collector.printed import NO_FIGURE, number, percent
from collector.reports.exact import length, moment
from collector.reports.words import MEASURES, STATES, VERDICTS
from collector.texts import Translator

PARTS = {
    "fleet": "All",
    "object": "Target",
    "outage": "Outage",
    "maintenance": "Maintenance",
    "corrections": "Correction",
    "mutes": "Mute",
    "headline": "Headline figures",
    "agreement": "Agreement",
    "method": "Method",
    "period": "Period",
}

REASONS = {
    "late_results": "Late results",
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
}

_VERDICT = "verdict on "


def figure(key: str, words: Translator) -> str:
    """What a figure is called; empty where the part says it all."""
    if key.startswith(_VERDICT):
        measure = key.removeprefix(_VERDICT)
        return f"{words('Verdict')}: {words(MEASURES.get(measure, measure))}"
    return words(_FIGURES[key]) if key in _FIGURES else key


def value(row: Mapping[str, Any], side: str, tz: str, words: Translator) -> str:
    """One side (``before`` or ``after``) of a difference; what was not there is a dash."""
    found, key = row[side], row["key"]
    if found is None:
        return NO_FIGURE
    if row["part"] == "outage":
        start, end = found
        return f"{moment(start, tz)} – {words('Open') if end is None else moment(end, tz)}"
    if key.startswith(_VERDICT):
        return words(VERDICTS.get(found, found))
    if isinstance(found, bool):
        return words("Yes") if found else words("No")
    if key.endswith("_ms"):
        return length(found)
    if key.endswith("_h"):
        return words("{hours} h", hours=number(found, 2))
    if isinstance(found, float):
        return percent(found, 4)
    if isinstance(found, int):
        return str(found)
    return words("changed")
