"""A report as plain data: what was measured, for whom, by which rules, from which part of the log. No words, no looks.

Pure functions of what they are given. Instants are ms UTC, lengths of time ms, shares fractions; a figure that does not
exist is None. The same evidence gives the same data, so a report can be recomputed from the log and compared.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collector.reports.exact import HOUR
from rules.duration import parse_duration
from rules.period import Period

SCHEMA = 1
"""The version of this data's shape."""

FINAL, DRAFT = "final", "draft"

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything a report is made of, gathered at one position of the log.

    ``figures`` is the public figures document (`rules.availability`); ``before`` the fleet of the period before, or
    None when nothing was measured then. ``targets`` tell what the figures do not: address, labels, witness. ``pending``
    are targets that never yet answered; they enter no figure.
    """

    figures: Row
    before: Row | None = None
    targets: Sequence[Row] = ()
    pending: Sequence[Row] = ()
    mutes: Sequence[Row] = ()
    maintenance: Sequence[Row] = ()
    corrections: Sequence[Row] = ()
    incidents: Sequence[Row] = ()
    agreement: Row = field(default_factory=lambda: {"name": "house", "version": 1})


UNREVISED: Row = {"number": 0, "previous": None, "differences": (), "reasons": ()}
"""What a report says of revisions that has none: its period is not frozen yet."""


def build(
    kind: str, name: str, period: Period, now: int, evidence: Evidence, revision: Row = UNREVISED
) -> dict[str, Any]:
    """The report's data.

    ``kind`` is ``month``; ``name`` the period as people write it; ``period`` the whole of it. Before its end a report
    is a draft that covers it up to ``now``. ``revision`` is its number, the report it revises, what differs, and why.
    """
    figures = evidence.figures
    return {
        "schema": SCHEMA,
        "kind": kind,
        "name": name,
        "status": FINAL if now >= period.end else DRAFT,
        "revision": {key: list(value) if isinstance(value, tuple) else value for key, value in revision.items()},
        "issued_at": now,
        "period": {"from": period.start, "to": period.end, "until": min(now, period.end), "tz": period.tz},
        "agreement": dict(evidence.agreement),
        "method": figures["method"],
        "headline": headline(figures, evidence.before),
        "fleet": figures["fleet"],
        "objects": [_object(entry, evidence.targets) for entry in figures["objects"]],
        "outages": outages(figures, evidence.incidents),
        "pending": [dict(row) for row in evidence.pending],
        "maintenance": [dict(row) for row in evidence.maintenance],
        "corrections": [dict(row) for row in evidence.corrections],
        "mutes": [dict(row) for row in evidence.mutes],
        "incidents": [dict(row) for row in evidence.incidents],
    }


def headline(figures: Row, before: Row | None) -> list[dict[str, Any]]:
    """The measures with a target: actual, target, exposure, the period before, verdict."""
    fleet = figures["fleet"]
    targets = figures["method"]["parameters"]["targets"]
    known = sum(fleet[f"{state}_ms"] for state in ("up", "degraded", "down"))
    operating = fleet["up_ms"] + fleet["degraded_ms"]
    measures = (
        ("fault_rate", "fault_rate", targets["fault_rate"], {"known_ms": known}),
        ("mtbf", "mtbf_h", _hours(targets["mtbf"]), {"operating_ms": operating}),
        ("mttr", "mttr_h", _hours(targets["mttr"]), {"restored": fleet["restored"]}),
    )
    return [
        {
            "measure": measure,
            "actual": fleet[key],
            "target": target,
            "exposure": exposure,
            "before": None if before is None else before[key],
            "verdict": fleet["verdicts"][measure],
        }
        for measure, key, target, exposure in measures
    ]


def outages(figures: Row, incidents: Sequence[Row]) -> list[dict[str, Any]]:
    """Every outage of every target in order of time, each with the incident that was opened for it, if there is one."""
    found = []
    for entry in figures["objects"]:
        own = [incident for incident in incidents if incident.get("target") == entry["name"]]
        for outage in entry["outages"]:
            found.append({"target": entry["name"], **outage, "incident": _incident_of(outage, own)})
    return sorted(found, key=lambda outage: (outage["start"], outage["target"]))


def _hours(duration: str) -> float:
    return parse_duration(duration) / HOUR


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


def _object(entry: Row, targets: Sequence[Row]) -> dict[str, Any]:
    about: Row = next((row for row in targets if row["name"] == entry["name"]), {})
    kept = {key: value for key, value in entry.items() if key != "outages"}
    return {**kept, "about": {key: about.get(key, blank) for key, blank in _ABOUT.items()}}
