"""A report as plain data: what was measured, for whom, by which rules, from which part of the log. No words, no looks.

Pure functions of what they are given. Instants are ms UTC, lengths of time ms, shares fractions; a figure that does not
exist is None. The same evidence gives the same data, so a report can be recomputed from the log and compared.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from collector.reports.chapters import (
    complaints,
    contentment,
    days,
    faults,
    handling,
    headline,
    improvements,
    outlook,
    readings,
    review,
    trend,
)
from collector.reports.digits import rounded
from collector.reports.evidence import Evidence
from collector.reports.kinds import Kind, following, frozen_at
from collector.reports.outside import outside
from rules.intervals import clip, total
from rules.parameters import FreezeAt
from rules.period import Period
from rules.service import SERVICE
from rules.state import State
from rules.tiling import where

SCHEMA = 3
"""The version of this data's shape."""

FINAL, DRAFT = "final", "draft"

Row = Mapping[str, Any]


UNREVISED: Row = {"number": 0, "previous": None, "differences": (), "reasons": ()}
"""What a report says of revisions that has none: its period is not frozen yet."""


def build(
    kind: str, name: str, period: Period, now: int, evidence: Evidence, revision: Row = UNREVISED
) -> dict[str, Any]:
    """The report's data.

    ``kind`` is month, quarter, year or special; ``name`` the period as people write it, or the incident it is about;
    ``period`` the whole of it. Before its end a report is a draft that covers it up to ``now``. ``revision`` is its
    number, the report it revises, what differs, and why. ``freezes_at`` is when its figures are final; a report issued
    before that is provisional. An edition's data is as it may be read outside.
    """
    figures = evidence.figures
    passed = period.until(now)
    known: dict[str, list[Row]] = {}
    for row in evidence.targets:
        known.setdefault(row["name"], []).append(row)
    shown = outages(figures, evidence.incidents)
    measures = headline.rows(evidence)
    terms = figures["method"]["parameters"]
    allowed = terms["targets"]["fault_rate"]
    fleet = [entry for entry in figures["objects"] if entry["kind"] != SERVICE]
    spent = days.budget(fleet, passed, allowed, figures["fleet"]["agreed_ms"] + evidence.to_come)
    data = {
        "schema": SCHEMA,
        "kind": kind,
        "name": name,
        "status": FINAL if now >= period.end else DRAFT,
        "revision": {key: list(value) if isinstance(value, tuple) else value for key, value in revision.items()},
        "issued_at": now,
        "freezes_at": frozen_at(Kind(kind), period, FreezeAt.from_setting(terms["freeze_at"])),
        "period": {"from": period.start, "to": period.end, "until": passed.end, "tz": period.tz},
        "edition": evidence.edition,
        "statement": evidence.statement,
        "since": evidence.since,
        "looks": [dict(row) for row in evidence.looks],
        "agreement": dict(evidence.agreement),
        "method": figures["method"],
        "headline": measures,
        "fleet": figures["fleet"],
        "objects": [_object(entry, _about(entry, known.get(entry["name"], ()))) for entry in figures["objects"]],
        "attainment": [dict(row) for row in evidence.attainment],
        "heat": days.heat(figures["objects"], passed),
        "budget": spent,
        "classes": faults.classes(figures.get("groups", ()), figures["objects"]),
        "outages": shown,
        "causes": faults.causes(_of_fleet(shown, fleet), evidence.incidents),
        "worst": faults.worst(fleet),
        "glitches": faults.glitches(fleet),
        "unreachable": faults.unreachable(fleet),
        "readings": readings.readings(figures["fleet"], evidence.analysis),
        "trend": trend.trend(evidence.months, terms["min_coverage"], terms["fault_rate_definition"]),
        "statistics": evidence.analysis,
        "handling": handling.handling(evidence.rules, evidence.incidents, period.start, passed.end),
        "satisfaction": contentment.contentment(
            evidence.voices, period.start, passed.end, terms["targets"]["satisfaction"]
        ),
        "complaints": complaints.complaints(evidence.complaints, evidence.rules, period.start, passed.end),
        "major": improvements.major(
            evidence.incidents, improvements.budgets(evidence.months, allowed), period.start, passed.end
        ),
        "improvements": {
            **improvements.measures(evidence.actions, period.start, passed.end),
            "wanting": improvements.wanting(measures, evidence.actions, period.start),
        },
        "changes": outlook.changes(evidence.maintenance, shown, figures["fleet"]),
        "risks": outlook.risks(evidence.attainment, evidence.incidents, passed.end),
        "plan": outlook.plan(evidence.ahead, evidence.actions, passed.end, following(period).end),
        "review": review.review(evidence, measures, shown, evidence.corrections, passed),
        "pending": [dict(row) for row in evidence.pending],
        "maintenance": [dict(row) for row in evidence.maintenance],
        "corrections": [dict(row) for row in evidence.corrections],
        "mutes": [dict(row) for row in evidence.mutes],
        "incidents": [dict(row) for row in evidence.incidents],
    }
    return rounded(data if evidence.edition is None else outside(data))  # type: ignore[no-any-return]


def outages(figures: Row, incidents: Sequence[Row]) -> list[dict[str, Any]]:
    """Every outage of every target in order of time, each with the incident that was opened for it, if there is one.

    ``down_ms`` is what of it lies in the period and counts as down: without maintenance, excluded and unknown time.
    """
    found = []
    about: dict[Any, list[Row]] = {}
    for incident in incidents:
        about.setdefault(incident.get("target"), []).append(incident)
    for entry in figures["objects"]:
        own = about.get(entry["name"], ())
        down = list(where(((since, until, State(state)) for since, until, state in entry["partition"]), (State.DOWN,)))
        for outage in entry["outages"]:
            lost = total(
                clip(down, outage["start"], figures["period"]["to"] if outage["end"] is None else outage["end"])
            )
            found.append({"target": entry["name"], **outage, "down_ms": lost, "incident": _incident_of(outage, own)})
    return sorted(found, key=lambda outage: (outage["start"], outage["target"]))


def _of_fleet(outages: Sequence[Row], fleet: Sequence[Row]) -> list[Row]:
    """Those of targets alone: a service is down in the time its parts are."""
    names = {entry["name"] for entry in fleet}
    return [outage for outage in outages if outage["target"] in names]


def _incident_of(outage: Row, own: Sequence[Row]) -> str | None:
    """The number of the incident about this outage: the last one of that kind whose fault was there during it."""
    for incident in reversed(own):
        if incident["kind"] == "outage" and any(_meet(outage, episode) for episode in incident["episodes"]):
            return str(incident["number"])
    return None


def _meet(outage: Row, episode: Sequence[int | None]) -> bool:
    since, ended = episode
    begins_before_end = outage["end"] is None or (since is not None and since < outage["end"])
    return begins_before_end and (ended is None or ended > outage["start"])


_ABOUT: Row = {"address": "", "priority": "", "labels": {}, "no_outside_witness": False}
"""What is known of an object that is no target: a service has no address."""


def _about(entry: Row, known: Sequence[Row]) -> Row:
    """Which target of its name an object is: a name may be given again. That which came into service when it did."""
    begun = next((start for start, _, state in entry["partition"] if state != State.OUT_OF_SERVICE), None)
    first = entry["partition"][0][0] if entry["partition"] else 0
    return min(
        known,
        key=lambda row: 0 if begun is None else abs(max(row.get("since") or 0, first) - begun),
        default={},
    )


def _object(entry: Row, about: Row) -> dict[str, Any]:
    kept = {key: value for key, value in entry.items() if key != "outages"}
    return {**kept, "about": {key: about.get(key, blank) for key, blank in _ABOUT.items()}}
