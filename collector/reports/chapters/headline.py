"""The headline: every measure that has a target, what it was taken over, before, in the year so far, and verdict."""

from collections.abc import Mapping, Sequence
from typing import Any

from collector.reports.evidence import Evidence
from collector.reports.exact import HOUR
from rules.duration import parse_duration
from rules.parameters import FaultRate

Row = Mapping[str, Any]


def rows(evidence: Evidence) -> list[dict[str, Any]]:
    """Availability figures first, then the rules on requests, in the order in which they are always listed.

    ``bound`` is the figure that the data prove with 90 % confidence, where there is one.
    """
    return [*_measured(evidence), *_asked(evidence)]


def _measured(evidence: Evidence) -> list[dict[str, Any]]:
    fleet = evidence.figures["fleet"]
    targets = evidence.figures["method"]["parameters"]["targets"]
    operating = fleet["up_ms"] + fleet["degraded_ms"]
    measures = (
        ("mtbf", "mtbf_h", _hours(targets["mtbf"]), fleet["mtbf_lower90_h"], {"operating_ms": operating}),
        ("mttr", "mttr_h", _hours(targets["mttr"]), None, {"restored": fleet["restored"]}),
    )
    return [
        _fault_rate(evidence, fleet, targets["fault_rate"]),
        *(
            {
                "measure": measure,
                "actual": fleet[key],
                "target": target,
                "bound": bound,
                "exposure": exposure,
                "before": None if evidence.before is None else evidence.before[key],
                "year": None if evidence.year is None else evidence.year[key],
                "verdict": fleet["verdicts"][measure],
            }
            for measure, key, target, bound, exposure in measures
        ),
    ]


def _fault_rate(evidence: Evidence, fleet: Row, target: float) -> dict[str, Any]:
    """By the reading that the verdict is on, before and in the year so far as well."""
    chosen = fleet["headline"]["definition"]
    return {
        "measure": "fault_rate",
        "definition": chosen,
        "actual": fleet["headline"]["value"],
        "target": target,
        "bound": None,
        "exposure": _exposure(fleet, chosen),
        "before": None if evidence.before is None else evidence.before["fault_rates"][chosen],
        "year": None if evidence.year is None else evidence.year["fault_rates"][chosen],
        "verdict": fleet["verdicts"]["fault_rate"],
    }


def _exposure(fleet: Row, definition: str) -> dict[str, int]:
    """What a reading of the fault rate was taken over."""
    if definition == FaultRate.R2:
        return {"affected": fleet["objects_affected"], "objects": fleet["objects"]}
    states = ("up", "degraded", "down", *(("unreachable",) if definition == FaultRate.R1_DELIVERED else ()))
    return {"known_ms": sum(fleet[f"{state}_ms"] for state in states)}


def _asked(evidence: Evidence) -> list[dict[str, Any]]:
    before, year = _by_name(evidence.rules_before), _by_name(evidence.rules_of_year)
    return [
        {
            "measure": rule["name"],
            "actual": rule["value"],
            "target": rule["target"],
            "bound": None,
            "exposure": {"due": rule["due"]},
            "before": before.get(rule["name"]),
            "year": year.get(rule["name"]),
            "verdict": rule["verdict"],
        }
        for rule in evidence.rules
    ]


def _by_name(rules: Sequence[Row]) -> dict[str, float | None]:
    return {rule["name"]: rule["value"] for rule in rules}


def _hours(duration: str) -> float:
    return parse_duration(duration) / HOUR
