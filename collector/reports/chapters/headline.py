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
    chosen = fleet["headline"]["definition"]
    measures = (
        ("fault_rate", targets["fault_rate"], None),
        ("mtbf", _hours(targets["mtbf"]), fleet["mtbf_lower90_h"]),
        ("mttr", _hours(targets["mttr"]), None),
    )
    return [
        {
            "measure": measure,
            **({"definition": chosen} if measure == "fault_rate" else {}),
            "actual": _figure(fleet, measure, chosen),
            "target": target,
            "bound": bound,
            "exposure": _exposure(fleet, measure, chosen),
            **{
                f"{column}{told}": None if other is None else of(other, measure, chosen)
                for column, other in (("before", evidence.before), ("year", evidence.year))
                for told, of in (("", _figure), ("_exposure", _exposure))
            },
            "verdict": fleet["verdicts"][measure],
        }
        for measure, target, bound in measures
    ]


def _figure(fleet: Row, measure: str, definition: str) -> float | None:
    """A measure of a period; the fault rate by the reading that the verdict is on."""
    value: float | None = fleet["fault_rates"][definition] if measure == "fault_rate" else fleet[f"{measure}_h"]
    return value


def _exposure(fleet: Row, measure: str, definition: str) -> dict[str, int]:
    """What a measure was taken over."""
    if measure == "mttr":
        return {"restored": fleet["restored"]}
    if measure == "mtbf":
        return {"operating_ms": fleet["up_ms"] + fleet["degraded_ms"]}
    if definition == FaultRate.R2:
        return {"affected": fleet["objects_affected"], "objects": fleet["objects"]}
    states = ("up", "degraded", "down", *(("unreachable",) if definition == FaultRate.R1_DELIVERED else ()))
    return {"known_ms": sum(fleet[f"{state}_ms"] for state in states)}


def _asked(evidence: Evidence) -> list[dict[str, Any]]:
    return [
        {
            "measure": rule["name"],
            "actual": rule["value"],
            "target": rule["target"],
            "bound": None,
            "exposure": {"due": rule["due"]},
            **_beside("before", evidence.rules_before, rule["name"]),
            **_beside("year", evidence.rules_of_year, rule["name"]),
            "verdict": rule["verdict"],
        }
        for rule in evidence.rules
    ]


def _beside(column: str, rules: Sequence[Row], name: str) -> dict[str, Any]:
    """What was attained of a rule in another period, and how much was due then."""
    rule = next((one for one in rules if one["name"] == name), None)
    return {
        column: None if rule is None else rule["value"],
        f"{column}_exposure": None if rule is None else {"due": rule["due"]},
    }


def _hours(duration: str) -> float:
    return parse_duration(duration) / HOUR
